/*
 * Owns: list registers and the virtual CPU interface's control, of both GIC versions. Invariants: while a vCPU is loaded, raw[] is what
 * was last written to or read from its list registers, which only the guest changes since; nothing is read or written that need not
 * be. While no vCPU is loaded the interface is off, so that it asks for no maintenance.
 */
#include "hypervisor/arm/guest.h"
#include "hypervisor/arm/vgic_lr.h"

#define ICH_HCR_EL2   S3_4_C12_C11_0
#define ICH_VTR_EL2   S3_4_C12_C11_1
#define ICH_MISR_EL2  S3_4_C12_C11_2
#define ICH_ELRSR_EL2 S3_4_C12_C11_5
#define ICH_VMCR_EL2  S3_4_C12_C11_7
#define ICC_SRE_EL2   S3_4_C12_C9_5
#define SRE_ENABLE    UINT64_C(8)

enum { GICH_HCR = 0x00, GICH_VTR = 0x04, GICH_VMCR = 0x08, GICH_MISR = 0x10, GICH_ELRSR0 = 0x30, GICH_APR = 0xf0, GICH_LR0 = 0x100 };

/* ICH_VMCR_EL2 and GICH_VMCR */
enum { VMCR_GROUP0 = 1, VMCR_GROUP1 = 2, VMCR3_PRIORITY = 24, VMCR2_PRIORITY = 27 };

static unsigned lrs, aprs;              /* of all CPUs: the least */
static bool v3;

/* ---- the registers ---- */

#define EACH_LR(X) \
    X(0, S3_4_C12_C12_0) X(1, S3_4_C12_C12_1) X(2, S3_4_C12_C12_2) X(3, S3_4_C12_C12_3) X(4, S3_4_C12_C12_4) X(5, S3_4_C12_C12_5) \
    X(6, S3_4_C12_C12_6) X(7, S3_4_C12_C12_7) X(8, S3_4_C12_C13_0) X(9, S3_4_C12_C13_1) X(10, S3_4_C12_C13_2) X(11, S3_4_C12_C13_3) \
    X(12, S3_4_C12_C13_4) X(13, S3_4_C12_C13_5) X(14, S3_4_C12_C13_6) X(15, S3_4_C12_C13_7)
#define EACH_AP0(X) X(0, S3_4_C12_C8_0) X(1, S3_4_C12_C8_1) X(2, S3_4_C12_C8_2) X(3, S3_4_C12_C8_3)
#define EACH_AP1(X) X(0, S3_4_C12_C9_0) X(1, S3_4_C12_C9_1) X(2, S3_4_C12_C9_2) X(3, S3_4_C12_C9_3)
#define GET(n, name) case n: return sysreg_get(name);
#define SET(n, name) case n: sysreg_set(name, value); break;

static uint64_t lr_get(unsigned n)
{
    if (!v3)
        return mmio_get32(gic_host.gich + GICH_LR0 + 4 * n);
    switch (n) {
    EACH_LR(GET)
    default: return 0;
    }
}

static void lr_set(unsigned n, uint64_t value)
{
    if (!v3) {
        mmio_set32(gic_host.gich + GICH_LR0 + 4 * n, (uint32_t)value);
        return;
    }
    switch (n) {
    EACH_LR(SET)
    default: break;
    }
}

static uint64_t ap0_get(unsigned n) { switch (n) { EACH_AP0(GET) default: return 0; } }
static uint64_t ap1_get(unsigned n) { switch (n) { EACH_AP1(GET) default: return 0; } }
static void ap0_set(unsigned n, uint64_t value) { switch (n) { EACH_AP0(SET) default: break; } }
static void ap1_set(unsigned n, uint64_t value) { switch (n) { EACH_AP1(SET) default: break; } }

static void hcr_set(uint32_t value)
{
    if (v3)
        sysreg_set(ICH_HCR_EL2, value);
    else
        mmio_set32(gic_host.gich + GICH_HCR, value);
}

static uint32_t vmcr_get(void) { return v3 ? (uint32_t)sysreg_get(ICH_VMCR_EL2) : mmio_get32(gic_host.gich + GICH_VMCR); }
/* Bit n: list register n is free. */
static uint32_t free_get(void) { return v3 ? (uint32_t)sysreg_get(ICH_ELRSR_EL2) : mmio_get32(gic_host.gich + GICH_ELRSR0); }

/* ---- start ---- */

static uint32_t vtr_get(void) { return v3 ? (uint32_t)sysreg_get(ICH_VTR_EL2) : mmio_get32(gic_host.gich + GICH_VTR); }

static unsigned lrs_here(void)
{
    unsigned n = (vtr_get() & (v3 ? 0x1f : 0x3f)) + 1;
    return n > LRS_MAX ? LRS_MAX : n;
}

/* Of this CPU; the GIC is up. */
const char *vgic_refusal(void)
{
    v3 = gic_host.version == 3;
    if (gic_host.version != 2 && gic_host.version != 3)
        return "this machine's GIC is of neither version 2 nor 3";
    if (!v3 && !gic_host.gich)
        return "this machine's GICv2 has no virtual interface";
    return lrs_here() < 2 ? "this machine's GIC has one list register, and two are needed" : NULL;
}

void vgic_cpu_start(void)
{
    unsigned here = lrs_here(), bits = v3 ? (vtr_get() >> 26 & 7) + 1 : 5;      /* PREbits: of preemption levels, 32 to a register */
    if (!lrs || here < lrs)
        lrs = here;
    aprs = bits < 5 ? 1 : 1u << (bits - 5);
    if (v3)     /* ICC_SRE_EL1 is the CPU's, not the vCPU's: EL1's accesses trap, IHI 0069 12.2.24 */
        sysreg_set(ICC_SRE_EL2, sysreg_get(ICC_SRE_EL2) & ~SRE_ENABLE);
    isb();
    hcr_set(0);
    for (unsigned i = 0; i < here; i++)
        lr_set(i, 0);
}

unsigned arch_lrs(void) { return lrs; }

/* ---- the interface's state ---- */

void vgic_reset(struct arch_vcpu *v) { v->vgic = (struct vgic){ .hcr = ICH_HCR_EN }; }

static void control_load(const struct vgic *g)
{
    if (!v3) {
        mmio_set32(gic_host.gich + GICH_VMCR, g->vmcr);
        mmio_set32(gic_host.gich + GICH_APR, g->ap0r[0]);
        return;
    }
    sysreg_set(ICH_VMCR_EL2, g->vmcr);
    for (unsigned i = 0; i < aprs && i < APRS; i++) {
        ap0_set(i, g->ap0r[i]);
        ap1_set(i, g->ap1r[i]);
    }
}

static void control_save(struct vgic *g)
{
    g->vmcr = vmcr_get();
    if (!v3) {
        g->ap0r[0] = mmio_get32(gic_host.gich + GICH_APR);
        return;
    }
    for (unsigned i = 0; i < aprs && i < APRS; i++) {
        g->ap0r[i] = (uint32_t)ap0_get(i);
        g->ap1r[i] = (uint32_t)ap1_get(i);
    }
}

/* All list registers are free where no vCPU is loaded. */
void vgic_load(struct arch_vcpu *v)
{
    struct vgic *g = &v->vgic;
    control_load(g);
    for (uint32_t rest = g->used; rest; rest &= rest - 1)
        lr_set((unsigned)__builtin_ctz(rest), g->raw[__builtin_ctz(rest)]);
    hcr_set(g->hcr);
}

void vgic_unload(struct arch_vcpu *v)
{
    struct vgic *g = &v->vgic;
    if (g->touched)
        vgic_prepare(v);                /* what was asked for since the last exit counts, though there was no entry */
    vgic_sync(v);
    for (uint32_t rest = g->used; rest; rest &= rest - 1)
        lr_set((unsigned)__builtin_ctz(rest), 0);
    control_save(g);
    hcr_set(0);
}

/* ---- list registers ---- */

/*
 * GICv2: the end of an interrupt that stands for one of the host is told to us, and we end the host's. QEMU's (7.2) clears the host's
 * active state for a list register with hw but does not look whether its line is high again, and a timer that has expired once more
 * by then would never be heard of.
 */
static bool ends_by_us(const struct gic_lr *l) { return !v3 && l->hw; }

static uint64_t encode(const struct gic_lr *l)
{
    struct gic_lr told = *l;
    if (v3)
        return lr3_encode(l);
    if (ends_by_us(l)) {
        told.hw = false;
        told.eoi = true;
    }
    return lr2_encode(&told);
}

/* The guest ended the timer's interrupt, and with it the host's. */
static void became_free(struct arch_vcpu *v, unsigned n)
{
    const struct gic_lr *l = &v->vgic.lr[n];
    if (ends_by_us(l))
        gic_host_end(l->host);
    if (l->hw && l->host == gic_host.vtimer)
        v->vtimer_fired = false;
}

/* It has ended and asks for maintenance until it is written: not any more, before anyone goes on. */
static void told_end(unsigned n)
{
    lr_set(n, 0);
    if (!v3)
        (void)mmio_get32(gic_host.gich + GICH_HCR);
    isb();
}

void vgic_sync(struct arch_vcpu *v)
{
    struct vgic *g = &v->vgic;
    if (!g->used)
        return;
    uint32_t empty = free_get();
    for (uint32_t rest = g->used; rest; rest &= rest - 1) {
        unsigned n = (unsigned)__builtin_ctz(rest);
        g->raw[n] = empty & UINT32_C(1) << n ? 0 : lr_get(n);
        g->lr[n].state = v3 ? lr3_state(g->raw[n]) : lr2_state(g->raw[n]);
        if (g->lr[n].state)
            continue;
        became_free(v, n);
        g->freed = true;
        if (g->raw[n])
            told_end(n);
        g->raw[n] = 0;
        g->used &= ~(UINT32_C(1) << n);
    }
}

struct gic_lr *arch_lr(struct arch_vcpu *v)
{
    struct vgic *g = &v->vgic;
    if (!g->touched) {
        g->touched = true;
        if (g->used && v->loaded)
            vgic_sync(v);
    }
    return g->lr;
}

/* One that was freed on the way, because the exit was its end, is news until arch_lr has been asked for and the vCPU entered. */
bool arch_lrs_in_use(struct arch_vcpu *v) { return v->vgic.touched || v->vgic.used || v->vgic.freed; }

static void lr_write(struct vgic *g, unsigned n, uint64_t raw)
{
    g->raw[n] = raw;
    g->used = raw ? g->used | UINT32_C(1) << n : g->used & ~(UINT32_C(1) << n);
    lr_set(n, raw);
}

/* Most are free, and were. */
void vgic_prepare(struct arch_vcpu *v)
{
    struct vgic *g = &v->vgic;
    const struct gic_lr *l = g->lr;
    const uint64_t *raw = g->raw;
    g->ends = false;
    for (unsigned n = 0, count = lrs; n < count; n++) {
        if (!l[n].state && !raw[n])
            continue;
        uint64_t new = l[n].state ? encode(&l[n]) : 0;
        g->ends |= l[n].state && (l[n].eoi || ends_by_us(&l[n]));
        if (new != raw[n])
            lr_write(g, n, new);
    }
    g->touched = g->freed = false;
    uint32_t hcr = ICH_HCR_EN | (g->window ? ICH_HCR_UIE : 0);
    if (hcr == g->hcr)
        return;
    g->hcr = hcr;
    hcr_set(hcr);
}

/* What was asked for is carried out at the next entry. */
void arch_window(struct arch_vcpu *v, bool wanted)
{
    if (v->vgic.window == wanted)
        return;
    (void)arch_lr(v);
    v->vgic.window = wanted;
}

bool vgic_underflow(struct arch_vcpu *v)
{
    uint32_t misr = v3 ? (uint32_t)sysreg_get(ICH_MISR_EL2) : mmio_get32(gic_host.gich + GICH_MISR);
    if (!(misr & ICH_MISR_U))
        return false;
    v->vgic.window = false;
    v->vgic.hcr = ICH_HCR_EN;
    hcr_set(ICH_HCR_EN);
    if (!v3)
        (void)mmio_get32(gic_host.gich + GICH_HCR);     /* the line is low before anyone goes on */
    isb();
    return true;
}

/* ---- what the guest set up ---- */

static uint32_t vmcr_of(const struct arch_vcpu *v) { return v->loaded ? vmcr_get() : v->vgic.vmcr; }

uint8_t arch_priority_mask(struct arch_vcpu *v)
{
    uint32_t vmcr = vmcr_of(v);
    return (uint8_t)(v3 ? vmcr >> VMCR3_PRIORITY : (vmcr >> VMCR2_PRIORITY & 0x1f) << 3);
}

bool arch_group_enabled(struct arch_vcpu *v, bool group1) { return vmcr_of(v) & (group1 ? VMCR_GROUP1 : VMCR_GROUP0); }
