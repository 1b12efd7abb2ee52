/* Owns: a physical GICv3 or v4 (IHI 0069): system registers, affinity routing, group 1. */
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/gic_host.h"

#define ICC_PMR     S3_0_C4_C6_0
#define ICC_DIR     S3_0_C12_C11_1
#define ICC_SGI1R   S3_0_C12_C11_5
#define ICC_IAR1    S3_0_C12_C12_0
#define ICC_EOIR1   S3_0_C12_C12_1
#define ICC_BPR1    S3_0_C12_C12_3
#define ICC_CTLR    S3_0_C12_C12_4
#define ICC_SRE     S3_0_C12_C12_5
#define ICC_IGRPEN1 S3_0_C12_C12_7
#define ICC_SRE_EL2 S3_4_C12_C9_5

enum { CTLR_ON = 0x13 /* ARE, both enables of group 1 in either view */, CTLR_RWP = 1u << 31, TYPER_LAST = 1 << 4, TYPER_VLPIS = 1 << 1 };
enum { GICR_TYPER = 8, GICR_WAKER = 0x14, SLEEP = 1 << 1, ASLEEP = 1 << 2, FRAME = 0x10000, SPINS_MAX = 1000000 };
enum { SRE_ON = 0xf, EOI_MODE = 1 << 1, ALL_PRIORITIES = 0xf0 };

static struct { volatile uint8_t *at; uint64_t size; } region[TREE_GICRS_MAX];
static unsigned regions;
static uint64_t stride;

static void settle(void)
{
    for (unsigned i = 0; i < SPINS_MAX && mmio_get32(gic_host.gicd + GICD_CTLR) & CTLR_RWP; i++)
        ;
}

static const char *start(const struct tree_gic *g)
{
    stride = g->stride;
    for (unsigned i = 0; i < g->gicrs; i++) {
        region[regions].at = memory_map_device(g->gicr[i].at, g->gicr[i].size);
        region[regions].size = g->gicr[i].size;
        regions += region[regions].at != NULL;
    }
    mmio_set32(gic_host.gicd + GICD_CTLR, 0);
    settle();
    for (unsigned n = 0; n < gic_host.spis / 32; n++)
        mmio_set32(gic_host.gicd + GICD_IGROUPR + 4 + 4 * n, UINT32_MAX);
    mmio_set32(gic_host.gicd + GICD_CTLR, CTLR_ON);
    settle();
    return NULL;
}

/* The frames whose GICR_TYPER names this CPU. */
static volatile uint8_t *find(uint64_t mpidr)
{
    uint32_t wanted = (uint32_t)(mpidr >> 32 << 24 | (mpidr & 0xffffff));
    for (unsigned i = 0; i < regions; i++)
        for (uint64_t at = 0; at + 2 * FRAME <= region[i].size;) {
            uint64_t typer = mmio_get64(region[i].at + at + GICR_TYPER);
            if (typer >> 32 == wanted)
                return region[i].at + at;
            if (typer & TYPER_LAST)
                break;
            at += stride >= 2 * FRAME ? stride : typer & TYPER_VLPIS ? 4 * FRAME : 2 * FRAME;
        }
    return NULL;
}

static const char *cpu_start(void)
{
    struct percpu *c = this_cpu();
    c->gicr = find(c->mpidr);
    if (!c->gicr)
        return "the GICv3 has no redistributor for one of the CPUs: load this board's tree";
    mmio_set32(c->gicr + GICR_WAKER, mmio_get32(c->gicr + GICR_WAKER) & ~(uint32_t)SLEEP);
    for (unsigned i = 0; i < SPINS_MAX && mmio_get32(c->gicr + GICR_WAKER) & ASLEEP; i++)
        ;
    mmio_set32(c->gicr + FRAME + GICD_IGROUPR, UINT32_MAX);
    sysreg_set(ICC_SRE_EL2, sysreg_get(ICC_SRE_EL2) | SRE_ON);
    isb();
    if (!(sysreg_get(ICC_SRE_EL2) & 1))
        return "the GICv3's system registers are held back by firmware (ICC_SRE_EL3): no way to take interrupts";
    sysreg_set(ICC_SRE, sysreg_get(ICC_SRE) | 1);
    isb();
    sysreg_set(ICC_PMR, ALL_PRIORITIES);
    sysreg_set(ICC_BPR1, 0);
    sysreg_set(ICC_CTLR, EOI_MODE);
    sysreg_set(ICC_IGRPEN1, 1);
    isb();
    return NULL;
}

static uint32_t take(void)
{
    uint32_t word = (uint32_t)sysreg_get(ICC_IAR1);
    dsb_sy();               /* IHI 0069, 4.1.1: the acknowledgement is done before what follows */
    return word;
}

static void drop(uint32_t word)
{
    sysreg_set(ICC_EOIR1, word);
    isb();
}

static void end(uint32_t word)
{
    sysreg_set(ICC_DIR, word);
    isb();
}

static void kick(unsigned cpu)
{
    uint64_t m = percpu_of(cpu)->mpidr;
    dsb_ish();              /* what the other is to see stands before the interrupt */
    sysreg_set(ICC_SGI1R, (m >> 32 & 0xff) << 48 | (m & 0xff) >> 4 << 44 | (m >> 16 & 0xff) << 32 | (uint64_t)KICK << 24 |
                          (m >> 8 & 0xff) << 16 | UINT64_C(1) << (m & 0xf));
    isb();
}

static void route(unsigned intid, const struct percpu *to) { mmio_set64(gic_host.gicd + GICD_IROUTER + 8 * intid, to->mpidr); }
static volatile uint8_t *registers(unsigned intid) { return intid < GIC_PRIVATE ? this_cpu()->gicr + FRAME : gic_host.gicd; }

const struct gic_ops gic3_ops = { start, cpu_start, take, drop, end, kick, route, registers };
