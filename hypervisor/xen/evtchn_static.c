/*
 * Owns: static event channels, which the configuration names with both their ends (xen,evtchn in Xen's booting.txt; evtchn= of
 * guest.cfg): bound before either guest runs, and again when one of them is started anew. A guest only sends.
 *
 * Invariant, under event_lock: a fixed port is HYPERVISOR (a console's ring), INTERDOMAIN with the port that the configuration
 * names, or UNBOUND for DOMID_INVALID, which no guest is, so that nobody else can bind it. EVTCHNOP_close and EVTCHNOP_reset leave it
 * as it is; sending on one that has no other end fails with -ENOTCONN.
 */
#include "hypervisor/xen/evtchn.h"
#include <string.h>

static bool reserve(struct xen_domain *x, uint32_t port)
{
    struct channel *c = port && port <= PLATFORM_PORT_MAX ? channel_make(x, port) : NULL;
    if (!c)
        return false;
    *c = (struct channel){ .state = CHANNEL_UNBOUND, .fixed = true, .remote_domain = DOMID_INVALID,
                           .priority = EVTCHN_FIFO_PRIORITY_DEFAULT, .last_priority = EVTCHN_FIFO_PRIORITY_DEFAULT };
    return true;
}

bool evtchn_static_reserve(struct xen_domain *x)
{
    const struct platform *p = x->domain->platform;
    bool ok = true;
    lock_take(&x->event_lock);
    for (unsigned i = 0; ok && i < p->channels; i++)
        ok = reserve(x, p->channel[i].port);
    for (unsigned i = 0; ok && i < p->rings; i++)
        ok = reserve(x, p->ring[i].port);
    lock_give(&x->event_lock);
    return ok;
}

/* The domain of that name which has not ended: it runs, or is about to. NULL: there is none, or it has no Xen ABI. */
static struct xen_domain *living(const char *name)
{
    struct domain *d;
    for (unsigned i = 0; (d = domain_by_index(i)); i++)
        if (strcmp(d->platform->name, name) == 0 && d->xen && atomic_load(&d->state) < DOMAIN_STOPPING)
            return d->xen;
    return NULL;
}

/* Its configuration says the same of the other end. */
static bool agrees(const struct platform *other, const struct platform_channel *c, const char *name)
{
    for (unsigned i = 0; i < other->channels; i++) {
        const struct platform_channel *o = &other->channel[i];
        if (o->port == c->peer_port && o->peer_port == c->port && strcmp(o->peer, name) == 0)
            return true;
    }
    return false;
}

static void point(struct channel *c, const struct xen_domain *peer, uint32_t port)
{
    c->state = CHANNEL_INTERDOMAIN;
    c->remote_domain = peer->domain->id;
    c->remote = port;
}

/* Nothing is raised by it: what a guest finds pending was sent. */
static void bind(struct xen_domain *x, const struct platform_channel *told)
{
    struct xen_domain *peer = living(told->peer);
    if (!peer || !agrees(peer->domain->platform, told, x->domain->platform->name))
        return;
    events_lock_two(x, peer);
    struct channel *a = channel_at(x, told->port), *b = atomic_load(&peer->dying) ? NULL : channel_at(peer, told->peer_port);
    if (a && b && a->fixed && b->fixed && a->state == CHANNEL_UNBOUND && b->state == CHANNEL_UNBOUND) {
        point(a, peer, told->peer_port);
        point(b, x, told->port);
    }
    events_unlock_two(x, peer);
}

void evtchn_static_bind(struct xen_domain *x)
{
    const struct platform *p = x->domain->platform;
    for (unsigned i = 0; i < p->channels; i++)
        bind(x, &p->channel[i]);
}
