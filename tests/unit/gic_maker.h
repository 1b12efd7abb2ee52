/* A GIC with vCPUs, and a CPU interface that does to list registers what hardware does: acknowledge, end of interrupt. */
#ifndef TESTS_UNIT_GIC_MAKER_H
#define TESTS_UNIT_GIC_MAKER_H
#include <string.h>
#include "hypervisor/devices/gic.h"

enum {
    CTLR = 0, TYPER = 4, IIDR = 8, IGROUPR = 0x80, ISENABLER = 0x100, ICENABLER = 0x180, ISPENDR = 0x200, ICPENDR = 0x280, ISACTIVER = 0x300,
    ICACTIVER = 0x380, IPRIORITYR = 0x400, ITARGETSR = 0x800, ICFGR = 0xc00, SGIR = 0xf00, CPENDSGIR = 0xf10, SPENDSGIR = 0xf20,
    IROUTER = 0x6000, SGI_FRAME = 0x10000,
};
enum { MADE_CPUS = 20, MADE_SPIS = 64, MADE_LRS = 4, SPURIOUS = 1023 };
static struct gic g;
static struct gic_cpu made_cpu[MADE_CPUS], *made_cpus[MADE_CPUS];
static struct gic_irq made_spi[MADE_SPIS];
static struct gic_lr lr[MADE_CPUS][LRS_MAX];
static unsigned woken[MADE_CPUS], ended, ended_host;

static void made_wake(void *owner, unsigned cpu)
{
    (void)owner;
    woken[cpu]++;
}
static void made_end(void *owner, unsigned cpu, unsigned intid, unsigned host)
{
    (void)owner;
    (void)cpu;
    (void)intid;
    ended++;
    ended_host = host;
}

static void make_gic(unsigned version, unsigned cpus)
{
    memset(made_cpu, 0, sizeof(made_cpu));
    memset(made_spi, 0, sizeof(made_spi));
    memset(lr, 0, sizeof(lr));
    memset(woken, 0, sizeof(woken));
    ended = ended_host = 0;
    for (unsigned i = 0; i < cpus; i++) {
        made_cpus[i] = &made_cpu[i];
        made_cpu[i].mpidr = (uint64_t)(i >> 4) << 8 | (i & 15);
    }
    gic_init(&g, version, cpus, made_cpus, made_spi, MADE_SPIS, made_wake, NULL);
    g.end = made_end;
}

static inline void dist_write(unsigned from, uint32_t offset, unsigned size, uint64_t value)
{
    gic_distributor(&g, from, offset, size, true, &value);
}
static inline uint64_t dist_read(unsigned from, uint32_t offset, unsigned size)
{
    uint64_t value = UINT64_MAX;
    gic_distributor(&g, from, offset, size, false, &value);
    return value;
}
static inline void redist_write(unsigned cpu, uint32_t offset, unsigned size, uint64_t value)
{
    gic_redistributor(&g, cpu, offset, size, true, &value);
}
static inline uint64_t redist_read(unsigned cpu, uint32_t offset, unsigned size)
{
    uint64_t value = UINT64_MAX;
    gic_redistributor(&g, cpu, offset, size, false, &value);
    return value;
}
static inline bool exchange(unsigned cpu) { return gic_exchange(&g, cpu, lr[cpu], MADE_LRS); }

static inline struct gic_lr *lr_of(unsigned cpu, unsigned intid)
{
    for (unsigned i = 0; i < MADE_LRS; i++)
        if (lr[cpu][i].state && lr[cpu][i].intid == intid)
            return &lr[cpu][i];
    return NULL;
}
static inline unsigned state_of(unsigned cpu, unsigned intid)
{
    struct gic_lr *l = lr_of(cpu, intid);
    return l ? l->state : 0;
}
/* ICC_IAR1_EL1, without regard to what is running: the most urgent pending one becomes active. */
static inline unsigned acknowledge(unsigned cpu)
{
    struct gic_lr *best = NULL;
    for (unsigned i = 0; i < MADE_LRS; i++)
        if (lr[cpu][i].state == LR_PENDING && (!best || lr[cpu][i].priority < best->priority))
            best = &lr[cpu][i];
    if (!best)
        return SPURIOUS;
    best->state = LR_ACTIVE;
    return best->intid;
}
/* ICC_EOIR1_EL1 with EOImode 0. False: hardware has no list register with it. */
static inline bool end_of_interrupt(unsigned cpu, unsigned intid)
{
    struct gic_lr *l = lr_of(cpu, intid);
    if (!l || !(l->state & LR_ACTIVE))
        return false;
    l->state &= (uint8_t)~LR_ACTIVE;
    return true;
}

/* All enabled, and all SPIs for vCPU 0. */
static inline void make_ready(unsigned version, unsigned cpus)
{
    make_gic(version, cpus);
    dist_write(0, 0, 4, 3);
    for (unsigned i = 0; i < cpus; i++) {
        if (version == 2)
            dist_write(i, ISENABLER, 4, 0xffffffff);
        else
            redist_write(i, SGI_FRAME | ISENABLER, 4, 0xffffffff);
    }
    for (unsigned n = 1; n < 3; n++)
        dist_write(0, ISENABLER + 4 * n, 4, 0xffffffff);
    for (unsigned n = 8; version == 2 && n < 24; n++)
        dist_write(0, ITARGETSR + 4 * n, 4, 0x01010101);
}
static inline void edge(unsigned intid)
{
    uint32_t at = ICFGR + intid / 16 * 4;
    dist_write(0, at, 4, dist_read(0, at, 4) | UINT64_C(2) << intid % 16 * 2);
}
static inline void pulse(unsigned intid)
{
    gic_line(&g, 0, intid, true);
    gic_line(&g, 0, intid, false);
}
static inline unsigned valid(unsigned cpu)
{
    unsigned n = 0;
    for (unsigned i = 0; i < MADE_LRS; i++)
        n += lr[cpu][i].state != 0;
    return n;
}
#endif
