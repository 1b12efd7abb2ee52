/* guest_tree_build: what the platform has is in the tree, with its numbers, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libfdt.h>
#include "loader/bundle_tree.h"
#include "platform/virt_map.h"
#include "start_info/guest_tree.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

static const struct span none;
static const struct guest_places places = { .ramdisk = { 0x48000000 }, .ramdisk_size = 12345, .tree = { 0x47000000 } };

static struct platform base(void)
{
    struct platform p = { .name = "web", .board = BOARD_VIRT, .vcpus = 2, .memory = MIB(256), .start_info_version = 1, .cmdline = "quiet",
                          .arm = { .gic_version = 3, .pl011_backend = "" } };
    struct error e = { "" };
    if (!platform_check(&p, &e))
        fail_msg("%s", e.text);
    return p;
}

/* Into a heap block of exactly the size that was announced. */
static uint8_t *build(const struct platform *p, const struct guest_places *w, struct span partial)
{
    struct error e = { "" };
    uint64_t size = guest_tree_size(p, partial);
    uint8_t *fdt = malloc(size);
    if (!guest_tree_build(p, w, partial, fdt, size, &e))
        fail_msg("%s", e.text);
    assert_true(tree_check(span_of(fdt, size), TREE_OF_BUNDLE, &e));
    return fdt;
}

static int must_node(const void *fdt, const char *path)
{
    int node = fdt_path_offset(fdt, path);
    if (node < 0)
        fail_msg("no node %s", path);
    return node;
}

static void must_say(const void *fdt, const char *path, const char *property, const void *value, unsigned size)
{
    int length;
    const void *at = fdt_getprop(fdt, must_node(fdt, path), property, &length);
    if (!at || length != (int)size || memcmp(at, value, size) != 0)
        fail_msg("%s: %s is not what it should be", path, property);
}

static void must_be_text(const void *fdt, const char *path, const char *property, const char *text)
{
    must_say(fdt, path, property, text, (unsigned)strlen(text) + 1);
}

static void must_be_cells(const void *fdt, const char *path, const char *property, const uint32_t *cell, unsigned n)
{
    uint32_t big[64];
    for (unsigned i = 0; i < n; i++)
        big[i] = cpu_to_fdt32(cell[i]);
    must_say(fdt, path, property, big, n * 4);
}

static void must_be_cell(const void *fdt, const char *path, const char *property, uint32_t cell) { must_be_cells(fdt, path, property, &cell, 1); }

/* reg and the like, two cells each. */
static void must_be_numbers(const void *fdt, const char *path, const char *property, const uint64_t *number, unsigned n)
{
    uint64_t big[8];
    for (unsigned i = 0; i < n; i++)
        big[i] = cpu_to_fdt64(number[i]);
    must_say(fdt, path, property, big, n * 8);
}

static void must_be_range(const void *fdt, const char *path, uint64_t base, uint64_t size)
{
    const uint64_t reg[] = { base, size };
    must_be_numbers(fdt, path, "reg", reg, 2);
}

static unsigned nodes_in(const void *fdt)
{
    unsigned n = 0;
    for (int node = fdt_next_node(fdt, -1, NULL); node >= 0; node = fdt_next_node(fdt, node, NULL))
        n++;
    return n;
}

/* ---- each part of a platform, in both directions: what is expected is there, and there are no more nodes than that ---------- */

static unsigned check_cpus(const void *fdt, const struct platform *p)
{
    char path[40];
    for (unsigned i = 0; i < p->vcpus; i++) {
        snprintf(path, sizeof(path), "/cpus/cpu@%llx", (unsigned long long)platform_mpidr(i));
        must_be_cell(fdt, path, "reg", (uint32_t)platform_mpidr(i));
        must_be_text(fdt, path, "enable-method", "psci");
        if (p->nodes)
            must_be_cell(fdt, path, "numa-node-id", p->vcpu_node[i]);
    }
    return p->vcpus + 1;
}

static unsigned check_memory(const void *fdt, const struct platform *p)
{
    uint64_t sum = 0, of_node[PLATFORM_NODES_MAX] = { 0 };
    unsigned count = 0;
    int node;
    fdt_for_each_subnode(node, fdt, 0) {
        int length;
        const char *type = fdt_getprop(fdt, node, "device_type", NULL);
        if (!type || strcmp(type, "memory") != 0)
            continue;
        const fdt64_t *reg = fdt_getprop(fdt, node, "reg", &length);
        assert_int_equal(length, 16);
        uint64_t at = fdt64_ld(reg), size = fdt64_ld(reg + 1);
        bool inside = false;
        for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
            inside = inside || (at >= p->ram[i].base.v && size <= p->ram[i].size && at - p->ram[i].base.v <= p->ram[i].size - size);
        assert_true(inside);
        sum += size;
        count++;
        if (p->nodes)
            of_node[fdt32_ld((const fdt32_t *)fdt_getprop(fdt, node, "numa-node-id", &length))] += size;
    }
    assert_int_equal(sum, p->memory);
    for (unsigned i = 0; i < p->nodes; i++)
        assert_int_equal(of_node[i], p->node[i].size);
    return count;
}

static unsigned check_gic(const void *fdt, const struct platform *p)
{
    const bool v2 = p->arm.gic_version == 2;
    const uint64_t reg2[] = { VIRT_GICD_BASE, KIB(4), VIRT_GICC_BASE, KIB(8) };
    const uint64_t reg3[] = { VIRT_GICD_BASE, KIB(64), VIRT_GICR_BASE, p->vcpus * VIRT_GICR_SIZE };
    const uint32_t mask = v2 ? ((1u << p->vcpus) - 1) << 8 : 0;
    const uint32_t timers[] = { 1, 13, mask | 8, 1, 14, mask | 8, 1, 11, mask | 8 }, event[] = { 1, 15, mask | 8 };
    must_be_text(fdt, "/interrupt-controller@3001000", "compatible", v2 ? "arm,gic-400" : "arm,gic-v3");
    must_be_numbers(fdt, "/interrupt-controller@3001000", "reg", v2 ? reg2 : reg3, 4);
    must_be_cells(fdt, "/timer", "interrupts", timers, 9);
    if (p->xen)
        must_be_cells(fdt, "/hypervisor", "interrupts", event, 3);
    if (p->arm.its)
        must_be_range(fdt, "/interrupt-controller@3001000/msi-controller@8000000", VIRT_ITS_BASE, KIB(128));
    return 2u + p->arm.its;
}

static unsigned check_channels(const void *fdt, const struct platform *p)
{
    char path[80];
    for (unsigned i = 0; i < p->channels; i++) {
        const struct platform_channel *c = &p->channel[i];
        snprintf(path, sizeof(path), "/hypervisor/event-channels/channel@%x", c->port);
        must_be_cell(fdt, path, "reg", c->port);
        must_be_cell(fdt, path, "bedplate,peer-port", c->peer_port);
        must_be_text(fdt, path, "bedplate,peer", c->peer);
        if (c->label[0])
            must_be_text(fdt, path, "label", c->label);
        else
            assert_null(fdt_getprop(fdt, must_node(fdt, path), "label", NULL));
    }
    for (unsigned i = 0; i < p->rings; i++) {
        snprintf(path, sizeof(path), "/hypervisor/console-rings/ring@%llx", (unsigned long long)(VIRT_RING_BASE + i * PAGE_SIZE));
        must_be_range(fdt, path, VIRT_RING_BASE + i * PAGE_SIZE, PAGE_SIZE);
        must_be_cell(fdt, path, "bedplate,port", p->ring[i].port);
        must_be_text(fdt, path, "label", p->ring[i].of);
    }
    return p->channels + p->rings + (p->channels != 0) + (p->rings != 0);
}

static void check(const struct platform *p, const struct guest_places *w)
{
    const uint32_t uart[] = { 0, 0, 4 };
    uint8_t *fdt = build(p, w, none);
    unsigned expected = 3;                                      /* the root, chosen, psci */
    expected += check_cpus(fdt, p) + check_memory(fdt, p) + check_gic(fdt, p) + check_channels(fdt, p);
    if (p->nodes)
        (void)must_node(fdt, "/distance-map");
    if (p->arm.pl011) {
        must_be_range(fdt, "/serial@22000000", VIRT_PL011_BASE, VIRT_PL011_SIZE);
        must_be_cells(fdt, "/serial@22000000", "interrupts", uart, 3);
        must_be_text(fdt, "/chosen", "stdout-path", "/serial@22000000");
    }
    if (p->xen)
        (void)must_node(fdt, "/hypervisor");
    expected += (p->nodes ? 1u : 0u) + p->arm.pl011 + p->xen;
    assert_int_equal(nodes_in(fdt), expected);
    free(fdt);
}

static void tells_what_the_platform_has(void **state)
{
    (void)state;
    static const unsigned vcpus[] = { 1, 2, 8, 15, 16, 17, 255, 512 };
    for (unsigned i = 0; i < 1u << 9; i++) {
        struct platform p = base();
        struct error e = { "" };
        p.arm.gic_version = i & 1 ? 2 : 3;
        p.vcpus = i & 1 ? vcpus[i >> 6 & 1] + 1 : vcpus[i >> 6];
        p.arm.its = i & 2 && !(i & 1);
        p.arm.pl011 = i & 4;
        p.xen = i & 8;
        p.memory = i & 16 ? GIB(7) : MIB(256);
        p.channels = p.xen ? i % 33 : 0;
        p.rings = p.xen ? i % 9 : 0;
        for (unsigned k = 0; k < 32; k++)
            p.channel[k] = (struct platform_channel){ k + 1, 1023 - k, k % 2 ? "domU2" : "a-much-longer-name-of-a-guest", k % 3 ? "" : "l" };
        for (unsigned k = 0; k < 8; k++)
            p.ring[k] = (struct platform_ring){ "domU3", 1000 + k };
        if (i & 32) {
            p.nodes = 2;
            p.node[0] = (struct platform_node){ p.memory - MIB(64), { 10, 20 } };
            p.node[1] = (struct platform_node){ MIB(64), { 20, 10 } };
            for (unsigned k = 0; k < p.vcpus; k++)
                p.vcpu_node[k] = k % 2;
        }
        unsigned channels = p.channels, rings = p.rings;
        p.channels = p.rings = 0;                               /* their own checks are platform's tests */
        if (!platform_check(&p, &e))
            fail_msg("%s", e.text);
        p.channels = channels;
        p.rings = rings;
        check(&p, &places);
    }
}

static void chosen_tells_the_rest(void **state)
{
    (void)state;
    struct platform p = base();
    struct guest_places w = places;
    const uint64_t start = 0x48000000, end = start + 12345;
    uint8_t *fdt = build(&p, &w, none);
    must_be_text(fdt, "/chosen", "bootargs", "quiet");
    must_be_numbers(fdt, "/chosen", "linux,initrd-start", &start, 1);
    must_be_numbers(fdt, "/chosen", "linux,initrd-end", &end, 1);
    assert_null(fdt_getprop(fdt, must_node(fdt, "/chosen"), "stdout-path", NULL));
    assert_null(fdt_getprop(fdt, must_node(fdt, "/timer"), "clock-frequency", NULL));
    assert_null(fdt_getprop(fdt, must_node(fdt, "/chosen"), "rng-seed", NULL));
    free(fdt);
    w = (struct guest_places){ .timer_hz = 62500000, .seeded = true, .seed = { 1, 2, 3 } };
    p.cmdline = "";
    fdt = build(&p, &w, none);
    assert_null(fdt_getprop(fdt, must_node(fdt, "/chosen"), "bootargs", NULL));
    assert_null(fdt_getprop(fdt, must_node(fdt, "/chosen"), "linux,initrd-start", NULL));
    must_be_cell(fdt, "/timer", "clock-frequency", 62500000);
    must_say(fdt, "/chosen", "rng-seed", w.seed, sizeof(w.seed));
    free(fdt);
}

/* Linux takes its machine from ACPI when there is nothing but these (arch/arm64/kernel/acpi.c, dt_is_stub). */
static void acpi_has_a_tree_of_two_nodes(void **state)
{
    (void)state;
    struct platform p = base();
    struct guest_places w = { .acpi = { VIRT_ACPI_BASE }, .acpi_size = 8192, .rsdp = { VIRT_ACPI_BASE }, .efi = { 0x41000000 } };
    const uint64_t efi = 0x41000000;
    p.acpi = true;
    uint8_t *fdt = build(&p, &w, none);
    must_be_numbers(fdt, "/chosen", "linux,uefi-system-table", &efi, 1);
    assert_int_equal(nodes_in(fdt), 2);
    free(fdt);
    p.xen = true;
    fdt = build(&p, &w, none);
    must_be_numbers(fdt, "/chosen", "linux,uefi-system-table", &efi, 1);
    assert_int_equal(nodes_in(fdt), 3);
    assert_int_equal(fdt_node_check_compatible(fdt, must_node(fdt, "/hypervisor"), "xen,xen"), 0);
    free(fdt);
}

static void an_extended_region_meets_nothing(void **state)
{
    (void)state;
    for (uint64_t memory = MIB(64); memory <= GIB(8); memory += MIB(64)) {
        struct platform p = base();
        struct error e = { "" };
        int length;
        p.memory = memory;
        p.xen = true;
        assert_true(platform_check(&p, &e));
        uint8_t *fdt = build(&p, &places, none);
        const fdt64_t *reg = fdt_getprop(fdt, must_node(fdt, "/hypervisor"), "reg", &length);
        assert_int_equal(fdt64_ld(reg), VIRT_GRANT_BASE);
        assert_int_equal(fdt64_ld(reg + 1), VIRT_GRANT_SIZE);
        uint64_t at = length > 16 ? fdt64_ld(reg + 2) : 0, size = length > 16 ? fdt64_ld(reg + 3) : 0;
        for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
            assert_false(size && at < p.ram[i].base.v + p.ram[i].size && p.ram[i].base.v < at + size);
        assert_int_equal(at % MIB(2), 0);
        assert_int_equal(size % MIB(2), 0);
        free(fdt);
    }
}

static void says_when_it_does_not_fit(void **state)
{
    (void)state;
    struct platform p = base();
    p.xen = true;
    uint64_t size = guest_tree_size(&p, none);
    for (uint64_t i = 0; i < size; i += 40) {
        struct error e = { "" };
        uint8_t *to = malloc(i + 1);
        if (!guest_tree_build(&p, &places, none, to, i, &e))
            assert_non_null(strstr(e.text, "guest web: "));
        free(to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_the_platform_has), cmocka_unit_test(chosen_tells_the_rest), cmocka_unit_test(acpi_has_a_tree_of_two_nodes),
        cmocka_unit_test(an_extended_region_meets_nothing), cmocka_unit_test(says_when_it_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
