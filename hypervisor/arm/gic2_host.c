/* Owns: a physical GICv2 (IHI 0048B). We are in the non-secure state, or there is only one: both see their interrupts enabled by bit 0. */
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/gic_host.h"

enum { GICC_CTLR = 0, GICC_PMR = 4, GICC_BPR = 8, GICC_IAR = 0xc, GICC_EOIR = 0x10, GICC_DIR = 0x1000 };
enum { ENABLE = 1, EOI_MODE = 1 << 9, ALL_PRIORITIES = 0xff };

static const char *start(const struct tree_gic *g)
{
    gic_host.gicc = memory_map_device(g->gicc.at, g->gicc.size);
    gic_host.gich = memory_map_device(g->gich.at, g->gich.size);
    gic_host.gicv = hpa(g->gicv.at);
    if (!gic_host.gicc || g->gicc.size <= GICC_DIR)
        return "the GICv2's CPU interface has no GICC_DIR: its second reg must have 8 KiB: mend the board's tree";
    if (!gic_host.gich || !g->gicv.size)
        return "this GICv2 has no virtual interface (GICH, GICV): the machine's GIC lacks the Virtualization Extensions, or its node has fewer than four reg";
    mmio_set32(gic_host.gicd + GICD_CTLR, ENABLE);
    return NULL;
}

/* What GICD_ITARGETSR0 says is this CPU's own bit. */
static const char *cpu_start(void)
{
    this_cpu()->gic2_mask = (uint8_t)mmio_get32(gic_host.gicd + GICD_ITARGETSR);
    mmio_set32(gic_host.gicc + GICC_PMR, ALL_PRIORITIES);
    mmio_set32(gic_host.gicc + GICC_BPR, 0);
    mmio_set32(gic_host.gicc + GICC_CTLR, ENABLE | EOI_MODE);
    return NULL;
}

static uint32_t take(void) { return mmio_get32(gic_host.gicc + GICC_IAR); }
static void drop(uint32_t word) { mmio_set32(gic_host.gicc + GICC_EOIR, word); }
static void end(uint32_t word) { mmio_set32(gic_host.gicc + GICC_DIR, word); }

static void kick(unsigned cpu)
{
    dsb_sy();               /* what the other is to see stands before the interrupt */
    mmio_set32(gic_host.gicd + GICD_SGIR, (uint32_t)percpu_of(cpu)->gic2_mask << 16 | KICK);
}

static void route(unsigned intid, const struct percpu *to) { mmio_set8(gic_host.gicd + GICD_ITARGETSR + intid, to->gic2_mask); }
static volatile uint8_t *registers(unsigned intid)
{
    (void)intid;            /* those of private interrupts are banked */
    return gic_host.gicd;
}

const struct gic_ops gic2_ops = { start, cpu_start, take, drop, end, kick, route, registers };
