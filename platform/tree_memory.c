/* Owns: xen,static-mem and direct-map. Invariant: a bank that is accepted does not wrap; the rest is platform_check's question. */
#include "lib/checked.h"
#include "platform/property.h"
#include <libfdt.h>

/* The cells are those of the node above the guest's; up to Xen 4.16 two properties of their own said it. */
static bool read_cells(const struct property_node *n, struct property_cells *cells)
{
    uint64_t address = 0, size = 0;
    const struct property_node above = { n->fdt, fdt_parent_offset(n->fdt, n->at), n->guest, n->e };
    if (!property_number(n, "#xen,static-mem-address-cells", 2, &address) || !property_number(n, "#xen,static-mem-size-cells", 2, &size))
        return false;
    if (!property_cells(&above, cells))
        return false;
    cells->address = address ? (unsigned)address : cells->address;
    cells->size = size ? (unsigned)size : cells->size;
    return true;
}

static bool read_banks(struct platform *p, const struct property_node *n, struct span v)
{
    struct property_cells cells;
    if (!read_cells(n, &cells))
        return false;
    const unsigned address = cells.address * 4, size = cells.size * 4;
    if (v.left == 0 || v.left % (address + size))
        return fail(n->e, "guest %s: property xen,static-mem has %zu bytes: give pairs of address and size, numbers of %u and %u bytes "
                    "(#address-cells, #size-cells of the node above)", n->guest, v.left, address, size);
    while (v.left) {
        if (p->arm.banks == PLATFORM_BANKS_MAX)
            return fail(n->e, "guest %s: property xen,static-mem has more than %d parts: give fewer, larger ones", n->guest, PLATFORM_BANKS_MAX);
        struct platform_bank *b = &p->arm.bank[p->arm.banks++];
        uint64_t end;
        b->base = hpa(property_be(&v, address));
        b->size = property_be(&v, size);
        if (b->size == 0 || !add_ok(b->base.v, b->size, &end))
            return fail(n->e, "guest %s: property xen,static-mem has a part at 0x%llx of 0x%llx bytes: give a size that is not 0 and does not "
                        "wrap round", n->guest, (unsigned long long)b->base.v, (unsigned long long)b->size);
    }
    return true;
}

bool tree_memory(struct platform *p, const struct property_node *n)
{
    struct span v;
    if (property_find(n, "xen,static-mem", &v) && !read_banks(p, n, v))
        return false;
    return property_toggle(n, "direct-map", false, &p->arm.direct_map);
}
