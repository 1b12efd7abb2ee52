/*
 * Owns: the physical GIC as the rest of arm/ sees it, and what an interrupt of the host means. Interrupts only note what happened:
 * whoever they woke looks at the queues. Invariant: a level-sensitive source is silenced before its interrupt is ended.
 */
#include "hypervisor/arm/gic_host.h"
#include "hypervisor/arch_arm.h"
#include "hypervisor/arm/cpu.h"
#include <stdatomic.h>

enum { SPURIOUS = 1020, PRIORITY = 0xa0, INTID_MASK = 0xffffff };

struct gic_host gic_host;
static const struct gic_ops *ops;
static unsigned uart_intid;
static atomic_uint routed[GIC_INTIDS_MAX / 32 + 1];

static uint32_t bit(unsigned intid) { return UINT32_C(1) << intid % 32; }
static volatile uint8_t *word_of(unsigned intid, unsigned registers) { return ops->registers(intid) + registers + intid / 32 * 4; }

static void enable(unsigned intid) { mmio_set32(word_of(intid, GICD_ISENABLER), bit(intid)); }

static void set_edge(unsigned intid, bool edge)
{
    volatile uint8_t *at = ops->registers(intid) + GICD_ICFGR + intid / 16 * 4;
    uint32_t v = mmio_get32(at), mask = UINT32_C(2) << intid % 16 * 2;
    mmio_set32(at, edge ? v | mask : v & ~mask);
}

static void quiet(unsigned first)
{
    volatile uint8_t *base = ops->registers(first);
    mmio_set32(base + GICD_ICENABLER + first / 8, UINT32_MAX);
    mmio_set32(base + GICD_ICACTIVER + first / 8, UINT32_MAX);
    mmio_set32(base + GICD_ICPENDR + first / 8, UINT32_MAX);
    for (unsigned i = 0; i < 32; i += 4)
        mmio_set32(base + GICD_IPRIORITYR + first + i, PRIORITY * UINT32_C(0x01010101));
}

const char *gic_host_start(const struct tree_gic *g)
{
    if (!g->version)
        return "the device tree names no GIC of version 2 or 3 with all its registers: load this board's tree";
    ops = g->version == 3 ? &gic3_ops : &gic2_ops;
    gic_host.version = g->version;
    gic_host.maintenance = g->maintenance;
    gic_host.gicd = memory_map_device(g->gicd.at, g->gicd.size);
    if (!gic_host.gicd) {
        ops = NULL;
        return "the GIC's distributor lies beyond the addresses that this CPU has: load this board's tree";
    }
    unsigned lines = ((mmio_get32(gic_host.gicd + GICD_TYPER) & 0x1f) + 1) * 32;
    gic_host.spis = (lines < SPURIOUS ? lines : SPURIOUS) - GIC_PRIVATE;
    const char *fault = ops->start(g);
    if (fault) {
        ops = NULL;
        return fault;
    }
    for (unsigned first = GIC_PRIVATE; first < lines && first < SPURIOUS; first += 32)
        quiet(first);
    return NULL;
}

bool gic_host_works(void) { return ops != NULL; }

const char *gic_host_cpu_start(void)
{
    const char *fault = ops ? ops->cpu_start() : NULL;
    if (fault && !this_cpu()->index)
        ops = NULL;
    if (!ops || fault)
        return fault;
    quiet(0);
    enable(KICK);
    const unsigned ppis[] = { gic_host.maintenance, gic_host.alarm, gic_host.vtimer };
    for (unsigned i = 0; i < sizeof(ppis) / sizeof(*ppis); i++)
        if (ppis[i])
            enable(ppis[i]);
    return NULL;
}

/* ---- taking ------------------------------------------------------------------------------------------- */

static bool is_routed(unsigned intid) { return atomic_load_explicit(&routed[intid / 32], memory_order_relaxed) & bit(intid); }

static unsigned handle(unsigned intid, uint32_t word)
{
    if (intid == gic_host.vtimer)
        return IRQ_VTIMER;
    if (intid >= GIC_PRIVATE && is_routed(intid)) {
        arch_up_table->routed(intid);
        return 0;
    }
    if (intid == gic_host.alarm)
        clock_alarm_taken();
    else if (intid == uart_intid && intid)
        uart_irq();
    ops->end(word);
    return intid == gic_host.maintenance ? IRQ_MAINTENANCE : 0;
}

unsigned irq_take(void)
{
    unsigned got = 0;
    while (ops) {
        uint32_t word = ops->take(), intid = word & INTID_MASK;
        if (gic_host.version == 2)
            intid &= 0x3ff;
        if (intid >= SPURIOUS)
            break;
        ops->drop(word);
        got |= handle(intid, word);
    }
    return got;
}

/* While no guest runs the virtual timer's interrupt is kept for the vCPU that is loaded; without one it is left over from one that was. */
static void take_at_home(void)
{
    struct percpu *c = this_cpu();
    unsigned got = irq_take();
    if (!(got & IRQ_VTIMER))
        return;
    if (c->loaded)
        c->taken |= IRQ_VTIMER;
    else
        gic_host_end(gic_host.vtimer);
}

/* WFI ends at a pending interrupt though interrupts are masked (DDI 0487, D1.6.2), so none that comes before it is slept through. Without a GIC none comes. */
void arch_idle(void)
{
    dsb_sy();
    if (ops)
        __asm__ volatile("wfi" : : : "memory");
    take_at_home();
}

void arch_interrupts(void) { take_at_home(); }
void arch_relax(void) { __asm__ volatile("yield" : : : "memory"); }

/* ---- single interrupts ----------------------------------------------------------------------------------- */

void gic_host_end(unsigned intid)
{
    if (ops)
        ops->end(intid);
}

void gic_host_set_active(unsigned intid, bool active)
{
    if (ops)
        mmio_set32(word_of(intid, active ? GICD_ISACTIVER : GICD_ICACTIVER), bit(intid));
}

bool gic_host_is_active(unsigned intid) { return ops && mmio_get32(word_of(intid, GICD_ISACTIVER)) & bit(intid); }

void gic_host_enable_spi(unsigned intid, bool edge, const struct percpu *to)
{
    set_edge(intid, edge);
    ops->route(intid, to);
    enable(intid);
}

void gic_host_uart(unsigned intid)
{
    if (!ops || intid < GIC_PRIVATE || intid >= GIC_PRIVATE + gic_host.spis)
        return;
    uart_intid = intid;
    gic_host_enable_spi(intid, false, this_cpu());
}

void arch_kick(unsigned cpu)
{
    if (ops && percpu_of(cpu))
        ops->kick(cpu);
}

unsigned arch_gic_version(void) { return gic_host.version; }
hpa_t arch_gicv(void) { return gic_host.gicv; }

bool arch_irq_route(unsigned intid, bool edge, unsigned cpu, bool wanted)
{
    if (!ops || intid < GIC_PRIVATE || intid >= GIC_PRIVATE + gic_host.spis || intid == uart_intid || !percpu_of(cpu) ||
        !arch_up_table->routed || (wanted && is_routed(intid)))
        return false;
    if (!wanted) {
        mmio_set32(word_of(intid, GICD_ICENABLER), bit(intid));
        atomic_fetch_and(&routed[intid / 32], ~bit(intid));
        mmio_set32(word_of(intid, GICD_ICACTIVER), bit(intid));
        return true;
    }
    atomic_fetch_or(&routed[intid / 32], bit(intid));
    gic_host_enable_spi(intid, edge, percpu_of(cpu));
    return true;
}

void arch_irq_end(unsigned intid) { gic_host_end(intid); }
