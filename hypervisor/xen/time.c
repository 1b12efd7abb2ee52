/*
 * Owns: the wall clock in shared info, runstate areas, and the timers a guest sets. System time is arch_clock(). What each
 * architecture's guests read time from is in time_x86.c and xen_arm.c.
 */
#include "hypervisor/xen/internal.h"
#include <xen/vcpu.h>

#define NS_PER_S    UINT64_C(1000000000)
#define PERIOD_MIN  UINT64_C(1000000)               /* ns, as Xen has it */
#define PERIOD_MAX  (UINT64_C(1) << 56)

void time_wallclock(struct xen_domain *x)
{
    uint64_t origin = time_origin(x), seconds = arch_wallclock() + origin / NS_PER_S;
    uint32_t *w = (uint32_t *)(void *)(x->shared + x->layout->wallclock);       /* wc_version, wc_sec, wc_nsec */
    uint32_t *sec_hi = (uint32_t *)(void *)(x->shared + x->layout->wallclock_high);
    x->wallclock_version += 2;
    __atomic_store_n(&w[0], x->wallclock_version + 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&w[1], (uint32_t)seconds, __ATOMIC_SEQ_CST);
    __atomic_store_n(&w[2], (uint32_t)(origin % NS_PER_S), __ATOMIC_SEQ_CST);
    __atomic_store_n(sec_hi, (uint32_t)(seconds >> 32), __ATOMIC_SEQ_CST);
    __atomic_store_n(&w[0], x->wallclock_version + 2, __ATOMIC_SEQ_CST);
}

/* ---- runstate ------------------------------------------------------------------------------ */
void runstate_update(struct vcpu *v)
{
    const struct area *a = &v->xen->runstate;
    struct vcpu_times times;
    vcpu_times(v, &times);
    bool narrow = a->length < sizeof(struct vcpu_runstate_info);
    unsigned entry_at = narrow ? 4 : offsetof(struct vcpu_runstate_info, state_entry_time);
    int32_t state = RUNSTATE_running;
    uint64_t entry = times.entered;
    if (v->domain->xen->assists & 1u << VMASST_TYPE_runstate_update_flag) {
        entry |= XEN_RUNSTATE_UPDATE;
        area_write(a, entry_at, &entry, sizeof(entry));
        atomic_thread_fence(memory_order_seq_cst);
        entry &= ~XEN_RUNSTATE_UPDATE;
    }
    area_write(a, 0, &state, sizeof(state));
    area_write(a, entry_at + (unsigned)sizeof(entry), times.in, sizeof(times.in));
    atomic_thread_fence(memory_order_seq_cst);      /* the entry time without the flag says that the rest is whole */
    area_write(a, entry_at, &entry, sizeof(entry));
}

/* ---- timers ---------------------------------------------------------------------------------- */
static void fire_singleshot(void *owner)
{
    struct vcpu *v = owner;
    evtchn_raise_virq(v, VIRQ_TIMER);
}

static void fire_periodic(void *owner)
{
    struct vcpu *v = owner;
    uint64_t period = atomic_load(&v->xen->period), now = arch_clock();
    if (!period)
        return;
    evtchn_raise_virq(v, VIRQ_TIMER);
    /* On the grid it was started on; ticks that were missed are not made up for. */
    timer_set(&v->xen->periodic, v->xen->periodic_start + ((now - v->xen->periodic_start) / period + 1) * period);
}

static void fire_poll(void *owner) { vcpu_wake(owner); }

void timers_create(struct vcpu *v)
{
    timer_init(&v->xen->singleshot, fire_singleshot, v);
    timer_init(&v->xen->periodic, fire_periodic, v);
    timer_init(&v->xen->poll, fire_poll, v);
}

void timers_cancel(struct vcpu *v)
{
    atomic_store(&v->xen->period, 0);
    timer_cancel(&v->xen->singleshot);
    timer_cancel(&v->xen->periodic);
    timer_cancel(&v->xen->poll);
}

int64_t timer_singleshot(struct vcpu *v, uint64_t at, bool future_only)
{
    uint64_t now = arch_clock();
    if (at <= now && future_only)
        return -XEN_ETIME;
    if (at <= now) {
        timer_set(&v->xen->singleshot, UINT64_MAX);
        evtchn_raise_virq(v, VIRQ_TIMER);
        return 0;
    }
    timer_set(&v->xen->singleshot, at);
    return 0;
}

void timer_stop_singleshot(struct vcpu *v) { timer_set(&v->xen->singleshot, UINT64_MAX); }

int64_t timer_periodic(struct vcpu *v, uint64_t period)
{
    if (period && (period < PERIOD_MIN || period > PERIOD_MAX))
        return -XEN_EINVAL;
    v->xen->periodic_start = arch_clock();
    atomic_store(&v->xen->period, period);
    timer_set(&v->xen->periodic, period ? v->xen->periodic_start + period : UINT64_MAX);
    return 0;
}

/* One 64-bit argument, in two registers under the 32-bit convention. 0 stops it. */
int64_t hypercall_set_timer(struct call *c)
{
    uint64_t at = c->wide ? c->arg[0] : c->arg[1] << 32 | (uint32_t)c->arg[0];
    if (at)
        return timer_singleshot(c->v, at, false);
    timer_stop_singleshot(c->v);
    return 0;
}
