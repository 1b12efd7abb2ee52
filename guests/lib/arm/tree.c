/* Owns: questions to the device tree that we were handed in x0. */
#include "guests/lib/guest.h"
#include <libfdt.h>
#include <string.h>

const void *tree(void)
{
    const void *t = (const void *)(uintptr_t)entry_state.x0;
    return t && fdt_check_header(t) == 0 ? t : NULL;
}

bool handed_well(void) { return tree() != NULL && entry_state.x1 == 0 && entry_state.x2 == 0 && entry_state.x3 == 0; }

int tree_node(const char *compatible) { return tree() ? fdt_node_offset_by_compatible(tree(), -1, compatible) : -1; }

static uint64_t cells(const fdt32_t *at, int n)
{
    uint64_t v = 0;
    while (n-- > 0)
        v = v << 32 | fdt32_to_cpu(*at++);
    return v;
}

bool tree_reg(int node, unsigned i, uint64_t *base, uint64_t *size)
{
    int parent = fdt_parent_offset(tree(), node), length = 0;
    int a = fdt_address_cells(tree(), parent), s = fdt_size_cells(tree(), parent);
    const fdt32_t *reg = fdt_getprop(tree(), node, "reg", &length);
    if (!reg || a < 0 || s < 0 || (uint64_t)length < 4u * (i + 1) * (unsigned)(a + s))
        return false;
    reg += i * (unsigned)(a + s);
    *base = cells(reg, a);
    *size = cells(reg + a, s);
    return true;
}

/* Linux: Documentation/devicetree/bindings/interrupt-controller/arm,gic.yaml: SPI or PPI, number, flags. */
bool tree_interrupt(int node, unsigned i, unsigned *intid, bool *edge)
{
    int length = 0;
    const fdt32_t *p = fdt_getprop(tree(), node, "interrupts", &length);
    if (!p || (unsigned)length < 12 * (i + 1))
        return false;
    *intid = fdt32_to_cpu(p[3 * i + 1]) + (fdt32_to_cpu(p[3 * i]) == 0 ? 32 : 16);
    *edge = fdt32_to_cpu(p[3 * i + 2]) & 3;
    return true;
}

const char *tree_text(int node, const char *property)
{
    int length = 0;
    const char *p = node < 0 ? NULL : fdt_getprop(tree(), node, property, &length);
    return p && length > 0 && p[length - 1] == '\0' ? p : NULL;
}

bool tree_number(int node, const char *property, uint64_t *value)
{
    int length = 0;
    const fdt32_t *p = node < 0 ? NULL : fdt_getprop(tree(), node, property, &length);
    if (!p || (length != 4 && length != 8))
        return false;
    *value = cells(p, length / 4);
    return true;
}

unsigned tree_cpus(uint64_t *mpidr, unsigned max)
{
    unsigned n = 0;
    int node, all = tree() ? fdt_path_offset(tree(), "/cpus") : -1;
    if (all < 0)
        return 0;
    fdt_for_each_subnode(node, tree(), all) {
        const char *type = tree_text(node, "device_type");
        if (!type || strcmp(type, "cpu") != 0)
            continue;
        if (n < max && !tree_number(node, "reg", &mpidr[n]))
            continue;
        n++;
    }
    return n;
}

const char *cmdline(void)
{
    const char *text = tree() ? tree_text(fdt_path_offset(tree(), "/chosen"), "bootargs") : NULL;
    return text ? text : "";
}

/* Memory nodes' reg, one after the other; their parent is the root. */
bool ram_range(unsigned i, struct ram *r)
{
    int node;
    if (!tree())
        return false;
    fdt_for_each_subnode(node, tree(), 0) {
        const char *type = tree_text(node, "device_type");
        uint64_t base, size;
        if (!type || strcmp(type, "memory") != 0)
            continue;
        for (unsigned k = 0; tree_reg(node, k, &base, &size); k++) {
            if (i-- > 0)
                continue;
            *r = (struct ram){ base, base + size };
            return true;
        }
    }
    return false;
}

/* Program, tree and ramdisk: asked for each word of RAM, so looked up once. */
uint64_t placed_end(uint64_t at)
{
    static struct ram placed[3];
    if (!placed[0].end) {
        int chosen = tree() ? fdt_path_offset(tree(), "/chosen") : -1;
        if (tree())
            placed[1] = (struct ram){ entry_state.x0, entry_state.x0 + fdt_totalsize(tree()) };
        if (!tree_number(chosen, "linux,initrd-start", &placed[2].base) || !tree_number(chosen, "linux,initrd-end", &placed[2].end))
            placed[2].end = 0;
        placed[0] = (struct ram){ (uintptr_t)guest_begin, (uintptr_t)guest_end };
    }
    for (unsigned i = 0; i < 3; i++)
        if (at + 8 > placed[i].base && at < placed[i].end)
            return placed[i].end;
    return 0;
}
