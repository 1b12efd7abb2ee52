/*
 * Owns: the properties that hold lists: virtual NUMA and hidden devices. Invariant: what does not fit struct platform is
 * refused, never cut; whether the values make sense is platform_check's question.
 */
#include "platform/property.h"
#include <string.h>

typedef unsigned long long ull;

static const char memory[] = "bedplate,vnuma-memory", vcpus[] = "bedplate,vnuma-vcpus", distances[] = "bedplate,vnuma-distances";

static bool read_sizes(const struct property_node *n, struct platform *p, struct span v)
{
    if (v.left == 0 || v.left % 8 || v.left / 8 > PLATFORM_NODES_MAX)
        return fail(n->e, "guest %s: property %s has %zu bytes: give 1 to %d numbers of 8 bytes, a node's KiB each", n->guest,
                    memory, v.left, PLATFORM_NODES_MAX);
    while (v.left) {
        uint64_t kib = property_be(&v, 8);
        if (kib > UINT64_MAX >> 10)
            return fail(n->e, "guest %s: property %s has a node of %llu KiB: give at most %llu", n->guest, memory, (ull)kib,
                        (ull)(UINT64_MAX >> 10));
        p->node[p->nodes++].size = kib << 10;
    }
    return true;
}

/* A byte for each vCPU that the tables name. */
static bool read_vcpus(const struct property_node *n, struct platform *p)
{
    struct span v = span_of(NULL, 0);
    unsigned told = platform_vcpus_told(p);
    if (!property_find(n, vcpus, &v) || v.left != told || told > PLATFORM_VCPUS_MAX)
        return fail(n->e, "guest %s: property %s has %zu bytes for %u vCPUs: give the index of a node as a byte for each", n->guest,
                    vcpus, v.left, told);
    memcpy(p->vcpu_node, v.at, v.left);
    return true;
}

/* Rows of bytes; 10 and 20 without the property, which are the usual ones (ACPI 6.4, 5.2.17). */
static bool read_distances(const struct property_node *n, struct platform *p)
{
    struct span v = span_of(NULL, 0);
    bool there = property_find(n, distances, &v);
    if (there && v.left != (size_t)p->nodes * p->nodes)
        return fail(n->e, "guest %s: property %s has %zu bytes: give %u, a row of %u for each node", n->guest, distances, v.left,
                    p->nodes * p->nodes, p->nodes);
    for (unsigned from = 0; from < p->nodes; from++)
        for (unsigned to = 0; to < p->nodes; to++)
            p->node[from].distance[to] = there ? (uint8_t)property_be(&v, 1) : from == to ? 10 : 20;
    return true;
}

bool property_nodes(const struct property_node *n, struct platform *p)
{
    struct span v;
    const char *alone = property_find(n, vcpus, &v) ? vcpus : property_find(n, distances, &v) ? distances : NULL;
    if (!property_find(n, memory, &v))
        return !alone || fail(n->e, "guest %s: property %s without %s: give the KiB of each node", n->guest, alone, memory);
    return read_sizes(n, p, v) && read_vcpus(n, p) && read_distances(n, p);
}

bool property_hidden(const struct property_node *n, struct platform *p)
{
    static const char hide[] = "bedplate,hide";
    struct span v;
    if (!property_find(n, hide, &v))
        return true;
    while (v.left) {
        const uint8_t *end = memchr(v.at, '\0', v.left);
        if (!end)
            return fail(n->e, "guest %s: property %s is no list of texts: give each its NUL at the end", n->guest, hide);
        if (p->hiddens == PLATFORM_HIDDEN_MAX)
            return fail(n->e, "guest %s: property %s names more than %d devices: name fewer", n->guest, hide, PLATFORM_HIDDEN_MAX);
        p->hidden[p->hiddens++] = (const char *)v.at;
        (void)span_take(&v, (size_t)(end - v.at) + 1);
    }
    return true;
}
