/*
 * Owns: HYPERVISOR_sched_op (xen/sched.h): giving way, waiting for events, ending, watchdogs.
 * Invariant: x->pollers counts the vCPUs with .polling set; both change only on the vCPU's own CPU.
 */
#include "hypervisor/xen/internal.h"
#include <xen/sched.h>

enum { POLL_PORTS_MAX = 128 };

/* ---- the end ----------------------------------------------------------------------------- */
static int64_t shut_down(struct call *c, uint32_t reason)
{
    struct domain *d = c->v->domain;
    console_drain(c->x);        /* last words that the guest did not ring for (GRUB) */
    switch (reason) {
    case SHUTDOWN_poweroff: domain_shutdown(d, END_POWEROFF); return 0;
    case SHUTDOWN_reboot:   domain_shutdown(d, END_REBOOT); return 0;
    case SHUTDOWN_crash:    domain_crash(d, "the guest's kernel said so itself (SHUTDOWN_crash)"); return 0;
    case SHUTDOWN_watchdog: domain_crash(d, "the guest's watchdog ran out"); return 0;
    case SHUTDOWN_suspend:  return 1;       /* "cancelled": there is nobody who would save and resume it */
    case SHUTDOWN_soft_reset:
        return refuse(c, XEN_EOPNOTSUPP, "sched_op soft_reset", "a new kernel gets a new domain here");
    default: return -XEN_EINVAL;
    }
}

static int64_t shutdown_op(struct call *c)
{
    struct sched_shutdown op;
    return take(c, &op, c->arg[1], sizeof(op)) ? shut_down(c, op.reason) : -XEN_EFAULT;
}

/* ---- waiting ------------------------------------------------------------------------------ */
static int64_t block(struct call *c) { c->next = XEN_BLOCK; return 0; }
static int64_t yield(struct call *c) { c->next = XEN_YIELD; return 0; }

void sched_poll_end(struct vcpu *v)
{
    struct xen_vcpu *xv = v->xen;
    if (!atomic_exchange(&xv->polling, false))
        return;
    atomic_fetch_sub(&v->domain->xen->pollers, 1);
    timer_set(&xv->poll, UINT64_MAX);
}

struct poll { uint64_t ports; uint32_t count, pad; uint64_t timeout; };
struct poll_narrow { uint32_t ports, count; uint64_t timeout; };
_Static_assert(sizeof(struct poll) == sizeof(struct sched_poll), "the 64-bit layout");

static bool read_poll(struct call *c, struct poll *p)
{
    struct poll_narrow n;
    if (c->wide)
        return take(c, p, c->arg[1], sizeof(*p));
    if (!take(c, &n, c->arg[1], sizeof(n)))
        return false;
    *p = (struct poll){ n.ports, n.count, 0, n.timeout };
    return true;
}

/* Under event_lock. 1: one of them is pending; -EINVAL: one of them is no port; else 0. */
static int64_t look_at(struct xen_domain *x, const uint32_t *ports, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!channel_at(x, ports[i]))
            return -XEN_EINVAL;
        if (evtchn_any_pending(x, ports[i]))
            return 1;
    }
    return 0;
}

static int64_t poll(struct call *c)
{
    struct poll p;
    uint32_t ports[POLL_PORTS_MAX];
    struct xen_vcpu *xv = c->v->xen;
    if (!read_poll(c, &p))
        return -XEN_EFAULT;
    if (p.count > POLL_PORTS_MAX)
        return -XEN_EINVAL;
    if (!take(c, ports, p.ports, p.count * sizeof(*ports)))
        return -XEN_EFAULT;
    /* The lock orders this with who sets an event pending: either it sees us polling, or we see its bit. */
    lock_take(&c->x->event_lock);
    int64_t seen = look_at(c->x, ports, p.count);
    if (!seen) {
        xv->poll_port = p.count == 1 ? ports[0] : 0;
        if (!atomic_exchange(&xv->polling, true))
            atomic_fetch_add(&c->x->pollers, 1);
    }
    lock_give(&c->x->event_lock);
    if (seen)
        return seen > 0 ? 0 : seen;
    if (p.timeout)
        timer_set(&xv->poll, p.timeout);
    c->next = XEN_BLOCK;
    return 0;
}

/* ---- watchdogs ------------------------------------------------------------------------------ */
static void bite(void *owner)
{
    struct xen_domain *x = owner;
    domain_crash(x->domain, "the guest's watchdog ran out");
}

void watchdogs_create(struct xen_domain *x)
{
    for (unsigned i = 0; i < WATCHDOGS; i++)
        timer_init(&x->watchdog[i], bite, x);
    x->watchdogs_made = true;
}

void watchdogs_cancel(struct xen_domain *x)
{
    for (unsigned i = 0; i < WATCHDOGS && x->watchdogs_made; i++)
        timer_cancel(&x->watchdog[i]);
}

/* Under watchdog_lock. id 0 asks for a new one; timeout 0 gives one up. */
static int64_t set_watchdog(struct xen_domain *x, uint32_t id, uint32_t seconds)
{
    int64_t result = 0;
    if (id > WATCHDOGS || (id == 0 && seconds == 0))
        return -XEN_EINVAL;
    if (id == 0) {
        while (id < WATCHDOGS && x->watchdog_used[id])
            id++;
        if (id == WATCHDOGS)
            return -XEN_ENOSPC;
        result = ++id;
    } else if (!x->watchdog_used[id - 1]) {
        return -XEN_EINVAL;
    }
    x->watchdog_used[id - 1] = seconds != 0;
    timer_set(&x->watchdog[id - 1], seconds ? arch_clock() + seconds * UINT64_C(1000000000) : UINT64_MAX);
    return result;
}

static int64_t watchdog(struct call *c)
{
    struct sched_watchdog op;
    if (!take(c, &op, c->arg[1], sizeof(op)))
        return -XEN_EFAULT;
    lock_take(&c->x->watchdog_lock);
    int64_t result = set_watchdog(c->x, op.id, op.timeout);
    lock_give(&c->x->watchdog_lock);
    return result;
}

int64_t hypercall_sched(struct call *c)
{
    switch ((uint32_t)c->arg[0]) {
    case SCHEDOP_yield:           return yield(c);
    case SCHEDOP_block:           return block(c);
    case SCHEDOP_shutdown:        return shutdown_op(c);
    case SCHEDOP_poll:            return poll(c);
    case SCHEDOP_watchdog:        return watchdog(c);
    case SCHEDOP_remote_shutdown:
    case SCHEDOP_pin_override:    return refuse(c, XEN_EPERM, "sched_op", "for a control domain only");
    default:                      return -XEN_ENOSYS;     /* shutdown_code: what ends a domain here says why at once */
    }
}

/* The old form passes the reason itself, and has the first three operations only. */
int64_t hypercall_sched_compat(struct call *c)
{
    switch ((uint32_t)c->arg[0]) {
    case SCHEDOP_yield:    return yield(c);
    case SCHEDOP_block:    return block(c);
    case SCHEDOP_shutdown: return shut_down(c, (uint32_t)c->arg[1]);
    default:               return -XEN_ENOSYS;
    }
}
