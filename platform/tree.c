/*
 * Owns: the reading of one guest's node. The bindings are Xen's (docs/misc/arm/device-tree/booting.txt), ours carry the
 * prefix "bedplate,"; docs/configuration.md lists them. Invariant: a property of ours that is not known is refused: a
 * toggle that is silently ignored is worse than none.
 */
#include "lib/checked.h"
#include "lib/format.h"
#include "lib/nearest.h"
#include "platform/property.h"
#include <libfdt.h>
#include <string.h>

static const char *const known[] = {
    "bedplate,name", "bedplate,lapic", "bedplate,ioapic", "bedplate,acpi", "bedplate,xen", "bedplate,xenstore", "bedplate,uart",
    "bedplate,start-info-version", "bedplate,on-poweroff", "bedplate,on-reboot", "bedplate,on-crash", "bedplate,affinity",
    "bedplate,vcpus-max", "bedplate,power-button", "bedplate,vnuma-memory", "bedplate,vnuma-vcpus", "bedplate,vnuma-distances",
    "bedplate,hide",
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static bool check_property(const struct property_node *n, const char *property, bool module)
{
    if (strncmp(property, "bedplate,", 9) != 0)
        return true;                                    /* Xen's, or somebody else's: not ours to judge */
    if (module)
        return fail(n->e, "guest %s: property %.40s stands in a module's node, where it means nothing: move it to the "
                    "guest's node or remove it", n->guest, property);
    for (unsigned i = 0; i < KNOWN; i++)
        if (strcmp(property, known[i]) == 0)
            return true;
    const char *near = nearest(property, known, KNOWN);
    return fail(n->e, "guest %s: unknown property %.40s: %s%s%s", n->guest, property, near ? "did you mean " : "remove it",
                near ? near : "", near ? "? If not, remove it" : "");
}

static bool check_properties(const struct property_node *n, bool module)
{
    int at;
    fdt_for_each_property_offset(at, n->fdt, n->at) {
        const char *property = NULL;
        if (!fdt_getprop_by_offset(n->fdt, at, &property, NULL) || !property)
            return fail(n->e, "guest %s: a property without a name: the device tree is damaged, pack it again", n->guest);
        if (!check_property(n, property, module))
            return false;
    }
    return true;
}

/* What kind of payload a node beneath a guest is; the first compatible that is known counts. */
enum kind { KIND_NONE, KIND_KERNEL, KIND_RAMDISK, KIND_MODULE, KIND_TREE };
static enum kind kind_of(const struct property_node *n)
{
    static const struct { const char *compatible; enum kind kind; } kinds[] = {
        { "multiboot,kernel", KIND_KERNEL }, { "multiboot,ramdisk", KIND_RAMDISK },
        { "multiboot,device-tree", KIND_TREE }, { "multiboot,module", KIND_MODULE },
    };
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (fdt_node_check_compatible(n->fdt, n->at, kinds[i].compatible) == 0)
            return kinds[i].kind;
    return KIND_NONE;
}

static bool read_payload(const struct property_node *n, const char *what, struct payload *to)
{
    struct span v;
    uint64_t end;
    if (!property_find(n, "reg", &v))
        return fail(n->e, "guest %s: its %s has no reg: give its offset in the bundle and its size", n->guest, what);
    if (v.left != 16)
        return fail(n->e, "guest %s: reg of its %s has %zu bytes: give offset and size as two numbers of 8 bytes", n->guest,
                    what, v.left);
    to->offset = property_be(&v, 8);
    to->size = property_be(&v, 8);
    if (to->size == 0)
        return fail(n->e, "guest %s: its %s is empty: give a file that is not", n->guest, what);
    if (to->offset & PAGE_MASK)
        return fail(n->e, "guest %s: its %s is at offset 0x%llx, which is no multiple of 4096: pack the bundle with `bedplate "
                    "pack`", n->guest, what, (unsigned long long)to->offset);
    if (!add_ok(to->offset, to->size, &end))
        return fail(n->e, "guest %s: reg of its %s wraps round: the device tree is damaged, pack it again", n->guest, what);
    return true;
}

static bool add_kernel(struct platform *p, const struct property_node *n)
{
    if (p->kernel.size)
        return fail(n->e, "guest %s: two kernels (multiboot,kernel): keep one", n->guest);
    return read_payload(n, "kernel", &p->kernel) && property_text(n, "bootargs", &p->cmdline);
}

/* A ramdisk goes first whatever the order of nodes: that is where kernels look for it. */
static bool add_module(struct platform *p, const struct property_node *n, bool ramdisk, bool *have_ramdisk)
{
    struct platform_module m = { .cmdline = "" };
    unsigned at = ramdisk ? 0 : p->modules;
    if (ramdisk && *have_ramdisk)
        return fail(n->e, "guest %s: two ramdisks (multiboot,ramdisk): keep one, or make the other a multiboot,module",
                    n->guest);
    if (p->modules == PLATFORM_MODULES_MAX)
        return fail(n->e, "guest %s: more than %d modules (the ramdisk counts): give fewer", n->guest, PLATFORM_MODULES_MAX);
    if (!read_payload(n, ramdisk ? "ramdisk" : "module", &m.file) || !property_text(n, "bootargs", &m.cmdline))
        return false;
    for (unsigned i = p->modules; i > at; i--)
        p->module[i] = p->module[i - 1];
    p->module[at] = m;
    p->modules++;
    *have_ramdisk = *have_ramdisk || ramdisk;
    return true;
}

static bool add_payload(struct platform *p, const struct property_node *n, bool *have_ramdisk)
{
    switch (kind_of(n)) {
    case KIND_KERNEL:  return check_properties(n, true) && add_kernel(p, n);
    case KIND_RAMDISK: return check_properties(n, true) && add_module(p, n, true, have_ramdisk);
    case KIND_MODULE:  return check_properties(n, true) && add_module(p, n, false, have_ramdisk);
    case KIND_TREE:
        return fail(n->e, "guest %s: a multiboot,device-tree, which hands over devices, has no meaning for a PC guest: remove "
                    "it", n->guest);
    default: return true;
    }
}

static bool read_payloads(struct platform *p, const struct property_node *n)
{
    bool have_ramdisk = false;
    int at;
    fdt_for_each_subnode(at, n->fdt, n->at) {
        struct property_node module = { n->fdt, at, n->guest, n->e };
        if (!add_payload(p, &module, &have_ramdisk))
            return false;
    }
    if (p->kernel.size == 0)
        return fail(n->e, "guest %s: it has no kernel: give it a node with compatible \"multiboot,kernel\"", n->guest);
    return true;
}

/* bedplate,name, else the node's own name without its unit address. */
static bool read_name(struct platform *p, struct property_node *n)
{
    int size = 0;
    const char *name = fdt_get_name(n->fdt, n->at, &size);
    if (!name)
        return fail(n->e, "a guest's node without a name: the device tree is damaged, pack it again");
    (void)format(p->name, sizeof(p->name), "%s", name);
    char *unit = strchr(p->name, '@');
    if (unit)
        *unit = '\0';
    n->guest = p->name;
    name = p->name;
    if (!fdt_getprop(n->fdt, n->at, "bedplate,name", NULL) && !platform_check_name(p, n->e))
        return false;
    if (!property_text(n, "bedplate,name", &name))
        return false;
    if (strlen(name) > PLATFORM_NAME_MAX)
        return fail(n->e, "guest %s: bedplate,name is longer than %d characters: shorten it", p->name, PLATFORM_NAME_MAX);
    if (name != p->name)
        (void)format(p->name, sizeof(p->name), "%s", name);
    return platform_check_name(p, n->e);
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

static bool read_settings(struct platform *p, const struct property_node *n)
{
    uint64_t version = 1;
    if (!property_toggle(n, "bedplate,lapic", true, &p->lapic) || !property_toggle(n, "bedplate,ioapic", false, &p->ioapic) ||
        !property_toggle(n, "bedplate,acpi", true, &p->acpi) || !property_toggle(n, "bedplate,xen", true, &p->xen) ||
        !property_toggle(n, "bedplate,xenstore", false, &p->xenstore) ||
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

bool platform_from_node(struct platform *p, const void *fdt, int node, struct error *e)
{
    struct property_node n = { fdt, node, "", e };
    *p = (struct platform){ .cmdline = "" };
    /* The guest node's bootargs are read first: those of the kernel's node, where Xen's binding has them, win. */
    return read_name(p, &n) && check_properties(&n, false) && read_size(p, &n) && read_settings(p, &n) &&
           property_nodes(&n, p) && property_hidden(&n, p) &&
           property_text(&n, "bootargs", &p->cmdline) && read_payloads(p, &n) && platform_check(p, e);
}
