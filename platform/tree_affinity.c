/* Owns: xen,vcpu nodes. Invariant: a vCPU that has one has host CPUs, or none of its own. */
#include "platform/property.h"
#include <libfdt.h>

static bool read_cpu(const char **at, unsigned *cpu)
{
    const char *s = *at;
    for (*cpu = 0; *s >= '0' && *s <= '9' && *cpu < 64; s++)
        *cpu = *cpu * 10 + (unsigned)(*s - '0');
    bool ok = s != *at && *cpu < 64;
    *at = s;
    return ok;
}

/* "1,4-7" */
static bool read_set(const char *s, uint64_t *set)
{
    *set = 0;
    for (;;) {
        unsigned first, last;
        if (!read_cpu(&s, &first))
            return false;
        last = first;
        if (*s == '-' && (s++, !read_cpu(&s, &last)))
            return false;
        if (last < first)
            return false;
        for (unsigned i = first; i <= last; i++)
            *set |= UINT64_C(1) << i;
        if (*s == '\0')
            return true;
        if (*s++ != ',')
            return false;
    }
}

static bool read_node(struct platform *p, const struct property_node *n, uint64_t *seen)
{
    uint64_t id = UINT64_MAX, set;
    const char *text = NULL, *node = property_node_name(n);
    if (!property_number(n, "id", UINT32_MAX, &id) || !property_text(n, "hard-affinity", &text))
        return false;
    if (id >= p->vcpus)
        return fail(n->e, "guest %s: node %.40s is for no vCPU of it: give id, a number below cpus (%u)", n->guest, node, p->vcpus);
    if (id >= PLATFORM_PINS_MAX)
        return !text || fail(n->e, "guest %s: node %.40s is for vCPU %u: only those below %d can have hard-affinity: remove it", n->guest, node,
                             (unsigned)id, PLATFORM_PINS_MAX);
    if (*seen >> id & 1)
        return fail(n->e, "guest %s: node %.40s is a second one for vCPU %u: keep one", n->guest, node, (unsigned)id);
    *seen |= UINT64_C(1) << id;
    if (text && !read_set(text, &set))
        return fail(n->e, "guest %s: node %.40s: hard-affinity is \"%.40s\": give host CPUs from 0 to 63, as \"0-3,5\"", n->guest, node, text);
    p->pin[id] = text ? set : 0;
    return true;
}

bool tree_affinity(struct platform *p, const struct property_node *n)
{
    uint64_t seen = 0;
    int at;
    fdt_for_each_subnode(at, n->fdt, n->at) {
        const struct property_node node = { n->fdt, at, n->guest, n->e };
        if (fdt_node_check_compatible(n->fdt, at, "xen,vcpu") == 0 && !read_node(p, &node, &seen))
            return false;
    }
    return true;
}
