/*
 * Owns: event bits of the FIFO ABI (xen/event_channel.h; "Event Channel Internals", David Vrabel): one 32-bit word per
 * port in pages of the guest, a control block per vCPU with the heads of sixteen queues.
 *
 * The guest unlinks events while we link them. Of a queue we keep only its tail, ourselves; every word is changed by
 * compare-and-exchange and every number read from it is masked, so that a guest that scribbles on its own words loses
 * its own events and nothing else.
 */
#include "hypervisor/xen/internal.h"
#include "hypervisor/xen/shared.h"
#include <string.h>

#define PENDING (1u << EVTCHN_FIFO_PENDING)
#define MASKED  (1u << EVTCHN_FIFO_MASKED)
#define LINKED  (1u << EVTCHN_FIFO_LINKED)
#define BUSY    (1u << EVTCHN_FIFO_BUSY)

static uint32_t *word_at(struct xen_domain *x, uint32_t port)
{
    uint32_t page = port / FIFO_WORDS_PER_PAGE;
    return page < x->fifo_pages ? x->fifo_page[page] + port % FIFO_WORDS_PER_PAGE : NULL;
}

static uint32_t set(uint32_t *w, uint32_t bits) { return shared_or(w, bits); }
static uint32_t clear(uint32_t *w, uint32_t bits) { return shared_clear(w, bits); }
static uint32_t get(const uint32_t *w) { return __atomic_load_n(w, __ATOMIC_SEQ_CST); }

/* Writes the link of a word that is still linked. 1: done; 0: the guest has unlinked it; -1: it changed under us. */
static int try_link(uint32_t *w, uint32_t port)
{
    uint32_t old = get(w);
    if (!(old & LINKED))
        return 0;
    uint32_t new = (old & ~(BUSY | (uint32_t)EVTCHN_FIFO_LINK_MASK)) | port;
    return shared_try(w, &old, new) ? 1 : -1;
}

/*
 * Makes `port` the successor of the queue's last event. False: that one was unlinked, the queue is empty. BUSY asks the
 * guest not to clear MASKED meanwhile; one that changes the word all the same is not waited for.
 */
static bool link_behind(uint32_t *tail, uint32_t port)
{
    int done = try_link(tail, port);
    if (done >= 0)
        return done;
    (void)set(tail, BUSY);
    for (unsigned tries = 0; tries < SHARED_TRIES; tries++) {
        done = try_link(tail, port);
        if (done > 0)
            return true;
        if (done == 0)
            break;
    }
    (void)clear(tail, BUSY);
    return done != 0;
}

static void enqueue(struct xen_domain *x, uint32_t port, struct channel *c)
{
    struct vcpu *v = x->domain->vcpu[c->vcpu];
    struct xen_vcpu *xv = v->xen, *last = x->domain->vcpu[c->last_vcpu]->xen;
    struct evtchn_fifo_control_block *control = (void *)xv->control;
    unsigned queue = c->priority;
    /* The event may have been the tail of a queue whose events are all consumed: a new link behind it would go astray. */
    if (last->tail[c->last_priority] == port)
        last->tail[c->last_priority] = 0;
    c->last_vcpu = c->vcpu;
    c->last_priority = c->priority;
    uint32_t *tail = xv->tail[queue] ? word_at(x, xv->tail[queue]) : NULL;
    bool linked = tail && link_behind(tail, port);
    if (!linked)
        __atomic_store_n(&control->head[queue], port, __ATOMIC_SEQ_CST);
    xv->tail[queue] = port;
    if (!linked && !(set(&control->ready, 1u << queue) & 1u << queue))
        evtchn_mark_upcall(v);
}

static void set_pending(struct xen_domain *x, uint32_t port, struct channel *c)
{
    uint32_t *w = word_at(x, port);
    if (!w) {
        c->waiting = true;
        return;
    }
    (void)set(w, PENDING);
    /* A vCPU without a control block has no queues yet: the event stays pending and is queued when it is unmasked. */
    if (!x->domain->vcpu[c->vcpu]->xen->control)
        return;
    if (!(get(w) & MASKED) && !(set(w, LINKED) & LINKED))
        enqueue(x, port, c);
}

static void clear_pending(struct xen_domain *x, uint32_t port)
{
    uint32_t *w = word_at(x, port);
    if (w)
        (void)clear(w, PENDING);        /* not unlinked: the guest does that, and passes over what is not pending */
}

static void unmask(struct xen_domain *x, uint32_t port, struct channel *c)
{
    uint32_t *w = word_at(x, port);
    if (!w)
        return;
    (void)clear(w, MASKED);
    if (get(w) & PENDING)
        set_pending(x, port, c);
}

static bool is_pending(struct xen_domain *x, uint32_t port)
{
    uint32_t *w = word_at(x, port);
    return w && (get(w) & PENDING);
}

static bool is_busy(struct xen_domain *x, uint32_t port)
{
    uint32_t *w = word_at(x, port);
    return w && (get(w) & LINKED);
}

static uint32_t ports(struct xen_domain *x) { (void)x; return EVTCHN_FIFO_NR_CHANNELS; }

const struct evtchn_abi evtchn_fifo = { set_pending, clear_pending, unmask, is_pending, is_busy, ports };

static void *pin_frame(struct domain *d, uint64_t frame)
{
    if (frame >= UINT64_C(1) << 40)
        return NULL;
    lock_take(&d->lock);
    void *page = guest_pin(d, gpa(frame << PAGE_SHIFT));
    lock_give(&d->lock);
    return page;
}

/* Under event_lock: the first control block makes FIFO the domain's ABI; what was pending in the bitmap is kept. */
static void switch_abi(struct xen_domain *x)
{
    for (uint32_t port = 1; port < x->ports; port++) {
        struct channel *c = channel_at(x, port);
        c->priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
        c->last_priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
        c->last_vcpu = 0;
        c->waiting = evtchn_2l.is_pending(x, port);
    }
    x->abi = &evtchn_fifo;
}

int64_t evtchn_fifo_init(struct call *c, uint64_t arg)
{
    struct evtchn_init_control op;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    struct vcpu *v = vcpu_by_id(c->v->domain, op.vcpu);
    if (!v)
        return -XEN_ENOENT;
    if (op.offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block) || (op.offset & 7))
        return -XEN_EINVAL;
    op.link_bits = EVTCHN_FIFO_LINK_BITS;
    uint8_t *page = pin_frame(v->domain, op.control_gfn);
    if (!page)
        return -XEN_EINVAL;
    lock_take(&c->x->event_lock);
    bool fresh = !v->xen->control;
    if (fresh) {
        if (c->x->abi != &evtchn_fifo)
            switch_abi(c->x);
        memset(v->xen->tail, 0, sizeof(v->xen->tail));
        v->xen->control_page = page;
        v->xen->control = page + op.offset;
    }
    lock_give(&c->x->event_lock);
    if (!fresh) {
        guest_unpin(v->domain, page);
        return -XEN_EINVAL;
    }
    return give(c, arg, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

/* Under event_lock: ports of the new page that were raised before it came. */
static void raise_waiting(struct xen_domain *x, uint32_t first)
{
    for (uint32_t port = first; port < first + FIFO_WORDS_PER_PAGE && port < x->ports; port++) {
        struct channel *c = channel_at(x, port);
        if (!c || !c->waiting)
            continue;
        c->waiting = false;
        set_pending(x, port, c);
    }
}

int64_t evtchn_fifo_expand(struct call *c, uint64_t arg)
{
    struct evtchn_expand_array op;
    struct xen_domain *x = c->x;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    uint32_t *page = pin_frame(c->v->domain, op.array_gfn);
    if (!page)
        return -XEN_EINVAL;
    int64_t result = 0;
    lock_take(&x->event_lock);
    if (x->abi != &evtchn_fifo)
        result = -XEN_EOPNOTSUPP;
    else if (x->fifo_pages == FIFO_PAGES_MAX || x->fifo_pages * FIFO_WORDS_PER_PAGE >= x->port_limit)
        result = -XEN_ENOSPC;
    if (!result) {
        x->fifo_page[x->fifo_pages++] = page;
        raise_waiting(x, (x->fifo_pages - 1) * FIFO_WORDS_PER_PAGE);
    }
    lock_give(&x->event_lock);
    if (result)
        guest_unpin(c->v->domain, page);
    return result;
}

void evtchn_fifo_reset(struct xen_domain *x)
{
    struct domain *d = x->domain;
    for (uint32_t port = 1; port < x->ports; port++)
        channel_at(x, port)->waiting |= is_pending(x, port);
    x->abi = &evtchn_2l;
    for (unsigned i = 0; i < x->fifo_pages; i++)
        guest_unpin(d, x->fifo_page[i]);
    x->fifo_pages = 0;
    for (unsigned i = 0; i < d->vcpus; i++) {
        struct xen_vcpu *xv = d->vcpu[i]->xen;
        if (!xv || !xv->control)
            continue;
        guest_unpin(d, xv->control_page);
        xv->control = xv->control_page = NULL;
    }
}
