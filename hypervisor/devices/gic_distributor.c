/*
 * Owns: the distributor's registers that are no rows of interrupts, in both versions (IHI 0048B, 4.3; IHI 0069, 12.9): control,
 * type, routes, software generated interrupts of version 2. Invariant: version 3 always routes by affinity (GICD_CTLR.ARE is
 * read-as-one), so the registers of private interrupts and of targets are reserved in it.
 */
#include "hypervisor/devices/gic_internal.h"

enum { GICD_CTLR = 0x000, GICD_TYPER = 0x004, GICD_IIDR = 0x008, GICD_SGIR = 0xf00, GICD_CPENDSGIR = 0xf10, GICD_SPENDSGIR = 0xf20 };
enum { GICD_IROUTER = 0x6000, GICD_IDS = 0xffd0, GICD_IDS_V2 = 0x0fd0, PART_V2 = 0x90, PART_V3 = 0x92 };
#define CTLR_ARE      0x10u
#define CTLR_DS       0x40u
#define TYPER_IDBITS  (9u << 19)        /* INTIDs of ten bits */
#define TYPER_A3V     (1u << 24)        /* affinity 3 may be other than 0 */

static uint32_t type(const struct gic *g)
{
    uint32_t lines = g->spis / 32;
    return g->version == 2 ? lines | (g->cpus - 1) << 5 : lines | TYPER_IDBITS | TYPER_A3V;
}

static void set_control(struct gic *g, uint32_t value)
{
    uint32_t old = g->control;
    g->control = value & (GICD_CTLR_GROUP0 | GICD_CTLR_GROUP1);
    for (unsigned cpu = 0; g->control != old && cpu < g->cpus; cpu++)
        for (unsigned n = 0; n < GIC_PRIVATE; n++)
            gic_update(g, cpu, n);
    for (unsigned n = GIC_PRIVATE; g->control != old && n < gic_intids(g); n++)
        gic_update(g, 0, n);
}

/* IHI 0048B, 4.3.15. */
static void send_sgi_v2(struct gic *g, unsigned from, uint32_t value)
{
    unsigned filter = value >> 24 & 3, intid = value & 15, targets = value >> 16 & 0xff;
    if (filter == 1)
        targets = 0xff & ~(1u << from);
    else if (filter == 2)
        targets = 1u << from;
    for (unsigned i = 0; filter != 3 && i < g->cpus; i++)
        if (targets >> i & 1) {
            g->cpu[i]->irq[intid].sources |= (uint8_t)(1u << from);
            gic_update(g, i, intid);
        }
}

/* A byte for each of the reader's SGIs, a bit for each CPU that sent it (IHI 0048B, 4.3.16 and 17). */
static void sgi_sources(struct gic *g, unsigned cpu, uint32_t offset, unsigned size, bool write, uint64_t *value)
{
    bool set = offset >= GICD_SPENDSGIR;
    uint64_t result = 0;
    if (size != 1 && size != 4)
        size = 0;
    for (unsigned i = 0; i < size; i++) {
        unsigned intid = (offset + i) & 15;
        struct gic_irq *irq = &g->cpu[cpu]->irq[intid];
        unsigned offered = irq->in_lr && irq->offered ? 1u << irq->source : 0, bits = (unsigned)(*value >> i * 8) & ((1u << g->cpus) - 1);
        result |= (uint64_t)(irq->sources | offered) << i * 8;
        if (!write || !bits)
            continue;
        irq->sources = (uint8_t)(set ? irq->sources | bits : irq->sources & ~bits);
        if (!set && offered & bits)
            irq->offered = false;
        gic_update(g, cpu, intid);
    }
    if (!write)
        *value = result;
}

/* A register of 64 bits for each SPI; its halves are accessible alone. */
static void route(struct gic *g, uint32_t offset, unsigned size, bool write, uint64_t *value)
{
    unsigned intid = (offset - GICD_IROUTER) / 8, shift = (offset & 4) * 8;
    bool there = size >= 4 && intid >= GIC_PRIVATE && intid < gic_intids(g);
    struct gic_irq *irq = there ? gic_irq_of(g, 0, intid) : NULL;
    uint64_t mask = (size == 8 ? UINT64_MAX : UINT32_MAX) << shift & (GIC_AFFINITY | GIC_ROUTE_ANY);
    if (!write)
        *value = there ? (irq->affinity & mask) >> shift : 0;
    if (!write || !there)
        return;
    irq->affinity = (irq->affinity & ~mask) | (*value << shift & mask);
    gic_route(g, intid);
}

static uint32_t read(const struct gic *g, uint32_t offset)
{
    if (offset == GICD_CTLR)
        return g->control | (g->version == 3 ? CTLR_ARE | CTLR_DS : 0);
    if (offset == GICD_TYPER)
        return type(g);
    if (offset == GICD_IIDR)
        return GIC_IIDR;
    if (g->version == 2)
        return offset >= GICD_IDS_V2 ? gic_identification(g, offset, PART_V2) : 0;
    return offset >= GICD_IDS ? gic_identification(g, offset, PART_V3) : 0;
}

void gic_distributor(struct gic *g, unsigned from, uint32_t offset, unsigned size, bool write, uint64_t *value)
{
    bool v2 = g->version == 2;
    if (offset & (size - 1) || from >= g->cpus) {
        *value = write ? *value : 0;
    } else if (v2 && offset >= GICD_CPENDSGIR && offset < GICD_SPENDSGIR + 16) {
        sgi_sources(g, from, offset, size, write, value);
    } else if (!v2 && offset >= GICD_IROUTER && offset < GICD_IROUTER + 8 * GIC_INTIDS_MAX) {
        route(g, offset, size, write, value);
    } else if (gic_bank(g, from, offset, size, write, value, v2 ? 0 : GIC_PRIVATE, gic_intids(g))) {
        return;
    } else if (!write) {
        *value = size == 4 ? read(g, offset) : 0;
    } else if (size == 4 && offset == GICD_CTLR) {
        set_control(g, (uint32_t)*value);
    } else if (size == 4 && offset == GICD_SGIR && v2) {
        send_sgi_v2(g, from, (uint32_t)*value);
    }
}
