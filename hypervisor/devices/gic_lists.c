/*
 * Owns: what stands in a vCPU's list registers. Invariants: c->held[n] for each bit n of c->used is what list register n was
 * filled with, one for each interrupt with in_lr set and at naming this vCPU; no interrupt is in two (IHI 0048B, 5.3.8 and IHI 0069,
 * 12.4.6 leave undefined what happens then); hw is never active and pending.
 *
 * An interrupt's pending latch moves into the list register with it: the latch then only holds what came since. The line stays
 * where it is. Active ones go first, the urgent before the others, since hardware can end only what has a list register: those
 * that are left out are the last to be ended, and by then the exit for "at most one left" has come. But one place is kept for what
 * is pending: priorities may have been dropped with EOImode 1, and then it could be taken though so many are active.
 */
#include "hypervisor/devices/gic_internal.h"

struct choice { struct { uint16_t intid; uint8_t priority; } entry[LRS_MAX]; unsigned count, all; };

/* Keeps the `lrs` most urgent, in order; told in order of INTID, of which the lower goes first among equals. */
static void consider(struct choice *c, unsigned lrs, unsigned intid, uint8_t priority)
{
    unsigned i = c->count;
    c->all++;
    if (i == lrs && c->entry[i - 1].priority <= priority)
        return;
    if (i == lrs)
        i--;
    else
        c->count++;
    for (; i && c->entry[i - 1].priority > priority; i--)
        c->entry[i] = c->entry[i - 1];
    c->entry[i].intid = (uint16_t)intid;
    c->entry[i].priority = priority;
}

/* May what is pending go into the list register, beside what is active? */
static bool may_pend(const struct gic *g, const struct gic_irq *irq, unsigned cpu)
{
    if (!gic_deliver(g, irq) || irq->target != cpu)
        return false;
    return !irq->active || (!irq->hw && (!irq->sources || irq->sources >> irq->source & 1));
}

static void place(struct gic *g, unsigned cpu, unsigned intid, struct gic_lr *lr)
{
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    unsigned state = irq->active ? LR_ACTIVE : 0;
    gic_unqueue(g, irq, intid);
    if (may_pend(g, irq, cpu)) {
        state |= LR_PENDING;
        irq->offered = irq->pending || irq->sources;
        irq->pending = false;
        if (irq->sources && !irq->active)
            irq->source = (uint8_t)__builtin_ctz(irq->sources);
        irq->sources &= (uint8_t)~(1u << irq->source);
    }
    irq->in_lr = true;
    irq->at = (uint16_t)cpu;
    *lr = (struct gic_lr){
        .intid = (uint16_t)intid, .host = irq->hw ? irq->host : 0, .priority = irq->priority, .state = (uint8_t)state,
        .source = irq->source, .hw = irq->hw, .group1 = irq->group1,
        /* Whoever drives a PPI is the CPU itself or the event channels: both tell of a rise by an exit, so its end needs none. */
        .eoi = !irq->hw && gic_deliver(g, irq) && (irq->edge || intid >= GIC_PRIVATE),
    };
}

static bool fill(struct gic *g, unsigned cpu, struct gic_lr *lr, unsigned lrs)
{
    struct gic_cpu *c = g->cpu[cpu];
    struct choice active, waiting;
    active.count = active.all = waiting.count = waiting.all = 0;
    for (unsigned w = 0; w < g->words; w++)
        for (uint64_t left = c->want[w]; left; left &= left - 1) {
            unsigned intid = w * 64 + (unsigned)__builtin_ctzll(left);
            const struct gic_irq *irq = gic_irq_of(g, cpu, intid);
            consider(irq->active ? &active : &waiting, lrs, intid, irq->priority);
        }
    unsigned n = 0, first = active.count - (waiting.count && active.count == lrs);
    for (; n < first; n++)
        place(g, cpu, active.entry[n].intid, &lr[n]);
    for (unsigned i = 0; n < lrs && i < waiting.count; i++)
        place(g, cpu, waiting.entry[i].intid, &lr[n++]);
    for (unsigned i = 0; i < n; i++)
        c->held[i] = lr[i];
    c->used = (uint16_t)((1u << n) - 1);
    return active.all + waiting.all > n;
}

static void take_back(struct gic *g, unsigned cpu, const struct gic_lr *held, unsigned state)
{
    unsigned intid = held->intid;
    struct gic_irq *irq = gic_irq_of(g, cpu, intid);
    if (state & LR_PENDING && irq->offered) {           /* not taken yet, and not cleared by ICPENDR meanwhile */
        if (intid < GIC_SGIS && g->version == 2)
            irq->sources |= (uint8_t)(1u << irq->source);
        else
            irq->pending = true;
    }
    irq->active = irq->written == GIC_UNWRITTEN ? state & LR_ACTIVE : irq->written == GIC_SET;
    irq->in_lr = irq->offered = false;
    irq->written = GIC_UNWRITTEN;
    if (irq->hw && !state && !irq->pending)
        irq->hw = irq->active;                          /* its end has ended the host's as well */
    gic_settle(g, cpu, intid);
    unsigned who = gic_queue(g, cpu, intid);
    if (who != GIC_NOBODY && who != cpu && g->wake)     /* its target has changed */
        g->wake(g->owner, who);
}

static bool unchanged(const struct gic_cpu *c, const struct gic_lr *lr)
{
    for (unsigned left = c->used; left; left &= left - 1) {
        unsigned n = (unsigned)__builtin_ctz(left);
        if (lr[n].state != c->held[n].state)
            return false;
    }
    return true;
}

bool gic_exchange(struct gic *g, unsigned cpu, struct gic_lr *lr, unsigned lrs)
{
    struct gic_cpu *c = g->cpu[cpu];
    if (!c->dirty && unchanged(c, lr))
        return c->more;
    for (unsigned left = c->used; left; left &= left - 1) {
        unsigned n = (unsigned)__builtin_ctz(left);
        take_back(g, cpu, &c->held[n], lr[n].state & (LR_PENDING | LR_ACTIVE));
        lr[n] = (struct gic_lr){ 0 };
    }
    c->more = fill(g, cpu, lr, lrs);
    c->dirty = false;
    return c->more;
}

bool gic_deliverable(const struct gic *g, unsigned cpu, const struct gic_lr *lr, unsigned lrs, uint8_t mask)
{
    const struct gic_cpu *c = g->cpu[cpu];
    for (unsigned n = 0; n < lrs; n++)
        if (c->used >> n & 1 && lr[n].state & LR_PENDING && lr[n].priority < mask)
            return true;
    for (unsigned w = 0; w < g->words; w++)
        for (uint64_t left = c->want[w]; left; left &= left - 1) {
            const struct gic_irq *irq = gic_irq_of(g, cpu, w * 64 + (unsigned)__builtin_ctzll(left));
            if (irq->priority < mask && gic_deliver(g, irq))
                return true;
        }
    return false;
}
