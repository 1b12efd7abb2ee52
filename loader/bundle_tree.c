/*
 * Owns: the proof that a tree is well formed. libfdt's own fdt_check_full would do, but up to 1.6.1 (Debian 12) it adds a
 * property's length to a signed offset unchecked (fdt_next_tag): a length near 4 GiB leads it backwards, for ever.
 * Invariant: the structure block is walked by the bounds-checked cursor only, each byte of it once.
 */
#include "loader/bundle_tree.h"
#include <libfdt.h>
#include <string.h>

static uint32_t big_endian(struct span *s)
{
    struct span v = span_take(s, 4);
    return v.broken ? 0 : (uint32_t)v.at[0] << 24 | (uint32_t)v.at[1] << 16 | (uint32_t)v.at[2] << 8 | v.at[3];
}

/* n bytes and their padding to the next tag, which is 4-aligned within the block. */
static void skip(struct span *s, uint64_t n)
{
    (void)span_take(s, n);
    (void)span_take(s, (4 - n % 4) % 4);
}

/* A node's name with its NUL; only the root's is empty. */
static void skip_name(struct span *s, bool root)
{
    const uint8_t *end = s->broken || !s->left ? NULL : memchr(s->at, '\0', s->left);
    if (!end || (end == s->at) != root)
        s->broken = true;
    else
        skip(s, (uint64_t)(end - s->at) + 1);
}

static void skip_property(struct span *s, uint32_t strings)
{
    uint32_t size = big_endian(s), name = big_endian(s);
    skip(s, size);
    if (name >= strings)                        /* the strings end with a NUL, so any place in them begins a text */
        s->broken = true;
}

/* One node, the root, with all beneath it; then the end. s breaks on whatever else it meets. */
static void walk(struct span *s, uint32_t strings)
{
    unsigned depth = 0;
    bool rooted = false;
    while (!s->broken) {
        switch (big_endian(s)) {
        case FDT_NOP: break;
        case FDT_BEGIN_NODE:
            if ((depth == 0 && rooted) || depth == TREE_DEPTH_MAX)
                s->broken = true;
            skip_name(s, !rooted);
            rooted = true;
            depth++;
            break;
        case FDT_END_NODE:
            if (depth == 0)
                s->broken = true;
            depth--;
            break;
        case FDT_PROP:
            if (depth == 0)
                s->broken = true;
            skip_property(s, strings);
            break;
        case FDT_END:
            if (depth != 0 || !rooted)
                s->broken = true;
            return;
        default: s->broken = true;
        }
    }
}

/* How the sentences call the tree, and the way out of damage. */
static const struct { const char *tree, *again; } words[] = {
    [TREE_OF_BUNDLE] = { "the bundle's device tree", "pack it again" },
    [TREE_OF_MACHINE] = { "the machine's device tree", "make it again (dtc)" },
};

static bool check_header(struct span all, enum tree_of of, struct error *e)
{
    int bad = all.left < sizeof(struct fdt_header) ? -FDT_ERR_BADMAGIC : fdt_check_header(all.at);
    const char *tree = words[of].tree, *again = words[of].again;
    if (bad == -FDT_ERR_BADMAGIC && of == TREE_OF_BUNDLE)
        return fail(e, "the bundle is none: it does not begin with a device tree: make it with `bedplate pack` and give it "
                    "as the loader's first ramdisk or module");
    if (bad == -FDT_ERR_BADMAGIC)
        return fail(e, "%s is none: it does not begin as one: compile it (dtc -O dtb)", tree);
    if (bad)
        return fail(e, "%s has a bad header (%s): %s", tree, fdt_strerror(bad), again);
    if (fdt_version(all.at) < 17)               /* older ones do not say how long the structure is */
        return fail(e, "%s is of version %u, older than 17: %s", tree, fdt_version(all.at), again);
    if (fdt_totalsize(all.at) > TREE_BYTES_MAX)
        return fail(e, "%s has %u bytes, more than %d: %s", tree, fdt_totalsize(all.at), TREE_BYTES_MAX,
                    of == TREE_OF_BUNDLE ? "split the bundle" : "make it smaller");
    if (fdt_totalsize(all.at) > all.left)
        return fail(e, "%s is cut short: %s has %u bytes, only %zu arrived: copy it again", of == TREE_OF_BUNDLE ? "the bundle" : tree,
                    of == TREE_OF_BUNDLE ? "its device tree" : "it", fdt_totalsize(all.at), all.left);
    return true;
}

bool tree_check(struct span all, enum tree_of of, struct error *e)
{
    if (!check_header(all, of, e))
        return false;
    struct span tree = span_slice(all, 0, fdt_totalsize(all.at));
    struct span strings = span_slice(tree, fdt_off_dt_strings(all.at), fdt_size_dt_strings(all.at));
    struct span s = span_slice(tree, fdt_off_dt_struct(all.at), fdt_size_dt_struct(all.at));
    if (strings.broken || s.broken || (strings.left && strings.at[strings.left - 1] != '\0'))
        return fail(e, "%s is damaged (its blocks do not lie within it): %s", words[of].tree, words[of].again);
    size_t size = s.left;
    walk(&s, (uint32_t)strings.left);
    if (s.broken)
        return fail(e, "%s is damaged (near byte %zu of its structure): %s", words[of].tree, size - s.left, words[of].again);
    return true;
}
