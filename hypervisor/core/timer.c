/*
 * Owns: the alarms of every CPU, each CPU's in a list sorted by time.
 * Invariant: a timer is queued on the CPU named in it, or on none; the CPU's host alarm is set to its first.
 */
#include "hypervisor/core/timer.h"

static struct queue {
    struct lock lock;
    struct timer *first;
    struct timer *_Atomic firing;
} queues[HOST_CPUS_MAX];

void timer_init(struct timer *t, void (*fire)(void *owner), void *owner)
{
    *t = (struct timer){ .at = UINT64_MAX, .fire = fire, .owner = owner };
}

static void insert(struct queue *q, struct timer *t)
{
    struct timer **at = &q->first;
    while (*at && (*at)->at <= t->at)
        at = &(*at)->next;
    t->next = *at;
    t->queued = true;
    *at = t;
}

static void take_out(struct queue *q, struct timer *t)
{
    struct timer **at = &q->first;
    while (*at && *at != t)
        at = &(*at)->next;
    if (*at)
        *at = t->next;
    t->queued = false;
}

/* Under t->lock, which keeps it from moving to another queue. */
static void remove_from_queue(struct timer *t)
{
    struct queue *q = &queues[t->cpu];
    lock_take(&q->lock);
    if (t->queued)
        take_out(q, t);
    lock_give(&q->lock);
}

void timer_set(struct timer *t, uint64_t at)
{
    unsigned cpu = arch_cpu();
    struct queue *q = &queues[cpu];
    lock_take(&t->lock);
    remove_from_queue(t);
    lock_take(&q->lock);
    t->at = at;
    t->cpu = cpu;
    if (at != UINT64_MAX)
        insert(q, t);
    /* What is due already fires at the next timer_run, and the alarm makes sure that there is one. */
    if (q->first == t)
        arch_timer(at);
    lock_give(&q->lock);
    lock_give(&t->lock);
}

void timer_cancel(struct timer *t)
{
    lock_take(&t->lock);
    remove_from_queue(t);
    t->at = UINT64_MAX;
    unsigned cpu = t->cpu;
    lock_give(&t->lock);
    struct queue *q = &queues[cpu];
    while (cpu != arch_cpu() && atomic_load_explicit(&q->firing, memory_order_acquire) == t)
        arch_relax();
}

void timer_run(void)
{
    struct queue *q = &queues[arch_cpu()];
    if (!q->first)
        return;
    lock_take(&q->lock);
    while (q->first && q->first->at <= arch_clock()) {
        struct timer *t = q->first;
        take_out(q, t);
        t->at = UINT64_MAX;
        atomic_store_explicit(&q->firing, t, memory_order_relaxed);
        lock_give(&q->lock);
        t->fire(t->owner);
        lock_take(&q->lock);
        atomic_store_explicit(&q->firing, NULL, memory_order_release);
    }
    arch_timer(q->first ? q->first->at : UINT64_MAX);
    lock_give(&q->lock);
}
