/* Makes boot bundles' device trees for tests: a good one, which each test then bends with libfdt. */
#ifndef TESTS_UNIT_TREE_MAKER_H
#define TESTS_UNIT_TREE_MAKER_H
#include <libfdt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TREE_SIZE = 65536 };
struct tree { void *fdt; int guest; };       /* guest: the first guest's node; any change of the tree before it moves it */

static inline void tree_must(int result)
{
    if (result < 0)
        abort();
}

static inline void tree_text(void *fdt, int node, const char *property, const char *text)
{
    tree_must(fdt_setprop(fdt, node, property, text, (int)strlen(text) + 1));
}

static inline void tree_reg(void *fdt, int node, uint64_t offset, uint64_t size)
{
    fdt64_t reg[2] = { cpu_to_fdt64(offset), cpu_to_fdt64(size) };
    tree_must(fdt_setprop(fdt, node, "reg", reg, sizeof(reg)));
}

/* Adds a payload's node to a guest and returns it. Nodes are added in front of their elder siblings. */
static inline int tree_payload(void *fdt, int guest, const char *node, const char *compatible, uint64_t offset, uint64_t size)
{
    int at = fdt_add_subnode(fdt, guest, node);
    tree_must(at);
    tree_text(fdt, at, "compatible", compatible);
    tree_must(fdt_appendprop(fdt, at, "compatible", "multiboot,module", sizeof("multiboot,module")));
    tree_reg(fdt, at, offset, size);
    return at;
}

static inline int tree_guest(void *fdt, const char *node, uint64_t kib)
{
    int chosen = fdt_path_offset(fdt, "/chosen");
    int at = fdt_add_subnode(fdt, chosen, node);
    tree_must(at);
    tree_text(fdt, at, "compatible", "xen,domain");
    tree_must(fdt_setprop_u64(fdt, at, "memory", kib));
    return at;
}

/* A bundle of `size` bytes with one guest "web": 64 MiB, a kernel of 0x1000 bytes at 0x10000. */
static inline struct tree tree_new(uint64_t size)
{
    struct tree t = { malloc(TREE_SIZE), 0 };
    tree_must(fdt_create_empty_tree(t.fdt, TREE_SIZE));
    tree_must(fdt_setprop_u32(t.fdt, 0, "bedplate,bundle-revision", 1));
    tree_must(fdt_setprop_u64(t.fdt, 0, "bedplate,bundle-size", size));
    tree_must(fdt_setprop_u32(t.fdt, 0, "#address-cells", 2));
    tree_must(fdt_setprop_u32(t.fdt, 0, "#size-cells", 2));
    tree_must(fdt_add_subnode(t.fdt, 0, "chosen"));
    t.guest = tree_guest(t.fdt, "web", 65536);
    (void)tree_payload(t.fdt, t.guest, "kernel", "multiboot,kernel", 0x10000, 0x1000);
    return t;
}
#endif
