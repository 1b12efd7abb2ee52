/*
 * Owns: the other end of a guest's PL011 where the configuration names another guest as its backend (arm.pl011_backend): a ring
 * (xen/io/console.h) in a page of the backend's, and a port that the hypervisor has the other end of. Both are the backend's alone:
 * the guest whose UART it is has neither the page in its map, nor a parameter that names it, nor a port to signal.
 *
 * The UART's guest is the ring's front end, as a PV console's guest is: its bytes stand in `out`, what it is to receive in `in`. All
 * of it lives with the backend's domain; the UART's end is found by name each time, so either may be started anew.
 *
 * Bounded: a byte waits in the ring, then in the UART's FIFO, then it is dropped and counted. A backend is waited for PATIENCE from
 * the last moment that half of the ring was free: who reads slower than a line of 115200 baud would send, or not at all, holds its
 * guest up no longer. Locks: the UART's (machine/) is outside x->console_lock, which guards the rings; nothing is held when one is rung.
 */
#include "hypervisor/xen/internal.h"
#include "platform/virt_map.h"
#include <string.h>
#include <xen/io/console.h>

enum { OUT_SIZE = sizeof(((struct xencons_interface *)0)->out), IN_SIZE = sizeof(((struct xencons_interface *)0)->in) };
#define PATIENCE UINT64_C(100000000)            /* ns */

struct uart_ring {
    struct xen_domain *x;               /* the backend's */
    const char *of;                     /* whose UART */
    uint32_t port;
    uint8_t *page;                      /* NULL: the backend has ended */
    uint32_t produced, consumed;        /* of out and in: ours, the page's copies are not believed */
    uint64_t roomy;                     /* when half of `out` was free last */
    struct timer patience;              /* a byte was refused */
};

static bool lives(const struct domain *d) { return d->xen && atomic_load(&d->state) < DOMAIN_STOPPING; }

/* The ring of d's UART, while its backend lives. */
static struct uart_ring *ring_of(const struct domain *d)
{
    struct domain *b;
    for (unsigned i = 0; (b = domain_by_index(i)); i++) {
        struct uart_ring *rings = lives(b) ? atomic_load_explicit(&b->xen->rings, memory_order_acquire) : NULL;
        for (unsigned n = 0; rings && n < b->platform->rings; n++)
            if (strcmp(rings[n].of, d->platform->name) == 0)
                return &rings[n];
    }
    return NULL;
}

/* There is something new in the ring, or room, or nobody any more. No lock held. */
static void look(struct uart_ring *r)
{
    struct domain *d;
    for (unsigned i = 0; r->x->hooks.uart_look && (d = domain_by_index(i)); i++)
        if (domain_is_running(d) && strcmp(d->platform->name, r->of) == 0)
            r->x->hooks.uart_look(d);
}

static void impatient(void *owner) { look(owner); }

static void rung(struct xen_domain *x, uint32_t port)
{
    struct uart_ring *rings = atomic_load_explicit(&x->rings, memory_order_acquire);
    for (unsigned i = 0; rings && i < x->domain->platform->rings; i++)
        if (rings[i].port == port)
            look(&rings[i]);
}

static bool create(struct xen_domain *x, struct uart_ring *r, const struct platform_ring *told, gpa_t at)
{
    *r = (struct uart_ring){ .x = x, .of = told->of, .port = told->port, .page = special_take(x->domain), .roomy = arch_clock() };
    timer_init(&r->patience, impatient, r);
    return r->page && evtchn_open_hypervisor(x, &r->port, rung) && domain_map_page(x->domain, at, ptr_hpa(r->page), S2_READ | S2_WRITE);
}

bool uart_rings_create(struct xen_domain *x)
{
    const struct platform *p = x->domain->platform;
    struct uart_ring *rings = p->rings ? domain_alloc(x->domain, p->rings * sizeof(*rings)) : NULL;
    if (!p->rings)
        return true;
    bool ok = rings;
    for (unsigned i = 0; ok && i < p->rings; i++)
        ok = create(x, &rings[i], &p->ring[i], gpa(VIRT_RING_BASE + i * PAGE_SIZE));
    atomic_store_explicit(&x->rings, rings, memory_order_release);
    return ok;
}

bool uart_ring_has(struct xen_domain *x, hpa_t page)
{
    struct uart_ring *rings = atomic_load(&x->rings);
    for (unsigned i = 0; rings && i < x->domain->platform->rings; i++)
        if (rings[i].page && ptr_hpa(rings[i].page).v == page.v)
            return true;
    return false;
}

/* A UART that waits for this backend is told that there is none. */
void uart_rings_destroy(struct xen_domain *x)
{
    struct uart_ring *rings = atomic_load(&x->rings);
    for (unsigned i = 0; rings && i < x->domain->platform->rings; i++) {
        struct uart_ring *r = &rings[i];
        if (!r->x)
            continue;           /* out of memory before it was made */
        lock_take(&x->console_lock);
        special_give(r->page);
        r->page = NULL;         /* and from here on nobody sets the timer */
        lock_give(&x->console_lock);
        timer_cancel(&r->patience);
        look(r);
    }
}

enum given { GIVEN, HELD, LOST };

/* Under console_lock. */
static enum given give_byte(struct uart_ring *r, uint8_t byte)
{
    struct xencons_interface *page = (void *)r->page;
    uint64_t now = arch_clock();
    if (!page)
        return LOST;
    uint32_t consumed = __atomic_load_n(&page->out_cons, __ATOMIC_ACQUIRE), waiting = r->produced - consumed;
    if (waiting > OUT_SIZE) {           /* the backend has lost its way: so do we */
        r->produced = consumed;
        waiting = 0;
    }
    if (waiting <= OUT_SIZE / 2)
        r->roomy = now;
    if (waiting < OUT_SIZE) {
        __atomic_store_n(&page->out[MASK_XENCONS_IDX(r->produced++, page->out)], (char)byte, __ATOMIC_RELAXED);
        __atomic_store_n(&page->out_prod, r->produced, __ATOMIC_RELEASE);
        return GIVEN;
    }
    if (now - r->roomy >= PATIENCE)
        return LOST;
    timer_set(&r->patience, r->roomy + PATIENCE);
    return HELD;
}

bool xen_uart_put(void *owner, uint8_t byte)
{
    struct domain *d = owner;
    struct uart_ring *r = ring_of(d);
    enum given given = LOST;
    if (r) {
        lock_take(&r->x->console_lock);
        given = give_byte(r, byte);
        lock_give(&r->x->console_lock);
    }
    if (given == GIVEN)
        evtchn_notify(r->x, r->port);
    else if (given == LOST)
        atomic_fetch_add(&d->uart_dropped, 1);
    return given != HELD;
}

/* Under console_lock. *room: the backend may wait for what is free now. */
static bool take_byte(struct uart_ring *r, uint8_t *byte, bool *room)
{
    struct xencons_interface *page = (void *)r->page;
    uint32_t produced = page ? __atomic_load_n(&page->in_prod, __ATOMIC_ACQUIRE) : r->consumed, waiting = produced - r->consumed;
    if (waiting > IN_SIZE)              /* as above */
        r->consumed = produced;
    if (!waiting || waiting > IN_SIZE)
        return false;
    *byte = (uint8_t)__atomic_load_n(&page->in[MASK_XENCONS_IDX(r->consumed++, page->in)], __ATOMIC_RELAXED);
    __atomic_store_n(&page->in_cons, r->consumed, __ATOMIC_RELEASE);
    *room = waiting == 1 || waiting == IN_SIZE / 2;
    return true;
}

bool xen_uart_get(void *owner, uint8_t *byte)
{
    struct uart_ring *r = ring_of(owner);
    bool room = false;
    if (!r)
        return false;
    lock_take(&r->x->console_lock);
    bool got = take_byte(r, byte, &room);
    lock_give(&r->x->console_lock);
    if (room)
        evtchn_notify(r->x, r->port);
    return got;
}
