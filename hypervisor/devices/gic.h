/*
 * A GIC of version 2 or 3 as its guest sees it (IHI 0048B, IHI 0069): distributor, redistributors, and the choice of what stands
 * in the list registers. The CPU interface itself is hardware. Pure state: it knows no vCPU, no bus, no clock; whoever calls holds
 * one lock around each call. One security state (version 3: GICD_CTLR.DS = 1); interrupts of version 3 begin in group 1, those of
 * version 2 in group 0, as a kernel finds them that firmware has started. No LPIs, no message-based SPIs. Five bits of priority,
 * as list registers of version 2 and the CPU interfaces of all cores we know have.
 *
 * Interrupt lines: level-sensitive ones are told by gic_line with every change; edge ones become pending when it rises. While an
 * interrupt is active in a list register and its line is high, it is made active and pending there, so none is lost. PPIs are
 * level-sensitive and stay so; SPIs are what the guest makes them.
 *
 * The order of calls: on an access to a register, gic_exchange for the accessing vCPU first, so that what its list registers have
 * become is known, then the access; before each entry, gic_exchange.
 */
#ifndef HYPERVISOR_DEVICES_GIC_H
#define HYPERVISOR_DEVICES_GIC_H
#include "lib/arm.h"
#include <stddef.h>

enum { GIC_SPIS_MAX = 960, GIC2_CPUS_MAX = 8 };        /* SPIs 32..991: multiple of 32 */
enum { GIC_WORDS = (GIC_PRIVATE + GIC_SPIS_MAX + 63) / 64, GIC_NOBODY = 0xffff };

/* What was written to its active bit since it stands in a list register; counts when it is taken back. */
enum gic_written { GIC_UNWRITTEN, GIC_CLEARED, GIC_SET };

struct gic_irq {
    bool enabled, active, line, edge, group1;
    bool pending;                       /* the latch: an edge, ISPENDR, gic_raise_hw; not the line, and not what stands in a list register */
    bool hw;                            /* the host's interrupt is active behind it */
    bool in_lr, offered;                /* in a list register of vCPU .at; .pending (or .source of .sources) was moved there */
    uint8_t written;                    /* enum gic_written */
    uint8_t priority;
    uint8_t sources, source;            /* GICv2 SGIs: bit n, pending from CPU n; the source of what is in the list register or active */
    uint8_t target_v2;                  /* GICD_ITARGETSR */
    uint16_t host;                      /* hw: the host's number */
    uint16_t target, at, queued;        /* vCPUs or GIC_NOBODY: where it goes (SPIs), is active or in a list register, waits in .want */
    uint64_t affinity;                  /* GICD_IROUTER: as MPIDR, bit 31: any */
};

struct gic_cpu {
    uint64_t mpidr;                     /* affinity, as GICR_TYPER tells it; told at gic_init */
    bool asleep;                        /* GICR_WAKER */
    bool dirty, more;                   /* something changed since the last exchange; what that told */
    uint16_t used;                      /* bit n: list register n was filled, with: */
    struct gic_lr held[LRS_MAX];
    uint64_t want[GIC_WORDS];           /* by INTID: waits for a list register here */
    struct gic_irq irq[GIC_PRIVATE];
};

struct gic {
    unsigned version, cpus, spis;       /* spis: a multiple of 32 */
    unsigned words;                     /* of .want that can have a bit set */
    struct gic_cpu *const *cpu;
    struct gic_irq *spi;                /* [spis], INTID 32.. */
    uint32_t control;                   /* GICD_CTLR */
    /* Something may be deliverable there now, or its list registers are to be exchanged soon. It may name the vCPU that the call is for. */
    void (*wake)(void *owner, unsigned cpu);
    /* Set after gic_init, or NULL: the guest cleared an interrupt by the distributor, so no list register ends the host's behind it. */
    void (*end)(void *owner, unsigned cpu, unsigned intid, unsigned host);
    void *owner;
};

/* Memory is the caller's, zeroed: cpu[0..cpus-1] with .mpidr set, ascending, spi[spis]. */
void gic_init(struct gic *g, unsigned version, unsigned cpus, struct gic_cpu *const *cpu, struct gic_irq *spi, unsigned spis,
              void (*wake)(void *owner, unsigned cpu), void *owner);
/* A vCPU starts anew: its private interrupts as after reset, but for their lines; its list registers are empty, SPIs active there no more so. */
void gic_cpu_reset(struct gic *g, unsigned cpu);

/*
 * Registers by offset into the distributor's 4 KiB (v2) or 64 KiB (v3), or into cpu's two redistributor frames. size 1, 2, 4, 8;
 * what is reserved, not aligned, or of a size the register does not take reads 0 and ignores writes. `from`: who accesses.
 */
void gic_distributor(struct gic *g, unsigned from, uint32_t offset, unsigned size, bool write, uint64_t *value);
void gic_redistributor(struct gic *g, unsigned cpu, uint32_t offset, unsigned size, bool write, uint64_t *value);
/* ICC_SGI1R_EL1 (group1), ICC_SGI0R_EL1 as written. */
void gic_send_sgi(struct gic *g, unsigned from, uint64_t value, bool group1);
/* ICC_DIR_EL1, GICC_DIR where they trap: an active interrupt may have no list register, then hardware cannot end it. */
void gic_deactivate(struct gic *g, unsigned cpu, unsigned intid);

/* The wire of a PPI (cpu counts) or SPI (cpu is ignored). */
void gic_line(struct gic *g, unsigned cpu, unsigned intid, bool high);
/* An interrupt that stands for a host interrupt, which is active there now: pending once, ended by the guest through the list register. */
void gic_raise_hw(struct gic *g, unsigned cpu, unsigned intid, unsigned host);

/*
 * Takes back what the guest did to lr[lrs] since they were filled, and fills them with the most urgent that are deliverable to cpu.
 * True: more is waiting than fits, so an exit is wanted once at most one of them is left; all are full then. lrs: 2..LRS_MAX, always the same.
 */
bool gic_exchange(struct gic *g, unsigned cpu, struct gic_lr *lr, unsigned lrs);
/* After gic_exchange or at any time for a vCPU that is not entered: would an interrupt of priority above `mask` reach it? Looks at lr[] as well. */
bool gic_deliverable(const struct gic *g, unsigned cpu, const struct gic_lr *lr, unsigned lrs, uint8_t mask);
#endif
