/*
 * Owns: a vCPU's two redistributor frames of 64 KiB (IHI 0069, 12.10 and 12.11), version 3 only: the first tells who it is, the
 * second has the registers of its private interrupts. Waking and sleeping is remembered and reported, but delivers: what is pending
 * for a redistributor that sleeps would ask for it to be woken, and its CPU interface lets nothing through then.
 */
#include "hypervisor/devices/gic_internal.h"

enum { GICR_CTLR = 0x0, GICR_IIDR = 0x4, GICR_TYPER = 0x8, GICR_WAKER = 0x14, GICR_IDS = 0xffd0, GICR_SGI_FRAME = 0x10000, PART = 0x93 };
#define WAKER_PROCESSOR_SLEEP 0x2u
#define WAKER_CHILDREN_ASLEEP 0x4u
#define TYPER_LAST            0x10u

static uint64_t type(const struct gic *g, unsigned cpu)
{
    uint64_t mpidr = g->cpu[cpu]->mpidr;
    return (mpidr & 0xffffff) << 32 | (mpidr >> 32 & 0xff) << 56 | (uint64_t)cpu << 8 | (cpu == g->cpus - 1 ? TYPER_LAST : 0);
}

static uint64_t read(const struct gic *g, unsigned cpu, uint32_t offset, unsigned size)
{
    if (size == 8)
        return offset == GICR_TYPER ? type(g, cpu) : 0;
    switch (size == 4 ? offset : GICR_CTLR) {
    case GICR_IIDR:      return GIC_IIDR;
    case GICR_TYPER:     return (uint32_t)type(g, cpu);
    case GICR_TYPER + 4: return type(g, cpu) >> 32;
    case GICR_WAKER:     return g->cpu[cpu]->asleep ? WAKER_PROCESSOR_SLEEP | WAKER_CHILDREN_ASLEEP : 0;
    default:             return size == 4 && offset >= GICR_IDS && offset < GICR_SGI_FRAME ? gic_identification(g, offset, PART) : 0;
    }
}

/* Who is awake decides where SPIs for any of them go. */
static void set_asleep(struct gic *g, unsigned cpu, bool asleep)
{
    if (g->cpu[cpu]->asleep == asleep)
        return;
    g->cpu[cpu]->asleep = asleep;
    for (unsigned n = GIC_PRIVATE; n < gic_intids(g); n++)
        if (gic_irq_of(g, 0, n)->affinity & GIC_ROUTE_ANY)
            gic_route(g, n);
}

void gic_redistributor(struct gic *g, unsigned cpu, uint32_t offset, unsigned size, bool write, uint64_t *value)
{
    if (offset & (size - 1) || cpu >= g->cpus) {
        *value = write ? *value : 0;
    } else if (offset >= GICR_SGI_FRAME) {
        if (!gic_bank(g, cpu, offset - GICR_SGI_FRAME, size, write, value, 0, GIC_PRIVATE) && !write)
            *value = 0;
    } else if (!write) {
        *value = read(g, cpu, offset, size);
    } else if (size == 4 && offset == GICR_WAKER) {
        set_asleep(g, cpu, *value & WAKER_PROCESSOR_SLEEP);
    }
}
