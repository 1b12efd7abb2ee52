/* vCPUs to come, virtual NUMA, hidden devices and the power button: from the tree, and each refusal with its way out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "platform/pc_map.h"
#include "platform/platform.h"
#include "tests/unit/tree_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

static struct tree t;

static int fresh(void **state)
{
    (void)state;
    t = tree_new(0x100000);
    return 0;
}

static int done(void **state)
{
    (void)state;
    free(t.fdt);
    return 0;
}

static void says(const char *text, const char *what, const char *way_out)
{
    if (!strstr(text, "guest web: ") || !strstr(text, what) || !strstr(text, way_out))
        fail_msg("\"%s\" lacks \"guest web: \", \"%s\" or \"%s\"", text, what, way_out);
}

static struct platform accept_it(void)
{
    struct platform p;
    struct error e = { "" };
    if (!platform_from_node(&p, t.fdt, t.guest, BOARD_PC, &e))
        fail_msg("refused: %s", e.text);
    return p;
}

static void refuse_it(const char *what, const char *way_out)
{
    struct platform p;
    struct error e = { "" };
    assert_false(platform_from_node(&p, t.fdt, t.guest, BOARD_PC, &e));
    says(e.text, what, way_out);
}

static void refuse(struct platform p, const char *what, const char *way_out)
{
    struct error e = { "" };
    assert_false(platform_check(&p, &e));
    says(e.text, what, way_out);
}

static void accept(struct platform *p)
{
    struct error e = { "" };
    if (!platform_check(p, &e))
        fail_msg("refused: %s", e.text);
}

static void set(const char *property, uint32_t value) { tree_must(fdt_setprop_u32(t.fdt, t.guest, property, value)); }
static void set_bytes(const char *property, const void *bytes, int n) { tree_must(fdt_setprop(t.fdt, t.guest, property, bytes, n)); }

/* As set_bytes; each number is big-endian in 8 bytes. */
static void set_sizes(const char *property, const uint64_t *kib, unsigned n)
{
    fdt64_t cell[PLATFORM_NODES_MAX + 1];
    for (unsigned i = 0; i < n; i++)
        cell[i] = cpu_to_fdt64(kib[i]);
    set_bytes(property, cell, (int)(n * sizeof(cell[0])));
}

static struct platform base(void)
{
    return (struct platform){ .name = "web", .vcpus = 2, .memory = MIB(256), .xen = true, .lapic = true, .ioapic = true,
                              .acpi = true, .start_info_version = 1 };
}

static struct platform two_nodes(void)
{
    struct platform p = base();
    p.nodes = 2;
    p.node[0] = (struct platform_node){ MIB(100), { 10, 20 } };
    p.node[1] = (struct platform_node){ MIB(156), { 30, 10 } };
    p.vcpu_node[1] = 1;
    return p;
}

static void tells_no_more_than_was_asked(void **state)
{
    (void)state;
    struct platform p = accept_it();
    assert_int_equal(p.vcpus_max, 0);
    assert_int_equal(platform_vcpus_told(&p), 1);
    assert_true(p.power_button);
    assert_false(p.ged.present || p.pcie.present || p.tpm.present || p.viommu.present);
    assert_int_equal(p.nodes + p.hiddens, 0);
}

static void an_event_device_where_it_can_interrupt_and_has_events(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 16; bits++) {
        struct platform p = base();
        p.ged = (struct platform_ged){ true, 1, 1 };        /* is decided anew */
        p.acpi = bits & 1, p.ioapic = bits & 2, p.power_button = bits & 4, p.vcpus_max = bits & 8 ? 4 : 0;
        struct error e = { "" };
        bool can = p.acpi && p.ioapic;
        assert_int_equal(platform_check(&p, &e), can || !p.vcpus_max);
        if (failed(&e))
            continue;
        assert_int_equal(p.ged.present, can && (p.power_button || p.vcpus_max));
        assert_int_equal(p.ged.port, p.ged.present ? PC_GED_PORT : 0);
        assert_int_equal(p.ged.gsi, p.ged.present ? PC_GED_GSI : 0);
    }
}

static void reads_vcpus_to_come(void **state)
{
    (void)state;
    set("cpus", 3);
    set("bedplate,vcpus-max", 3);
    assert_int_equal(platform_vcpus_told(&(struct platform){ .vcpus = 3, .vcpus_max = accept_it().vcpus_max }), 3);
    set("bedplate,ioapic", 1);
    set("bedplate,vcpus-max", 512);
    set("bedplate,power-button", 0);
    struct platform p = accept_it();
    assert_int_equal(p.vcpus, 3);
    assert_int_equal(p.vcpus_max, 512);
    assert_int_equal(platform_vcpus_told(&p), 512);
    assert_true(p.ged.present && !p.power_button);
}

static void refuses_vcpus_that_cannot_come(void **state)
{
    (void)state;
    struct platform p = base();
    p.vcpus_max = 1;
    refuse(p, "maxvcpus=1 is less than vcpus=2", "remove maxvcpus");
    p.vcpus_max = 513;
    refuse(p, "maxvcpus is 513, more than 512", "give fewer");
    p.vcpus_max = 4;
    p.acpi = false;
    refuse(p, "maxvcpus=4 with acpi=0", "set acpi=1");
    p.acpi = true, p.ioapic = false;
    refuse(p, "maxvcpus=4 with ioapic=0", "set ioapic=1");
    p.vcpus_max = 2;
    accept(&p);
    set("bedplate,vcpus-max", UINT32_MAX);
    refuse_it("maxvcpus is 4294967295", "give fewer");
}

static void reads_nodes(void **state)
{
    (void)state;
    set("cpus", 3);
    set_sizes("bedplate,vnuma-memory", (const uint64_t[]){ 1024, 64512 }, 2);
    set_bytes("bedplate,vnuma-vcpus", "\1\0\1", 3);
    struct platform p = accept_it();
    assert_int_equal(p.nodes, 2);
    assert_int_equal(p.node[0].size, MIB(1));
    assert_int_equal(p.node[1].size, MIB(63));
    assert_memory_equal(p.vcpu_node, "\1\0\1\0", 4);
    assert_memory_equal(p.node[0].distance, "\12\24", 2);
    assert_memory_equal(p.node[1].distance, "\24\12", 2);
    set_bytes("bedplate,vnuma-distances", "\12\377\13\12", 4);
    refuse_it("node 0 is 255 from node 1", "11 to 254");
    set_bytes("bedplate,vnuma-distances", "\12\376\13\12", 4);       /* one way is longer: allowed */
    assert_int_equal(accept_it().node[0].distance[1], 254);
    assert_int_equal(accept_it().node[1].distance[0], 11);
}

static void refuses_badly_written_nodes(void **state)
{
    (void)state;
    set_bytes("bedplate,vnuma-vcpus", "\0", 1);
    refuse_it("bedplate,vnuma-vcpus without bedplate,vnuma-memory", "give the KiB");
    set_sizes("bedplate,vnuma-memory", (const uint64_t[PLATFORM_NODES_MAX + 1]){ 1 }, PLATFORM_NODES_MAX + 1);
    refuse_it("bedplate,vnuma-memory has 136 bytes", "1 to 16 numbers");
    set_bytes("bedplate,vnuma-memory", "1234567", 7);
    refuse_it("bedplate,vnuma-memory has 7 bytes", "8 bytes");
    set_bytes("bedplate,vnuma-memory", NULL, 0);
    refuse_it("bedplate,vnuma-memory has 0 bytes", "8 bytes");
    set_sizes("bedplate,vnuma-memory", (const uint64_t[]){ UINT64_MAX }, 1);
    refuse_it("a node of 18446744073709551615 KiB", "give at most");
    set_sizes("bedplate,vnuma-memory", (const uint64_t[]){ 65536 }, 1);
    set_bytes("bedplate,vnuma-distances", "\12\24", 2);
    refuse_it("bedplate,vnuma-distances has 2 bytes", "give 1, a row of 1");
    tree_must(fdt_delprop(t.fdt, t.guest, "bedplate,vnuma-distances"));
    accept_it();
    set("cpus", 2);
    refuse_it("bedplate,vnuma-vcpus has 1 bytes for 2 vCPUs", "as a byte for each");
    tree_must(fdt_delprop(t.fdt, t.guest, "bedplate,vnuma-vcpus"));
    refuse_it("bedplate,vnuma-vcpus has 0 bytes for 2 vCPUs", "as a byte for each");
    set("cpus", 600);
    set_bytes("bedplate,vnuma-vcpus", (uint8_t[600]){ 0 }, 600);
    refuse_it("600 vCPUs", "as a byte for each");
}

static void refuses_nodes_without_sense(void **state)
{
    (void)state;
    struct platform p = two_nodes();
    accept(&p);
    p.acpi = false;
    refuse(p, "vnuma with acpi=0", "remove vnuma");
    p = two_nodes();
    p.nodes = PLATFORM_NODES_MAX + 1;
    refuse(p, "vnuma has 17 nodes", "give fewer");
    p = two_nodes();
    p.vcpu_node[1] = 2;
    refuse(p, "vCPU 1 is in node 2 of 2", "nodes 0 to 1");
    p = two_nodes();
    p.vcpu_node[3] = 2;                     /* nobody's */
    accept(&p);
    p.vcpus_max = 4;
    refuse(p, "vCPU 3 is in node 2 of 2", "nodes 0 to 1");
    p = two_nodes();
    p.node[1].size += MIB(1);
    refuse(p, "nodes 0 to 1 have more than memory=256", "add up to it");
    p.node[1].size -= MIB(2);
    refuse(p, "1 MiB less than memory=256", "add up to it");
    p.node[0].size = UINT64_MAX & ~(MIB(1) - 1);
    refuse(p, "nodes 0 to 0 have more than", "add up to it");
    p.node[0].size = MIB(100) + 4096;
    refuse(p, "node 0 has 102404 KiB", "whole MiB");
    p.node[0].size = 0;
    refuse(p, "node 0 has 0 KiB", "at least one");
    p = two_nodes();
    p.node[1].distance[1] = 11;
    refuse(p, "node 1 is 11 from itself", "10");
    p = two_nodes();
    p.node[1].distance[0] = 10;
    refuse(p, "node 1 is 10 from node 0", "11 to 254");
}

/* Linux: "CPU #1's llc-sibling CPU #0 is not on the same node!" */
static void packages_lie_within_nodes(void **state)
{
    (void)state;
    static const struct { unsigned vcpus, nodes; uint8_t node[8]; unsigned bits; } k[] = {
        { 1, 0, { 0 }, 0 }, { 2, 0, { 0 }, 1 }, { 3, 0, { 0, 1, 2 }, 2 }, { 8, 0, { 0 }, 3 },
        { 8, 1, { 0 }, 3 }, { 8, 2, { 0, 0, 0, 0, 1, 1, 1, 1 }, 2 }, { 8, 2, { 0, 0, 1, 1, 1, 1, 1, 1 }, 1 },
        { 4, 2, { 0, 1, 1, 0 }, 0 }, { 3, 2, { 0, 0, 1 }, 1 }, { 6, 2, { 0, 0, 0, 1, 1, 1 }, 0 }, { 1, 2, { 1 }, 0 },
    };
    for (size_t i = 0; i < sizeof(k) / sizeof(k[0]); i++) {
        struct platform p = { .vcpus = 1, .vcpus_max = k[i].vcpus, .nodes = k[i].nodes };
        memcpy(p.vcpu_node, k[i].node, sizeof(k[i].node));
        assert_int_equal(platform_package_bits(&p), k[i].bits);
    }
}

static void reads_hidden_devices(void **state)
{
    (void)state;
    set_bytes("bedplate,hide", "\\_SB.COM1\0\\_SB_.C00F\0\\A", 24);
    struct platform p = accept_it();
    assert_int_equal(p.hiddens, 3);
    assert_string_equal(p.hidden[0], "\\_SB.COM1");
    assert_string_equal(p.hidden[1], "\\_SB_.C00F");
    assert_string_equal(p.hidden[2], "\\A");
    set_bytes("bedplate,hide", NULL, 0);
    assert_int_equal(accept_it().hiddens, 0);
    set_bytes("bedplate,hide", "\\A\0\\B", 5);
    refuse_it("bedplate,hide is no list of texts", "its NUL");
    char many[(PLATFORM_HIDDEN_MAX + 1) * 3];
    for (unsigned i = 0; i < sizeof(many); i += 3)
        memcpy(many + i, "\\A", 3);
    set_bytes("bedplate,hide", many, PLATFORM_HIDDEN_MAX * 3);
    assert_int_equal(accept_it().hiddens, PLATFORM_HIDDEN_MAX);
    set_bytes("bedplate,hide", many, sizeof(many));
    refuse_it("bedplate,hide names more than 16 devices", "name fewer");
    set_bytes("bedplate,hide", "\\A", 3);
    set("bedplate,acpi", 0);
    refuse_it("hide with acpi=0", "remove hide");
}

static void refuses_what_is_no_path(void **state)
{
    (void)state;
    static const char *const no_path[] = {
        "", "\\", "_SB", "\\_SB.", "\\.COM1", "\\_SB..COM1", "\\_SB.COM12", "\\_SB.1COM", "\\_sb", "\\_SB.COM1 ", "\\\\A", "\\^A", "\\A\nB",
    };
    struct platform p = base();
    struct error e = { "" };
    p.hiddens = 1;
    for (size_t i = 0; i < sizeof(no_path) / sizeof(no_path[0]); i++) {
        p.hidden[0] = no_path[i];
        refuse(p, "is no ACPI path", "\\_SB.COM1");
    }
    p.hidden[0] = "\\\033[2J";
    e.text[0] = '\0';
    assert_false(platform_check(&p, &e));
    assert_null(strchr(e.text, '\033'));
    char deep[PLATFORM_PATH_MAX + 2] = "\\";
    for (unsigned i = 1; i < sizeof(deep) - 1; i++)
        deep[i] = i % 2 ? 'A' : '.';
    deep[PLATFORM_PATH_MAX + 1] = '\0';
    p.hidden[0] = deep;
    refuse(p, "longer than 255", "shorten it");
    deep[PLATFORM_PATH_MAX - 1] = 'A', deep[PLATFORM_PATH_MAX] = '\0';
    accept(&p);
    p.hiddens = PLATFORM_HIDDEN_MAX + 1;
    refuse(p, "hide names 17 devices", "name fewer");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, done)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_no_more_than_was_asked), TEST(an_event_device_where_it_can_interrupt_and_has_events), TEST(reads_vcpus_to_come),
        TEST(refuses_vcpus_that_cannot_come), TEST(reads_nodes), TEST(refuses_badly_written_nodes),
        TEST(refuses_nodes_without_sense), TEST(packages_lie_within_nodes), TEST(reads_hidden_devices), TEST(refuses_what_is_no_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
