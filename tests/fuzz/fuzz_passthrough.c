/*
 * A partial device tree of any bytes, through the check, the reading and the merging. What is taken has to hold: whole pages,
 * nothing of the guest's met, shared interrupts only, and the guest's tree is sound and has nothing of xen,* in it.
 */
#include "lib/checked.h"
#include "lib/span.h"
#include "loader/bundle_tree.h"
#include "platform/virt_map.h"
#include "start_info/guest_tree.h"
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct platform guests[] = {
    { .name = "web", .board = BOARD_VIRT, .vcpus = 4, .xen = true, .cmdline = "quiet", .arm = { .gic_version = 3, .pl011 = true, .pl011_backend = "" },
      .ram = { { { VIRT_RAM0_BASE }, MIB(256) } } },
    { .name = "db", .board = BOARD_VIRT, .vcpus = 8, .cmdline = "", .arm = { .gic_version = 2, .pl011_backend = "" },
      .ram = { { { VIRT_RAM0_BASE }, VIRT_RAM0_SIZE }, { { VIRT_RAM1_BASE }, GIB(1) } } },
};

static void check_devices(const struct platform *p, const struct passthrough *d)
{
    for (unsigned i = 0; i < d->regs; i++) {
        uint64_t at = d->reg[i].guest.v, n = d->reg[i].size;
        if (!n || (at | n | d->reg[i].host.v) & PAGE_MASK || ranges_meet(at, n, VIRT_GICD_BASE, KIB(4)))
            abort();
        for (unsigned k = 0; k < PLATFORM_BANKS_MAX; k++)
            if (ranges_meet(at, n, p->ram[k].base.v, p->ram[k].size))
                abort();
        for (unsigned k = 0; k < i; k++)
            if (ranges_meet(at, n, d->reg[k].guest.v, d->reg[k].size))
                abort();
    }
    for (unsigned i = 0; i < d->irqs; i++)
        if (d->irq[i].intid < 32 || d->irq[i].intid > 1019)
            abort();
}

static void check_tree(const void *fdt, uint64_t size)
{
    struct error e = { "" };
    if (!tree_check(span_of(fdt, size), TREE_OF_BUNDLE, &e))
        abort();
    for (int node = fdt_next_node(fdt, -1, NULL), property; node >= 0; node = fdt_next_node(fdt, node, NULL))
        fdt_for_each_property_offset(property, fdt, node) {
            const char *name = NULL;
            if (fdt_getprop_by_offset(fdt, property, &name, NULL) && !strncmp(name, "xen,", 4))
                abort();
        }
}

static void try(const struct platform *p, struct span tree)
{
    const struct guest_places w = { .ramdisk = { VIRT_RAM0_BASE }, .ramdisk_size = 1 };
    struct passthrough devices;
    struct error e = { "" };
    uint64_t size = guest_tree_size(p, tree);
    if (!passthrough_read(&devices, p, tree, &e)) {
        if (!failed(&e))
            abort();
        return;
    }
    check_devices(p, &devices);
    uint8_t *to = malloc(size);
    /* It fits what guest_tree_size announced, but where names of properties share their bytes in ways that ours do not. */
    if (to && guest_tree_build(p, &w, tree, to, size, &e))
        check_tree(to, size);
    else if (!failed(&e))
        abort();
    free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error e = { "" };
    uint8_t *copy = malloc(size ? size : 1);        /* 8-aligned, and its end is the heap block's */
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    if (size && tree_check(span_of(copy, size), TREE_OF_BUNDLE, &e))
        for (unsigned i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
            try(&guests[i], span_of(copy, size));
    free(copy);
    return 0;
}
