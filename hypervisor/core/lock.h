/*
 * Spin locks, and the order in which they may be held (outer first):
 *
 *   domains (core/domain.c) > domain.lock > xen/ per-domain locks (evtchn, grant) > machine/ chip locks
 *   > page allocator > scheduler > timer queue > console
 *
 * A PL011's lock (machine/virt_uart.c) is outside xen/'s and the console's, where its bytes go; no chip's lock is taken under those on Arm.
 * Nothing below `sched` is held while a callback from above runs. Host interrupts are always off in C code,
 * so no lock is ever taken by a handler.
 */
#ifndef HYPERVISOR_CORE_LOCK_H
#define HYPERVISOR_CORE_LOCK_H
#include "hypervisor/arch.h"
#include <stdatomic.h>

struct lock { atomic_uint next, serving; };   /* a ticket lock: all zero is free */

static inline void lock_take(struct lock *l)
{
    unsigned mine = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed);
    while (atomic_load_explicit(&l->serving, memory_order_acquire) != mine)
        arch_relax();
}
static inline void lock_give(struct lock *l)
{
    unsigned now = atomic_load_explicit(&l->serving, memory_order_relaxed);
    atomic_store_explicit(&l->serving, now + 1, memory_order_release);
}
#endif
