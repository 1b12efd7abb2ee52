/*
 * Owns: the local APIC's timer. The count is never stored: it follows from timer_due. Invariants: timer_due is
 * UINT64_MAX in deadline mode, tsc_deadline is 0 in the others; a periodic timer's expiries lie on one grid for ever.
 */
#include "hypervisor/devices/lapic_internal.h"

/*
 * A guest may ask for a period of 1 ns. Its expiries stay on their grid, but the next one is looked for this far ahead,
 * so that a vCPU gets to run between two alarms.
 */
#define PERIOD_ALARM_NS 20000

/* DCR bits 3,1,0: 000 divides by 2 ... 110 by 128, 111 by 1. */
static unsigned divide_shift(const struct lapic *l)
{
    unsigned code = (l->timer_divide >> 1 & 4) | (l->timer_divide & 3);
    return (code + 1) & 7;
}

static uint64_t period(const struct lapic *l) { return (uint64_t)l->timer_initial << divide_shift(l); }
static bool is_periodic(const struct lapic *l) { return (l->lvt[LVT_TIMER] & LVT_MODE_TIMER) == LVT_PERIODIC; }
/* The reserved mode 3 counts as deadline mode: one bit decides, and it cannot be entered from there unnoticed. */
static bool is_deadline(const struct lapic *l) { return l->lvt[LVT_TIMER] & LVT_DEADLINE; }

void lapic_timer_stop(struct lapic *l)
{
    l->timer_due = UINT64_MAX;
    l->tsc_deadline = 0;
}

uint32_t lapic_timer_count(const struct lapic *l, uint64_t ns)
{
    uint64_t left;
    if (l->timer_due == UINT64_MAX)
        return 0;
    if (ns < l->timer_due)
        left = l->timer_due - ns;
    else if (is_periodic(l) && period(l))
        left = period(l) - (ns - l->timer_due) % period(l);
    else
        return 0;
    left = (left + (1u << divide_shift(l)) - 1) >> divide_shift(l);
    return (uint32_t)(left > l->timer_initial ? l->timer_initial : left);
}

void lapic_timer_initial(struct lapic *l, uint32_t value, uint64_t ns)
{
    if (is_deadline(l))
        return;                             /* SDM 10.5.4.1: ignored */
    l->timer_initial = value;
    l->timer_due = value ? ns + period(l) : UINT64_MAX;
}

/* The count goes on from where it is, at the new rate. */
void lapic_timer_divide(struct lapic *l, uint32_t value, uint64_t ns)
{
    uint32_t count = lapic_timer_count(l, ns);
    bool expired = l->timer_due <= ns;
    l->timer_divide = value;
    if (l->timer_due != UINT64_MAX && !expired)
        l->timer_due = ns + ((uint64_t)count << divide_shift(l));
}

/* SDM 10.5.4.1: to or from deadline mode the timer is disarmed; between one-shot and periodic the count goes on. */
void lapic_timer_mode(struct lapic *l, uint32_t old_lvt, uint32_t new_lvt)
{
    if (((old_lvt ^ new_lvt) & LVT_DEADLINE) == 0)
        return;
    lapic_timer_stop(l);
    l->timer_initial = 0;
}

void lapic_set_deadline(struct lapic *l, uint64_t guest_tsc)
{
    if (is_deadline(l))
        l->tsc_deadline = guest_tsc;
}

uint64_t lapic_due(const struct lapic *l, uint64_t *tsc)
{
    *tsc = l->tsc_deadline;
    return l->timer_due;
}

void lapic_tick(struct lapic *l, uint64_t ns, uint64_t tsc)
{
    if (l->tsc_deadline && tsc >= l->tsc_deadline) {
        l->tsc_deadline = 0;
    } else if (l->timer_due <= ns && l->timer_due != UINT64_MAX) {
        uint64_t step = period(l), from = ns + (step < PERIOD_ALARM_NS ? PERIOD_ALARM_NS : 0);
        if (is_periodic(l) && step)
            l->timer_due += step * ((from - l->timer_due) / step + 1);
        else
            l->timer_due = UINT64_MAX;
    } else {
        return;
    }
    if (!(l->lvt[LVT_TIMER] & LVT_MASKED))
        lapic_raise(l, (uint8_t)l->lvt[LVT_TIMER], false);
}
