/* platform_from_node on guests of Arm: Xen's own example as it stands, each property of its binding honoured or refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "platform/platform.h"
#include "platform/virt_map.h"
#include "tests/unit/dts_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

static struct platform p;

/* Reads the guest at `path` of a tree and frees that: texts are then not to be looked at. */
static bool reads(void *fdt, const char *path, struct error *e)
{
    bool ok = platform_from_node(&p, fdt, dts_node(fdt, path), BOARD_VIRT, e);
    assert_int_equal(ok, !failed(e));
    free(fdt);
    return ok;
}

static void accepts(void *fdt)
{
    struct error e = { "" };
    if (!reads(fdt, "/chosen/a", &e))
        fail_msg("refused: %s", e.text);
}

static void refuses(void *fdt, const char *what, const char *way_out)
{
    struct error e = { "" };
    if (reads(fdt, "/chosen/a", &e))
        fail_msg("accepted what should say \"%s\"", what);
    if (strncmp(e.text, "guest a: ", 9) != 0 || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"guest a: \", \"%s\" or \"%s\"", e.text, what, way_out);
}

/* A tree with the one guest "a", with properties, with nodes beneath, with static memory below cells of /chosen. */
static void *guest(const char *properties) { return dts_compile(DTS_CHOSEN(DTS_GUEST("a", "%s", "")), properties); }
static void *nodes(const char *text) { return dts_compile(DTS_CHOSEN(DTS_GUEST("a", "", "%s")), text); }
static void *static_memory(const char *cells, const char *properties)
{
    return dts_compile(DTS_CHOSEN("%s " DTS_GUEST("a", "%s", "")), cells, properties);
}

/* docs/misc/arm/device-tree/booting.txt of Xen: "Creating Multiple Domains directly from Xen", Example */
static const char booting_txt[] =
    "/dts-v1/; / { chosen {"
    "domU1 { compatible = \"xen,domain\"; #address-cells = <0x2>; #size-cells = <0x1>; memory = <0 131072>; cpus = <2>; vpl011;"
    "  vcpu0 { compatible = \"xen,vcpu\"; id = <0>; hard-affinity = \"0-3\"; };"
    "  vcpu1 { compatible = \"xen,vcpu\"; id = <1>; hard-affinity = \"1,4-7\"; };"
    "  module@0x4a000000 { compatible = \"multiboot,kernel\", \"multiboot,module\"; reg = <0x0 0x4a000000 0xffffff>;"
    "    bootargs = \"console=ttyAMA0 init=/bin/sh\"; };"
    "  module@0x4b000000 { compatible = \"multiboot,ramdisk\", \"multiboot,module\"; reg = <0x0 0x4b000000 0xffffff>; }; };"
    "domU2 { compatible = \"xen,domain\"; #address-cells = <0x2>; #size-cells = <0x1>; memory = <0 65536>; cpus = <1>;"
    "  module@0x4c000000 { compatible = \"multiboot,kernel\", \"multiboot,module\"; reg = <0x0 0x4c000000 0xffffff>;"
    "    bootargs = \"console=ttyAMA0 init=/bin/sh\"; };"
    "  module@0x4d000000 { compatible = \"multiboot,ramdisk\", \"multiboot,module\"; reg = <0x0 0x4d000000 0xffffff>; }; };"
    "}; };";

static void reads_xens_example(void **state)
{
    (void)state;
    struct error e = { "" };
    void *fdt = dts_compile("%s", booting_txt);
    if (!platform_from_node(&p, fdt, dts_node(fdt, "/chosen/domU1"), BOARD_VIRT, &e))
        fail_msg("refused: %s", e.text);
    assert_string_equal(p.name, "domU1");
    assert_string_equal(p.cmdline, "console=ttyAMA0 init=/bin/sh");
    assert_int_equal(p.board, BOARD_VIRT);
    assert_int_equal(p.memory, MIB(128));
    assert_int_equal(p.vcpus, 2);
    assert_true(p.arm.pl011);
    assert_string_equal(p.arm.pl011_backend, "");
    assert_int_equal(p.kernel.offset, 0x4a000000);
    assert_int_equal(p.kernel.size, 0xffffff);
    assert_int_equal(p.modules, 1);
    assert_int_equal(p.module[0].file.offset, 0x4b000000);
    assert_int_equal(platform_cpus_of(&p, 0), 0x0f);
    assert_int_equal(platform_cpus_of(&p, 1), 0xf2);
    assert_false(p.xen || p.xenstore || p.acpi || p.lapic || p.ioapic || p.uart.present);
    assert_int_equal(p.ram[0].base.v, VIRT_RAM0_BASE);
    assert_int_equal(p.ram[0].size, MIB(128));
    assert_int_equal(p.ram[1].size, 0);
    if (!platform_from_node(&p, fdt, dts_node(fdt, "/chosen/domU2"), BOARD_VIRT, &e))
        fail_msg("refused: %s", e.text);
    assert_int_equal(p.memory, MIB(64));
    assert_false(p.arm.pl011);
    assert_int_equal(platform_cpus_of(&p, 0), 0);
    free(fdt);
}

static void enhanced_says_what_of_xen_there_is(void **state)
{
    (void)state;
    static const struct { const char *text; bool xen, xenstore; } values[] = {
        { "", false, false }, { "xen,enhanced;", true, true }, { "xen,enhanced = \"enabled\";", true, true }, { "xen,enhanced = \"legacy\";", true, true },
        { "xen,enhanced = \"no-xenstore\";", true, false }, { "xen,enhanced = \"disabled\";", false, false },
        { "bedplate,xen;", true, false }, { "xen,enhanced; bedplate,xen = <0>; bedplate,xenstore = <0>;", false, false },
    };
    for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        accepts(guest(values[i].text));
        assert_int_equal(p.xen, values[i].xen);
        assert_int_equal(p.xenstore, values[i].xenstore);
    }
    refuses(guest("xen,enhanced = \"on\";"), "xen,enhanced is \"on\"", "no-xenstore or disabled");
}

/* What asks for no more than every guest has. */
static void takes_what_is_so_anyway(void **state)
{
    (void)state;
    accepts(guest("capabilities = <0>; nr_spis = <32>; sve = <0>; trap-unmapped-accesses = <1>; max_grant_version = <1>; max_grant_frames = <64>; "
                  "max_maptrack_frames = <1024>; xen,domain-p2m-mem-mb = <4>; passthrough = \"disabled\"; xen,sci_type = \"none\"; "
                  "v8r_el1_msa = \"mmu\"; label = \"first\"; somebody,elses = <1>; phandle = <0x77>;"));
    accepts(guest("vpl011 = <1>;"));            /* as ImageBuilder writes it */
    assert_true(p.arm.pl011);
    accepts(guest("vpl011 = <0>;"));            /* to Xen it is there, whatever it says */
    assert_true(p.arm.pl011);
}

static void refuses_what_cannot_be(void **state)
{
    (void)state;
    static const struct { const char *text, *what, *way_out; } bad[] = {
        { "capabilities = <7>;", "property capabilities is 7", "remove it" },
        { "llc-colors = \"0-3\";", "property llc-colors: caches are not divided", "remove it" },
        { "domain-cpupool = <1>;", "property domain-cpupool: there are no CPU pools", "remove it" },
        { "sve;", "property sve", "give 0 or remove it" },
        { "sve = <256>;", "property sve is 256", "give 0 or remove it" },
        { "trap-unmapped-accesses = <0>;", "property trap-unmapped-accesses is 0", "give 1 or remove it" },
        { "xen,sci_type = \"scmi_smc\";", "property xen,sci_type is \"scmi_smc\"", "give \"none\"" },
        { "v8r_el1_msa = \"mpu\";", "property v8r_el1_msa is \"mpu\"", "remove it" },
        { "passthrough = \"maybe\";", "property passthrough is \"maybe\"", "enabled or disabled" },
        { "nr_spis = <989>;", "property nr_spis is 989", "at most 988" },
        { "max_grant_version = <3>;", "property max_grant_version is 3", "at most 2" },
        { "max_grant_frames = <1>;", "property max_grant_frames is 1", "at least 4" },
        { "xen,enhnaced;", "unknown property xen,enhnaced", "did you mean xen,enhanced?" },
        { "xen,something-of-2031;", "unknown property xen,something-of-2031", "remove it" },
        { "vpl01l;", "unknown property vpl01l", "did you mean vpl011?" },
        { "direct-map;", "direct-map without static memory", "remove it" },
        { "bedplate,gic-version = <4>;", "GIC version 4", "versions 2 and 3 exist" },
        { "bedplate,lapic;", "lapic=1 on a board without APICs", "leave it out" },
        { "bedplate,uart;", "bedplate,uart is a PC's 16550", "vpl011" },
        { "bedplate,board = \"sun4u\";", "bedplate,board is \"sun4u\"", "pc or virt" },
        { "bedplate,vuart-backend = \"b\";", "a vuart_backend without a vuart", "vpl011" },
        { "bedplate,xenstore;", "xenstore=1 with xen=0", "set xen=1" },
        { "bedplate,vcpus-max = <4>;", "no vCPU can come to this board", "the same number" },
        { "#address-cells = <3>;", "#address-cells is 3", "give 1 or 2" },
    };
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuses(i + 1 < sizeof(bad) / sizeof(bad[0]) ? guest(bad[i].text)
                : dts_compile(DTS_CHOSEN("a { compatible = \"xen,domain\"; memory = <1024>; %s m { compatible = \"multiboot,kernel\"; }; };"), bad[i].text),
                bad[i].what, bad[i].way_out);
}

static void knows_every_form_of_a_module(void **state)
{
    (void)state;
    /* Of Xen 4.4; cells of /chosen; a kernel and a ramdisk that do not say which they are. */
    accepts(dts_compile("/dts-v1/; / { chosen { #address-cells = <1>; #size-cells = <1>; a { compatible = \"xen,domain\"; memory = <65536>; "
                        "z { compatible = \"xen,linux-initrd\", \"xen,multiboot-module\"; reg = <0x50000000 2>; }; "
                        "k { compatible = \"xen,linux-zimage\", \"xen,multiboot-module\"; reg = <0x4a000000 1>; }; }; }; };"));
    assert_int_equal(p.kernel.offset, 0x4a000000);
    assert_int_equal(p.module[0].file.offset, 0x50000000);
    accepts(dts_compile(DTS_CHOSEN("a { compatible = \"xen,domain\"; memory = <65536>; m1 { compatible = \"multiboot,module\"; reg = <0 1 0 1>; }; "
                                   "m2 { compatible = \"multiboot,module\"; reg = <0 2 0 2>; bootargs = \"x\"; }; };")));
    assert_int_equal(p.kernel.offset, 1);
    assert_int_equal(p.modules, 1);
    assert_int_equal(p.module[0].file.offset, 2);
    accepts(nodes("t { compatible = \"multiboot,device-tree\", \"multiboot,module\"; reg = <1 0 0x1000>; };"));
    assert_true(p.arm.passthrough.offset == UINT64_C(0x100000000));
    assert_int_equal(p.arm.passthrough.size, 0x1000);
    accepts(nodes("somebody-elses { };"));
}

static void refuses_bad_nodes(void **state)
{
    (void)state;
    static const struct { const char *text, *what, *way_out; } bad[] = {
        { "r { compatible = \"multiboot,ramdisk\"; };", "its ramdisk (node r) has no reg", "give its address" },
        { "r { compatible = \"multiboot,ramdisk\"; reg = <1 2>; };", "reg of its ramdisk (node r) has 8 bytes", "8 and 4 bytes" },
        { "r { compatible = \"multiboot,ramdisk\"; reg = <0 1 0>; };", "its ramdisk (node r) is empty", "give a file" },
        { "r { compatible = \"multiboot,ramdisk\"; reg = <0xffffffff 0xffffffff 2>; };", "(node r) wraps round", "make it again" },
        { "r { compatible = \"multiboot,ramdisk\"; xen,uefi-binary = \"x\"; };", "(node r) is to be loaded by UEFI", "give reg" },
        { "r { compatible = \"multiboot,ramdisk\"; reg = <0 1 1>; xen,more; };", "unknown property xen,more in node r", "remove it" },
        { "k2 { compatible = \"multiboot,kernel\"; reg = <0 1 1>; };", "two kernels", "keep one" },
        { "t1 { compatible = \"multiboot,device-tree\"; reg = <0 1 1>; }; t2 { compatible = \"multiboot,device-tree\"; reg = <0 1 1>; };",
          "the second is node t2", "keep one" },
        { "m1 { compatible = \"multiboot,module\"; reg = <0 1 1>; }; m2 { compatible = \"multiboot,module\"; reg = <0 1 1>; };",
          "node m2 is a third multiboot,module", "remove it" },
        { "x { compatible = \"xen,xsm-policy\", \"multiboot,module\"; reg = <0 1 1>; };", "node x is a security policy", "remove it" },
        { "s { compatible = \"xen,domain-shared-memory-v1\"; };", "node s is static shared memory", "remove it" },
        { "v { compatible = \"xen,vcpu\"; id = <1>; xen,soft; };", "unknown property xen,soft in node v", "remove it" },
        { "u { compatible = \"xen,unheard-of\"; };", "node u has a compatible that is not known (\"xen,unheard-of\")", "remove the node" },
        { "v { compatible = \"xen,vcpu\"; };", "node v is for no vCPU of it", "below cpus (2)" },
        { "v { compatible = \"xen,vcpu\"; id = <2>; };", "node v is for no vCPU of it", "below cpus (2)" },
        { "v { compatible = \"xen,vcpu\"; id = <1>; }; w { compatible = \"xen,vcpu\"; id = <1>; };", "node w is a second one for vCPU 1", "keep one" },
        { "v { compatible = \"xen,vcpu\"; id = <1>; hard-affinity = \"3-1\"; };", "hard-affinity is \"3-1\"", "0-3,5" },
        { "v { compatible = \"xen,vcpu\"; id = <1>; hard-affinity = \"64\"; };", "hard-affinity is \"64\"", "0 to 63" },
        { "v { compatible = \"xen,vcpu\"; id = <1>; hard-affinity = \"\"; };", "hard-affinity is \"\"", "0-3,5" },
        { "v { compatible = \"xen,vcpu\"; id = <1>; hard-affinity = \"1,\"; };", "hard-affinity is \"1,\"", "0-3,5" },
    };
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuses(nodes(bad[i].text), bad[i].what, bad[i].way_out);
    refuses(dts_compile(DTS_CHOSEN("a { compatible = \"xen,domain\"; memory = <1024>; };")), "it has no kernel", "multiboot,kernel");
    refuses(dts_compile(DTS_CHOSEN("a { compatible = \"xen,domain\"; };")), "it has no property memory", "KiB");
}

/* The cells of static memory are those of /chosen; those of Xen 4.15 are its own. */
static void reads_static_memory(void **state)
{
    (void)state;
    accepts(static_memory("#address-cells = <1>; #size-cells = <1>;", "xen,static-mem = <0x50000000 0x4000000 0x60000000 0x4000000>;"));
    assert_int_equal(p.arm.banks, 2);
    assert_int_equal(p.arm.bank[1].base.v, 0x60000000);
    assert_int_equal(p.arm.bank[1].size, MIB(64));
    assert_int_equal(p.ram[0].base.v, VIRT_RAM0_BASE);
    assert_int_equal(p.ram[0].size, MIB(128));
    accepts(static_memory("", "#xen,static-mem-address-cells = <1>; #xen,static-mem-size-cells = <1>; xen,static-mem = <0x50000000 0x8000000>;"));
    assert_int_equal(p.arm.banks, 1);
    accepts(static_memory("", "xen,static-mem = <0 0x60000000 0 0x4000000 0 0x50000000 0 0x4000000>; direct-map;"));
    assert_true(p.arm.direct_map);
    assert_int_equal(p.ram[0].base.v, 0x50000000);
    assert_int_equal(p.ram[1].base.v, 0x60000000);
    assert_int_equal(p.arm.bank[0].base.v, 0x50000000);
    assert_int_equal(p.ram[1].size, MIB(64));
}

static void refuses_bad_static_memory(void **state)
{
    (void)state;
    static const struct { const char *text, *what, *way_out; } bad[] = {
        { "xen,static-mem = <0 0x50000000 0>;", "xen,static-mem has 12 bytes", "8 and 8 bytes" },
        { "xen,static-mem;", "xen,static-mem has 0 bytes", "pairs of address and size" },
        { "xen,static-mem = <0 0x50000000 0 0>;", "of 0x0 bytes", "not 0" },
        { "xen,static-mem = <0xffffffff 0xfffff000 0 0x2000>;", "of 0x2000 bytes", "wrap round" },
        { "xen,static-mem = <0 0x50000000 0 0x4000000>;", "static memory is 65536 KiB, but memory is 131072 KiB", "the same size" },
        { "xen,static-mem = <0 0x50000800 0 0x8000000>;", "not made of whole pages", "multiples of 4096" },
        { "xen,static-mem = <0 0x50000000 0 0x4000000 0 0x53fff000 0 0x4000000>;", "meets its own at 0x50000000", "lie apart" },
        { "xen,static-mem = <0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1>;", "more than 4 parts", "larger ones" },
        { "xen,static-mem = <0 0x38000000 0 0x8000000>; direct-map;", "RAM at 0x38000000, 0x8000000 bytes, meets Xen's grant table", "elsewhere" },
    };
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuses(static_memory("", bad[i].text), bad[i].what, bad[i].way_out);
}

static void lays_out_ram(void **state)
{
    (void)state;
    struct error e = { "" };
    struct platform q = { .name = "q", .board = BOARD_VIRT, .vcpus = 1, .memory = GIB(4), .start_info_version = 1 };
    assert_true(platform_check(&q, &e));
    assert_int_equal(q.ram[0].size, GIB(3));
    assert_int_equal(q.ram[1].base.v, VIRT_RAM1_BASE);
    assert_int_equal(q.ram[1].size, GIB(1));
    q.vcpus = 9;                                /* nobody knows yet which GIC it will have */
    assert_true(platform_check(&q, &e));
    q.arm.gic_version = 2;
    assert_false(platform_check(&q, &e));
    assert_non_null(strstr(e.text, "vcpus=9 with a GIC of version 2"));
    e.text[0] = '\0';
    q = (struct platform){ .name = "q", .board = BOARD_PC, .vcpus = 1, .memory = MIB(64), .lapic = true, .xen = true, .start_info_version = 1 };
    q.arm.pl011 = true;
    assert_false(platform_check(&q, &e));
    assert_non_null(strstr(e.text, "vuart (vpl011) is for Arm guests"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_xens_example), cmocka_unit_test(enhanced_says_what_of_xen_there_is), cmocka_unit_test(takes_what_is_so_anyway),
        cmocka_unit_test(refuses_what_cannot_be), cmocka_unit_test(knows_every_form_of_a_module), cmocka_unit_test(refuses_bad_nodes),
        cmocka_unit_test(reads_static_memory), cmocka_unit_test(refuses_bad_static_memory), cmocka_unit_test(lays_out_ram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
