/*
 * Owns: static event channels as a tree has them, in three bindings: Xen's (a node beneath each of the two guests, compatible
 * "xen,evtchn-v1", xen,evtchn = <port &other-node>), the draft's before it (a node in /chosen, "xen,evtchn", tuples of four
 * <portA &guestA portB &guestB>), and ours, which names the peer (docs/configuration.md). A node's `label` is ours in all of them.
 * Invariant: a channel that is accepted has a peer that the tree has, told alike on both sides where the tree can show it;
 * ports and peers are judged by platform_check and platform_join.
 */
#include "platform/property.h"
#include <libfdt.h>
#include <string.h>

const char platform_dom0[] = "dom0";

static bool add(struct platform *p, const struct property_node *n, struct platform_channel c)
{
    c.label = "";
    if (!property_text(n, "label", &c.label))
        return false;
    if (p->channels == PLATFORM_CHANNELS_MAX)
        return fail(n->e, "guest %s: more than %d static event channels, node %.40s is one too many: give fewer", n->guest,
                    PLATFORM_CHANNELS_MAX, property_node_name(n));
    p->channel[p->channels++] = c;
    return true;
}

static bool is_domain(const struct property_node *n) { return n->at >= 0 && fdt_node_check_compatible(n->fdt, n->at, "xen,domain") == 0; }

/* bedplate,name, else its node's name as it is: platform_join knows both. */
static bool name_of(const struct property_node *domain, const char **to)
{
    *to = property_node_name(domain);
    return property_text(domain, "bedplate,name", to);
}

/* The two cells of a node of Xen's binding. */
static bool read_pair(const struct property_node *n, uint32_t *port, uint32_t *link)
{
    struct span v;
    if (!property_find(n, "xen,evtchn", &v))
        return fail(n->e, "guest %s: node %.40s has no xen,evtchn: give <port &node-of-the-other-end>", n->guest, property_node_name(n));
    if (v.left != 8)
        return fail(n->e, "guest %s: node %.40s: xen,evtchn has %zu bytes: give one pair <port &node-of-the-other-end>, 8 bytes", n->guest,
                    property_node_name(n), v.left);
    *port = (uint32_t)property_be(&v, 4);
    *link = (uint32_t)property_be(&v, 4);
    return true;
}

/* Xen's: the other end is a node that links back to this one. */
static bool read_linked(struct platform *p, const struct property_node *guest, const struct property_node *n)
{
    struct platform_channel c = { .peer = "" };
    const char *node = property_node_name(n);
    uint32_t link, back;
    if (!read_pair(n, &c.port, &link))
        return false;
    struct property_node other = { n->fdt, fdt_node_offset_by_phandle(n->fdt, link), n->guest, n->e };
    if (other.at < 0)
        return fail(n->e, "guest %s: node %.40s: xen,evtchn links to phandle 0x%x, which no node has: link to the node of the other end", n->guest,
                    node, link);
    struct property_node domain = { n->fdt, fdt_parent_offset(n->fdt, other.at), n->guest, n->e };
    if (other.at == n->at || domain.at == guest->at)
        return fail(n->e, "guest %s: node %.40s: the peer of port %u is the guest itself: link to a node of another guest", n->guest, node, c.port);
    bool dom0 = domain.at == fdt_path_offset(n->fdt, "/chosen");        /* its nodes stand there */
    if (!dom0 && !is_domain(&domain))
        return fail(n->e, "guest %s: node %.40s: the other end, node %.40s, is in no guest's node: link to a node of another guest", n->guest, node,
                    property_node_name(&other));
    c.peer = platform_dom0;
    if (!read_pair(&other, &c.peer_port, &back) || (!dom0 && !name_of(&domain, &c.peer)))
        return false;
    if (back != fdt_get_phandle(n->fdt, n->at))
        return fail(n->e, "guest %s: node %.40s: the other end, node %.40s of %.40s, does not link back to it: let each link to the other",
                    n->guest, node, property_node_name(&other), c.peer);
    return add(p, n, c);
}

static bool read_named(struct platform *p, const struct property_node *n)
{
    struct platform_channel c = { .peer = NULL };
    uint64_t port = 0, peer_port = 0;
    if (!property_number(n, "bedplate,port", UINT32_MAX, &port) || !property_number(n, "bedplate,peer-port", UINT32_MAX, &peer_port) ||
        !property_text(n, "bedplate,peer", &c.peer))
        return false;
    if (!c.peer)
        return fail(n->e, "guest %s: node %.40s has no bedplate,peer: give the other guest's name", n->guest, property_node_name(n));
    c.port = (uint32_t)port;
    c.peer_port = (uint32_t)peer_port;
    return add(p, n, c);
}

/* One end of a tuple: its port and its guest. */
static bool read_end(const struct property_node *n, struct span *v, uint32_t *port, struct property_node *domain)
{
    *port = (uint32_t)property_be(v, 4);
    uint32_t handle = (uint32_t)property_be(v, 4);
    *domain = (struct property_node){ n->fdt, fdt_node_offset_by_phandle(n->fdt, handle), n->guest, n->e };
    if (domain->at < 0)
        return fail(n->e, "guest %s: node %.40s of /chosen: xen,evtchn names phandle 0x%x, which no node has: name the guests' nodes", n->guest,
                    property_node_name(n), handle);
    return is_domain(domain) || fail(n->e, "guest %s: node %.40s of /chosen: xen,evtchn names node %.40s, which is no guest: name the guests' nodes",
                                     n->guest, property_node_name(n), property_node_name(domain));
}

static bool take_tuple(struct platform *p, const struct property_node *guest, const struct property_node *n, struct span *v)
{
    struct property_node a, b;
    uint32_t port_a, port_b;
    struct platform_channel c = { .peer = "" };
    if (!read_end(n, v, &port_a, &a) || !read_end(n, v, &port_b, &b))
        return false;
    if (a.at != guest->at && b.at != guest->at)
        return true;
    if (a.at == b.at)
        return fail(n->e, "guest %s: node %.40s of /chosen: the peer of port %u is the guest itself: name two guests", n->guest,
                    property_node_name(n), port_a);
    c.port = a.at == guest->at ? port_a : port_b;
    c.peer_port = a.at == guest->at ? port_b : port_a;
    return name_of(a.at == guest->at ? &b : &a, &c.peer) && add(p, n, c);
}

static bool read_tuples(struct platform *p, const struct property_node *guest, const struct property_node *n)
{
    struct span v;
    if (!property_find(n, "xen,evtchn", &v) || v.left == 0 || v.left % 16)
        return fail(n->e, "guest %s: node %.40s of /chosen: xen,evtchn is not made of whole tuples: give <portA &guestA portB &guestB>, "
                    "16 bytes each", n->guest, property_node_name(n));
    while (v.left)
        if (!take_tuple(p, guest, n, &v))
            return false;
    return true;
}

bool tree_channels(struct platform *p, const struct property_node *n)
{
    int at, chosen = fdt_path_offset(n->fdt, "/chosen");
    fdt_for_each_subnode(at, n->fdt, n->at) {
        const struct property_node node = { n->fdt, at, n->guest, n->e };
        /* The text of Xen's binding says "xen,evtchn" where its example and its code say "xen,evtchn-v1". */
        bool linked = fdt_node_check_compatible(n->fdt, at, "xen,evtchn-v1") == 0 || fdt_node_check_compatible(n->fdt, at, "xen,evtchn") == 0;
        if (linked && !read_linked(p, n, &node))
            return false;
        if (fdt_node_check_compatible(n->fdt, at, "bedplate,evtchn") == 0 && !read_named(p, &node))
            return false;
    }
    fdt_for_each_subnode(at, n->fdt, chosen) {
        const struct property_node node = { n->fdt, at, n->guest, n->e };
        if (chosen >= 0 && fdt_node_check_compatible(n->fdt, at, "xen,evtchn") == 0 && !read_tuples(p, n, &node))
            return false;
    }
    return true;
}
