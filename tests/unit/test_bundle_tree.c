/* A machine's own tree in place of a bundle: its guests, its RAM, what is there and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "loader/bundle.h"
#include "tests/unit/dts_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

#define MACHINE(chosen) \
    "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x20000000>; };" \
    "more { device_type = \"memory\"; reg = <1 0 0 0x10000000 2 0 0 0x10000000>; }; chosen { " chosen " }; };"

static uint8_t loaded[16];
static uint64_t asked;

static struct span memory(void *owner, uint64_t at, uint64_t size)
{
    assert_ptr_equal(owner, loaded);
    (void)size;
    asked = at;
    return span_of(loaded, sizeof(loaded));
}

static void *read_it(struct bundle *b, const char *source)
{
    struct error e = { "" };
    void *fdt = dts_compile("%s", source);
    if (!bundle_read_tree(b, span_of(fdt, fdt_totalsize(fdt)), memory, loaded, &e))
        fail_msg("refused: %s", e.text);
    return fdt;
}

static void finds_guests_and_ram(void **state)
{
    (void)state;
    struct bundle b;
    void *fdt = read_it(&b, MACHINE(DTS_GUEST("a", "", "") "bootargs { }; " DTS_GUEST("b", "", "")));
    assert_int_equal(b.guests, 2);
    assert_int_equal(b.rams, 3);
    assert_true(b.absolute && !b.dom0);
    assert_int_equal(bundle_board(&b), BOARD_VIRT);
    assert_true(bundle_in_tree(fdt));
    assert_ptr_equal(bundle_payload(&b, 0x4a000000, 0x100).at, loaded);
    assert_int_equal(asked, 0x4a000000);
    assert_false(bundle_payload(&b, 0x5fffff00, 0x100).broken);
    assert_false(bundle_payload(&b, UINT64_C(0x200000000), 0x10000000).broken);
    assert_true(bundle_payload(&b, 0x5fffff00, 0x101).broken);
    assert_true(bundle_payload(&b, 0x3fffffff, 2).broken);
    assert_true(bundle_payload(&b, UINT64_MAX - 1, 16).broken);
    free(fdt);
}

static void sees_a_dom0(void **state)
{
    (void)state;
    struct bundle b;
    free(read_it(&b, MACHINE(DTS_GUEST("a", "", "") "m { compatible = \"multiboot,kernel\", \"multiboot,module\"; reg = <0 0x4f000000 0 1>; };")));
    assert_true(b.dom0);
    assert_int_equal(b.guests, 1);
    free(read_it(&b, MACHINE(DTS_GUEST("a", "", "") "m { compatible = \"xen,linux-zimage\", \"xen,multiboot-module\"; };")));
    assert_true(b.dom0);
}

static void refuse(void *fdt, size_t size, const char *what, const char *way_out)
{
    struct bundle b;
    struct error e = { "" };
    assert_false(bundle_read_tree(&b, span_of(fdt, size), memory, loaded, &e));
    if (!strstr(e.text, "machine's device tree") || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", e.text, what, way_out);
    free(fdt);
}

static void refuses_what_is_no_such_tree(void **state)
{
    (void)state;
    refuse(dts_compile(MACHINE("")), DTS_MAX, "has no guest", "xen,domain");
    refuse(dts_compile("/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; };"), DTS_MAX, "has no /chosen", "put the guests there");
    refuse(dts_compile("/dts-v1/; / { #address-cells = <3>; #size-cells = <2>; chosen { }; };"), DTS_MAX, "other than 1 and 2", "correct them");
    refuse(dts_compile("/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; memory { device_type = \"memory\"; reg = <1>; }; };"), DTS_MAX,
           "node memory", "correct it");
    refuse(dts_compile(MACHINE("")), 100, "is cut short", "copy it again");
    void *fdt = dts_compile(MACHINE(""));
    assert_false(bundle_in_tree(fdt));
    *(uint8_t *)fdt = 0;
    assert_false(bundle_in_tree(fdt));
    refuse(fdt, DTS_MAX, "is none", "dtc");
}

static void holds(const char *source, const char *what, const char *way_out)
{
    static struct platform p[2];
    struct platform *const all[] = { &p[0], &p[1] };
    struct bundle b;
    struct error e = { "" };
    void *fdt = read_it(&b, source);
    assert_int_equal(b.guests, 2);
    for (unsigned i = 0; i < 2; i++)
        if (!platform_from_node(&p[i], fdt, b.guest[i], BOARD_VIRT, &e))
            fail_msg("refused: %s", e.text);
    bool ok = bundle_holds(&b, &p[0], all, 2, &e);
    assert_int_equal(ok, *what == '\0');
    if (!ok && (!strstr(e.text, what) || !strstr(e.text, way_out)))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", e.text, what, way_out);
    free(fdt);
}

#define B DTS_GUEST("b", "", "")
static void all_that_a_guest_is_made_of_is_there(void **state)
{
    (void)state;
    holds(MACHINE(DTS_GUEST("a", "", "r { compatible = \"multiboot,ramdisk\"; reg = <1 0 16>; };") B), "", "");
    holds(MACHINE(DTS_GUEST("a", "", "r { compatible = \"multiboot,ramdisk\"; reg = <0 0x60000000 16>; };") B),
          "guest a: its ramdisk at 0x60000000, 0x10 bytes, lies outside the machine's RAM", "load it elsewhere");
    holds(MACHINE(DTS_GUEST("a", "xen,static-mem = <0 0x50000000 0 0x8000000>;", "") B), "", "");
    holds(MACHINE(DTS_GUEST("a", "xen,static-mem = <0 0x5c000000 0 0x8000000>;", "") B), "guest a: its static memory at 0x5c000000, 0x8000000 bytes, lies outside",
          "xen,static-mem");
    holds(MACHINE(DTS_GUEST("a", "xen,static-mem = <0 0x44000000 0 0x8000000>;", "") B), "static memory at 0x44000000 meets a module of a at 0x4a000000",
          "load that elsewhere");
    holds(MACHINE(DTS_GUEST("a", "xen,static-mem = <0 0x50000000 0 0x8000000>;", "")
                  DTS_GUEST("b", "", "r { compatible = \"multiboot,ramdisk\"; reg = <0 0x57ffffff 16>; };")), "meets a module of b at 0x57ffffff",
          "load that elsewhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_guests_and_ram), cmocka_unit_test(sees_a_dom0), cmocka_unit_test(refuses_what_is_no_such_tree),
        cmocka_unit_test(all_that_a_guest_is_made_of_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
