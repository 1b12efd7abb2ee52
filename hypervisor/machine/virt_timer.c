/*
 * Owns: a vCPU's physical timer (CNTP, DDI 0487, D11.2.4), which the hardware keeps for the hypervisor and its guest finds emulated;
 * and the alarm of a vCPU that waits. Linux takes the virtual timer, which traps nowhere: this one need only be right.
 * Invariant: under gic_lock, the line of PPI 30 is as CNTP_CTL's ISTATUS and IMASK say, or the alarm is set to when it will change.
 */
#include "hypervisor/machine/virt.h"

enum { CTL_ENABLE = 1, CTL_IMASK = 2, CTL_ISTATUS = 4 };
#define CNTP_TVAL ARM_SYSREG(3, 3, 14, 2, 0)
#define CNTP_CTL  ARM_SYSREG(3, 3, 14, 2, 1)
#define FAR_AWAY  (UINT64_C(1) << 50)      /* ticks: months at any frequency; conversion to ns is exact up to here */

static bool condition(const struct machine_vcpu *m, uint64_t now)
{
    return (m->cntp_control & CTL_ENABLE) && (int64_t)(now - m->cntp_compare) >= 0;
}

/* Under gic_lock. */
static void update(struct vcpu *v)
{
    struct machine_vcpu *m = v->machine;
    uint64_t now = arch_counter(), left = m->cntp_compare - now, at = UINT64_MAX;
    bool met = condition(m, now);
    gic_line(&v->domain->machine->gic, v->id, VIRT_TIMER_EL1_GSI, met && !(m->cntp_control & CTL_IMASK));
    if (!met && (m->cntp_control & CTL_ENABLE) && left < FAR_AWAY)
        at = arch_counter_to_ns(now + left);
    timer_set(&m->physical, at);
}

static void physical_fires(void *owner)
{
    struct vcpu *v = owner;
    lock_take(&v->domain->machine->gic_lock);
    update(v);
    lock_give(&v->domain->machine->gic_lock);
}

/* One that was left behind by a vCPU that something else woke is for nobody: who waits again sets it anew. */
static void wake_fires(void *owner)
{
    struct vcpu *v = owner;
    if (atomic_load(&v->state) == VCPU_BLOCKED)
        vcpu_wake(v);
}

void virt_timer_create(struct vcpu *v)
{
    timer_init(&v->machine->wake, wake_fires, v);
    timer_init(&v->machine->physical, physical_fires, v);
}

void virt_timer_cancel(struct vcpu *v)
{
    timer_cancel(&v->machine->wake);
    timer_cancel(&v->machine->physical);
}

void virt_timer_reset(struct vcpu *v)
{
    struct machine *m = v->domain->machine;
    timer_set(&v->machine->wake, UINT64_MAX);
    lock_take(&m->gic_lock);
    v->machine->cntp_control = 0;
    v->machine->cntp_compare = 0;
    update(v);
    lock_give(&m->gic_lock);
}

uint64_t virt_timer_read(struct vcpu *v, uint32_t name)
{
    struct machine_vcpu *m = v->machine;
    uint64_t now = arch_counter();
    if (name == CNTP_CTL)
        return m->cntp_control | (condition(m, now) ? CTL_ISTATUS : 0);
    return name == CNTP_TVAL ? (uint32_t)(m->cntp_compare - now) : m->cntp_compare;
}

void virt_timer_write(struct vcpu *v, uint32_t name, uint64_t value)
{
    struct machine *m = v->domain->machine;
    lock_take(&m->gic_lock);
    if (name == CNTP_CTL)
        v->machine->cntp_control = (uint32_t)value & (CTL_ENABLE | CTL_IMASK);
    else
        v->machine->cntp_compare = name == CNTP_TVAL ? arch_counter() + (uint64_t)(int64_t)(int32_t)(uint32_t)value : value;
    update(v);
    lock_give(&m->gic_lock);
}
