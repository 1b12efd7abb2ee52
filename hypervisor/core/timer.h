/* Alarms. One queue per CPU; an alarm fires on the CPU that set it, in that CPU's run loop with no lock held, never in a handler. */
#ifndef HYPERVISOR_CORE_TIMER_H
#define HYPERVISOR_CORE_TIMER_H
#include "hypervisor/core/lock.h"

struct timer {
    uint64_t at;                        /* arch_clock() nanoseconds; UINT64_MAX: not set */
    void (*fire)(void *owner);          /* may set the timer again */
    void *owner;
    struct lock lock;                   /* core/timer.c's own from here on */
    struct timer *next;
    unsigned cpu;
    bool queued;
};

void timer_init(struct timer *t, void (*fire)(void *owner), void *owner);
/* Sets, moves, or, with UINT64_MAX, takes off without waiting for a fire() that runs. From any CPU. */
void timer_set(struct timer *t, uint64_t at);
/* When it returns, the timer is not queued and fire() is not running (unless called from fire itself). */
void timer_cancel(struct timer *t);
/* This CPU: fires all that is due and sets the host's alarm to the next. */
void timer_run(void);
#endif
