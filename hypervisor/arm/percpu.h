/*
 * What each CPU keeps of its own, at the top of its stack; TPIDR_EL2 points to it, from the first C function on and while a guest
 * runs as well. And the layout of the hypervisor's address space.
 */
#ifndef HYPERVISOR_ARM_PERCPU_H
#define HYPERVISOR_ARM_PERCPU_H
#include "hypervisor/arch.h"

/* ---- address space: entry.S and link.ld have the same numbers ---- */
#define DIRECT_MAP   UINT64_C(0x0000008000000000)   /* RAM and the devices that we use, at this offset */
#define IMAGE_VIRT   UINT64_C(0x0000ff8000000000)   /* the image; its last 512 GiB slot is no physical address we map */
#define MAPPED_END   (IMAGE_VIRT - DIRECT_MAP)      /* physical addresses from here on are not used */
#define STACK_SIZE   UINT64_C(0x4000)
#define PERCPU_ROOM  UINT64_C(128)                  /* of it, for the percpu */

struct percpu {
    unsigned index;                 /* 0..host.cpus-1 */
    uint8_t gic2_mask;              /* GICv2: this CPU's bit in GICD_ITARGETSR and GICD_SGIR */
    uint8_t taken;                  /* IRQ_*: what irq_take said while no guest ran but one was loaded; arch_enter takes it */
    uint64_t mpidr;                 /* affinity fields only */
    volatile uint8_t *gicr;         /* GICv3: this CPU's redistributor frames */
    struct arch_vcpu *loaded;       /* the guest half's: arch_vcpu_load .. arch_vcpu_unload */
} __attribute__((aligned(16)));
_Static_assert(sizeof(struct percpu) <= PERCPU_ROOM, "entry.S leaves so much above the first stack");

static inline struct percpu *this_cpu(void)
{
    struct percpu *c;
    __asm__("mrs %0, tpidr_el2" : "=r"(c));
    return c;
}

extern const struct arch_up *arch_up_table;     /* as arch_host was given it */
#endif
