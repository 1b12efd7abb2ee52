/* passthrough_read and the merging: Xen's words for a device that is handed over, and a sentence for whatever is wrong in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <libfdt.h>
#include "loader/bundle_tree.h"
#include "platform/virt_map.h"
#include "start_info/guest_tree.h"
#include "tests/unit/dts_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

enum { TREE_BYTES = 4096, CELLS_MAX = 128 };

/* A partial tree with one device; what a test leaves 0 is as Xen's example has it. */
struct device {
    const char *node;                       /* "/passthrough" */
    uint32_t gic_phandle;                   /* 0: no node gic */
    uint32_t gic_cells, root_cells, cells;  /* 3, 2, 2 */
    uint32_t size_cells;                    /* of /passthrough: as cells */
    bool no_force, path, no_reg, controller, with_ranges;
    uint32_t reg[CELLS_MAX];
    unsigned regs;                          /* cells of it */
    uint32_t irq[CELLS_MAX];
    unsigned irqs;
    uint32_t irq_parent, phandle;           /* 0: none said */
    const char *irq_property;               /* "interrupts" */
};

static uint8_t tree[TREE_BYTES] __attribute__((aligned(8)));

static void cells(const char *name, const uint32_t *cell, unsigned n)
{
    void *at;
    assert_int_equal(fdt_property_placeholder(tree, name, (int)n * 4, &at), 0);
    for (unsigned i = 0; i < n; i++)
        fdt32_st((fdt32_t *)at + i, cell[i]);
}

static void cell(const char *name, uint32_t v) { cells(name, &v, 1); }
static uint32_t or(uint32_t v, uint32_t usual) { return v ? v : usual; }

static void device(const struct device *d)
{
    fdt_begin_node(tree, "uart@9040000");
    fdt_property_string(tree, "compatible", "arm,pl011");
    if (!d->no_reg)
        cells("xen,reg", d->reg, d->regs);
    if (d->path)
        fdt_property_string(tree, "xen,path", "/pl011@9040000");
    if (!d->no_force)
        fdt_property(tree, "xen,force-assign-without-iommu", NULL, 0);
    if (d->irqs)
        cells(d->irq_property ? d->irq_property : "interrupts", d->irq, d->irqs);
    if (d->irq_parent)
        cell("interrupt-parent", d->irq_parent);
    if (d->phandle)
        cell("phandle", d->phandle);
    fdt_end_node(tree);
}

static struct span make(const struct device *d)
{
    fdt_create(tree, TREE_BYTES);
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    cell("#address-cells", or(d->root_cells, 2));
    cell("#size-cells", or(d->root_cells, 2));
    if (d->gic_phandle) {
        fdt_begin_node(tree, "gic");
        cell("#interrupt-cells", or(d->gic_cells, 3));
        cell("phandle", d->gic_phandle);
        fdt_end_node(tree);
    }
    fdt_begin_node(tree, d->node ? d->node : "passthrough");
    cell("#address-cells", or(d->cells, 2));
    cell("#size-cells", or(d->size_cells, or(d->cells, 2)));
    if (d->with_ranges)
        cells("ranges", (const uint32_t[]){ 0, 0, 0, 0, 1 }, 5);
    else
        fdt_property(tree, "ranges", NULL, 0);
    if (d->controller)
        cell("#interrupt-cells", 1);
    device(d);
    fdt_end_node(tree);
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    return span_of(tree, TREE_BYTES);
}

static struct platform base(void)
{
    struct platform p = { .name = "web", .board = BOARD_VIRT, .vcpus = 2, .memory = MIB(256), .start_info_version = 1, .xen = true,
                          .arm = { .gic_version = 3, .pl011 = true, .pl011_backend = "" } };
    struct error e = { "" };
    if (!platform_check(&p, &e))
        fail_msg("%s", e.text);
    return p;
}

#define REG(host, size, guest) .reg = { 0, host, 0, size, 0, guest }, .regs = 6
#define GOOD REG(0x9040000, 0x1000, 0x9040000)

static struct passthrough must_take(const struct device *d)
{
    struct platform p = base();
    struct passthrough got;
    struct error e = { "" };
    struct span partial = make(d);
    assert_true(tree_check(partial, TREE_OF_BUNDLE, &e));
    if (!passthrough_read(&got, &p, partial, &e))
        fail_msg("refused: %s", e.text);
    return got;
}

static void must_refuse(const struct device *d, const char *what, const char *way_out)
{
    struct platform p = base();
    struct passthrough got;
    struct error e = { "" };
    if (passthrough_read(&got, &p, make(d), &e))
        fail_msg("took what should fail for \"%s\"", what);
    if (!strstr(e.text, "guest web: ") || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", e.text, what, way_out);
}

static void takes_registers(void **state)
{
    (void)state;
    struct passthrough got = must_take(&(struct device){ GOOD });
    assert_int_equal(got.regs, 1);
    assert_int_equal(got.irqs, 0);
    assert_int_equal(got.reg[0].host.v, 0x9040000);
    assert_int_equal(got.reg[0].guest.v, 0x9040000);
    assert_int_equal(got.reg[0].size, 0x1000);
    /* In the cells of the parent; two ranges; above 4 GiB. */
    struct device two = { .reg = { 0x80, 0x1000, 0, 0x2000, 0, 0x10000000, 0, 0x5000, 0, 0x1000, 0, 0x6000 }, .regs = 12 };
    got = must_take(&two);
    assert_int_equal(got.regs, 2);
    assert_int_equal(got.reg[0].host.v, 0x8000001000);
    assert_int_equal(got.reg[1].guest.v, 0x6000);
    struct device narrow = { .cells = 1, .with_ranges = true, .reg = { 0x9040000, 0x1000, 0xa000000 }, .regs = 3 };
    got = must_take(&narrow);
    assert_int_equal(got.reg[0].guest.v, 0xa000000);
    struct device short_sizes = { .size_cells = 1, .reg = { 0, 0x9040000, 0x1000, 0, 0xa000000 }, .regs = 5 };
    got = must_take(&short_sizes);
    assert_true(got.reg[0].size == 0x1000 && got.reg[0].guest.v == 0xa000000);
}

static void refuses_registers(void **state)
{
    (void)state;
    must_refuse(&(struct device){ REG(0x9040200, 0x200, 0x9040200) }, "whole pages", "round it");
    must_refuse(&(struct device){ REG(0x9040000, 0, 0x9040000) }, "whole pages", "round it");
    must_refuse(&(struct device){ REG(0x9040000, 0x1000, 0x3001000) }, "its GIC", "another guest address");
    must_refuse(&(struct device){ REG(0x9040000, 0x1000, 0x3021000) }, "its GIC", "another guest address");
    must_refuse(&(struct device){ REG(0x9040000, 0x1000, 0x22000000) }, "its PL011", "another guest address");
    must_refuse(&(struct device){ REG(0x9040000, 0x1000, 0x4ffff000) }, "its RAM", "another guest address");
    must_refuse(&(struct device){ REG(0x9040000, 0x1000, 0x39000000) }, "shares with Xen", "another guest address");
    must_refuse(&(struct device){ .reg = { 0, 0, 0xffffffff, 0xfffff000, 0, 0x1000 }, .regs = 6 }, "beyond the address space", "1 TiB");
    must_refuse(&(struct device){ .reg = { 0xffffffff, 0xfffff000, 0, 0x1000, 0, 0x1000 }, .regs = 6 }, "beyond the address space", "1 TiB");
    must_refuse(&(struct device){ .reg = { 0, 0x9040000, 0, 0x1000, 0 }, .regs = 5 }, "20 bytes", "triples");
    must_refuse(&(struct device){ .regs = 0 }, "0 bytes", "triples");
    must_refuse(&(struct device){ GOOD, .no_force = true, .path = true }, "IOMMU", "xen,force-assign-without-iommu");
    must_refuse(&(struct device){ .no_reg = true, .path = true }, "xen,path without xen,reg", "xen,reg");
    must_refuse(&(struct device){ .reg = { 0, 0x1000, 0, 0x2000, 0, 0x1000, 0, 0x8000, 0, 0x1000, 0, 0x2000 }, .regs = 12 }, "another device", "another guest");
    must_refuse(&(struct device){ GOOD, .cells = 3 }, "cells", "<2>");
    struct device many = { .regs = 17 * 6 };
    for (uint32_t i = 0; i < 17; i++) {
        const uint32_t triple[] = { 0, 0x1000 * i, 0, 0x1000, 0, 0x10000000 + 0x1000 * i };
        memcpy(many.reg + 6 * i, triple, sizeof(triple));
    }
    must_refuse(&many, "more than 16", "fewer devices");
}

static void takes_interrupts(void **state)
{
    (void)state;
    struct passthrough got = must_take(&(struct device){ GOOD, .gic_phandle = 7, .irq_parent = 7, .irq = { 0, 8, 4, 0, 47, 1, 0, 8, 4 }, .irqs = 9 });
    assert_int_equal(got.irqs, 2);                              /* a line shared is one */
    assert_int_equal(got.irq[0].intid, 40);
    assert_false(got.irq[0].edge);
    assert_int_equal(got.irq[1].intid, 79);
    assert_true(got.irq[1].edge);
    got = must_take(&(struct device){ GOOD, .irq = { 0, 8, 4 }, .irqs = 3 });                           /* the root's parent */
    assert_int_equal(got.irqs, 1);
    got = must_take(&(struct device){ GOOD, .irq_parent = 65000, .irq = { 0, 8, 4 }, .irqs = 3 });      /* the number that Xen gives */
    assert_int_equal(got.irqs, 1);
    got = must_take(&(struct device){ GOOD, .irq_property = "interrupts-extended", .gic_phandle = 7, .irq = { 7, 0, 8, 4 }, .irqs = 4 });
    assert_int_equal(got.irqs, 1);
    got = must_take(&(struct device){ GOOD, .controller = true, .irq = { 5 }, .irqs = 1 });             /* a controller of its own */
    assert_int_equal(got.irqs, 0);
}

static void refuses_interrupts(void **state)
{
    (void)state;
    must_refuse(&(struct device){ GOOD, .irq = { 1, 11, 4 }, .irqs = 3 }, "no SPI", "up to 987");
    must_refuse(&(struct device){ GOOD, .irq = { 0, 988, 4 }, .irqs = 3 }, "no SPI", "up to 987");
    must_refuse(&(struct device){ GOOD, .irq = { 0, 0, 4 }, .irqs = 3 }, "the guest's PL011's", "leave that out");
    must_refuse(&(struct device){ GOOD, .irq = { 0, 8 }, .irqs = 2 }, "not whole", "3 cells");
    must_refuse(&(struct device){ GOOD, .irq = { 0, 8, 4, 0, 8, 1 }, .irqs = 6 }, "edge and level", "same trigger");
    must_refuse(&(struct device){ GOOD, .irq_parent = 99, .irq = { 0, 8, 4 }, .irqs = 3 }, "phandle 0x63", "a node gic");
    must_refuse(&(struct device){ GOOD, .irq_property = "interrupts-extended", .irq = { 99, 0, 8, 4 }, .irqs = 4 }, "phandle 0x63", "node gic");
    must_refuse(&(struct device){ GOOD, .irq_property = "interrupts-extended", .gic_phandle = 7, .irq = { 7, 0, 8 }, .irqs = 3 }, "not whole", "3 cells");
    must_refuse(&(struct device){ GOOD, .gic_phandle = 7, .phandle = 7 }, "the GIC's", "another");
    must_refuse(&(struct device){ GOOD, .gic_phandle = 7, .gic_cells = 4 }, "#interrupt-cells = <4>", "has 3");
    struct device many = { GOOD, .irqs = 33 * 3 };
    for (uint32_t i = 0; i < 33; i++) {
        const uint32_t spi[] = { 0, 100 + i, 4 };
        memcpy(many.irq + 3 * i, spi, sizeof(spi));
    }
    must_refuse(&many, "more than 32 interrupts", "fewer devices");
}

static void refuses_trees(void **state)
{
    (void)state;
    struct platform p = base();
    struct passthrough got;
    struct error e = { "" };
    must_refuse(&(struct device){ GOOD, .node = "devices" }, "no node /passthrough", "put the devices there");
    must_refuse(&(struct device){ GOOD, .root_cells = 1, .with_ranges = true }, "the root", "<2>");
    must_refuse(&(struct device){ .reg = { 0x9040000, 0x1000, 0x9040000 }, .regs = 3, .cells = 1 }, "/passthrough", "<2>");
    p.acpi = true;
    assert_false(passthrough_read(&got, &p, make(&(struct device){ GOOD }), &e));
    assert_non_null(strstr(e.text, "acpi=1"));
    e = (struct error){ "" };
    assert_true(passthrough_read(&got, &p, (struct span){ NULL, 0, false }, &e));
    assert_int_equal(got.regs + got.irqs, 0);
}

static void merges(void **state)
{
    (void)state;
    static const uint32_t phandle[][2] = { { 7, 0 }, { 0, 0 }, { 0, 65000 } };     /* the GIC's there, the device's; then ours */
    static const uint32_t expected[] = { 7, 65000, 65001 };
    for (unsigned i = 0; i < 3; i++) {
        struct device d = { GOOD, .gic_phandle = phandle[i][0], .phandle = phandle[i][1], .irq_parent = phandle[i][1] ? 0 : expected[i],
                            .irq = { 0, 8, 4 }, .irqs = 3, .path = true };
        struct platform p = base();
        struct error e = { "" };
        const struct guest_places w = { .tree = { 0 } };
        struct span partial = make(&d);
        uint64_t size = guest_tree_size(&p, partial);
        uint8_t *fdt = malloc(size);
        if (!guest_tree_build(&p, &w, partial, fdt, size, &e))
            fail_msg("%s", e.text);
        int gic = fdt_path_offset(fdt, "/interrupt-controller@3001000"), uart = fdt_path_offset(fdt, "/passthrough/uart@9040000"), length;
        assert_true(gic >= 0 && uart >= 0);
        assert_int_equal(fdt_get_phandle(fdt, gic), expected[i]);
        assert_int_equal(fdt_node_offset_by_phandle(fdt, expected[i]), gic);
        assert_int_equal(fdt32_ld(fdt_getprop(fdt, 0, "interrupt-parent", &length)), expected[i]);
        assert_non_null(fdt_getprop(fdt, uart, "interrupts", NULL));
        assert_null(fdt_getprop(fdt, uart, "xen,reg", NULL));
        assert_null(fdt_getprop(fdt, uart, "xen,path", NULL));
        assert_null(fdt_getprop(fdt, uart, "xen,force-assign-without-iommu", NULL));
        free(fdt);
    }
}

/* What reg says is read by the cells of /passthrough, which come along: it means there what it meant here. */
static void merges_short_sizes(void **state)
{
    (void)state;
    char here[512];
    assert_non_null(getcwd(here, sizeof(here)));
    void *blob = dts_compile("/include/ \"%s/tests/fixtures/passthrough/zynqmp-ethernet.dts\"", here);
    struct span partial = span_of(blob, fdt_totalsize(blob));
    struct platform p = base();
    struct passthrough got;
    struct error e = { "" };
    const struct guest_places w = { .tree = { 0 } };
    uint64_t size = guest_tree_size(&p, partial);
    uint8_t *fdt = malloc(size);
    if (!passthrough_read(&got, &p, partial, &e) || !guest_tree_build(&p, &w, partial, fdt, size, &e))
        fail_msg("%s", e.text);
    assert_true(got.regs == 1 && got.reg[0].host.v == 0xff0e0000 && got.reg[0].size == 0x1000 && got.reg[0].guest.v == 0xff0e0000);
    assert_true(got.irqs == 1 && got.irq[0].intid == 95);
    int bus = dts_node(fdt, "/passthrough"), device = dts_node(fdt, "/passthrough/ethernet@ff0e0000"), length;
    assert_int_equal(fdt_address_cells(fdt, 0), fdt_address_cells(fdt, bus));
    assert_int_equal(fdt_size_cells(fdt, bus), 1);
    const fdt32_t *reg = fdt_getprop(fdt, device, "reg", &length);
    assert_int_equal(length, 12);
    assert_true(fdt32_ld(reg + 1) == 0xff0e0000 && fdt32_ld(reg + 2) == 0x1000);
    free(fdt);
    free(blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_registers), cmocka_unit_test(refuses_registers), cmocka_unit_test(takes_interrupts),
        cmocka_unit_test(refuses_interrupts), cmocka_unit_test(refuses_trees), cmocka_unit_test(merges),
        cmocka_unit_test(merges_short_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
