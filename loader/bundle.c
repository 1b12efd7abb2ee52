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
    const char *what = b->absolute ? "the machine's device tree" : "the bundle";
    int node, chosen = fdt_path_offset(b->fdt, "/chosen");
    if (chosen < 0)
        return fail(e, "%s has no /chosen: %s", b->absolute ? what : "the bundle's device tree",
                    b->absolute ? "put the guests there, or pass a bundle" : "make it with `bedplate pack`");
    fdt_for_each_subnode(node, b->fdt, chosen) {
        if (fdt_node_check_compatible(b->fdt, node, "xen,domain") != 0) {
            b->dom0 |= fdt_node_check_compatible(b->fdt, node, "multiboot,module") == 0 ||
                       fdt_node_check_compatible(b->fdt, node, "xen,multiboot-module") == 0;
            continue;
        }
        if (b->guests == BUNDLE_GUESTS_MAX)
            return fail(e, "%s has more than %d guests: %s", what, BUNDLE_GUESTS_MAX, b->absolute ? "take some out" : "split it");
        b->guest[b->guests++] = node;
    }
    if (b->guests == 0)
        return fail(e, "%s has no guest: %s", what, b->absolute ? "put one into /chosen, compatible \"xen,domain\"" : "pack at least one configuration");
    return true;
}

bool bundle_read(struct bundle *b, struct span all, struct error *e)
{
    *b = (struct bundle){ .all = all };
    if (!tree_check(all, TREE_OF_BUNDLE, e))
        return false;
    b->fdt = all.at;
    return check_root(b, e) && find_guests(b, e);
}

uint64_t bundle_tree_size(const void *tree) { return fdt_magic(tree) == FDT_MAGIC ? fdt_totalsize(tree) : 0; }

bool bundle_in_tree(const void *tree)
{
    struct error e = { "" };
    struct bundle b = { .fdt = tree, .absolute = true };
    return tree_check(span_of(tree, bundle_tree_size(tree)), TREE_OF_MACHINE, &e) && find_guests(&b, &e);
}

bool bundle_read_tree(struct bundle *b, struct span tree, bundle_memory *memory, void *owner, struct error *e)
{
    *b = (struct bundle){ .all = tree, .absolute = true, .memory = memory, .owner = owner };
    if (!tree_check(tree, TREE_OF_MACHINE, e))
        return false;
    b->fdt = tree.at;
    return tree_ram(b, e) && find_guests(b, e);
}

enum platform_board bundle_board(const struct bundle *b) { return b->absolute ? BOARD_VIRT : BOARD_PC; }

static bool in_ram(const struct bundle *b, uint64_t at, uint64_t size)
{
    for (unsigned i = 0; i < b->rams; i++)
        if (range_within(at, size, b->ram[i].base, b->ram[i].size))
            return true;
    return false;
}

struct span bundle_payload(const struct bundle *b, uint64_t offset, uint64_t size)
{
    if (b->absolute)
        return in_ram(b, offset, size) ? b->memory(b->owner, offset, size) : (struct span){ NULL, 0, true };
    if (offset < round_up(fdt_totalsize(b->fdt), PAGE_SIZE))
        return (struct span){ NULL, 0, true };
    return span_slice(b->all, offset, size);
}

static bool holds(const struct bundle *b, const struct platform *p, const struct payload *f, const char *what, struct error *e)
{
    typedef unsigned long long ull;
    if (f->size == 0 || !bundle_payload(b, f->offset, f->size).broken)
        return true;
    if (!b->absolute)
        return fail(e, "guest %s: %s: it does not lie within the bundle: the bundle is damaged, pack it again", p->name, what);
    if (!in_ram(b, f->offset, f->size))
        return fail(e, "guest %s: its %s at 0x%llx, 0x%llx bytes, lies outside the machine's RAM: load it elsewhere and correct its reg", p->name,
                    what, (ull)f->offset, (ull)f->size);
    return fail(e, "guest %s: its %s at 0x%llx, 0x%llx bytes, cannot be read there: load it into memory that is not reserved with no-map, and "
                "correct its reg", p->name, what, (ull)f->offset, (ull)f->size);
}

static bool bank_is_free(const struct platform_bank *k, const struct platform *p, const struct platform *o, const struct payload *f, struct error *e)
{
    return !ranges_meet(k->base.v, k->size, f->offset, f->size) ||
           fail(e, "guest %s: its static memory at 0x%llx meets a module of %s at 0x%llx: load that elsewhere", p->name,
                (unsigned long long)k->base.v, o->name, (unsigned long long)f->offset);
}

static bool bank_holds(const struct bundle *b, const struct platform *p, const struct platform_bank *k, struct platform *const *all,
                       unsigned count, struct error *e)
{
    if (!in_ram(b, k->base.v, k->size))
        return fail(e, "guest %s: its static memory at 0x%llx, 0x%llx bytes, lies outside the machine's RAM: give a part of that (xen,static-mem)",
                    p->name, (unsigned long long)k->base.v, (unsigned long long)k->size);
    for (unsigned i = 0; i < count; i++) {
        if (!bank_is_free(k, p, all[i], &all[i]->kernel, e) || !bank_is_free(k, p, all[i], &all[i]->arm.passthrough, e))
            return false;
        for (unsigned m = 0; m < all[i]->modules; m++)
            if (!bank_is_free(k, p, all[i], &all[i]->module[m].file, e))
                return false;
    }
    return true;
}

bool bundle_holds(const struct bundle *b, const struct platform *p, struct platform *const *all, unsigned count, struct error *e)
{
    if (!holds(b, p, &p->kernel, "kernel", e) || !holds(b, p, &p->arm.passthrough, "partial tree", e))
        return false;
    for (unsigned i = 0; i < p->modules; i++)
        if (!holds(b, p, &p->module[i].file, i ? "module" : "ramdisk", e))
            return false;
    for (unsigned i = 0; b->absolute && i < p->arm.banks; i++)
        if (!bank_holds(b, p, &p->arm.bank[i], all, count, e))
            return false;
    return true;
}
