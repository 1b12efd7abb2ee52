/*
 * How many 32-bit cells an address or a size of a node's children has (Devicetree Specification 0.4, 2.3.5). libfdt's own functions for it
 * bring all that writes trees into the image.
 */
#ifndef LIB_CELLS_H
#define LIB_CELLS_H
#include <libfdt.h>

enum { CELLS_MAX = 4 };

/* 0..CELLS_MAX; `otherwise` where the node does not say, -1 where what it says is no such number. */
static inline int cells_said(const void *fdt, int node, const char *property, int otherwise)
{
    int length;
    const fdt32_t *value = fdt_getprop(fdt, node, property, &length);
    if (!value)
        return length == -FDT_ERR_NOTFOUND ? otherwise : -1;
    return length == sizeof(*value) && fdt32_ld(value) <= CELLS_MAX ? (int)fdt32_ld(value) : -1;
}
static inline int cells_address(const void *fdt, int node)
{
    int n = cells_said(fdt, node, "#address-cells", 2);
    return n ? n : -1;                  /* without an address there is nothing to say */
}
static inline int cells_size(const void *fdt, int node) { return cells_said(fdt, node, "#size-cells", 1); }
#endif
