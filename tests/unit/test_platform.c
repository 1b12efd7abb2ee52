/* platform_from_node and platform_check: defaults, every setting, every refusal with its way out, the layout of RAM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "lib/nearest.h"
#include "platform/pc_map.h"
#include "platform/platform.h"
#include "tests/unit/tree_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

enum { BUNDLE = 0x100000 };
static struct tree t;

static int fresh(void **state)
{
    (void)state;
    t = tree_new(BUNDLE);
    return 0;
}

static int done(void **state)
{
    (void)state;
    free(t.fdt);
    return 0;
}

static struct platform accept_it(void)
{
    struct platform p;
    struct error e = { "" };
    if (!platform_from_node(&p, t.fdt, t.guest, BOARD_PC, &e))
        fail_msg("refused: %s", e.text);
    assert_string_equal(e.text, "");
    return p;
}

static void says(const char *text, const char *who, const char *what, const char *way_out)
{
    if (!strstr(text, who) || !strstr(text, what) || !strstr(text, way_out))
        fail_msg("\"%s\" lacks \"%s\", \"%s\" or \"%s\"", text, who, what, way_out);
}

static void refuse_it(const char *what, const char *way_out)
{
    struct platform p;
    struct error e = { "" };
    assert_false(platform_from_node(&p, t.fdt, t.guest, BOARD_PC, &e));
    says(e.text, "guest ", what, way_out);
}

static void refuse(struct platform p, const char *what, const char *way_out)
{
    struct error e = { "" };
    assert_false(platform_check(&p, &e));
    says(e.text, "guest web: ", what, way_out);
}

static void set(const char *property, uint32_t value) { tree_must(fdt_setprop_u32(t.fdt, t.guest, property, value)); }
static void set_text(const char *property, const char *value) { tree_text(t.fdt, t.guest, property, value); }

static void has_the_documented_defaults(void **state)
{
    (void)state;
    struct platform p = accept_it();
    assert_string_equal(p.name, "web");
    assert_int_equal(p.vcpus, 1);
    assert_int_equal(p.memory, MIB(64));
    assert_true(p.xen && p.lapic && p.acpi);
    assert_false(p.ioapic || p.uart.present);
    assert_int_equal(p.start_info_version, 1);
    assert_int_equal(p.affinity, 0);
    assert_string_equal(p.cmdline, "");
    assert_int_equal(p.kernel.offset, 0x10000);
    assert_int_equal(p.kernel.size, 0x1000);
    assert_int_equal(p.modules, 0);
    assert_int_equal(p.on_poweroff, ACTION_DESTROY);
    assert_int_equal(p.on_reboot, ACTION_RESTART);
    assert_int_equal(p.on_crash, ACTION_DESTROY);
}

static void reads_every_setting(void **state)
{
    (void)state;
    set_text("bedplate,name", "web-2.example_org+x");
    set("cpus", 4);
    set("bedplate,ioapic", 1);
    set("bedplate,acpi", 0);
    tree_must(fdt_setprop(t.fdt, t.guest, "bedplate,uart", NULL, 0));       /* present without a value: 1 */
    set("bedplate,start-info-version", 0);
    set_text("bedplate,on-poweroff", "preserve");
    set_text("bedplate,on-reboot", "destroy");
    set_text("bedplate,on-crash", "restart");
    tree_must(fdt_setprop_u64(t.fdt, t.guest, "bedplate,affinity", UINT64_C(0x8000000000000005)));
    set_text("bootargs", "root=/dev/ram");
    struct platform p = accept_it();
    assert_string_equal(p.name, "web-2.example_org+x");
    assert_int_equal(p.vcpus, 4);
    assert_true(p.lapic && p.ioapic && p.xen);
    assert_false(p.acpi);
    assert_true(p.uart.present);
    assert_int_equal(p.uart.port, 0x3f8);
    assert_int_equal(p.uart.gsi, 4);
    assert_int_equal(p.start_info_version, 0);
    assert_int_equal(p.on_poweroff, ACTION_PRESERVE);
    assert_int_equal(p.on_reboot, ACTION_DESTROY);
    assert_int_equal(p.on_crash, ACTION_RESTART);
    assert_true(p.affinity == UINT64_C(0x8000000000000005));
    assert_string_equal(p.cmdline, "root=/dev/ram");
    set("bedplate,ioapic", 0);
    set("bedplate,lapic", 0);
    assert_false(accept_it().lapic);
}

/* Xen's binding has the command line in the kernel's node; where both have one, that counts. */
static void kernel_node_has_the_command_line(void **state)
{
    (void)state;
    set_text("bootargs", "of the guest");
    int kernel = fdt_subnode_offset(t.fdt, t.guest, "kernel");
    tree_text(t.fdt, kernel, "bootargs", "of the kernel");
    assert_string_equal(accept_it().cmdline, "of the kernel");
}

static void ramdisk_goes_first(void **state)
{
    (void)state;
    int at = tree_payload(t.fdt, t.guest, "ramdisk", "multiboot,ramdisk", 0x20000, 0x123);
    tree_text(t.fdt, at, "bootargs", "of the ramdisk");
    (void)tree_payload(t.fdt, t.guest, "b", "multiboot,module", 0x40000, 2);
    at = tree_payload(t.fdt, t.guest, "a", "multiboot,module", 0x30000, 1);     /* now the first of the three nodes */
    tree_text(t.fdt, at, "bootargs", "of a");
    tree_must(fdt_add_subnode(t.fdt, t.guest, "vpl011"));                       /* somebody else's: ignored */
    struct platform p = accept_it();
    assert_int_equal(p.modules, 3);
    assert_int_equal(p.module[0].file.offset, 0x20000);
    assert_int_equal(p.module[0].file.size, 0x123);
    assert_string_equal(p.module[0].cmdline, "of the ramdisk");
    assert_int_equal(p.module[1].file.offset, 0x30000);
    assert_string_equal(p.module[1].cmdline, "of a");
    assert_int_equal(p.module[2].file.offset, 0x40000);
    assert_string_equal(p.module[2].cmdline, "");
}

static void takes_a_dom0less_tree(void **state)
{
    (void)state;
    int chosen = fdt_path_offset(t.fdt, "/chosen");
    int node = fdt_add_subnode(t.fdt, chosen, "domU1@0");
    fdt32_t cells[2] = { 0, cpu_to_fdt32(131072) };
    tree_text(t.fdt, node, "compatible", "xen,domain");
    tree_must(fdt_setprop_u32(t.fdt, node, "#address-cells", 2));
    tree_must(fdt_setprop_u32(t.fdt, node, "#size-cells", 2));
    tree_must(fdt_setprop(t.fdt, node, "memory", cells, sizeof(cells)));
    tree_must(fdt_setprop_u32(t.fdt, node, "cpus", 2));
    int kernel = tree_payload(t.fdt, node, "module@2000000", "multiboot,kernel", 0x2000000, 0xffffff);
    tree_text(t.fdt, kernel, "bootargs", "console=hvc0");
    t.guest = node;
    struct platform p = accept_it();
    assert_string_equal(p.name, "domU1");
    assert_int_equal(p.memory, MIB(128));
    assert_int_equal(p.vcpus, 2);
    assert_string_equal(p.cmdline, "console=hvc0");
}

static void refuses_unknown_properties(void **state)
{
    (void)state;
    set("bedplate,loapic", 1);
    refuse_it("guest web: unknown property bedplate,loapic", "did you mean bedplate,");
    tree_must(fdt_delprop(t.fdt, t.guest, "bedplate,loapic"));
    set("bedplate,ioapc", 1);
    refuse_it("unknown property bedplate,ioapc", "did you mean bedplate,ioapic");
    tree_must(fdt_delprop(t.fdt, t.guest, "bedplate,ioapc"));
    set("bedplate,what-nobody-thought-of", 1);
    refuse_it("unknown property", "remove it");
    tree_must(fdt_delprop(t.fdt, t.guest, "bedplate,what-nobody-thought-of"));
    int kernel = fdt_subnode_offset(t.fdt, t.guest, "kernel");
    tree_must(fdt_setprop_u32(t.fdt, kernel, "bedplate,lapic", 1));
    refuse_it("bedplate,lapic stands in a module's node", "move it");
}

static void refuses_badly_written_values(void **state)
{
    (void)state;
    tree_must(fdt_setprop(t.fdt, t.guest, "bedplate,lapic", "abc", 3));
    refuse_it("bedplate,lapic has 3 bytes", "4 or 8 bytes");
    set("bedplate,lapic", 2);
    refuse_it("bedplate,lapic is 2", "at most 1");
    set("bedplate,lapic", 1);
    tree_must(fdt_setprop(t.fdt, t.guest, "bootargs", "no NUL", 6));
    refuse_it("bootargs is no text", "NUL at the end");
    tree_must(fdt_setprop(t.fdt, t.guest, "bootargs", "a\0b", 4));
    refuse_it("bootargs is no text", "one string");
    tree_must(fdt_setprop(t.fdt, t.guest, "bootargs", NULL, 0));
    refuse_it("bootargs is no text", "one string");
    tree_must(fdt_delprop(t.fdt, t.guest, "bootargs"));
    set_text("bedplate,on-crash", "reboot");
    refuse_it("bedplate,on-crash is \"reboot\"", "destroy, restart or preserve");
    tree_must(fdt_delprop(t.fdt, t.guest, "bedplate,on-crash"));
    set("bedplate,start-info-version", 2);
    refuse_it("start_info_version is 2", "versions 0 and 1");
    set("bedplate,start-info-version", 1);
    tree_must(fdt_setprop_u64(t.fdt, t.guest, "memory", UINT64_MAX));
    refuse_it("memory is 18446744073709551615", "at most");
    tree_must(fdt_delprop(t.fdt, t.guest, "memory"));
    refuse_it("no property memory", "give the KiB");
}

static void refuses_bad_names(void **state)
{
    (void)state;
    set_text("bedplate,name", "");
    refuse_it("without a name", "give it one");
    set_text("bedplate,name", "we b");
    refuse_it("guest we?b: its name has a character", "rename it");
    set_text("bedplate,name", "\033[2J");
    refuse_it("guest ??2J: its name has a character", "rename it");
    char name[65];
    memset(name, 'n', 64), name[64] = '\0';
    set_text("bedplate,name", name);
    refuse_it("longer than 63 characters", "shorten it");
    set_text("bedplate,name", name + 1);
    assert_string_equal(accept_it().name, name + 1);
}

static void refuses_bad_payloads(void **state)
{
    (void)state;
    int kernel = fdt_subnode_offset(t.fdt, t.guest, "kernel");
    tree_reg(t.fdt, kernel, 0x10000, 0);
    refuse_it("its kernel (node kernel) is empty", "give a file");
    tree_reg(t.fdt, kernel, 0x10010, 1);
    refuse_it("no multiple of 4096", "bedplate pack");
    tree_reg(t.fdt, kernel, UINT64_MAX - 0xfff, 0x1001);
    refuse_it("wraps round", "make it again");
    tree_must(fdt_setprop_u64(t.fdt, kernel, "reg", 0x10000));
    refuse_it("reg of its kernel (node kernel) has 8 bytes", "numbers of 8 and 8 bytes");
    tree_must(fdt_delprop(t.fdt, kernel, "reg"));
    refuse_it("its kernel (node kernel) has no reg", "give its offset");
    tree_must(fdt_del_node(t.fdt, kernel));
    refuse_it("it has no kernel", "multiboot,kernel");
}

static void refuses_too_many_payloads(void **state)
{
    (void)state;
    static const char *const name[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
    int extra = tree_payload(t.fdt, t.guest, "kernel2", "multiboot,kernel", 0x20000, 1);
    refuse_it("two kernels", "keep one");
    tree_must(fdt_del_node(t.fdt, extra));
    extra = tree_payload(t.fdt, t.guest, "tree", "multiboot,device-tree", 0x20000, 1);
    refuse_it("multiboot,device-tree", "remove it");
    tree_must(fdt_del_node(t.fdt, extra));
    (void)tree_payload(t.fdt, t.guest, "r1", "multiboot,ramdisk", 0x20000, 1);
    extra = tree_payload(t.fdt, t.guest, "r2", "multiboot,ramdisk", 0x20000, 1);
    refuse_it("two ramdisks", "keep one");
    tree_must(fdt_del_node(t.fdt, extra));
    for (unsigned i = 0; i < 7; i++)
        (void)tree_payload(t.fdt, t.guest, name[i], "multiboot,module", 0x20000, i + 1);
    assert_int_equal(accept_it().modules, 8);
    (void)tree_payload(t.fdt, t.guest, name[8], "multiboot,module", 0x20000, 1);
    refuse_it("more than 8 modules", "give fewer");
}

static struct platform base(void)
{
    return (struct platform){ .name = "web", .vcpus = 1, .memory = MIB(256), .xen = true, .lapic = true, .acpi = true,
                              .start_info_version = 1 };
}

static void refuses_bad_numbers(void **state)
{
    (void)state;
    struct platform p = base();
    p.memory = 0;
    refuse(p, "memory is 0", "memory=256");
    p.memory = MIB(3) + 1024;
    refuse(p, "memory is 3073 KiB, which is not whole MiB", "4 MiB");
    p.memory = PC_RAM_END;
    refuse(p, "more than the 1048320 MiB", "give less");
    p.memory = UINT64_MAX & ~(MIB(1) - 1);
    refuse(p, "more than the 1048320 MiB", "give less");
    p = base();
    p.vcpus = 0;
    refuse(p, "vcpus is 0", "at least 1");
    p.vcpus = 513;
    refuse(p, "vcpus is 513", "give fewer");
    p = base();
    p.start_info_version = 7;
    refuse(p, "start_info_version is 7", "0 and 1");
    p = base();
    p.modules = PLATFORM_MODULES_MAX + 1;
    refuse(p, "9 modules", "give fewer");
}

static void refuses_contradictions(void **state)
{
    (void)state;
    struct platform p = base();
    p.lapic = false, p.ioapic = true;
    refuse(p, "ioapic=1 with lapic=0", "set lapic=1 or ioapic=0");
    p = base();
    p.xen = p.lapic = false;
    refuse(p, "xen=0 with lapic=0", "set lapic=1 or xen=1");
    p.vcpus = 2;
    refuse(p, "vcpus=2 with lapic=0 and xen=0", "or vcpus=1");
    p = base();
    p.xen = false, p.start_info_version = 0;
    refuse(p, "start_info_version=0 with xen=0", "start_info_version=1");
}

static void allows_what_can_work(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 64; bits++) {
        struct platform p = base();
        struct error e = { "" };
        p.xen = bits & 1, p.lapic = bits & 2, p.ioapic = bits & 4, p.acpi = bits & 8, p.uart.present = bits & 16;
        p.vcpus = bits & 32 ? 4 : 1;
        bool sense = (p.lapic || p.xen) && (p.lapic || !p.ioapic);
        assert_int_equal(platform_check(&p, &e), sense);
        assert_int_equal(failed(&e), !sense);
    }
}

static void refuses_long_command_lines(void **state)
{
    (void)state;
    char text[PLATFORM_CMDLINE_MAX + 2];
    struct platform p = base();
    struct error e = { "" };
    memset(text, 'c', sizeof(text)), text[PLATFORM_CMDLINE_MAX + 1] = '\0';
    p.cmdline = text;
    refuse(p, "command line of its kernel is longer than 4095 bytes", "shorten it");
    p.cmdline = text + 1;
    p.modules = 1;
    assert_true(platform_check(&p, &e));
    assert_string_equal(p.module[0].cmdline, "");
    p.module[0].cmdline = text;
    refuse(p, "command line of its first module", "shorten it");
}

static void lays_out_ram_round_the_hole(void **state)
{
    (void)state;
    static const uint64_t most = PC_RAM_END - PC_RAM_ABOVE + PC_RAM_HOLE;
    static const struct { uint64_t memory, below, above; } k[] = {
        { MIB(1), MIB(1), 0 }, { MIB(256), MIB(256), 0 }, { PC_RAM_HOLE, PC_RAM_HOLE, 0 },
        { PC_RAM_HOLE + MIB(1), PC_RAM_HOLE, MIB(1) }, { GIB(8), PC_RAM_HOLE, GIB(8) - PC_RAM_HOLE },
        { most, PC_RAM_HOLE, most - PC_RAM_HOLE },
    };
    for (size_t i = 0; i < sizeof(k) / sizeof(k[0]); i++) {
        struct platform p = base();
        struct error e = { "" };
        p.memory = k[i].memory;
        assert_true(platform_check(&p, &e));
        assert_true(p.ram[0].base.v == 0 && p.ram[0].size == k[i].below && p.ram[1].size == k[i].above);
        assert_true(p.ram[1].base.v == (k[i].above ? PC_RAM_ABOVE : 0));
        assert_true(p.ram[1].base.v + p.ram[1].size <= PC_RAM_END);
    }
}

static void nearest_finds_what_was_meant(void **state)
{
    (void)state;
    static const char *const known[] = { "memory", "vcpus", "kernel", "on_crash" };
    assert_string_equal(nearest("memry", known, 4), "memory");
    assert_string_equal(nearest("vcpu", known, 4), "vcpus");
    assert_string_equal(nearest("onn_crsh", known, 4), "on_crash");
    assert_null(nearest("disk", known, 4));
    assert_null(nearest("", known, 4));
    assert_null(nearest("x", known, 4));
    assert_null(nearest("memory", known, 0));
    char text[200];
    memset(text, 'm', 199), text[199] = '\0';
    assert_null(nearest(text, known, 4));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, done)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(has_the_documented_defaults), TEST(reads_every_setting), TEST(kernel_node_has_the_command_line),
        TEST(ramdisk_goes_first), TEST(takes_a_dom0less_tree), TEST(refuses_unknown_properties),
        TEST(refuses_badly_written_values), TEST(refuses_bad_names), TEST(refuses_bad_payloads),
        TEST(refuses_too_many_payloads), TEST(refuses_bad_numbers), TEST(refuses_contradictions),
        TEST(allows_what_can_work), TEST(refuses_long_command_lines), TEST(lays_out_ram_round_the_hole),
        TEST(nearest_finds_what_was_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
