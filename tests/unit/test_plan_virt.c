/* plan_make for BOARD_VIRT: everything in the first bank of RAM, nothing over anything, sentences with the memory that suffices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "hypervisor/builder/plan.h"
#include "lib/checked.h"
#include "platform/virt_map.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

static struct platform base(uint64_t memory)
{
    struct platform p = { .name = "web", .board = BOARD_VIRT, .vcpus = 2, .memory = memory, .xen = true, .start_info_version = 1,
                          .arm = { .gic_version = 3, .pl011 = true, .pl011_backend = "" } };
    struct error e = { "" };
    if (!platform_check(&p, &e))
        fail_msg("%s", e.text);
    return p;
}

/* An Image's header: text_offset, image_size, flags (4 KiB pages, anywhere). */
static struct span image(uint64_t text_offset, uint64_t size)
{
    static uint8_t file[4096];
    for (unsigned i = 0; i < 8; i++) {
        file[0x08 + i] = (uint8_t)(text_offset >> (8 * i));
        file[0x10 + i] = (uint8_t)(size >> (8 * i));
    }
    file[0x18] = 0xa;
    memcpy(file + 0x38, "ARM\x64", 4);
    return span_of(file, sizeof(file));
}

static const struct span none;

static bool try(struct plan *plan, const struct platform *p, struct span kernel, struct error *e)
{
    *e = (struct error){ "" };
    bool good = plan_make(plan, p, kernel, none, e);
    assert_int_equal(good, !failed(e));
    return good;
}

static struct plan must_plan(const struct platform *p, struct span kernel)
{
    struct plan plan;
    struct error e;
    if (!try(&plan, p, kernel, &e))
        fail_msg("refused: %s", e.text);
    return plan;
}

static void must_refuse(const struct platform *p, struct span kernel, const char *what, const char *way_out)
{
    struct plan plan;
    struct error e;
    assert_false(try(&plan, p, kernel, &e));
    if (!strstr(e.text, "guest web: ") || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", e.text, what, way_out);
}

/* Whatever the plan: all of it lies in bank 0, apart from each other. */
static void check_plan(const struct plan *plan, const struct platform *p)
{
    const struct guest_places *w = &plan->places;
    const struct { uint64_t at, size; } part[] = {
        { plan->entry.v, plan->image.memory_size }, { w->tree.v, w->tree_size }, { w->ramdisk.v, w->ramdisk_size }, { w->efi.v, plan->efi_size },
    };
    const unsigned parts = sizeof(part) / sizeof(part[0]);
    for (unsigned i = 0; i < parts; i++) {
        if (part[i].size)
            assert_true(range_within(part[i].at, part[i].size, p->ram[0].base.v, p->ram[0].size));
        for (unsigned k = 0; k < i; k++)
            assert_false(ranges_meet(part[i].at, part[i].size, part[k].at, part[k].size));
    }
    assert_int_equal((plan->entry.v - plan->image.text_offset) % MIB(2), 0);
    assert_int_equal(w->tree.v % PAGE_SIZE, 0);
    assert_int_equal(w->ramdisk.v % PAGE_SIZE, 0);
    assert_true(w->tree_size <= MIB(2));                        /* booting.rst's limit */
}

static void stands_at_the_start_of_ram(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    p.modules = 1;
    p.module[0].file.size = MIB(5) + 3;
    struct plan plan = must_plan(&p, image(0, MIB(40) + 5));
    check_plan(&plan, &p);
    assert_int_equal(plan.entry.v, VIRT_RAM0_BASE);
    assert_int_equal(plan.places.ramdisk.v % MIB(2), 0);        /* it can be mapped in large pages */
    assert_int_equal(plan.places.ramdisk_size, MIB(5) + 3);
    assert_int_equal(plan.module[0].at.v, plan.places.ramdisk.v);
    assert_int_equal(plan.acpi_size, 0);
    assert_int_equal(plan.efi_size, 0);
    plan = must_plan(&p, image(0x80000, MIB(20)));              /* older kernels want an offset */
    check_plan(&plan, &p);
    assert_int_equal(plan.entry.v, VIRT_RAM0_BASE + 0x80000);
}

static void acpi_has_ram_of_its_own(void **state)
{
    (void)state;
    struct platform p = base(MIB(64));
    p.acpi = true;
    struct plan plan = must_plan(&p, image(0, MIB(20)));
    check_plan(&plan, &p);
    assert_int_equal(plan.places.acpi.v, VIRT_ACPI_BASE);
    assert_int_equal(plan.places.rsdp.v, VIRT_ACPI_BASE);
    assert_int_equal(plan.places.acpi_size, plan.acpi_size);
    assert_true(plan.acpi_size > 0);
    assert_int_equal(plan.places.efi.v % KIB(64), 0);
    assert_true(plan.efi_size > 0);
}

/* Only the first bank is the kernel's when it boots. */
static void never_in_the_second_bank(void **state)
{
    (void)state;
    struct platform p = base(GIB(5));
    p.modules = 1;
    p.module[0].file.size = GIB(3) - MIB(16);
    must_refuse(&p, image(0, MIB(32)), "first part of RAM of 3072 MiB", "make it smaller");
    p.module[0].file.size = GIB(2);
    struct plan plan = must_plan(&p, image(0, MIB(32)));
    check_plan(&plan, &p);
}

static uint64_t suggested(const char *text, const char *before)
{
    const char *at = strstr(text, before);
    assert_non_null(at);
    return strtoull(at + strlen(before), NULL, 10);
}

/* The memory that a sentence calls enough is, and a MiB less is not. */
static void sentences_are_right(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        struct platform p = base(MIB(1 + i % 7));
        struct plan plan;
        struct error e;
        uint64_t kernel = MIB(8) + i * 12345, ramdisk = i % 3 ? i * 98765 : 0;
        p.acpi = i % 2;
        p.modules = ramdisk != 0;
        p.module[0].file.size = ramdisk;
        assert_false(try(&plan, &p, image(0, kernel), &e));
        uint64_t enough = suggested(e.text, "memory=");
        assert_non_null(strstr(e.text, " is enough"));
        for (uint64_t less = 0; less < 2; less++) {
            struct platform q = base(MIB(enough - less));
            q.acpi = p.acpi;
            q.modules = p.modules;
            q.module[0] = p.module[0];
            assert_int_equal(try(&plan, &q, image(0, kernel), &e), !less);
            if (!less)
                check_plan(&plan, &q);
        }
    }
}

static void hostile_headers(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    static const uint64_t number[] = { 1, 0xfff, MIB(2) - 1, MIB(255), GIB(3), UINT64_MAX, UINT64_MAX - 0xfff, INT64_MAX, UINT64_C(1) << 63 };
    const unsigned n = sizeof(number) / sizeof(number[0]);
    for (unsigned i = 0; i < n * n; i++) {
        struct plan plan;
        struct error e;
        if (try(&plan, &p, image(number[i / n], number[i % n]), &e))
            check_plan(&plan, &p);
    }
}

static void refuses_what_it_cannot_hand_over(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    struct plan plan;
    struct error e = { "" };
    p.modules = 2;
    must_refuse(&p, image(0, MIB(8)), "2 modules", "leave out");
    p.modules = 0;
    assert_false(plan_make(&plan, &p, image(0, MIB(8)), span_of("no tree at all, this", 20), &e));
    assert_non_null(strstr(e.text, "partial device tree"));
    struct span broken = { NULL, 0, true };
    must_refuse(&p, broken, "kernel", "pack it again");
    e = (struct error){ "" };
    assert_false(plan_make(&plan, &p, image(0, MIB(8)), broken, &e));
    assert_non_null(strstr(e.text, "partial device tree"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_at_the_start_of_ram), cmocka_unit_test(acpi_has_ram_of_its_own), cmocka_unit_test(never_in_the_second_bank),
        cmocka_unit_test(sentences_are_right), cmocka_unit_test(hostile_headers), cmocka_unit_test(refuses_what_it_cannot_hand_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
