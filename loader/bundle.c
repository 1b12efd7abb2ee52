/*
 * Owns: the bundle as a whole: is it one, is it all there, where are the guests. Invariant: the tree has passed
 * tree_check before anything in it is looked at, so offsets and strings in it hold.
 */
#include "loader/bundle.h"
#include "lib/addr.h"
#include "lib/checked.h"
#include "loader/bundle_tree.h"
#include <libfdt.h>

/* A number of the root node, 4 or 8 bytes. */
static bool root_number(const void *fdt, const char *property, uint64_t *to)
{
    int size = 0;
    const uint8_t *at = fdt_getprop(fdt, 0, property, &size);
    if (!at || (size != 4 && size != 8))
        return false;
    *to = 0;
    for (int i = 0; i < size; i++)
        *to = *to << 8 | at[i];
    return true;
}

static bool check_root(struct bundle *b, struct error *e)
{
    uint64_t revision, size;
    if (!root_number(b->fdt, "bedplate,bundle-revision", &revision) || !root_number(b->fdt, "bedplate,bundle-size", &size))
        return fail(e, "the bundle is a device tree without bedplate,bundle-revision and bedplate,bundle-size in its root: "
                    "make it with `bedplate pack`");
    if (revision != BUNDLE_REVISION)
        return fail(e, "the bundle is of revision %llu, this hypervisor reads %d: pack it with the tool of the same release",
                    (unsigned long long)revision, BUNDLE_REVISION);
    if (size > b->all.left)
        return fail(e, "the bundle is cut short: it has %llu bytes, only %zu arrived: copy it again",
                    (unsigned long long)size, b->all.left);
    if (size < fdt_totalsize(b->fdt))
        return fail(e, "the bundle's bedplate,bundle-size is smaller than its device tree: pack it again");
    b->all.left = (size_t)size;                 /* loaders pad to whole pages */
    return true;
}

static bool find_guests(struct bundle *b, struct error *e)
{
    int node, chosen = fdt_path_offset(b->fdt, "/chosen");
    if (chosen < 0)
        return fail(e, "the bundle's device tree has no /chosen: make it with `bedplate pack`");
    fdt_for_each_subnode(node, b->fdt, chosen) {
        if (fdt_node_check_compatible(b->fdt, node, "xen,domain") != 0)
            continue;
        if (b->guests == BUNDLE_GUESTS_MAX)
            return fail(e, "the bundle has more than %d guests: split it", BUNDLE_GUESTS_MAX);
        b->guest[b->guests++] = node;
    }
    if (b->guests == 0)
        return fail(e, "the bundle has no guest: pack at least one configuration");
    return true;
}

bool bundle_read(struct bundle *b, struct span all, struct error *e)
{
    *b = (struct bundle){ .all = all };
    if (!tree_check(all, e))
        return false;
    b->fdt = all.at;
    return check_root(b, e) && find_guests(b, e);
}

struct span bundle_payload(const struct bundle *b, uint64_t offset, uint64_t size)
{
    if (offset < round_up(fdt_totalsize(b->fdt), PAGE_SIZE))
        return (struct span){ NULL, 0, true };
    return span_slice(b->all, offset, size);
}
