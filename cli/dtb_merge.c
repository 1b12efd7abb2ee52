/*
 * Owns: the making of one tree of two: QEMU's own, and /chosen of one that somebody wrote for Xen. Invariant: no node of the first is
 * changed but /chosen, and the cells that nodes in there are read by are those of the second.
 */
#include "cli/cli.h"
#include "cli/dtb.h"
#include "loader/bundle_tree.h"
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

bool dtb_is_whole(const void *tree)
{
    int node;
    bool memory = false;
    fdt_for_each_subnode(node, tree, 0) {
        const char *type = fdt_getprop(tree, node, "device_type", NULL);
        memory |= type && strcmp(type, "memory") == 0;
    }
    return memory && fdt_path_offset(tree, "/cpus") >= 0;
}

/* Nodes that a tree of guests only may have beside /chosen, by their beginnings; they say nothing that QEMU's does not. */
static bool may_be_left(const char *name)
{
    static const char *const left[] = { "chosen", "memory", "aliases", "__symbols__", "__local_fixups__", "__fixups__", "cpus" };
    for (unsigned i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        if (strncmp(name, left[i], strlen(left[i])) == 0)
            return true;
    return false;
}

static bool only_chosen(const void *tree, const char *path, struct error *e)
{
    int node;
    fdt_for_each_subnode(node, tree, 0) {
        const char *name = fdt_get_name(tree, node, NULL);
        if (name && !may_be_left(name))
            return fail(e, "%s: node /%.40s: a tree without CPUs and memory is added to QEMU's own, and only its /chosen can be: remove the node, or "
                        "give the machine's whole tree (qemu-system-aarch64 -machine virt,dumpdtb=FILE)", shown(path), name);
    }
    return fdt_path_offset(tree, "/chosen") >= 0 || fail(e, "%s: it has no /chosen: put the guests there", shown(path));
}

static bool copy_properties(void *to, int at, const void *from, int node)
{
    int property;
    fdt_for_each_property_offset(property, from, node) {
        const char *name;
        int size;
        const void *value = fdt_getprop_by_offset(from, property, &name, &size);
        if (!value || fdt_setprop(to, at, name, value, size) != 0)
            return false;
    }
    return true;
}

/* To libfdt "a" is there where "a@1" is: so a node begins with a name that is nobody's. */
static int add_node(void *to, int at, const char *name)
{
    int node;
    fdt_for_each_subnode(node, to, at)
        if (strcmp(fdt_get_name(to, node, NULL), name) == 0)
            return -FDT_ERR_EXISTS;
    node = fdt_add_subnode(to, at, "@");
    return node >= 0 && fdt_set_name(to, node, name) != 0 ? -FDT_ERR_NOSPACE : node;
}

/* In reverse, since a node that is added stands before its elder siblings: so the order is kept. */
static bool copy_node(void *to, int at, const void *from, int node, unsigned depth)
{
    int child[256], children = 0, sub;
    if (depth == TREE_DEPTH_MAX || !copy_properties(to, at, from, node))
        return false;
    fdt_for_each_subnode(sub, from, node) {
        if (children == 256)
            return false;
        child[children++] = sub;
    }
    while (children--) {
        int added = add_node(to, at, fdt_get_name(from, child[children], NULL));
        if (added < 0 || !copy_node(to, added, from, child[children], depth + 1))
            return false;
    }
    return true;
}

/* A phandle of the one tree must not be one of the other. */
static bool phandles_differ(const void *own, const void *tree, const char *path, struct error *e)
{
    for (int node = fdt_next_node(tree, -1, NULL); node >= 0; node = fdt_next_node(tree, node, NULL)) {
        uint32_t handle = fdt_get_phandle(tree, node);
        if (handle && fdt_node_offset_by_phandle(own, handle) >= 0)
            return fail(e, "%s: node %.40s has phandle 0x%x, which a node of QEMU's own tree has: give it another", shown(path),
                        fdt_get_name(tree, node, NULL), handle);
    }
    return true;
}

static bool set_cells(void *to, int chosen, const void *tree)
{
    static const struct { const char *name; uint32_t otherwise; } cells[] = { { "#address-cells", 2 }, { "#size-cells", 1 } };
    for (unsigned i = 0; i < 2; i++) {
        const fdt32_t *v = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), cells[i].name, NULL);
        v = v ? v : fdt_getprop(tree, 0, cells[i].name, NULL);
        if (fdt_setprop_u32(to, chosen, cells[i].name, v ? fdt32_to_cpu(*v) : cells[i].otherwise) != 0)
            return false;
    }
    return true;
}

uint8_t *dtb_merge(struct span own, const void *tree, const char *path, struct error *e)
{
    if (!tree_check(own, TREE_OF_MACHINE, e) || !only_chosen(tree, path, e) || !phandles_differ(own.at, tree, path, e))
        return NULL;
    size_t room = fdt_totalsize(own.at) + 2 * (size_t)fdt_totalsize(tree) + 65536;
    uint8_t *to = calloc(1, room);
    if (!to)
        abort();
    bool ok = fdt_open_into(own.at, to, (int)room) == 0;
    int chosen = ok ? fdt_path_offset(to, "/chosen") : -1;
    if (ok && chosen < 0)
        chosen = fdt_add_subnode(to, 0, "chosen");
    ok = ok && chosen >= 0 && copy_node(to, chosen, tree, fdt_path_offset(tree, "/chosen"), 0) && set_cells(to, fdt_path_offset(to, "/chosen"), tree) &&
         fdt_pack(to) == 0;
    if (ok)
        return to;
    (void)fail(e, "%s: its /chosen cannot be put into QEMU's own tree: is it very deep or very large?", shown(path));
    free(to);
    return NULL;
}
