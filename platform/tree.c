/*
 * Owns: the reading of one guest's node. The bindings are Xen's (docs/misc/arm/device-tree/booting.txt), ours carry the
 * prefix "bedplate,"; docs/configuration.md lists them. Invariant: a property of ours that is not known is refused: a
 * toggle that is silently ignored is worse than none.
 */
#include "lib/format.h"
#include "platform/property.h"
#include <libfdt.h>
#include <string.h>

static bool has_name(const void *fdt, int node) { return fdt_getprop(fdt, node, "bedplate,name", NULL) != NULL; }

/* Whether another guest's node differs from this one only by what stands behind the first `length` characters: a unit address, or none. */
static bool has_namesake(const struct property_node *n, const char *name, size_t length)
{
    int node;
    fdt_for_each_subnode(node, n->fdt, fdt_parent_offset(n->fdt, n->at)) {
        const char *other = fdt_get_name(n->fdt, node, NULL);
        if (node != n->at && other && strncmp(other, name, length) == 0 && (other[length] == '\0' || other[length] == '@') &&
            fdt_node_check_compatible(n->fdt, node, "xen,domain") == 0 && !has_name(n->fdt, node))
            return true;
    }
    return false;
}

/* To Xen guests have no names, so their nodes may differ by the unit address only: "domU@1" then is domU-1. */
static void name_by_node(struct platform *p, const struct property_node *n, const char *node)
{
    char *unit;
    (void)format(p->name, sizeof(p->name), "%s", node);
    unit = strchr(p->name, '@');
    if (unit)
        *unit = has_namesake(n, node, (size_t)(unit - p->name)) ? '-' : '\0';
}

/* bedplate,name, else the node's own name without its unit address. */
static bool read_name(struct platform *p, struct property_node *n)
{
    int size = 0;
    const char *name = fdt_get_name(n->fdt, n->at, &size);
    if (!name)
        return fail(n->e, "a guest's node without a name: the device tree is damaged, pack it again");
    name_by_node(p, n, name);
    n->guest = p->name;
    p->node_name = name;
    if (!has_name(n->fdt, n->at))
        return platform_check_name(p, n->e);
    p->node_name = NULL;
    if (!property_text(n, "bedplate,name", &name))
        return false;
    if (strlen(name) > PLATFORM_NAME_MAX)
        return fail(n->e, "guest %s: bedplate,name is longer than %d characters: shorten it", p->name, PLATFORM_NAME_MAX);
    (void)format(p->name, sizeof(p->name), "%s", name);
    return platform_check_name(p, n->e);
}

static bool read_board(struct platform *p, const struct property_node *n)
{
    static const char *const word[] = { [BOARD_PC] = "pc", [BOARD_VIRT] = "virt" };
    const char *text = word[p->board];
    if (!property_text(n, "bedplate,board", &text))
        return false;
    for (unsigned i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        if (strcmp(text, word[i]) == 0) {
            p->board = (enum platform_board)i;
            return platform_may_be(p->board) ||
                   fail(n->e, "guest %s: it is a guest for %s, which this machine is not: give it a kernel of this machine's kind, or start it "
                        "on another", n->guest, p->board == BOARD_PC ? "a PC" : "an Arm machine");
        }
    return fail(n->e, "guest %s: property bedplate,board is \"%.20s\": give pc or virt", n->guest, text);
}

static bool read_size(struct platform *p, const struct property_node *n)
{
    uint64_t kib = 0, cpus = 1, most = 0;
    struct span v;
    if (!property_find(n, "memory", &v))
        return fail(n->e, "guest %s: it has no property memory: give the KiB it may have", n->guest);
    if (!property_number(n, "memory", UINT64_MAX >> 10, &kib) || !property_number(n, "cpus", UINT32_MAX, &cpus) ||
        !property_number(n, "bedplate,vcpus-max", UINT32_MAX, &most))
        return false;
    p->memory = kib << 10;
    p->vcpus = (unsigned)cpus;
    p->vcpus_max = (unsigned)most;
    return true;
}

/* Where Xen's binding has a property for it, tree_xen has set it before: that is what stays without ours. */
static bool read_settings(struct platform *p, const struct property_node *n)
{
    uint64_t version = 1;
    const bool pc = platform_is(p, BOARD_PC);
    if (!property_toggle(n, "bedplate,lapic", pc, &p->lapic) || !property_toggle(n, "bedplate,ioapic", false, &p->ioapic) ||
        !property_toggle(n, "bedplate,acpi", pc, &p->acpi) || !property_toggle(n, "bedplate,xen", p->xen, &p->xen) ||
        !property_toggle(n, "bedplate,xenstore", p->xenstore, &p->xenstore) ||
        !property_toggle(n, "bedplate,uart", false, &p->uart.present) ||
        !property_toggle(n, "bedplate,power-button", true, &p->power_button) ||
        !property_number(n, "bedplate,start-info-version", UINT32_MAX, &version) ||
        !property_number(n, "bedplate,affinity", UINT64_MAX, &p->affinity))
        return false;
    p->start_info_version = (unsigned)version;
    return property_action(n, "bedplate,on-poweroff", ACTION_DESTROY, &p->on_poweroff) &&
           property_action(n, "bedplate,on-reboot", ACTION_RESTART, &p->on_reboot) &&
           property_action(n, "bedplate,on-crash", ACTION_DESTROY, &p->on_crash);
}

static bool read_arm(struct platform *p, const struct property_node *n)
{
    uint64_t version = 0;
    p->arm.pl011_backend = "";
    if (!property_number(n, "bedplate,gic-version", UINT32_MAX, &version) ||
        !property_text(n, "bedplate,vuart-backend", &p->arm.pl011_backend))
        return false;
    p->arm.gic_version = (unsigned)version;
    return true;
}

bool platform_from_node(struct platform *p, const void *fdt, int node, enum platform_board board, struct error *e)
{
    struct property_node n = { fdt, node, "", e };
    *p = (struct platform){ .cmdline = "", .board = board };
    /* The guest node's bootargs are read first: those of the kernel's node, where Xen's binding has them, win. */
    return read_name(p, &n) && tree_known(&n, false) && read_board(p, &n) && read_size(p, &n) && read_arm(p, &n) && tree_xen(p, &n) &&
           read_settings(p, &n) && tree_memory(p, &n) && property_nodes(&n, p) && property_hidden(&n, p) && tree_affinity(p, &n) &&
           property_text(&n, "bootargs", &p->cmdline) && tree_payloads(p, &n) && tree_channels(p, &n) && platform_check(p, e);
}
