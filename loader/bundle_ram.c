/* Owns: /memory of a machine's tree. Invariant: no range of b->ram wraps. */
#include "lib/cells.h"
#include "lib/checked.h"
#include "loader/bundle_tree.h"
#include <libfdt.h>
#include <string.h>

static uint64_t number(struct span *s, int cells)
{
    struct span v = span_take(s, (uint64_t)cells * 4);
    uint64_t x = 0;
    for (size_t i = 0; i < v.left; i++)
        x = x << 8 | v.at[i];
    return x;
}

static bool add(struct bundle *b, int node, int address, int size, struct error *e)
{
    int length = 0;
    const char *name = fdt_get_name(b->fdt, node, NULL);
    const void *reg = fdt_getprop(b->fdt, node, "reg", &length);
    if (!reg || length <= 0 || length % (4 * (address + size)))
        return fail(e, "node %.40s of the machine's device tree: reg is not made of whole pairs of address and size: correct it", name ? name : "?");
    struct span s = span_of(reg, (size_t)length);
    while (s.left && b->rams < BUNDLE_RAM_MAX) {
        uint64_t end;
        b->ram[b->rams].base = number(&s, address);
        b->ram[b->rams].size = number(&s, size);
        b->rams += add_ok(b->ram[b->rams].base, b->ram[b->rams].size, &end);
    }
    return true;
}

bool tree_ram(struct bundle *b, struct error *e)
{
    int node, address = cells_address(b->fdt, 0), size = cells_size(b->fdt, 0);
    if (address < 1 || address > 2 || size < 1 || size > 2)
        return fail(e, "the root of the machine's device tree has #address-cells and #size-cells other than 1 and 2: correct them");
    fdt_for_each_subnode(node, b->fdt, 0) {
        const char *type = fdt_getprop(b->fdt, node, "device_type", NULL);
        if (type && strcmp(type, "memory") == 0 && !add(b, node, address, size, e))
            return false;
    }
    return true;
}
