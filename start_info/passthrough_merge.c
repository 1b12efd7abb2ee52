/*
 * Owns: the part of a guest's tree that comes from its partial one: /passthrough as it stands, without what only the hypervisor
 * reads, and /aliases. Phandles stay as they are: the guest's own tree has only the GIC's, which gives way.
 */
#include "start_info/guest_internal.h"
#include <libfdt.h>
#include <string.h>

static bool used(const void *fdt, uint32_t phandle)
{
    return fdt_node_offset_by_phandle(fdt, phandle) >= 0;
}

/* Where /gic has none, the number that Xen gives its guests' GIC: trees without that node name it as a number. */
uint32_t passthrough_gic_phandle(struct span tree)
{
    int gic = fdt_path_offset(tree.at, "/gic");
    uint32_t phandle = gic < 0 ? 0 : fdt_get_phandle(tree.at, gic);
    if (phandle && phandle != UINT32_MAX)
        return phandle;
    for (phandle = TREE_GIC_PHANDLE; used(tree.at, phandle); phandle++)
        ;                                                       /* a tree has fewer nodes than there are numbers */
    return phandle;
}

static void copy_properties(struct tree_out *t, const void *fdt, int node)
{
    int at;
    fdt_for_each_property_offset(at, fdt, node) {
        const char *name = NULL;
        int length;
        const void *value = fdt_getprop_by_offset(fdt, at, &name, &length);
        if (value && name && strncmp(name, "xen,", 4) != 0)
            tree_bytes(t, name, value, (size_t)length);
    }
}

static void copy(struct tree_out *t, const void *fdt, int node)
{
    int child;
    tree_open_named(t, fdt_get_name(fdt, node, NULL));
    copy_properties(t, fdt, node);
    fdt_for_each_subnode(child, fdt, node)
        copy(t, fdt, child);
    tree_close(t);
}

/* Ports with aliases beside ports without get unpredictable numbers in Linux: where the partial tree has aliases, so has our UART. */
static void aliases(struct tree_out *t, const void *fdt, const char *uart)
{
    int node = fdt_path_offset(fdt, "/aliases");
    if (node < 0)
        return;
    tree_open(t, "aliases");
    copy_properties(t, fdt, node);
    if (uart && !fdt_getprop(fdt, node, "serial0", NULL))
        tree_text(t, "serial0", uart);
    tree_close(t);
}

void passthrough_merge(struct tree_out *t, struct span tree, const char *uart)
{
    aliases(t, tree.at, uart);
    copy(t, tree.at, fdt_path_offset(tree.at, "/passthrough"));
}
