/*
 * What each CPU keeps of its own, found by masking the stack pointer: no segment base is needed, so it is right at any moment after a
 * VM exit. And the layout of the hypervisor's address space.
 */
#ifndef HYPERVISOR_X86_PERCPU_H
#define HYPERVISOR_X86_PERCPU_H
#include "hypervisor/arch_x86.h"

/* ---- address space: entry.asm and link.ld have the same numbers ---- */
#define DIRECT_MAP   UINT64_C(0xffff800000000000)   /* all of RAM, at this offset */
#define IMAGE_VIRT   UINT64_C(0xffff820000000000)   /* the image: neither Linux nor its programs use these addresses */
#define IMAGE_PHYS   UINT64_C(0x200000)
#define STACK_SIZE   UINT64_C(0x4000)               /* and alignment */

enum { VECTOR_ALARM = 0xf0, VECTOR_KICK = 0xf1, VECTOR_UART = 0xf2, VECTOR_SPURIOUS = 0xff };
enum { SELECTOR_CODE = 0x08, SELECTOR_DATA = 0x10, SELECTOR_TSS = 0x18 };

struct tss { uint32_t reserved0; uint64_t rsp[3], reserved1, ist[7], reserved2; uint16_t reserved3, io_map; } __attribute__((packed));

struct percpu {
    unsigned index;                 /* 0..host.cpus-1 */
    uint32_t apic_id;
    unsigned alarms, nmis;          /* taken so far */
    uint64_t gdt[5];
    struct tss tss;
} __attribute__((aligned(16)));

static inline struct percpu *this_cpu(void)
{
    uintptr_t sp;
    __asm__("mov %%rsp, %0" : "=r"(sp));
    return (struct percpu *)((sp | (STACK_SIZE - 1)) + 1) - 1;
}

extern const struct arch_up *arch_up_table;     /* as arch_host was given it */

/* ---- the guest half (svm.c) ---- */
void svm_cpu_start(void);           /* on every CPU, once its basics are up */
const char *svm_refusal(void);      /* NULL, or why no guest can run here: a sentence */
#endif
