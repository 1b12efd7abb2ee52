/*
 * Owns: which properties a guest's node and a payload's may have. Invariant: what passes is read by somebody: a misspelt setting, one
 * of a newer Xen, one of a newer Bedplate does not go unseen.
 */
#include "lib/nearest.h"
#include "platform/property.h"
#include <libfdt.h>
#include <string.h>

static const char *const of_guest[] = {
    "bedplate,name", "bedplate,board", "bedplate,lapic", "bedplate,ioapic", "bedplate,acpi", "bedplate,xen", "bedplate,xenstore", "bedplate,uart",
    "bedplate,start-info-version", "bedplate,on-poweroff", "bedplate,on-reboot", "bedplate,on-crash", "bedplate,affinity",
    "bedplate,vcpus-max", "bedplate,power-button", "bedplate,vnuma-memory", "bedplate,vnuma-vcpus", "bedplate,vnuma-distances",
    "bedplate,hide", "bedplate,gic-version", "bedplate,vuart-backend",
    "xen,enhanced", "xen,static-mem", "#xen,static-mem-address-cells", "#xen,static-mem-size-cells", "xen,domain-p2m-mem-mb", "xen,passthrough",
    "xen,sci_type", "memory", "cpus", "vpl011", "nr_spis", "direct-map", "capabilities", "llc-colors", "colors", "domain-cpupool", "sve",
    "trap-unmapped-accesses", "max_grant_version", "max_grant_frames", "max_maptrack_frames", "passthrough", "v8r_el1_msa", "bootargs",
    "compatible", "#address-cells", "#size-cells", "phandle", "linux,phandle", "label", "name", "status",
}, *const of_module[] = {                      /* and of the other nodes beneath a guest's */
    "xen,evtchn", "hard-affinity", "id", "bedplate,port", "bedplate,peer", "bedplate,peer-port", "xen,uefi-binary", "compatible", "reg", "bootargs", "phandle", "linux,phandle", "label", "name", "status",
};

static bool refuse(const struct property_node *n, const char *property, bool module, const char *near)
{
    return fail(n->e, "guest %s: unknown property %.40s%s%.40s: %s%s%s", n->guest, property, module ? " in node " : "",
                module ? property_node_name(n) : "", near ? "did you mean " : "remove it", near ? near : "", near ? "? If not, remove it" : "");
}

static bool has_prefix(const char *property)
{
    return strncmp(property, "bedplate,", 9) == 0 || strncmp(property, "xen,", 4) == 0 || strncmp(property, "#xen,", 5) == 0;
}

static bool check(const struct property_node *n, const char *property, bool module)
{
    const char *const *known = module ? of_module : of_guest;
    unsigned count = module ? sizeof(of_module) / sizeof(of_module[0]) : sizeof(of_guest) / sizeof(of_guest[0]);
    for (unsigned i = 0; i < count; i++)
        if (strcmp(property, known[i]) == 0)
            return true;
    if (module && strncmp(property, "bedplate,", 9) == 0)
        return fail(n->e, "guest %s: property %.40s stands in a module's node, where it means nothing: move it to the "
                    "guest's node or remove it", n->guest, property);
    const char *near = nearest(property, known, count);
    /* One without a prefix that resembles none of these is somebody else's: not ours to judge. */
    return !has_prefix(property) && !near ? true : refuse(n, property, module, near);
}

bool tree_known(const struct property_node *n, bool module)
{
    int at;
    fdt_for_each_property_offset(at, n->fdt, n->at) {
        const char *property = NULL;
        if (!fdt_getprop_by_offset(n->fdt, at, &property, NULL) || !property)
            return fail(n->e, "guest %s: a property without a name: the device tree is damaged, pack it again", n->guest);
        if (!check(n, property, module))
            return false;
    }
    return true;
}
