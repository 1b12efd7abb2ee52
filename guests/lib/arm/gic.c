/*
 * Owns: a driver of the GIC, versions 2 and 3 (IHI 0048B, IHI 0069), one security state, group 1 on version 3 and what
 * GICD_IGROUPR has at reset on version 2. Just enough for tests; those about the GIC itself write registers by hand.
 */
#include "guests/lib/guest.h"

enum { CTLR = 0, ISENABLER = 0x100, ICENABLER = 0x180, ISPENDR = 0x200, ICPENDR = 0x280, ISACTIVER = 0x300, IPRIORITYR = 0x400,
       ITARGETSR = 0x800, ICFGR = 0xc00, SGIR = 0xf00, IROUTER = 0x6000, IGROUPR = 0x80 };
enum { GICR_WAKER = 0x14, GICR_SGI_FRAME = 0x10000, GICR_STRIDE = 0x20000, GICR_TYPER = 8 };
enum { GICC_CTLR = 0, GICC_PMR = 4, GICC_IAR = 0xc, GICC_EOIR = 0x10 };
enum { NONE = 1023, PRIORITY = 0xa0 };

static unsigned version;
static uint64_t distributor, interfaces, redistributors, redistributors_size;

uint64_t gicd(void) { return distributor; }
uint64_t gicc(void) { return interfaces; }
unsigned gic_version(void) { return version; }

static uint64_t affinity(uint64_t mpidr) { return mpidr & 0xffffff; }

/* The redistributor whose GICR_TYPER has that CPU's affinity. */
uint64_t gicr(unsigned cpu)
{
    for (uint64_t at = redistributors; at < redistributors + redistributors_size; at += GICR_STRIDE) {
        uint64_t typer = read64(at + GICR_TYPER);
        if (typer >> 32 == affinity(cpus[cpu].mpidr))
            return at;
        if (typer >> 4 & 1)
            break;
    }
    return 0;
}

bool gic_init(void)
{
    int node = tree_node("arm,gic-v3");
    uint64_t size;
    if (node >= 0 && tree_reg(node, 0, &distributor, &size) && tree_reg(node, 1, &redistributors, &redistributors_size))
        version = 3;
    if (!version) {
        node = tree_node("arm,gic-400");
        if (node < 0)
            node = tree_node("arm,cortex-a15-gic");
        if (node >= 0 && tree_reg(node, 0, &distributor, &size) && tree_reg(node, 1, &interfaces, &size))
            version = 2;
    }
    if (version)
        write32(distributor + CTLR, version == 3 ? 0x12 : 1);   /* ARE and group 1; or the one enable bit */
    return version != 0;
}

/* Where a bit or field of an interrupt stands: distributor, or the redistributor of this CPU. */
static uint64_t bank(unsigned intid)
{
    return version == 3 && intid < 32 ? gicr(this_cpu()->number) + GICR_SGI_FRAME : distributor;
}

void gic_cpu_init(unsigned cpu)
{
    if (version == 3) {
        uint64_t r = gicr(cpu);
        write_sysreg("S3_0_C12_C12_5", 7);                      /* ICC_SRE_EL1 */
        isb();
        write32(r + GICR_WAKER, 0);
        (void)wait_for(!(read32(r + GICR_WAKER) >> 2 & 1), 1);
        write32(r + GICR_SGI_FRAME + IGROUPR, UINT32_MAX);
        write_sysreg("S3_0_C4_C6_0", 0xff);                     /* ICC_PMR_EL1 */
        write_sysreg("S3_0_C12_C12_3", 0);                      /* ICC_BPR1_EL1 */
        write_sysreg("S3_0_C12_C12_4", 0);                      /* ICC_CTLR_EL1: EOImode 0 */
        write_sysreg("S3_0_C12_C12_7", 1);                      /* ICC_IGRPEN1_EL1 */
        isb();
    } else if (version == 2) {
        write32(interfaces + GICC_PMR, 0xff);
        write32(interfaces + GICC_CTLR, 1);
    }
    for (unsigned i = 0; version && i < 32; i++)
        gic_priority(i, PRIORITY);
    if (version)
        write32(bank(0) + ISENABLER, 0xffff);                   /* SGIs */
}

static void set_bit(unsigned reg, unsigned intid) { write32(bank(intid) + reg + intid / 32 * 4, 1u << intid % 32); }
static bool bit(unsigned reg, unsigned intid) { return read32(bank(intid) + reg + intid / 32 * 4) >> intid % 32 & 1; }

void gic_enable(unsigned intid, bool on)
{
    if (on && version == 3 && intid >= 32) {
        uint64_t group = distributor + IGROUPR + intid / 32 * 4;
        write32(group, read32(group) | 1u << intid % 32);
    }
    set_bit(on ? ISENABLER : ICENABLER, intid);
    dsb();
}

void gic_priority(unsigned intid, uint8_t priority) { write8(bank(intid) + IPRIORITYR + intid, priority); }

void gic_edge(unsigned intid, bool edge)
{
    uint64_t at = bank(intid) + ICFGR + intid / 16 * 4;
    uint32_t b = 2u << intid % 16 * 2;
    write32(at, edge ? read32(at) | b : read32(at) & ~b);
}

void gic_pend(unsigned intid, bool on)
{
    if (version == 2 && intid < 16)
        write8(distributor + (on ? 0xf20 : 0xf10) + intid, (uint8_t)(1 << this_cpu()->number));    /* GICD_SPENDSGIR */
    else
        set_bit(on ? ISPENDR : ICPENDR, intid);
    dsb();
}

bool gic_pending(unsigned intid) { return bit(ISPENDR, intid); }
bool gic_active(unsigned intid) { return bit(ISACTIVER, intid); }

void gic_route(unsigned intid, unsigned cpu)
{
    if (version == 3)
        write64(distributor + IROUTER + 8 * (uint64_t)intid, cpus[cpu].mpidr);
    else
        write8(distributor + ITARGETSR + intid, (uint8_t)(1 << cpu));
}

void gic_mask(uint8_t priority)
{
    if (version == 3)
        write_sysreg("S3_0_C4_C6_0", priority);
    else
        write32(interfaces + GICC_PMR, priority);
    isb();
}

void gic_sgi(unsigned intid, unsigned cpu)
{
    uint64_t m = cpus[cpu].mpidr;
    dsb();
    if (version == 3)
        write_sysreg("S3_0_C12_C11_5", (m >> 32 & 0xff) << 48 | (m >> 16 & 0xff) << 32 | (uint64_t)intid << 24 | (m >> 8 & 0xff) << 16 | 1u << (m & 15));
    else
        write32(distributor + SGIR, 1u << (16 + cpu) | intid);
    isb();
}

void gic_sgi_others(unsigned intid)
{
    dsb();
    if (version == 3)
        write_sysreg("S3_0_C12_C11_5", UINT64_C(1) << 40 | (uint64_t)intid << 24);
    else
        write32(distributor + SGIR, 1u << 24 | intid);
    isb();
}

unsigned gic_acknowledge(void)
{
    if (version == 3) {
        unsigned intid = (unsigned)read_sysreg("S3_0_C12_C12_0");
        dsb();
        return intid;
    }
    uint32_t v = version ? read32(interfaces + GICC_IAR) : NONE;
    if ((v & 0x3ff) < 16)
        this_cpu()->sgi_source[v & 15] = v & 0x1c00;
    return v & 0x3ff;
}

void gic_end(unsigned intid)
{
    if (version == 3)
        write_sysreg("S3_0_C12_C12_1", intid);
    else
        write32(interfaces + GICC_EOIR, intid < 16 ? intid | this_cpu()->sgi_source[intid] : intid);
    isb();
}
