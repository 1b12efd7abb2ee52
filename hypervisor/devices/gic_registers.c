/*
 * Owns: the registers that hold a field for each interrupt, which distributor and redistributor share (IHI 0048B, 4.3.4 to 4.3.13;
 * IHI 0069, 12.9 and 12.11). A table tells where each begins and how wide its fields are; what a field does is a pair of functions.
 * Invariant: fields of interrupts outside [first, end) read 0 and take nothing.
 */
#include "hypervisor/devices/gic_internal.h"

struct field { struct gic *g; struct gic_irq *irq; unsigned cpu, intid; };

static bool sgi_v2(const struct field *f) { return f->intid < GIC_SGIS && f->g->version == 2; }

static unsigned get_group(const struct field *f) { return f->irq->group1; }
static void set_group(const struct field *f, unsigned value) { f->irq->group1 = value; }
static unsigned get_enabled(const struct field *f) { return f->irq->enabled; }
static void enable(const struct field *f, unsigned value) { f->irq->enabled = value; }
static void disable(const struct field *f, unsigned value) { f->irq->enabled = !value || sgi_v2(f); }

static unsigned get_pending(const struct field *f) { return gic_waits(f->irq) || (f->irq->in_lr && f->irq->offered); }
/* SGIs of version 2 have GICD_SPENDSGIR and GICD_CPENDSGIR instead. */
static void set_pending(const struct field *f, unsigned value) { f->irq->pending |= value && !sgi_v2(f); }
static void clear_pending(const struct field *f, unsigned value)
{
    (void)value;
    /* Behind a PPI is the CPU's own timer, a level: while that is high it is pending, whatever is written. */
    if (sgi_v2(f) || (f->irq->hw && f->intid < GIC_PRIVATE))
        return;
    f->irq->pending = f->irq->offered = false;
    gic_settle(f->g, f->cpu, f->intid);
}

/* What another vCPU did to its list register is not known before its next exchange: a reader that waits for it makes that come soon. */
static unsigned get_active(const struct field *f)
{
    if (f->irq->in_lr && f->irq->at != f->cpu && f->g->wake) {
        f->g->cpu[f->irq->at]->dirty = true;
        f->g->wake(f->g->owner, f->irq->at);
    }
    return f->irq->active;
}
static void activate(const struct field *f, unsigned value)
{
    (void)value;
    if (f->irq->in_lr)
        f->irq->written = GIC_SET;
    else if (!f->irq->active)
        f->irq->at = f->irq->target == GIC_NOBODY ? (uint16_t)f->cpu : f->irq->target;
    f->irq->active = true;
}
static void deactivate(const struct field *f, unsigned value)
{
    (void)value;
    gic_deactivate(f->g, f->cpu, f->intid);
}

static unsigned get_priority(const struct field *f) { return f->irq->priority; }
static void set_priority(const struct field *f, unsigned value) { f->irq->priority = (uint8_t)(value & GIC_PRIORITY_MASK); }

/* GICD_ITARGETSR: private ones tell the reader who it is; with one CPU there is nothing to tell (IHI 0048B, 4.3.12). */
static unsigned get_targets(const struct field *f)
{
    if (f->g->cpus == 1 || f->g->version != 2)
        return 0;
    return f->intid < GIC_PRIVATE ? 1u << f->cpu : f->irq->target_v2;
}
static void set_targets(const struct field *f, unsigned value)
{
    if (f->g->cpus == 1 || f->g->version != 2 || f->intid < GIC_PRIVATE)
        return;
    f->irq->target_v2 = (uint8_t)(value & ((1u << f->g->cpus) - 1));
    gic_route(f->g, f->intid);
}

/* Two bits each, of which the lower is reserved. What of SGIs and PPIs is configurable is up to the implementation: nothing. */
static unsigned get_config(const struct field *f) { return f->irq->edge ? 2 : 0; }
static void set_config(const struct field *f, unsigned value)
{
    if (f->intid >= GIC_PRIVATE)
        f->irq->edge = value & 2;
}

static const struct bank {
    uint16_t base;
    uint8_t bits;
    bool ones;                          /* only ones that are written do anything */
    unsigned (*get)(const struct field *);
    void (*set)(const struct field *, unsigned value);
} banks[] = {
    { 0x080, 1, false, get_group, set_group },                          /* GICD_IGROUPR */
    { 0x100, 1, true, get_enabled, enable },                            /* ISENABLER */
    { 0x180, 1, true, get_enabled, disable },                           /* ICENABLER */
    { 0x200, 1, true, get_pending, set_pending },                       /* ISPENDR */
    { 0x280, 1, true, get_pending, clear_pending },                     /* ICPENDR */
    { 0x300, 1, true, get_active, activate },                           /* ISACTIVER */
    { 0x380, 1, true, get_active, deactivate },                         /* ICACTIVER */
    { 0x400, 8, false, get_priority, set_priority },                    /* IPRIORITYR */
    { 0x800, 8, false, get_targets, set_targets },                      /* ITARGETSR */
    { 0xc00, 2, false, get_config, set_config },                        /* ICFGR */
};

/* Each bank has room for 1024 interrupts. */
static const struct bank *find(uint32_t offset)
{
    for (unsigned i = 0; i < sizeof(banks) / sizeof(*banks); i++)
        if (offset >= banks[i].base && offset - banks[i].base < 128u * banks[i].bits)
            return &banks[i];
    return NULL;
}

/* Bytes of priorities and targets can be accessed one by one, everything else by words only (IHI 0048B, 4.1.4; IHI 0069, 12.1.3). */
bool gic_bank(struct gic *g, unsigned cpu, uint32_t offset, unsigned size, bool write, uint64_t *value, unsigned first, unsigned end)
{
    const struct bank *b = find(offset);
    uint64_t result = 0;
    if (!b)
        return false;
    unsigned intid = (offset - b->base) * 8 / b->bits, count = size * 8 / b->bits;
    if (size != 4 && !(size == 1 && b->bits == 8))
        count = 0;
    for (unsigned i = 0; i < count; i++, intid++) {
        if (intid < first || intid >= end)
            continue;
        struct field f = { g, gic_irq_of(g, cpu, intid), cpu, intid };
        unsigned shift = i * b->bits, mask = (1u << b->bits) - 1;
        unsigned bits = (unsigned)(*value >> shift) & mask;
        if (!write) {
            result |= (uint64_t)b->get(&f) << shift;
        } else if (bits || !b->ones) {
            b->set(&f, bits);
            gic_update(g, cpu, intid);
        }
    }
    if (!write)
        *value = result;
    return true;
}

/* IHI 0069, 12.1.11: JEDEC's code of Arm (0x43b) as designer, the architecture's revision in PIDR2, class 0xf as GIC-400 and later. */
uint32_t gic_identification(const struct gic *g, uint32_t offset, uint8_t part)
{
    static const uint8_t id[12] = { 0x04, 0, 0, 0, 0, 0xb4, 0x0b, 0, 0x0d, 0xf0, 0x05, 0xb1 };
    uint32_t n = ((offset & 0xfff) - 0xfd0) / 4;
    if ((offset & 0xfff) < 0xfd0 || offset & 3)
        return 0;
    return n == 4 ? part : n == 6 ? id[n] | g->version << 4 : id[n];
}
