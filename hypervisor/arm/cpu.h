/* Instructions that C has no word for. A register's name is as the assembler knows it, or S<op0>_<op1>_C<n>_C<m>_<op2>. */
#ifndef HYPERVISOR_ARM_CPU_H
#define HYPERVISOR_ARM_CPU_H
#include <stdint.h>

#define SYSREG_TEXT_(name) #name
#define SYSREG_TEXT(name) SYSREG_TEXT_(name)    /* name may be a macro */
#define sysreg_get(name) __extension__({ uint64_t value_; __asm__ volatile("mrs %0, " SYSREG_TEXT(name) : "=r"(value_)); value_; })
/* volatile keeps such writes in order among themselves; "memory" keeps stores on their side of them. isb() where it must count at once. */
#define sysreg_set(name, value) __asm__ volatile("msr " SYSREG_TEXT(name) ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

static inline void isb(void) { __asm__ volatile("isb" : : : "memory"); }
static inline void dsb_sy(void) { __asm__ volatile("dsb sy" : : : "memory"); }
static inline void dsb_ish(void) { __asm__ volatile("dsb ish" : : : "memory"); }
static inline void dsb_ishst(void) { __asm__ volatile("dsb ishst" : : : "memory"); }

/* Device registers: one access of just this size, in program order with others to the same device. */
static inline uint32_t mmio_get32(const volatile void *at)
{
    uint32_t v;
    __asm__ volatile("ldr %w0, [%1]" : "=r"(v) : "r"(at) : "memory");
    return v;
}
static inline void mmio_set32(volatile void *at, uint32_t v) { __asm__ volatile("str %w0, [%1]" : : "rZ"(v), "r"(at) : "memory"); }
static inline uint64_t mmio_get64(const volatile void *at)
{
    uint64_t v;
    __asm__ volatile("ldr %0, [%1]" : "=r"(v) : "r"(at) : "memory");
    return v;
}
static inline void mmio_set64(volatile void *at, uint64_t v) { __asm__ volatile("str %x0, [%1]" : : "rZ"(v), "r"(at) : "memory"); }
static inline void mmio_set8(volatile void *at, uint8_t v) { __asm__ volatile("strb %w0, [%1]" : : "rZ"(v), "r"(at) : "memory"); }
#endif
