/* Single instructions of which only the guest half has need. */
#ifndef HYPERVISOR_X86_GUEST_INSN_H
#define HYPERVISOR_X86_GUEST_INSN_H
#include "hypervisor/x86/cpu.h"

static inline uint64_t read_cr0(void) { uint64_t v; __asm__ volatile("mov %%cr0, %0" : "=r"(v)); return v; }
static inline void write_cr0(uint64_t v) { __asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }
static inline uint64_t read_cr4(void) { uint64_t v; __asm__ volatile("mov %%cr4, %0" : "=r"(v)); return v; }
static inline void write_cr4(uint64_t v) { __asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }
#define GUEST_DR(n) \
    static inline uint64_t read_dr##n(void) { uint64_t v; __asm__ volatile("mov %%dr" #n ", %0" : "=r"(v)); return v; } \
    static inline void write_dr##n(uint64_t v) { __asm__ volatile("mov %0, %%dr" #n : : "r"(v)); }
GUEST_DR(0)
GUEST_DR(1)
GUEST_DR(2)
GUEST_DR(3)
#undef GUEST_DR

static inline void xsetbv(uint32_t index, uint64_t v)
{
    __asm__ volatile("xsetbv" : : "c"(index), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}
static inline uint64_t xgetbv(uint32_t index)
{
    uint32_t lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(index));
    return (uint64_t)hi << 32 | lo;
}
static inline void xsave(void *area, uint64_t components)
{
    __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"((uint32_t)components), "d"((uint32_t)(components >> 32)) : "memory");
}
static inline void xrstor(const void *area, uint64_t components)
{
    __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"((uint32_t)components), "d"((uint32_t)(components >> 32)) : "memory");
}
static inline void fxsave(void *area) { __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory"); }
static inline void fxrstor(const void *area) { __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory"); }
static inline void vmsave(uint64_t vmcb) { __asm__ volatile("vmsave" : : "a"(vmcb) : "memory"); }
#endif
