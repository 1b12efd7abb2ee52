/* Single instructions and registers of the host CPU. */
#ifndef HYPERVISOR_X86_CPU_H
#define HYPERVISOR_X86_CPU_H
#include "lib/x86.h"
#include <stdint.h>

static inline uint8_t port_in8(uint16_t p) { uint8_t v; __asm__ volatile("inb %w1, %b0" : "=a"(v) : "Nd"(p)); return v; }
static inline uint16_t port_in16(uint16_t p) { uint16_t v; __asm__ volatile("inw %w1, %w0" : "=a"(v) : "Nd"(p)); return v; }
static inline uint32_t port_in32(uint16_t p) { uint32_t v; __asm__ volatile("inl %w1, %0" : "=a"(v) : "Nd"(p)); return v; }
static inline void port_out8(uint16_t p, uint8_t v) { __asm__ volatile("outb %b0, %w1" : : "a"(v), "Nd"(p)); }
static inline void port_out16(uint16_t p, uint16_t v) { __asm__ volatile("outw %w0, %w1" : : "a"(v), "Nd"(p)); }
static inline void port_out32(uint16_t p, uint32_t v) { __asm__ volatile("outl %0, %w1" : : "a"(v), "Nd"(p)); }
static inline uint64_t tsc_read(void) { uint32_t lo, hi; __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi)); return (uint64_t)hi << 32 | lo; }
static inline uint64_t msr_get(uint32_t i) { uint32_t lo, hi; __asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(i)); return (uint64_t)hi << 32 | lo; }
static inline void msr_set(uint32_t i, uint64_t v) { __asm__ volatile("wrmsr" : : "c"(i), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory"); }
static inline uint64_t cr3_read(void) { uint64_t v; __asm__ volatile("mov %%cr3, %0" : "=r"(v)); return v; }
static inline void cr3_write(uint64_t v) { __asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory"); }

/* a * b / c without overflow in between; UINT64_MAX where the answer does not fit. */
static inline uint64_t mul_div(uint64_t a, uint64_t b, uint64_t c)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if (high >= c)
        return UINT64_MAX;
    __asm__("divq %2" : "+a"(low), "+d"(high) : "r"(c));
    return low;
}

static inline struct x86_cpuid host_cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct x86_cpuid c;
    __asm__ volatile("cpuid" : "=a"(c.eax), "=b"(c.ebx), "=c"(c.ecx), "=d"(c.edx) : "a"(leaf), "c"(subleaf));
    return c;
}
#endif
