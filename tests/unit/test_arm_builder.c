/* Guests of the host's own tree: a payload is read only where memory is mapped and nobody is given it, and each guest is refused alone. */
#include "hypervisor/builder/builder.h"
#include "hypervisor/core/page.h"
#include "hypervisor/fake/fake.h"
#include "tests/unit/dts_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>     /* last: it defines a macro named fail */

#define GUEST(name, at) name " { compatible = \"xen,domain\"; memory = <0 2048>; cpus = <1>; k { compatible = \"multiboot,kernel\"; reg = <" at " 0x1000>; }; };"
#define TREE "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; memory@40000000 { device_type = \"memory\"; reg = <0x40000000 0x10000000>; };" \
    "chosen { " GUEST("given", "0x40400000") GUEST("astride", "0x40fff800") GUEST("unmapped", "0x44000000") GUEST("kept", "0x41000000") "}; };"

/* RAM of 32 MiB, of which the upper half is kept; the tree tells of more, which is not mapped. */
static void payloads_lie_in_memory_that_is_kept(void **state)
{
    struct host h = *fake_host(MIB(32), 1);
    void *tree = dts_compile("%s", TREE);
    (void)state;
    h.ram[0].size = MIB(16);
    h.tree = tree;
    page_init(&h);
    memset(hpa_ptr(hpa(0x41000000)), 0, PAGE_SIZE);
    assert_int_equal(builder_start(&h), 0);
    const char *said = fake_console();
    static const char *const wanted[] = {
        "guest given: its kernel at 0x40400000, 0x1000 bytes, cannot be read there", "guest astride: its kernel at 0x40fff800, 0x1000 bytes, cannot be read",
        "guest unmapped: its kernel at 0x44000000, 0x1000 bytes, cannot be read",
    };
    for (unsigned i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
        if (!strstr(said, wanted[i]))
            fail_msg("\"%s\" is not in: %s", wanted[i], said);
    assert_null(strstr(said, "kept: its kernel at"));       /* it is read, and is no kernel */
    assert_non_null(strstr(said, "kept"));
    assert_int_equal(builder_result(), 2);
    free(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(payloads_lie_in_memory_that_is_kept) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
