/*
 * Owns: what only all guests together show. Invariant: after a platform_join that returned true, each channel of p ends in a channel of
 * another guest that ends in it, and p's rings are those of its peers' PL011s, numbered as all guests stand in the list.
 */
#include "lib/checked.h"
#include "platform/platform.h"
#include <string.h>

/* `named` may be the name of its node, with a unit address, which no guest's name has. */
static bool is_named(const struct platform *p, const char *named)
{
    return strcmp(named, p->name) == 0 || (p->node_name && strcmp(named, p->node_name) == 0);
}

/* Two of one name cannot be told apart on the console: the later one is refused. */
static bool has_the_name(const struct platform *p, struct platform *const *all)
{
    for (unsigned i = 0; all[i] != p; i++)
        if (strcmp(all[i]->name, p->name) == 0)
            return false;
    return true;
}

static struct platform *find(const char *name, struct platform *const *all, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (is_named(all[i], name) && has_the_name(all[i], all))
            return all[i];
    return NULL;
}

static const struct platform_channel *channel_at(const struct platform *p, uint32_t port)
{
    for (unsigned i = 0; i < p->channels; i++)
        if (p->channel[i].port == port)
            return &p->channel[i];
    return NULL;
}

static bool join_channel(const struct platform *p, struct platform_channel *c, struct platform *const *all, unsigned count, struct error *e)
{
    const struct platform *other = find(c->peer, all, count);
    if (c->peer == platform_dom0)
        return true;
    if (!other)
        return fail(e, "guest %s: the peer of event channel 0x%x is %.63s, of which name there is no guest (or it was refused): name one that is there, "
                    "or add it", p->name, c->port, c->peer);
    if (other == p)
        return fail(e, "guest %s: the peer of port 0x%x is the guest itself: name another guest", p->name, c->port);
    const struct platform_channel *end = channel_at(other, c->peer_port);
    if (!end)
        return fail(e, "guest %s: event channel 0x%x leads to port 0x%x of %s, which has no channel there: give %s one (port=0x%x,peer=%s,"
                    "peer_port=0x%x)", p->name, c->port, c->peer_port, other->name, other->name, c->peer_port, p->name, c->port);
    if (!is_named(p, end->peer) || end->peer_port != c->port)
        return fail(e, "guest %s: event channel 0x%x leads to port 0x%x of %s, which leads to port 0x%x of %.63s: let each be the other's end",
                    p->name, c->port, c->peer_port, other->name, end->peer_port, end->peer);
    c->peer = other->name;
    return true;
}

/* The other end of p's PL011, if that is a guest. */
static bool check_backend(const struct platform *p, struct platform *const *all, unsigned count, struct error *e)
{
    unsigned before = 0;
    if (!p->arm.pl011 || !*p->arm.pl011_backend)
        return true;
    const struct platform *b = find(p->arm.pl011_backend, all, count);
    if (!b)
        return fail(e, "guest %s: its vuart_backend is %.63s, of which name there is no guest (or it was refused): name one that is there, or "
                    "none for the hypervisor's console", p->name, p->arm.pl011_backend);
    if (b == p)
        return fail(e, "guest %s: its vuart_backend is the guest itself: name another guest", p->name);
    if (!b->xen)
        return fail(e, "guest %s: its vuart_backend %s has xen=0: it could not read the ring: set xen=1 there", p->name, b->name);
    for (unsigned i = 0; i < count && all[i] != p; i++)
        before += all[i]->arm.pl011 && is_named(b, all[i]->arm.pl011_backend);
    return before < PLATFORM_RINGS_MAX || fail(e, "guest %s: its vuart_backend %s has the consoles of %d others already: name another", p->name,
                                               b->name, PLATFORM_RINGS_MAX);
}

/* From the highest port down: what a guest opens itself is given the lowest. */
static void find_rings(struct platform *p, struct platform *const *all, unsigned count)
{
    uint32_t port = PLATFORM_PORT_MAX;
    p->rings = 0;
    for (unsigned i = 0; i < count && p->xen && p->rings < PLATFORM_RINGS_MAX; i++) {
        if (all[i] == p || !all[i]->arm.pl011 || !*all[i]->arm.pl011_backend || !is_named(p, all[i]->arm.pl011_backend))
            continue;
        while (channel_at(p, port))
            port--;
        p->ring[p->rings++] = (struct platform_ring){ all[i]->name, port-- };
    }
}

/* Host memory that is one guest's is nobody else's. Of two that claim it the later is refused. */
static bool check_banks(const struct platform *p, struct platform *const *all, unsigned count, struct error *e)
{
    for (unsigned i = 0; i < count && all[i] != p; i++)
        for (unsigned a = 0; a < p->arm.banks; a++)
            for (unsigned b = 0; b < all[i]->arm.banks; b++) {
                const struct platform_bank *mine = &p->arm.bank[a], *its = &all[i]->arm.bank[b];
                if (ranges_meet(mine->base.v, mine->size, its->base.v, its->size))
                    return fail(e, "guest %s: its static memory at 0x%llx, 0x%llx bytes, meets that of %s at 0x%llx: give each its own (xen,static-mem)",
                                p->name, (unsigned long long)mine->base.v, (unsigned long long)mine->size, all[i]->name,
                                (unsigned long long)its->base.v);
            }
    return true;
}

bool platform_join(struct platform *p, struct platform *const *all, unsigned count, struct error *e)
{
    if (!has_the_name(p, all))
        return fail(e, "guest %s: two guests have this name: give one of them another (bedplate,name)", p->name);
    for (unsigned i = 0; i < p->channels; i++)
        if (!join_channel(p, &p->channel[i], all, count, e))
            return false;
    if (!check_backend(p, all, count, e) || !check_banks(p, all, count, e))
        return false;
    find_rings(p, all, count);
    return true;
}
