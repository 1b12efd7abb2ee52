/* Owns: what only ACPI can tell a guest: virtual NUMA nodes, hidden devices. Invariant: what passes can be told by SRAT, SLIT and STAO. */
#include "platform/check.h"
#include <string.h>

typedef unsigned long long ull;

enum { DISTANCE_LOCAL = 10, DISTANCE_MAX = 254 };       /* ACPI 6.4, 5.2.17: 255 is "cannot be reached" */

static bool check_sizes(const struct platform *p, struct error *e)
{
    uint64_t left = p->memory;
    for (unsigned i = 0; i < p->nodes; i++) {
        uint64_t size = p->node[i].size;
        if (size == 0 || size % MIB(1))
            return fail(e, "guest %s: vnuma: node %u has %llu KiB: give each node whole MiB, at least one", p->name, i, (ull)(size >> 10));
        if (size > left)
            return fail(e, "guest %s: vnuma: nodes 0 to %u have more than memory=%llu: make their sizes add up to it", p->name, i,
                        (ull)(p->memory >> 20));
        left -= size;
    }
    return !left || fail(e, "guest %s: vnuma: the nodes have %llu MiB less than memory=%llu: make their sizes add up to it", p->name,
                         (ull)(left >> 20), (ull)(p->memory >> 20));
}

static bool check_distances(const struct platform *p, struct error *e)
{
    for (unsigned from = 0; from < p->nodes; from++)
        for (unsigned to = 0; to < p->nodes; to++) {
            unsigned d = p->node[from].distance[to];
            if (from == to && d != DISTANCE_LOCAL)
                return fail(e, "guest %s: vnuma: node %u is %u from itself: a node's distance to itself is %d, so write that", p->name,
                            from, d, DISTANCE_LOCAL);
            if (from != to && (d <= DISTANCE_LOCAL || d > DISTANCE_MAX))
                return fail(e, "guest %s: vnuma: node %u is %u from node %u: give %d to %d between nodes", p->name, from, d, to,
                            DISTANCE_LOCAL + 1, DISTANCE_MAX);
        }
    return true;
}

bool platform_check_nodes(const struct platform *p, struct error *e)
{
    if (p->nodes == 0)
        return true;
    if (!p->acpi && p->board == BOARD_PC)               /* a device tree tells of nodes too */
        return fail(e, "guest %s: vnuma with acpi=0: only ACPI tables tell a guest of nodes: set acpi=1 or remove vnuma", p->name);
    if (p->nodes > PLATFORM_NODES_MAX)
        return fail(e, "guest %s: vnuma has %u nodes, more than %d: give fewer", p->name, p->nodes, PLATFORM_NODES_MAX);
    for (unsigned i = 0; i < platform_vcpus_told(p); i++)
        if (p->vcpu_node[i] >= p->nodes)
            return fail(e, "guest %s: vnuma: vCPU %u is in node %u of %u: put it into one of nodes 0 to %u", p->name, i, p->vcpu_node[i],
                        p->nodes, p->nodes - 1);
    return check_sizes(p, e) && check_distances(p, e);
}

static bool leads(char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }

/* A name from the root: "\", then segments of 1 to 4 of A-Z 0-9 _, the first of them no digit, between dots (19.2.2). */
static bool is_path(const char *s)
{
    if (*s++ != '\\')
        return false;
    for (;;) {
        unsigned n = 0;
        if (!leads(*s))
            return false;
        while (leads(*s) || (*s >= '0' && *s <= '9'))
            s++, n++;
        if (n > 4)
            return false;
        if (*s == '\0')
            return true;
        if (*s++ != '.')
            return false;
    }
}

bool platform_check_hidden(const struct platform *p, struct error *e)
{
    if (p->hiddens == 0)
        return true;
    if (!p->acpi)
        return fail(e, "guest %s: hide with acpi=0: without ACPI tables there is no device to hide: set acpi=1 or remove hide", p->name);
    if (p->hiddens > PLATFORM_HIDDEN_MAX)
        return fail(e, "guest %s: hide names %u devices, more than %d: name fewer", p->name, p->hiddens, PLATFORM_HIDDEN_MAX);
    for (unsigned i = 0; i < p->hiddens; i++) {
        char shown[41] = "";                    /* its start, harmless to a terminal */
        for (size_t c = 0; c < sizeof(shown) - 1 && p->hidden[i][c]; c++)
            shown[c] = p->hidden[i][c] < ' ' || p->hidden[i][c] > '~' ? '?' : p->hidden[i][c];
        if (strlen(p->hidden[i]) > PLATFORM_PATH_MAX)
            return fail(e, "guest %s: hide names a path longer than %d characters: shorten it", p->name, PLATFORM_PATH_MAX);
        if (!is_path(p->hidden[i]))
            return fail(e, "guest %s: hide: \"%s\" is no ACPI path: write it as \"\\_SB.COM1\", from the root, up to four of A-Z 0-9 _ "
                        "between dots", p->name, shown);
    }
    return true;
}
