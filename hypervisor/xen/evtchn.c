/*
 * Owns: the event channels of a domain: which port is bound to what (xen/event_channel.h). The bits in guest memory are
 * the ABIs' (evtchn_2l.c, evtchn_fifo.c); the operations a guest asks for are in evtchn_op.c.
 *
 * Invariant, under event_lock: an INTERDOMAIN port's peer is INTERDOMAIN too and names it back; both ends change under
 * both locks. A fixed port (evtchn_static.c) is never FREE while its domain lives. Ports exist in buckets of one page, taken as they are needed; a port that exists stays, perhaps FREE.
 */
#include "hypervisor/xen/evtchn.h"
#include "hypervisor/core/page.h"

/* Xen's toolstack gives a guest 1023; each vCPU of ours may have a few more of its own (timer, IPIs, ...). */
static uint32_t limit_for(const struct domain *d)
{
    uint32_t limit = 1024 + 16 * d->vcpus;
    return (limit + PORTS_PER_BUCKET - 1) / PORTS_PER_BUCKET * PORTS_PER_BUCKET;
}

bool evtchn_create(struct xen_domain *x)
{
    x->abi = &evtchn_2l;
    x->port_limit = limit_for(x->domain);
    x->bucket = domain_alloc(x->domain, x->port_limit / PORTS_PER_BUCKET * sizeof(*x->bucket));
    return x->bucket != NULL;
}

struct channel *channel_at(struct xen_domain *x, uint64_t port)
{
    if (port == 0 || port >= x->ports)
        return NULL;
    return &x->bucket[port / PORTS_PER_BUCKET][port % PORTS_PER_BUCKET];
}

static bool add_bucket(struct xen_domain *x)
{
    hpa_t page;
    if (x->ports == x->port_limit || !page_take_zeroed(x->domain->id, 0, &page))
        return false;
    x->bucket[x->ports / PORTS_PER_BUCKET] = hpa_ptr(page);
    x->ports += PORTS_PER_BUCKET;
    return true;
}

struct channel *channel_make(struct xen_domain *x, uint32_t port)
{
    while (port >= x->ports)
        if (!add_bucket(x))
            return NULL;
    return channel_at(x, port);
}

uint32_t channel_allocate(struct xen_domain *x, struct channel **out)
{
    for (uint32_t port = 1; port < x->abi->ports(x); port++) {
        struct channel *c = channel_make(x, port);
        if (!c)
            return 0;
        if (c->state != CHANNEL_FREE || x->abi->is_busy(x, port))
            continue;
        /* The queue it was linked on last stays known: it may still be its tail. */
        *c = (struct channel){ .priority = EVTCHN_FIFO_PRIORITY_DEFAULT, .last_vcpu = c->last_vcpu, .last_priority = c->last_priority };
        *out = c;
        return port;
    }
    return 0;
}

void evtchn_mark_upcall(struct vcpu *v)
{
    struct xen_domain *x = v->domain->xen;
    uint8_t *info = atomic_load(&v->xen->info);
    /* Only the guest sets it to 0 beside us, and whoever does looks for events afterwards. */
    if (!info || __atomic_load_n(info, __ATOMIC_SEQ_CST))
        return;
    __atomic_store_n(info, 1, __ATOMIC_SEQ_CST);
    uint8_t vector = atomic_load(&v->xen->upcall_vector);
    if (vector && x->hooks.raise)
        (void)x->hooks.raise(v, vector);
    vcpu_wake(v);
}

static void wake_pollers(struct xen_domain *x, uint32_t port)
{
    for (unsigned i = 0; i < x->domain->vcpus; i++) {
        struct vcpu *v = x->domain->vcpu[i];
        if (atomic_load(&v->xen->polling) && (!v->xen->poll_port || v->xen->poll_port == port))
            vcpu_wake(v);
    }
}

void channel_set_pending(struct xen_domain *x, uint32_t port, struct channel *c)
{
    x->abi->set_pending(x, port, c);
    if (atomic_load(&x->pollers))
        wake_pollers(x, port);
}

bool evtchn_any_pending(struct xen_domain *x, uint32_t port)
{
    struct channel *c = channel_at(x, port);
    return c && (c->waiting || x->abi->is_pending(x, port));
}

void evtchn_raise_virq(struct vcpu *v, unsigned virq)
{
    struct xen_domain *x = v->domain->xen;
    lock_take(&x->event_lock);
    uint32_t port = v->xen->virq[virq];
    if (port)
        channel_set_pending(x, port, channel_at(x, port));
    lock_give(&x->event_lock);
}

void evtchn_notify(struct xen_domain *x, uint32_t port)
{
    lock_take(&x->event_lock);
    struct channel *c = channel_at(x, port);
    if (c && c->state != CHANNEL_FREE)
        channel_set_pending(x, port, c);
    lock_give(&x->event_lock);
}

bool evtchn_open_hypervisor(struct xen_domain *x, uint32_t *port, port_rung *rung)
{
    struct channel *c = NULL;
    lock_take(&x->event_lock);
    bool wanted = *port;
    if (wanted)
        c = channel_at(x, *port);
    else
        *port = channel_allocate(x, &c);
    bool ok = c && x->owns < OWN_PORTS_MAX && (!wanted || (c->fixed && c->state == CHANNEL_UNBOUND));
    if (ok) {
        c->state = CHANNEL_HYPERVISOR;
        c->own = (uint8_t)x->owns;
        x->own[x->owns++] = rung;
    }
    lock_give(&x->event_lock);
    return ok;
}

void events_lock_two(struct xen_domain *a, struct xen_domain *b)
{
    struct xen_domain *first = a->domain->id <= b->domain->id ? a : b, *second = first == a ? b : a;
    lock_take(&first->event_lock);
    if (second != first)
        lock_take(&second->event_lock);
}

void events_unlock_two(struct xen_domain *a, struct xen_domain *b)
{
    if (a != b)
        lock_give(&b->event_lock);
    lock_give(&a->event_lock);
}

/* The peer's domain while it may be looked at, without regard to its state: one that ends still has its ports. */
static struct xen_domain *peer_of(struct xen_domain *x, const struct channel *c)
{
    if (c->remote_domain == x->domain->id)
        return x;
    struct domain *d = domain_by_id(c->remote_domain);
    return d ? d->xen : NULL;
}

static void close_local(struct xen_domain *x, uint32_t port, struct channel *c)
{
    if (c->state == CHANNEL_VIRQ)
        for (unsigned i = 0; i < x->domain->vcpus; i++)
            if (x->domain->vcpu[i]->xen->virq[c->remote] == port)
                x->domain->vcpu[i]->xen->virq[c->remote] = 0;
    x->abi->clear_pending(x, port);
    c->state = CHANNEL_FREE;
    c->waiting = false;
}

/* The end that is left of a channel. A fixed one waits for whom the configuration names (evtchn_static.c), and no guest has that number. */
static void lose_peer(struct channel *c)
{
    c->state = CHANNEL_UNBOUND;
    c->remote = 0;
    if (c->fixed)
        c->remote_domain = DOMID_INVALID;
}

/* Takes the locks of x and of the peer that `port` has now (itself when it has none). */
static struct xen_domain *lock_with_peer(struct xen_domain *x, uint64_t port)
{
    for (;;) {
        lock_take(&x->event_lock);
        struct channel *c = channel_at(x, port);
        struct xen_domain *peer = c && c->state == CHANNEL_INTERDOMAIN ? peer_of(x, c) : NULL;
        uint16_t remote = c ? c->remote_domain : 0;
        if (!peer || peer == x)
            return x;
        lock_give(&x->event_lock);
        events_lock_two(x, peer);
        c = channel_at(x, port);
        if (c->state == CHANNEL_INTERDOMAIN && c->remote_domain == remote)
            return peer;
        events_unlock_two(x, peer);     /* it changed between: look again */
    }
}

/* end: the domain ends, and its fixed ports with it. */
static int64_t close_port(struct xen_domain *x, uint64_t port, bool end)
{
    int64_t result = 0;
    struct xen_domain *peer = lock_with_peer(x, port);
    struct channel *c = channel_at(x, port);
    if (!c || c->state == CHANNEL_FREE) {
        result = -XEN_EINVAL;
    } else if (c->fixed && c->state != CHANNEL_HYPERVISOR && !end) {
        result = 0;     /* as Xen has it for static channels: nothing happens */
    } else if (c->state == CHANNEL_HYPERVISOR) {
        x->abi->clear_pending(x, (uint32_t)port);   /* stays: a kernel started by kexec finds it where the params say */
    } else {
        struct channel *other = c->state == CHANNEL_INTERDOMAIN && !atomic_load(&peer->dying) ? channel_at(peer, c->remote) : NULL;
        if (other && other->state == CHANNEL_INTERDOMAIN && other->remote == port && other->remote_domain == x->domain->id)
            lose_peer(other);
        close_local(x, (uint32_t)port, c);
    }
    events_unlock_two(x, peer);
    return result;
}

int64_t evtchn_close(struct xen_domain *x, uint64_t port) { return close_port(x, port, false); }

int64_t evtchn_bind_peer(struct xen_domain *x, struct xen_domain *peer, uint32_t remote, uint32_t *local)
{
    int64_t result = -XEN_EINVAL;
    struct channel *c;
    events_lock_two(x, peer);
    struct channel *other = atomic_load(&peer->dying) ? NULL : channel_at(peer, remote);
    if (other && other->state == CHANNEL_UNBOUND && other->remote_domain == x->domain->id) {
        *local = channel_allocate(x, &c);
        result = *local ? 0 : -XEN_ENOSPC;
    }
    if (!result) {
        c->state = other->state = CHANNEL_INTERDOMAIN;
        c->remote_domain = peer->domain->id;
        c->remote = remote;
        other->remote = *local;
        /* What was sent before it was bound is not known any more: look at it once. */
        channel_set_pending(x, *local, c);
    }
    events_unlock_two(x, peer);
    return result;
}

static bool has_ended(const struct xen_domain *x)
{
    return atomic_load_explicit(&x->domain->state, memory_order_relaxed) >= DOMAIN_STOPPING;
}

bool evtchn_peer_ended(struct xen_domain *x, const struct channel *c)
{
    if (!c->fixed || c->state != CHANNEL_INTERDOMAIN)
        return false;
    struct xen_domain *peer = peer_of(x, c);
    return !peer || has_ended(peer);
}

int64_t evtchn_send_to_peer(struct xen_domain *x, uint32_t from, const struct channel *seen)
{
    struct xen_domain *peer = peer_of(x, seen);
    bool heard = false;
    if (peer && !(seen->fixed && has_ended(peer))) {
        lock_take(&peer->event_lock);
        struct channel *c = atomic_load(&peer->dying) ? NULL : channel_at(peer, seen->remote);
        /* It may have been closed, and bound to someone else, since our own port was looked at. */
        heard = c && c->state == CHANNEL_INTERDOMAIN && c->remote_domain == x->domain->id && c->remote == from;
        if (heard)
            channel_set_pending(peer, seen->remote, c);
        lock_give(&peer->event_lock);
    }
    return heard || !seen->fixed ? 0 : -XEN_ENOTCONN;
}

void evtchn_reset(struct xen_domain *x)
{
    for (uint32_t port = 1; port < x->ports; port++)
        (void)close_port(x, port, false);
    lock_take(&x->event_lock);
    if (x->abi == &evtchn_fifo) {
        evtchn_fifo_reset(x);
        evtchn_2l_keep_pending(x);
    }
    lock_give(&x->event_lock);
}

void evtchn_destroy(struct xen_domain *x)
{
    for (uint32_t port = 1; port < x->ports; port++)
        (void)close_port(x, port, true);
    lock_take(&x->event_lock);
    if (x->abi == &evtchn_fifo)
        evtchn_fifo_reset(x);
    atomic_store(&x->dying, true);
    x->ports = 0;       /* the buckets go with the domain's pages */
    lock_give(&x->event_lock);
}
