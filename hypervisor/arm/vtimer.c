/*
 * Owns: the virtual timer of a vCPU. The guest has CNTV for its own while it is loaded; its interrupt in the host is active from when
 * it came until the guest ends its own (a list register with hw). Invariant: on a CPU that interrupt is active exactly while a vCPU is
 * loaded whose vtimer_fired is set.
 */
#include "hypervisor/arm/guest.h"

#define NEVER (UINT64_C(1) << 56)       /* ticks: years, and nanoseconds of it fit into 64 bits */

void vtimer_load(struct arch_vcpu *v)
{
    sysreg_set(CNTVOFF_EL2, v->cntvoff);
    sysreg_set(CNTV_CVAL_EL0, v->cntv_cval);
    if (v->vtimer_fired)
        gic_host_set_active(gic_host.vtimer, true);     /* before the line can rise */
    isb();
    sysreg_set(CNTV_CTL_EL0, v->cntv_ctl);
}

static bool in_list_register(const struct arch_vcpu *v)
{
    for (unsigned n = 0; n < arch_lrs(); n++) {
        const struct gic_lr *l = &v->vgic.lr[n];
        if (l->state && l->hw && l->host == gic_host.vtimer)
            return true;
    }
    return false;
}

/*
 * The guest may have dropped its interrupt in the distributor instead of ending it. Once its timer's line is low again and no list
 * register has it, nothing of it is left but the host's active state, which would keep back the next one.
 */
void vtimer_settle(struct arch_vcpu *v)
{
    const uint64_t high = CNT_CTL_ENABLE | CNT_CTL_ISTATUS;
    if (!v->vgic.touched)
        vgic_sync(v);
    if (!v->vtimer_fired || in_list_register(v) || (sysreg_get(CNTV_CTL_EL0) & high) == high)
        return;
    v->vtimer_fired = false;
    gic_host_set_active(gic_host.vtimer, false);
}

/* After vgic_unload, which has seen whether the guest ended it. */
void vtimer_unload(struct arch_vcpu *v)
{
    v->cntv_ctl = sysreg_get(CNTV_CTL_EL0) & (CNT_CTL_ENABLE | CNT_CTL_IMASK);
    v->cntv_cval = sysreg_get(CNTV_CVAL_EL0);
    sysreg_set(CNTV_CTL_EL0, 0);
    isb();
    if (v->vtimer_fired)
        gic_host_set_active(gic_host.vtimer, false);
}

uint64_t arch_vtimer_deadline(struct arch_vcpu *v)
{
    if (v->loaded && v->vtimer_fired)
        vtimer_settle(v);
    uint64_t ctl = v->loaded ? sysreg_get(CNTV_CTL_EL0) : v->cntv_ctl;
    if (v->vtimer_fired || (ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK)) != CNT_CTL_ENABLE)
        return UINT64_MAX;              /* fired: until the guest ends it no other comes, and that one is in the GIC's hands */
    uint64_t now = arch_counter(), seen = now - v->cntvoff, at = v->loaded ? sysreg_get(CNTV_CVAL_EL0) : v->cntv_cval;
    if (at <= seen)
        return arch_counter_to_ns(now);
    return at - seen > NEVER ? UINT64_MAX : arch_counter_to_ns(now + (at - seen));
}

unsigned arch_vtimer_host(void) { return gic_host.vtimer; }

void arch_set_counter_offset(struct arch_vcpu *v, uint64_t ticks)
{
    v->cntvoff = ticks;
    if (v->loaded)
        sysreg_set(CNTVOFF_EL2, ticks);
}
