/* Between gic.c, which keeps an interrupt's state, the files of registers and the choice of list registers. */
#ifndef HYPERVISOR_DEVICES_GIC_INTERNAL_H
#define HYPERVISOR_DEVICES_GIC_INTERNAL_H
#include "hypervisor/devices/gic.h"

#define GICD_CTLR_GROUP0   0x01u
#define GICD_CTLR_GROUP1   0x02u
#define GIC_PRIORITY_MASK  0xf8u        /* five bits, the upper ones */
#define GIC_AFFINITY       UINT64_C(0xff00ffffff)
#define GIC_ROUTE_ANY      UINT64_C(0x80000000)     /* GICD_IROUTER.Interrupt_Routing_Mode */
#define GIC_IIDR           0x4200043bu  /* product 'B'; no erratum's workaround in a kernel looks for it */

static inline unsigned gic_intids(const struct gic *g) { return GIC_PRIVATE + g->spis; }
static inline struct gic_irq *gic_irq_of(const struct gic *g, unsigned cpu, unsigned intid)
{
    return intid < GIC_PRIVATE ? &g->cpu[cpu]->irq[intid] : &g->spi[intid - GIC_PRIVATE];
}
/* Pending, apart from what stands in a list register. */
static inline bool gic_waits(const struct gic_irq *irq) { return irq->pending || irq->sources || (irq->line && !irq->edge); }
static inline bool gic_deliver(const struct gic *g, const struct gic_irq *irq)
{
    return irq->enabled && gic_waits(irq) && g->control & (irq->group1 ? GICD_CTLR_GROUP1 : GICD_CTLR_GROUP0);
}

/* To be called after every change of an interrupt: puts it into the queue it belongs to. Tells who is to be woken, or GIC_NOBODY. */
unsigned gic_queue(struct gic *g, unsigned cpu, unsigned intid);
/* The same, and wakes. */
void gic_update(struct gic *g, unsigned cpu, unsigned intid);
void gic_unqueue(struct gic *g, struct gic_irq *irq, unsigned intid);
/* A host's interrupt is left behind one that is neither pending nor active any more: the list register will not end it. */
void gic_settle(struct gic *g, unsigned cpu, unsigned intid);
/* The first vCPU whose affinity (as in MPIDR) is not below this one; g->cpus: none. */
unsigned gic_find(const struct gic *g, uint64_t affinity);
/* Where an SPI goes by GICD_ITARGETSR or GICD_IROUTER, now. */
void gic_route(struct gic *g, unsigned intid);

/*
 * A register that holds some bits of each of a row of interrupts. offset: within the distributor's first 4 KiB, where versions 2
 * and 3 and the redistributor's second frame agree. [first, end): the interrupts that are there. False: no such register.
 */
bool gic_bank(struct gic *g, unsigned cpu, uint32_t offset, unsigned size, bool write, uint64_t *value, unsigned first, unsigned end);
/* Peripheral and component identification, IDs 0xfd0..0xfff from the frame's last 4 KiB on. part: of PIDR0. */
uint32_t gic_identification(const struct gic *g, uint32_t offset, uint8_t part);
#endif
