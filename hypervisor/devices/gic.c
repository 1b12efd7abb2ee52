/*
 * Owns: the state of each interrupt, and which vCPU's queue it waits in. Invariants: an interrupt stands in at most one list
 * register (in_lr, at) or waits in at most one queue (queued, the bit in want), never both; while it is active it belongs to the
 * vCPU that took it, whatever its target has become; every change ends in gic_queue, so a queue is never looked for, only read.
 */
#include "hypervisor/devices/gic_internal.h"
#include <string.h>

static void reset_irq(struct gic *g, struct gic_irq *irq, bool sgi, unsigned cpu)
{
    bool line = irq->line;
    *irq = (struct gic_irq){
        .line = line, .edge = sgi, .group1 = g->version == 3, .at = GIC_NOBODY, .queued = GIC_NOBODY, .target = (uint16_t)cpu,
        .enabled = sgi && g->version == 2,      /* as GIC-400: they cannot be disabled (IHI 0048B, 4.3.5) */
    };
}

void gic_init(struct gic *g, unsigned version, unsigned cpus, struct gic_cpu *const *cpu, struct gic_irq *spi, unsigned spis,
              void (*wake)(void *owner, unsigned cpu), void *owner)
{
    *g = (struct gic){ .version = version, .cpus = cpus, .spis = spis, .cpu = cpu, .spi = spi, .wake = wake, .owner = owner };
    g->words = (gic_intids(g) + 63) / 64;
    for (unsigned i = 0; i < cpus; i++) {
        cpu[i]->asleep = true;
        for (unsigned n = 0; n < GIC_PRIVATE; n++)
            reset_irq(g, &cpu[i]->irq[n], n < GIC_SGIS, i);
    }
    for (unsigned n = 0; n < spis; n++) {
        reset_irq(g, &spi[n], false, GIC_NOBODY);
        gic_route(g, GIC_PRIVATE + n);
    }
}

void gic_unqueue(struct gic *g, struct gic_irq *irq, unsigned intid)
{
    if (irq->queued == GIC_NOBODY)
        return;
    struct gic_cpu *c = g->cpu[irq->queued];
    c->want[intid / 64] &= ~(UINT64_C(1) << intid % 64);
    c->dirty = true;
    irq->queued = GIC_NOBODY;
}

unsigned gic_queue(struct gic *g, unsigned cpu, unsigned intid)
{
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    if (irq->in_lr) {           /* that list register's next exchange takes it back, and then looks again */
        g->cpu[irq->at]->dirty = true;
        return irq->at;
    }
    bool deliver = gic_deliver(g, irq);
    unsigned to = irq->active ? irq->at : deliver ? irq->target : GIC_NOBODY;
    if (irq->queued != to)
        gic_unqueue(g, irq, intid);
    if (to == GIC_NOBODY)
        return GIC_NOBODY;
    struct gic_cpu *c = g->cpu[to];
    c->want[intid / 64] |= UINT64_C(1) << intid % 64;
    c->dirty = true;
    irq->queued = (uint16_t)to;
    return deliver ? to : GIC_NOBODY;
}

void gic_update(struct gic *g, unsigned cpu, unsigned intid)
{
    unsigned who = gic_queue(g, cpu, intid);
    if (who != GIC_NOBODY && g->wake)
        g->wake(g->owner, who);
}

void gic_settle(struct gic *g, unsigned cpu, unsigned intid)
{
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    if (!irq->hw || irq->in_lr || irq->active || irq->pending)
        return;
    irq->hw = false;
    if (g->end)
        g->end(g->owner, cpu, intid, irq->host);
}

static void reset_private(struct gic *g, unsigned cpu, unsigned intid)
{
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    irq->in_lr = irq->active = irq->pending = false;
    gic_unqueue(g, irq, intid);
    gic_settle(g, cpu, intid);
    reset_irq(g, irq, intid < GIC_SGIS, cpu);
}

/* An SPI that the vCPU had but did not take goes back to be delivered again; one that it served is served no more. */
static void release_shared(struct gic *g, unsigned cpu, unsigned intid)
{
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    if (irq->at != cpu || !(irq->in_lr || irq->active))
        return;
    irq->pending |= irq->offered;
    irq->in_lr = irq->offered = irq->active = false;
    irq->written = GIC_UNWRITTEN;
    gic_unqueue(g, irq, intid);
    gic_settle(g, cpu, intid);
    gic_update(g, cpu, intid);
}

void gic_cpu_reset(struct gic *g, unsigned cpu)
{
    struct gic_cpu *c = g->cpu[cpu];
    for (unsigned n = 0; n < GIC_PRIVATE; n++)
        reset_private(g, cpu, n);
    for (unsigned n = GIC_PRIVATE; n < gic_intids(g); n++)
        release_shared(g, cpu, n);
    c->used = 0;
    c->more = false;
    c->dirty = c->asleep = true;
}

void gic_line(struct gic *g, unsigned cpu, unsigned intid, bool high)
{
    if (intid < GIC_SGIS || intid >= gic_intids(g) || cpu >= g->cpus)
        return;
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    if (irq->line == high)
        return;
    irq->line = high;
    if (irq->edge && !high)
        return;
    irq->pending |= irq->edge;
    gic_update(g, cpu, intid);
}

void gic_raise_hw(struct gic *g, unsigned cpu, unsigned intid, unsigned host)
{
    if (intid < GIC_SGIS || intid >= gic_intids(g) || cpu >= g->cpus)
        return;
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    irq->hw = irq->pending = true;
    irq->host = (uint16_t)host;
    gic_update(g, cpu, intid);
}

void gic_deactivate(struct gic *g, unsigned cpu, unsigned intid)
{
    if (intid >= gic_intids(g) || cpu >= g->cpus)
        return;
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    irq->active = false;
    if (irq->in_lr)
        irq->written = GIC_CLEARED;
    gic_settle(g, cpu, intid);
    gic_update(g, cpu, intid);
}

/* Affinities in the order of MPIDR's levels, without its gap. */
static uint32_t order(uint64_t mpidr) { return (uint32_t)(mpidr >> 8 & 0xff000000) | (uint32_t)(mpidr & 0xffffff); }

unsigned gic_find(const struct gic *g, uint64_t affinity)
{
    unsigned low = 0, high = g->cpus;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (order(g->cpu[middle]->mpidr) < order(affinity))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* "Any" (1 of N) is the first vCPU that is awake; a list of targets (v2) is its lowest. */
static unsigned target(const struct gic *g, const struct gic_irq *irq)
{
    if (g->version == 2)
        return g->cpus == 1 ? 0 : irq->target_v2 ? (unsigned)__builtin_ctz(irq->target_v2) : GIC_NOBODY;
    if (irq->affinity & GIC_ROUTE_ANY) {
        for (unsigned i = 0; i < g->cpus; i++)
            if (!g->cpu[i]->asleep)
                return i;
        return 0;
    }
    unsigned i = gic_find(g, irq->affinity);
    return i < g->cpus && order(g->cpu[i]->mpidr) == order(irq->affinity) ? i : GIC_NOBODY;
}

void gic_route(struct gic *g, unsigned intid)
{
    struct gic_irq *irq = gic_irq_of(g, 0, intid);
    unsigned to = target(g, irq);
    if (to == irq->target)
        return;
    irq->target = (uint16_t)to;
    gic_update(g, 0, intid);
}

/* The fields of ICC_SGI1R_EL1 (IHI 0069, 12.2.21). An SGI of the other group than its receiver made it is not sent. */
void gic_send_sgi(struct gic *g, unsigned from, uint64_t value, bool group1)
{
    unsigned intid = value >> 24 & 15, list = value & 0xffff;
    uint64_t cluster = (value >> 48 & 0xff) << 32 | (value >> 32 & 0xff) << 16 | (value >> 16 & 0xff) << 8 | (value >> 44 & 15) << 4;
    bool all = value >> 40 & 1;         /* but the sender */
    for (unsigned i = all ? 0 : gic_find(g, cluster); i < g->cpus; i++) {
        uint64_t at = g->cpu[i]->mpidr;
        if (!all && order(at) >> 4 != order(cluster) >> 4)
            break;
        struct gic_irq *irq = &g->cpu[i]->irq[intid];
        if ((all ? i == from : !(list >> (at & 15) & 1)) || irq->group1 != group1)
            continue;
        irq->pending = true;
        gic_update(g, i, intid);
    }
}
