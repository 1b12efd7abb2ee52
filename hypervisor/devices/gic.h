/*
 * A GIC of version 2 or 3 as its guest sees it (IHI 0048B, IHI 0069): distributor, redistributors, and the choice of what stands
 * in the list registers. The CPU interface itself is hardware. Pure state: it knows no vCPU, no bus, no clock; whoever calls holds
 * one lock around each call. Group 1 non-secure view only: GICD_CTLR.DS = 1, one security state.
 *
 * Interrupt lines: level-sensitive ones are told by gic_line with every change; edge ones become pending when it rises. While an
 * interrupt is active in a list register and its line is high, it is made active and pending there, so none is lost.
 */
#ifndef HYPERVISOR_DEVICES_GIC_H
#define HYPERVISOR_DEVICES_GIC_H
#include "lib/arm.h"
#include <stddef.h>

enum { GIC_SPIS_MAX = 256, GIC2_CPUS_MAX = 8 };        /* SPIs 32..287: multiple of 32 */

struct gic_irq {
    bool enabled, pending, active, line, edge, hw, group1, in_lr;
    uint8_t priority;
    uint16_t host;                      /* hw: the host's number */
    uint8_t sources;                    /* GICv2 SGIs: bit n, sent by CPU n */
    uint8_t target_v2;                  /* GICD_ITARGETSR */
    uint64_t affinity;                  /* GICD_IROUTER: as MPIDR, bit 31: any */
};

struct gic_cpu {
    uint64_t mpidr;                     /* affinity, as GICR_TYPER tells it; told at gic_init */
    struct gic_irq irq[GIC_PRIVATE];
    bool asleep;                        /* GICR_WAKER */
};

struct gic {
    unsigned version, cpus, spis;       /* spis: a multiple of 32 */
    struct gic_cpu *const *cpu;
    struct gic_irq *spi;                /* [spis], INTID 32.. */
    uint32_t control;                   /* GICD_CTLR */
    void (*wake)(void *owner, unsigned cpu);    /* something may be deliverable there now */
    void *owner;
};

/* Memory is the caller's, zeroed: cpu[0..cpus-1] with .mpidr set, spi[spis]. */
void gic_init(struct gic *g, unsigned version, unsigned cpus, struct gic_cpu *const *cpu, struct gic_irq *spi, unsigned spis,
              void (*wake)(void *owner, unsigned cpu), void *owner);
void gic_cpu_reset(struct gic *g, unsigned cpu);       /* a vCPU starts anew: its private interrupts as after reset */

/* Registers by offset into the distributor's 4 KiB (v2) or 64 KiB (v3), or into cpu's two redistributor frames. size 1, 2, 4, 8; what is reserved reads 0. `from`: who accesses. */
void gic_distributor(struct gic *g, unsigned from, uint32_t offset, unsigned size, bool write, uint64_t *value);
void gic_redistributor(struct gic *g, unsigned cpu, uint32_t offset, unsigned size, bool write, uint64_t *value);
/* ICC_SGI1R_EL1 (group1), ICC_SGI0R_EL1 as written. */
void gic_send_sgi(struct gic *g, unsigned from, uint64_t value, bool group1);

/* The wire of a PPI (cpu counts) or SPI (cpu is ignored). */
void gic_line(struct gic *g, unsigned cpu, unsigned intid, bool high);
/* An interrupt that stands for a host interrupt, which is active there now: pending once, ended by the guest through the list register. */
void gic_raise_hw(struct gic *g, unsigned cpu, unsigned intid, unsigned host);

/*
 * Takes back what the guest did to lr[lrs] since they were filled, and fills them with the most urgent that are deliverable to cpu.
 * True: more is waiting than fits, so an exit is wanted once they have run empty.
 */
bool gic_exchange(struct gic *g, unsigned cpu, struct gic_lr *lr, unsigned lrs);
/* After gic_exchange or at any time for a vCPU that is not entered: would an interrupt of priority above `mask` reach it? Looks at lr[] as well. */
bool gic_deliverable(const struct gic *g, unsigned cpu, const struct gic_lr *lr, unsigned lrs, uint8_t mask);
#endif
