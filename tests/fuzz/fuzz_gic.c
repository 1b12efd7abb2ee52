/*
 * Any sequence of register accesses, wires, SGIs, and a guest that acknowledges and ends what its list registers hold: no interrupt is
 * lost or in two places, list registers stay as hardware wants them, and what is deliverable reaches its vCPU.
 */
#include <stdlib.h>
#include <string.h>
#include "hypervisor/devices/gic_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CPUS = 5, SPIS = 64, LRS = 3 };
static struct gic g;
static struct gic_cpu cpu[CPUS], *cpus[CPUS];
static struct gic_irq spi[SPIS];
static struct gic_lr lr[CPUS][LRS];
static bool woken[CPUS], host_active[CPUS][GIC_PRIVATE + SPIS];

static void must(bool ok) { if (!ok) abort(); }
static void wake(void *owner, unsigned n)
{
    (void)owner;
    must(n < g.cpus);
    woken[n] = true;
}
static unsigned home(unsigned n, unsigned intid) { return intid < GIC_PRIVATE ? n : 0; }
static void end(void *owner, unsigned n, unsigned intid, unsigned host)
{
    (void)owner;
    must(host == intid);
    host_active[home(n, intid)][intid] = false;
}

static void check_irq(unsigned n, unsigned intid)
{
    const struct gic_irq *irq = gic_irq_of(&g, n, intid);
    unsigned queued = 0, held = 0;
    for (unsigned c = 0; c < g.cpus; c++) {
        if (intid < GIC_PRIVATE && c != n)
            continue;
        bool wanted = cpu[c].want[intid / 64] >> intid % 64 & 1;
        must(!wanted || irq->queued == c);
        queued += wanted;
        for (unsigned i = 0; i < LRS; i++)
            if (cpu[c].used >> i & 1 && cpu[c].held[i].intid == intid) {
                must(irq->in_lr && irq->at == c);
                held++;
            }
    }
    must(held == irq->in_lr && queued == (irq->queued != GIC_NOBODY) && !(held && queued));
    must(irq->in_lr || (!irq->offered && irq->written == GIC_UNWRITTEN));
    must(!(irq->priority & ~GIC_PRIORITY_MASK));
    /* No host's interrupt is forgotten. One may be ended early: by the end of what the guest itself made active, which was before it. */
    must(irq->hw || !host_active[home(n, intid)][intid]);
    must(!irq->hw || irq->pending || irq->active || irq->in_lr);
    if (!irq->in_lr && (irq->active || (gic_deliver(&g, irq) && irq->target != GIC_NOBODY)))
        must(irq->queued == (irq->active ? irq->at : irq->target));
    else
        must(!queued);
}

static void check(void)
{
    for (unsigned n = 0; n < g.cpus; n++)
        for (unsigned i = 0; i < GIC_PRIVATE; i++)
            check_irq(n, i);
    for (unsigned i = GIC_PRIVATE; i < GIC_PRIVATE + SPIS; i++)
        check_irq(0, i);
}

/* A vCPU about to run: whoever is deliverable there and not in a list register has been told, or all are full and more is told. */
static void exchange(unsigned n)
{
    bool more = gic_exchange(&g, n, lr[n], LRS);
    unsigned valid = 0;
    for (unsigned i = 0; i < LRS; i++) {
        const struct gic_lr *l = &lr[n][i];
        if (!l->state)
            continue;
        valid++;
        must(l->intid < gic_intids(&g) && l->state <= 3 && !(l->hw && (l->state == 3 || l->eoi)));
        for (unsigned j = 0; j < i; j++)
            must(!lr[n][j].state || lr[n][j].intid != l->intid);
    }
    must(!more || valid == LRS);
    if (!more)
        for (unsigned w = 0; w < GIC_WORDS; w++)
            must(!cpu[n].want[w]);
    struct gic_lr was[LRS];
    memcpy(was, lr[n], sizeof(was));
    must(gic_exchange(&g, n, lr[n], LRS) == more && !memcmp(was, lr[n], sizeof(was)));
    woken[n] = false;
}

static void guest(unsigned n, unsigned slot, bool acknowledge)
{
    struct gic_lr *l = &lr[n][slot % LRS];
    if (acknowledge && l->state == LR_PENDING) {
        l->state = LR_ACTIVE;
    } else if (!acknowledge && l->state & LR_ACTIVE) {
        l->state &= (uint8_t)~LR_ACTIVE;
        if (l->hw)
            host_active[home(n, l->intid)][l->intid] = false;
    }
}

static void raise_hw(unsigned n, unsigned intid)
{
    if (intid < GIC_SGIS || intid >= gic_intids(&g) || host_active[home(n, intid)][intid])
        return;                                 /* it is active: the host gives it no second time */
    host_active[home(n, intid)][intid] = true;
    gic_raise_hw(&g, n, intid, intid);
}

static void step(const uint8_t *b)
{
    unsigned n = b[1] % g.cpus, bytes = 1u << (b[0] >> 4 & 3);
    uint64_t value = b[3] * UINT64_C(0x0100010001000101);
    bool write = b[0] & 0x40;
    switch (b[0] & 15) {
    case 0: case 1: gic_distributor(&g, n, b[2] * 4u | (b[1] & 0xc0u) << 4, bytes, write, &value); break;
    case 2: gic_redistributor(&g, n, 0x10000u + b[2] * 4u + (b[1] & 0xc0u) * 16, bytes, write, &value); break;
    case 3: gic_redistributor(&g, n, b[2], bytes, write, &value); break;
    case 4: gic_distributor(&g, n, 0x6000u + b[2] * 8u, 8, true, &value); break;
    case 5: gic_distributor(&g, n, 0x400u + b[2], 1, write, &value); break;
    case 6: gic_send_sgi(&g, n, (uint64_t)(b[2] & 15) << 24 | b[3] | (uint64_t)(b[0] >> 6 & 1) << 40, b[2] & 16); break;
    case 7: gic_distributor(&g, n, 0xf00, 4, true, &(uint64_t){ (uint64_t)b[3] << 16 | (b[2] & 15) | (uint64_t)(b[0] >> 4) << 24 }); break;
    case 8: gic_line(&g, n, b[2], b[3] & 1); break;
    case 9: raise_hw(n, b[2]); break;
    case 10: gic_deactivate(&g, n, b[2]); break;
    case 11: gic_distributor(&g, n, 0, 4, true, &value); break;
    case 12: case 13: guest(n, b[2], b[3] & 1); break;
    case 14: exchange(n); break;
    default:
        if (b[2] != 0x5a)
            return;
        exchange(n);
        memset(lr[n], 0, sizeof(lr[n]));
        gic_cpu_reset(&g, n);
    }
}

/* In the end everybody takes and ends all there is: nothing stays active, nothing deliverable stays behind but lines that are high. */
static void run_dry(void)
{
    for (unsigned intid = 0; intid < gic_intids(&g); intid++)
        for (unsigned n = 0; n < g.cpus; n++)
            gic_line(&g, n, intid, false);
    for (unsigned round = 0; round < 400; round++)
        for (unsigned n = 0; n < g.cpus; n++) {
            exchange(n);
            for (unsigned i = 0; i < LRS; i++) {
                guest(n, i, true);
                guest(n, i, false);
            }
        }
    for (unsigned n = 0; n < g.cpus; n++) {
        exchange(n);
        for (unsigned i = 0; i < LRS; i++)
            must(!lr[n][i].state);
    }
    check();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    memset(cpu, 0, sizeof(cpu));
    memset(spi, 0, sizeof(spi));
    memset(lr, 0, sizeof(lr));
    memset(woken, 0, sizeof(woken));
    memset(host_active, 0, sizeof(host_active));
    for (unsigned i = 0; i < CPUS; i++) {
        cpus[i] = &cpu[i];
        cpu[i].mpidr = i < 3 ? i : 0x100 + i;
    }
    gic_init(&g, data[0] & 1 ? 3 : 2, 1 + data[0] / 2 % CPUS, cpus, spi, SPIS, wake, NULL);
    g.end = end;
    for (data++, size--; size >= 4; data += 4, size -= 4) {
        step(data);
        check();
    }
    run_dry();
    return 0;
}
