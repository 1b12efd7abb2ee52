/* What the host's device tree says: memory and what is not to be given out, CPUs, GIC, timer, UART; and trees that are wrong get a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/dts_maker.h"
#include "hypervisor/arm/tree.c"                /* the files under test: they are not part of the host's library */
#include "hypervisor/arm/tree_devices.c"
#include "hypervisor/arm/tree_kept.c"
#include "hypervisor/arm/ram_list.c"
#include "hypervisor/arm/cpu.c"
#include <cmocka.h>     /* last: it defines a macro named fail */

#define DTS(body) "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>; " body " };"
#define MEMORY "memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };"
#define GIC3 "gic: intc@8000000 { compatible = \"arm,gic-v3\"; interrupt-controller; #interrupt-cells = <3>; interrupts = <1 9 4>; " \
    "reg = <0 0x8000000 0 0x10000 0 0x80a0000 0 0xf60000>; };"
#define GIC2 "gic: intc@8000000 { compatible = \"arm,cortex-a15-gic\"; interrupt-controller; #interrupt-cells = <3>; interrupts = <1 9 4>; " \
    "reg = <0 0x8000000 0 0x10000 0 0x8010000 0 0x10000 0 0x8030000 0 0x10000 0 0x8040000 0 0x10000>; };"
#define TIMER "timer { compatible = \"arm,armv8-timer\"; interrupts = <1 13 4 1 14 4 1 11 4 1 10 4>; };"

static struct host_tree t;
static struct error e;

/* Reads a source's tree, in a heap block of just its size, which stays until the next. */
static bool read_dts(const char *source)
{
    static void *kept;
    void *blob = dts_compile("%s", source);
    size_t n = fdt_totalsize(blob);
    free(kept);
    kept = malloc(n);
    memcpy(kept, blob, n);
    free(blob);
    memset(&t, 0, sizeof(t));
    e.text[0] = '\0';
    return host_tree_read(&t, span_of(kept, n), &e);
}

static void must_read(const char *source)
{
    if (!read_dts(source))
        fail_msg("%s", e.text);
}

/* Refused by a sentence in which each of these stands: the node, the fault, the way out. */
static void must_refuse(const char *source, const char *node, const char *fault)
{
    if (read_dts(source))
        fail_msg("%s was read", node);
    if (!strstr(e.text, node) || !strstr(e.text, fault) || !strchr(strchr(e.text, ':') + 1, ':'))
        fail_msg("\"%s\" names not %s, %s and a way out", e.text, node, fault);
}

static void memory_is_whole_pages(void **state)
{
    (void)state;
    must_read(DTS(GIC3 "memory@0 { device_type = \"memory\"; reg = <0 0x800 0 0x2900>, <8 0x80000000 1 0>; };"
                  "memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x1000>; status = \"disabled\"; };"
                  "memory@50000000 { device_type = \"memory\"; reg = <0 0x50000000 0 0x10000>; };"));
    assert_int_equal(t.rams, 3);
    assert_int_equal(t.ram[0].base.v, 0x1000);
    assert_int_equal(t.ram[0].size, 0x2000);
    assert_int_equal(t.ram[1].base.v, UINT64_C(0x880000000));
    assert_int_equal(t.ram[1].size, GIB(4));
    assert_int_equal(t.ram[2].base.v, 0x50000000);
    assert_int_equal(t.ram_total, 0x2900 + GIB(4) + 0x10000);
}

static void has_reserved(uint64_t at, uint64_t size, bool no_map)
{
    for (unsigned i = 0; i < t.reserveds; i++)
        if (t.reserved[i].at == at && t.reserved[i].size == size && t.reserved[i].no_map == no_map)
            return;
    fail_msg("%#llx is not reserved as it should be", (unsigned long long)at);
}

static void what_is_held_is_not_free(void **state)
{
    (void)state;
    must_read("/dts-v1/; /memreserve/ 0x41000000 0x2000; / { #address-cells = <2>; #size-cells = <2>; " MEMORY GIC3
              "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; "
              "  secure@42000000 { reg = <0 0x42000000 0 0x1000>, <0 0x43000000 0 0x1000>; no-map; };"
              "  pool { compatible = \"shared-dma-pool\"; size = <0 0x1000>; };"
              "  off@47000000 { reg = <0 0x47000000 0 0x1000>; status = \"disabled\"; }; };"
              "chosen { linux,initrd-start = <0x44000000>; linux,initrd-end = <0 0x44000800>; bootargs = \"a semihosting b\";"
              "  domU1 { compatible = \"xen,domain\"; #address-cells = <1>; #size-cells = <1>;"
              "    module@45000000 { compatible = \"multiboot,kernel\", \"multiboot,module\"; reg = <0x45000000 0x1234>; };"
              "    module@46000000 { compatible = \"multiboot,ramdisk\", \"multiboot,module\"; reg = <0x46000000 0x10>; };"
              "    module@0 { compatible = \"multiboot,ramdisk\"; }; }; }; };");
    assert_int_equal(t.reserveds, 6);
    has_reserved(0x41000000, 0x2000, false);
    has_reserved(0x42000000, 0x1000, true);
    has_reserved(0x43000000, 0x1000, true);
    has_reserved(0x44000000, 0x800, false);
    has_reserved(0x45000000, 0x1234, false);
    has_reserved(0x46000000, 0x10, false);
    assert_int_equal(t.initrd.at, 0x44000000);
    assert_int_equal(t.initrd.size, 0x800);
    assert_string_equal(t.bootargs, "a semihosting b");
    assert_true(host_tree_has_word(t.bootargs, "semihosting"));
    assert_false(host_tree_has_word(t.bootargs, "semi"));
    assert_false(host_tree_has_word("", "semi"));
}

/* Whatever the builder takes for a payload is kept: Xen 4.4's names, cells that only the nodes above have. */
static void payloads_of_every_binding_are_held(void **state)
{
    (void)state;
    must_read(DTS(MEMORY GIC3 "chosen { #address-cells = <1>; "
        "k { compatible = \"xen,linux-zimage\", \"xen,multiboot-module\"; reg = <0x44000000 0 0x1000>; };"
        "domU1 { compatible = \"xen,domain\"; #size-cells = <1>;"
        "  k { compatible = \"xen,linux-zimage\", \"xen,multiboot-module\"; reg = <0x45000000 0x1000>; };"
        "  r { compatible = \"xen,linux-initrd\", \"xen,multiboot-module\"; reg = <0x46000000 0x1000>; };"
        "  m { compatible = \"xen,multiboot-module\"; reg = <0x47000000 0x1000>; };"
        "  d { compatible = \"multiboot,device-tree\"; reg = <0x48000000 0x1000>; };"
        "  two { compatible = \"multiboot,module\"; reg = <0x49000000 0x1000 0x4a000000 0x1000>; };"
        "  other { compatible = \"somebody,elses\"; reg = <0x4b000000 0x1000>; }; };"
        "domU2 { compatible = \"xen,domain\"; #address-cells = <2>; k { compatible = \"multiboot,kernel\"; reg = <0 0x4c000000 0 0x1000>; }; };"
        "domU3 { compatible = \"xen,domain\"; #address-cells = <3>; k { compatible = \"multiboot,kernel\"; reg = <0 0 0x4d000000 0x1000>; }; }; };"));
    assert_int_equal(t.reserveds, 6);
    for (unsigned i = 0; i < 5; i++)
        has_reserved(0x44000000 + i * 0x1000000, 0x1000, false);
    has_reserved(0x4c000000, 0x1000, false);
    must_read("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; memory@40000000 { device_type = \"memory\"; reg = <0x40000000 0x40000000>; };"
              "chosen { domU1 { compatible = \"xen,domain\"; k { compatible = \"multiboot,kernel\"; reg = <0x45000000 0x1000>; }; }; }; };");
    assert_int_equal(t.reserveds, 1);
    has_reserved(0x45000000, 0x1000, false);
}

/* It is that guest's fault, which the builder refuses by its sentence; the machine and the other guests go on. */
static void a_module_that_wraps_stops_nobody_else(void **state)
{
    (void)state;
    must_read(DTS(MEMORY GIC3 "chosen { domU1 { compatible = \"xen,domain\"; #address-cells = <2>; #size-cells = <2>;"
        "  k { compatible = \"multiboot,kernel\"; reg = <0 0x4a000000 0xffffffff 0xffffffff>; };"
        "  r { compatible = \"multiboot,ramdisk\"; reg = <0xffffffff 0xffffff00 0 0x80>; }; };"
        "domU2 { compatible = \"xen,domain\"; k { compatible = \"multiboot,kernel\"; reg = <0 0x4b000000 0 0x1000>; }; }; };"));
    assert_int_equal(t.reserveds, 1);
    has_reserved(0x4b000000, 0x1000, false);
}

static void gics_of_both_versions(void **state)
{
    (void)state;
    must_read(DTS(MEMORY GIC3 TIMER));
    assert_int_equal(t.gic.version, 3);
    assert_int_equal(t.gic.gicd.at, 0x8000000);
    assert_int_equal(t.gic.gicrs, 1);
    assert_int_equal(t.gic.gicr[0].size, 0xf60000);
    assert_int_equal(t.gic.maintenance, 25);
    assert_true(t.timer);
    assert_int_equal(t.vtimer, 27);
    assert_int_equal(t.alarm, 26);
    must_read(DTS(MEMORY GIC2 TIMER));
    assert_int_equal(t.gic.version, 2);
    assert_int_equal(t.gic.gicc.at, 0x8010000);
    assert_int_equal(t.gic.gich.at, 0x8030000);
    assert_int_equal(t.gic.gicv.at, 0x8040000);
}

/* None of these is a reason not to read the tree: the hypervisor says itself what it cannot do without them. */
static void gics_and_timers_that_are_not_whole(void **state)
{
    (void)state;
    must_read(DTS(MEMORY "gic: intc { compatible = \"arm,gic-v3\"; reg = <0 0x8000000 0 0x10000>; };"));
    assert_int_equal(t.gic.version, 0);
    must_read(DTS(MEMORY "gic: intc { compatible = \"arm,gic-v3\"; };"));
    assert_int_equal(t.gic.version, 0);
    must_read(DTS(MEMORY "gic: intc { compatible = \"arm,gic-400\"; reg = <0 0x8000000 0 0x1000 0 0x8010000 0 0x2000>; };"));
    assert_int_equal(t.gic.version, 2);
    assert_int_equal(t.gic.gich.size, 0);
    must_read(DTS(MEMORY "gic: intc { compatible = \"some,gic\"; };"));
    assert_int_equal(t.gic.version, 0);
    must_read(DTS(MEMORY GIC3 "timer { compatible = \"arm,armv8-timer\"; interrupts = <1 13 4 1 14 4 1 11 4>; };"));
    assert_false(t.timer);
    must_read(DTS(MEMORY GIC3 "timer { compatible = \"arm,armv8-timer\"; interrupts = <1 13 4 1 14 4 1 16 4 1 0xffffffff 4>; };"));
    assert_false(t.timer);
}

static void uart_by_stdout_path(void **state)
{
    (void)state;
    must_read(DTS(MEMORY GIC3 "aliases { serial0 = \"/soc/uart@1000\"; }; chosen { stdout-path = \"serial0:115200n8\"; };"
                  "pl011@9000000 { compatible = \"arm,pl011\"; reg = <0 0x9000000 0 0x1000>; interrupts = <0 1 4>; };"
                  "soc { #address-cells = <1>; #size-cells = <1>; ranges = <0x1000 0 0xfe201000 0x1000>;"
                  "  uart@1000 { compatible = \"arm,pl011\"; reg = <0x1000 0x200>; interrupts = <0 121 4>; }; };"));
    assert_int_equal(t.uart.at, 0xfe201000);        /* through the bus */
    assert_int_equal(t.uart.size, 0x200);
    assert_int_equal(t.uart_intid, 153);
    assert_false(t.uart_sbsa);
    must_read(DTS(MEMORY GIC3 "chosen { stdout-path = \"/no/such\"; };"
                  "uart@9000000 { compatible = \"arm,sbsa-uart\"; reg = <0 0x9000000 0 0x1000>; };"));
    assert_int_equal(t.uart.at, 0x9000000);         /* the first there is */
    assert_int_equal(t.uart_intid, 0);
    assert_true(t.uart_sbsa);
    must_read(DTS(MEMORY GIC3 "i2c { #address-cells = <1>; #size-cells = <1>; uart@0 { compatible = \"arm,pl011\"; reg = <0 0x1000>; }; };"));
    assert_int_equal(t.uart.size, 0);               /* no bus leads there */
}

static void cpus_and_psci(void **state)
{
    (void)state;
    must_read(DTS(MEMORY GIC3 "cpus { #address-cells = <2>; #size-cells = <0>; cpu-map { };"
                  "cpu@0 { device_type = \"cpu\"; reg = <0 0x80000000>; enable-method = \"psci\"; };"
                  "cpu@1 { device_type = \"cpu\"; reg = <1 0x203>; enable-method = \"psci\"; };"
                  "cpu@2 { device_type = \"cpu\"; reg = <0 2>; enable-method = \"spin-table\"; };"
                  "cpu@3 { device_type = \"cpu\"; reg = <0 3>; status = \"fail\"; }; };"
                  "psci { compatible = \"arm,psci-1.0\", \"arm,psci-0.2\", \"arm,psci\"; method = \"smc\"; };"));
    assert_int_equal(t.cpus, 2);
    assert_int_equal(t.cpus_told, 3);
    assert_int_equal(t.cpu[0], 0);
    assert_int_equal(t.cpu[1], UINT64_C(0x100000203));
    assert_int_equal(t.psci, TREE_SMC);
    assert_int_equal(t.psci_cpu_on, 0xc4000003);
    must_read(DTS(MEMORY GIC3 "psci { compatible = \"arm,psci\"; method = \"hvc\"; cpu_on = <0x95c1ba60>; };"));
    assert_int_equal(t.psci, TREE_HVC);
    assert_int_equal(t.psci_cpu_on, 0x95c1ba60);
    assert_int_equal(t.psci_off, 0);
    must_read(DTS(MEMORY GIC3 "psci { compatible = \"arm,psci-1.0\"; method = \"abc\"; };"));
    assert_int_equal(t.psci, TREE_NO_PSCI);
}

static void bad_trees_get_a_sentence(void **state)
{
    (void)state;
    must_refuse(DTS(GIC3), "device_type", "no memory");
    must_refuse(DTS(GIC3 "memory@0 { device_type = \"memory\"; };"), "/memory@0", "no reg");
    must_refuse(DTS(GIC3 "memory@0 { device_type = \"memory\"; reg = <0 0 0>; };"), "/memory@0", "whole pairs");
    must_refuse(DTS(GIC3 "memory@0 { device_type = \"memory\"; reg = <0xffffffff 0xfffff000 1 0>; };"), "/memory@0", "past the end");
    must_refuse(DTS(GIC3 "memory@0 { device_type = \"memory\"; reg = <0 0x10 0 0x20>; };"), "device_type", "no memory");
    must_refuse(DTS(GIC3 MEMORY "reserved-memory { #address-cells = <2>; #size-cells = <2>; a@1 { reg = <1>; }; };"), "/reserved-memory/a@1", "whole pairs");
    must_refuse(DTS(GIC3 MEMORY "reserved-memory { #address-cells = <2>; #size-cells = <2>; a@1 { reg = <0xffffffff 0xffffffff 0 2>; }; };"), "a@1", "past the end");
    must_refuse(DTS(GIC3 MEMORY "chosen { linux,initrd-start = <0x50000000>; linux,initrd-end = <0x40000000>; };"), "/chosen", "before");
    must_refuse(DTS(GIC3 MEMORY "chosen { linux,initrd-start = <0>; linux,initrd-end = <0xffffffff 0xffffffff>; };"), "/chosen", "past the end");
}

static void damaged_trees_get_a_sentence(void **state)
{
    (void)state;
    uint8_t bytes[64] = { 0 };
    memset(&t, 0, sizeof(t));
    e.text[0] = '\0';
    assert_false(host_tree_read(&t, span_of(bytes, 0), &e));
    assert_true(failed(&e));
    e.text[0] = '\0';
    assert_false(host_tree_read(&t, span_of(bytes, sizeof(bytes)), &e));
    assert_true(failed(&e));
}

/* Every tree with one byte changed: an answer, never a fault of memory (the sanitizers watch). */
static void any_byte_may_be_wrong(void **state)
{
    (void)state;
    void *blob = dts_compile("%s", DTS(MEMORY GIC2 TIMER "chosen { stdout-path = \"/u\"; domU1 { compatible = \"xen,domain\"; "
        "m { compatible = \"multiboot,kernel\"; reg = <1 2 3>; }; }; }; u { compatible = \"arm,pl011\"; reg = <0 1 0 1>; interrupts = <0 1 4>; };"));
    size_t n = fdt_totalsize(blob);
    static const uint8_t bits[] = { 1, 4, 0x80, 0xff };
    for (size_t i = 0; i < n * sizeof(bits); i++) {
        uint8_t *copy = malloc(n);
        memcpy(copy, blob, n);
        copy[i / sizeof(bits)] ^= bits[i % sizeof(bits)];
        memset(&t, 0, sizeof(t));
        e.text[0] = '\0';
        bool good = host_tree_read(&t, span_of(copy, n), &e);
        assert_int_equal(good, !failed(&e));
        free(copy);
    }
    free(blob);
}

/* ---- what is made of it ---- */

static void ram_is_told_once_and_without_what_is_held(void **state)
{
    (void)state;
    struct host_ram ram[HOST_RAM_MAX] = { { { 0x80000000 }, 0x10000000 }, { { 0x40000000 }, 0x20000000 }, { { 0x50000000 }, 0x18000000 },
                                          { { 0x68000000 }, 0x08000000 } };
    unsigned n = 4;
    struct ram_list l = { ram, &n };
    ram_sort(l);
    assert_int_equal(n, 2);
    assert_int_equal(ram[0].base.v, 0x40000000);
    assert_int_equal(ram[0].size, 0x30000000);
    ram_cut(l, 0x48000123, 1);                  /* all of its page */
    ram_cut(l, 0x40000000, 0x1000);             /* at the start */
    ram_cut(l, 0x8ffff000, 0x10000000);         /* at the end and beyond */
    ram_cut(l, 0x20000000, 0x1000);             /* of nothing */
    ram_sort(l);
    assert_int_equal(n, 3);
    assert_int_equal(ram[0].base.v, 0x40001000);
    assert_int_equal(ram[0].size, 0x7fff000);
    assert_int_equal(ram[1].base.v, 0x48001000);
    assert_int_equal(ram[1].size, 0x27fff000);
    assert_int_equal(ram[2].size, 0xffff000);
    ram_cut(l, 0, UINT64_C(1) << 40);
    assert_int_equal(n, 0);
}

static void a_full_list_loses_ram_rather_than_giving_out_what_is_held(void **state)
{
    (void)state;
    struct host_ram ram[HOST_RAM_MAX] = { { { 0 }, 0x1000000 } };
    unsigned n = 1;
    struct ram_list l = { ram, &n };
    for (uint64_t at = 0x1000; at < 0x200000; at += 0x2000) {
        ram_cut(l, at, 0x1000);
        ram_sort(l);
    }
    for (unsigned i = 0; i < n; i++)
        for (uint64_t at = ram[i].base.v; at < ram[i].base.v + ram[i].size && at < 0x200000; at += 0x1000)
            assert_int_equal(at & 0x1000, 0);
}

/* ID_AA64MMFR0_EL1.PARange: known ranges are cut to 48 bits, none that we do not know is taken for one. */
static void physical_address_ranges(void **state)
{
    (void)state;
    static const unsigned bits[16] = { 32, 36, 40, 42, 44, 48, 48 }, ps[7] = { 0, 1, 2, 3, 4, 5, 5 };
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(cpu_pa_bits_of(UINT64_C(0xf122) << 4 | i), bits[i]);
        if (bits[i])
            assert_int_equal(cpu_ps(bits[i]), ps[i]);
    }
}

/* No guest gets what the hypervisor lives by. */
static void keeps_its_own(void **state)
{
    (void)state;
    must_read(DTS(GIC3 MEMORY TIMER "pl011@9000000 { compatible = \"arm,pl011\"; reg = <0 0x9000000 0 0x1000>; };"));
    assert_string_equal(host_tree_kept(&t, 0x7ffff000, 0x1000), "RAM");
    assert_string_equal(host_tree_kept(&t, 0x3ffff000, 0x2000), "RAM");
    assert_string_equal(host_tree_kept(&t, 0x8000000, 0x1000), "the GIC");
    assert_string_equal(host_tree_kept(&t, 0x80a0000, 0x1000), "the GIC");
    assert_non_null(strstr(host_tree_kept(&t, 0x9000000, 0x1000), "UART"));
    assert_null(host_tree_kept(&t, 0x9040000, 0x1000));
    assert_null(host_tree_kept(&t, 0x80000000, 0x1000));
    must_read(DTS(GIC2 MEMORY TIMER));
    assert_string_equal(host_tree_kept(&t, 0x8030000, 0x1000), "the GIC");
    assert_string_equal(host_tree_kept(&t, 0x8040000, 0x1000), "the GIC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_whole_pages), cmocka_unit_test(what_is_held_is_not_free),
        cmocka_unit_test(payloads_of_every_binding_are_held), cmocka_unit_test(a_module_that_wraps_stops_nobody_else), cmocka_unit_test(gics_of_both_versions),
        cmocka_unit_test(gics_and_timers_that_are_not_whole), cmocka_unit_test(uart_by_stdout_path), cmocka_unit_test(cpus_and_psci),
        cmocka_unit_test(bad_trees_get_a_sentence), cmocka_unit_test(damaged_trees_get_a_sentence), cmocka_unit_test(any_byte_may_be_wrong),
        cmocka_unit_test(ram_is_told_once_and_without_what_is_held), cmocka_unit_test(a_full_list_loses_ram_rather_than_giving_out_what_is_held),
        cmocka_unit_test(physical_address_ranges), cmocka_unit_test(keeps_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
