/*
 * Owns: the PV console (xen/io/console.h): the hypervisor is the other end of the guest's ring; and console_io.
 *
 * Output is drained when the guest rings its port, so the ring is empty when that call returns: an event is due only
 * when the guest found it so full that it may be waiting for room. Our own indices are kept here; those in the page are
 * believed only as far as they make sense.
 */
#include "hypervisor/xen/internal.h"
#include "hypervisor/core/console.h"
#include <xen/io/console.h>

enum { OUT_SIZE = sizeof(((struct xencons_interface *)0)->out), IN_SIZE = sizeof(((struct xencons_interface *)0)->in), PIECE = 128 };

static void rung(struct xen_domain *x, uint32_t port) { (void)port; console_drain(x); }

bool console_create(struct xen_domain *x)
{
    struct domain *d = x->domain;
    x->console = special_take(d);
    if (!x->console || !evtchn_open_hypervisor(x, &x->console_port, rung))
        return false;
    d->input[CONSOLE_PV] = xen_console_input;
    x->param[HVM_PARAM_CONSOLE_PFN] = xen_arch.console.v >> PAGE_SHIFT;
    x->param[HVM_PARAM_CONSOLE_EVTCHN] = x->console_port;
    return domain_map_page(d, xen_arch.console, ptr_hpa(x->console), S2_ALL);
}

void console_destroy(struct xen_domain *x)
{
    lock_take(&x->console_lock);
    special_give(x->console);
    x->console = NULL;
    lock_give(&x->console_lock);
}

void console_drain(struct xen_domain *x)
{
    lock_take(&x->console_lock);
    struct xencons_interface *ring = (void *)x->console;
    uint32_t produced = ring ? __atomic_load_n(&ring->out_prod, __ATOMIC_ACQUIRE) : x->out_consumed;
    uint32_t count = produced - x->out_consumed;
    if (count > OUT_SIZE) {             /* the guest has lost its way, or started anew: so do we */
        x->out_consumed = produced;
        count = 0;
    }
    for (uint32_t i = 0; i < count; i++)
        console_guest(x->domain, CONSOLE_PV, __atomic_load_n(&ring->out[MASK_XENCONS_IDX(x->out_consumed++, ring->out)], __ATOMIC_RELAXED));
    if (ring)
        __atomic_store_n(&ring->out_cons, x->out_consumed, __ATOMIC_RELEASE);
    lock_give(&x->console_lock);
    if (count >= OUT_SIZE / 2)
        evtchn_notify(x, x->console_port);
}

void xen_console_input(struct domain *d, char c)
{
    struct xen_domain *x = d->xen;
    lock_take(&x->console_lock);
    struct xencons_interface *ring = (void *)x->console;
    bool room = ring && x->in_produced - __atomic_load_n(&ring->in_cons, __ATOMIC_ACQUIRE) < IN_SIZE;
    if (room) {
        __atomic_store_n(&ring->in[MASK_XENCONS_IDX(x->in_produced++, ring->in)], c, __ATOMIC_RELAXED);
        __atomic_store_n(&ring->in_prod, x->in_produced, __ATOMIC_RELEASE);
    }
    lock_give(&x->console_lock);
    if (room)
        evtchn_notify(x, x->console_port);
}

/* CONSOLEIO_write: text for Xen's own console; here it joins the guest's. A long one goes on after an exit. */
static int64_t write_text(struct call *c)
{
    char text[PIECE];
    while (c->arg[1]) {
        uint64_t n = c->arg[1] < PIECE ? c->arg[1] : PIECE;
        if (!may_go_on(c)) {
            c->again = true;
            return 0;
        }
        if (!take(c, text, c->arg[2], n))
            return -XEN_EFAULT;
        for (uint64_t i = 0; i < n; i++)
            console_guest(c->v->domain, CONSOLE_PV, text[i]);
        c->arg[1] -= n;
        c->arg[2] += n;
    }
    return 0;
}

int64_t hypercall_console_io(struct call *c)
{
    c->arg[1] = (uint32_t)c->arg[1];
    switch ((uint32_t)c->arg[0]) {
    case CONSOLEIO_write: return (int32_t)c->arg[1] < 0 ? -XEN_EINVAL : write_text(c);
    case CONSOLEIO_read:  return 0;         /* nothing is typed there: input goes to the ring */
    default:              return -XEN_ENOSYS;
    }
}
