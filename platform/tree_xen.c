/*
 * Owns: the properties of Xen's binding in a guest's node. Invariant: each is honoured, or it asks for no more than a guest here has
 * anyway, or it is refused: a guest is never something else than its tree says.
 */
#include "platform/property.h"
#include <string.h>

typedef unsigned long long ull;

enum { SPIS_MAX = 988 /* INTIDs 32..1019 */, GRANT_FRAMES = 4 /* what each may have; a limit above that is kept */ };

static bool only(const struct property_node *n, const char *property, uint64_t otherwise, uint64_t wanted, const char *why)
{
    uint64_t x = otherwise;
    if (!property_number(n, property, UINT64_MAX, &x))
        return false;
    return x == wanted || fail(n->e, "guest %s: property %s is %llu: %s: give %llu or remove it", n->guest, property, (ull)x, why, (ull)wanted);
}

static bool within(const struct property_node *n, const char *property, uint64_t least, uint64_t most)
{
    uint64_t x = least;
    if (!property_number(n, property, most, &x))
        return false;
    return x >= least || fail(n->e, "guest %s: property %s is %llu: give at least %llu", n->guest, property, (ull)x, (ull)least);
}

static bool absent(const struct property_node *n, const char *property, const char *why)
{
    struct span v;
    return !property_find(n, property, &v) || fail(n->e, "guest %s: property %s: %s: remove it", n->guest, property, why);
}

/* A text property that has one value of Xen's that is the same here as nothing. */
static bool only_word(const struct property_node *n, const char *property, const char *wanted, const char *why)
{
    const char *text = wanted;
    if (!property_text(n, property, &text))
        return false;
    return strcmp(text, wanted) == 0 || fail(n->e, "guest %s: property %s is \"%.20s\": %s: give \"%s\" or remove it", n->guest, property, text,
                                             why, wanted);
}

/* Without a value it is "enabled"; absent, the guest of a tree has no Xen interface. A PC guest has one unless ours says otherwise. */
static bool read_enhanced(struct platform *p, const struct property_node *n)
{
    static const struct { const char *word; bool xen, xenstore; } values[] = {
        { "enabled", true, true }, { "legacy", true, true }, { "no-xenstore", true, false }, { "disabled", false, false },
    };
    const char *text = "enabled";
    struct span v;
    p->xen = platform_is(p, BOARD_PC);
    p->xenstore = false;
    if (!property_find(n, "xen,enhanced", &v))
        return true;
    if (v.left && !property_text(n, "xen,enhanced", &text))
        return false;
    for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (strcmp(text, values[i].word) == 0) {
            p->xen = values[i].xen;
            p->xenstore = values[i].xenstore;
            return true;
        }
    return fail(n->e, "guest %s: property xen,enhanced is \"%.20s\": give enabled, legacy, no-xenstore or disabled", n->guest, text);
}

/* An empty property asks for the longest vectors there are. */
static bool check_sve(const struct property_node *n)
{
    struct span v;
    if (property_find(n, "sve", &v) && v.left == 0)
        return fail(n->e, "guest %s: property sve: guests here have no SVE: give 0 or remove it", n->guest);
    return only(n, "sve", 0, 0, "guests here have no SVE");
}

/* Devices are handed over by a partial tree, which has to say for each that it may go without an IOMMU. */
static bool check_passthrough(const struct property_node *n, const char *property)
{
    const char *text = "disabled";
    if (!property_text(n, property, &text))
        return false;
    return strcmp(text, "disabled") == 0 || strcmp(text, "enabled") == 0 ||
           fail(n->e, "guest %s: property %s is \"%.20s\": give enabled or disabled", n->guest, property, text);
}

static bool check_limits(const struct property_node *n)
{
    return within(n, "nr_spis", 0, SPIS_MAX) && within(n, "max_grant_version", 1, 2) && within(n, "max_grant_frames", GRANT_FRAMES, UINT32_MAX) &&
           within(n, "max_maptrack_frames", 0, UINT32_MAX) && within(n, "xen,domain-p2m-mem-mb", 0, UINT32_MAX);
}

bool tree_xen(struct platform *p, const struct property_node *n)
{
    struct span value;
    p->arm.pl011 = property_find(n, "vpl011", &value);      /* whatever its value: <0> too is on to Xen */
    return read_enhanced(p, n) && check_limits(n) && check_sve(n) &&
           only(n, "capabilities", 0, 0, "a guest here controls no other and has no hardware but what its partial tree names") &&
           only(n, "trap-unmapped-accesses", 1, 1, "an access to nothing is an abort here") &&
           absent(n, "llc-colors", "caches are not divided among guests") && absent(n, "colors", "caches are not divided among guests") &&
           absent(n, "domain-cpupool", "there are no CPU pools; xen,vcpu nodes with hard-affinity say where vCPUs may run") &&
           only_word(n, "xen,sci_type", "none", "calls to the firmware's SCMI are not passed on") &&
           only_word(n, "v8r_el1_msa", "mmu", "this is no Armv8-R machine") && check_passthrough(n, "passthrough") &&
           check_passthrough(n, "xen,passthrough");
}
