/* plan_make: everything in its place for ordinary guests, nothing over anything for random ones, sentences for the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "hypervisor/builder/plan.h"
#include "lib/checked.h"
#include "platform/pc_map.h"
#include "tests/unit/elf_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

static struct platform base(uint64_t memory)
{
    struct platform p = { .name = "web", .vcpus = 1, .memory = memory, .xen = true, .lapic = true, .acpi = true,
                          .start_info_version = 1 };
    struct error e = { "" };
    assert_true(platform_check(&p, &e));
    return p;
}

static void with_modules(struct platform *p, unsigned n, uint64_t size)
{
    p->modules = n;
    for (unsigned i = 0; i < n; i++)
        p->module[i] = (struct platform_module){ { 0x10000, size }, "" };
}

/* One segment of `memory` bytes at `at`; limits: the PHYS32_RELOC note's three numbers, NULL for none. */
static struct span kernel_at(uint64_t at, uint64_t memory, const uint32_t *limits)
{
    struct maker m = maker_new(true);
    maker_load(&m, at, 0x100, memory, 7);
    maker_note_le(&m, "Xen", 18, at < UINT32_MAX ? at : 0, 4);
    if (limits)
        maker_note(&m, "Xen", 19, limits, 12);
    maker_notes_as_segment(&m, 4);
    return maker_file(&m);
}

static bool try(struct plan *plan, const struct platform *p, struct span file, struct error *e)
{
    *e = (struct error){ "" };
    bool good = plan_make(plan, p, file, span_of(NULL, 0), e);
    free((void *)(uintptr_t)file.at);
    assert_int_equal(good, !failed(e));
    return good;
}

static struct plan must_plan(const struct platform *p, struct span file)
{
    struct plan plan;
    struct error e;
    if (!try(&plan, p, file, &e))
        fail_msg("refused: %s", e.text);
    return plan;
}

static void must_refuse(const struct platform *p, struct span file, const char *what, const char *way_out)
{
    struct plan plan;
    struct error e;
    assert_false(try(&plan, p, file, &e));
    if (!strstr(e.text, "guest web: ") || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", e.text, what, way_out);
}

static void stands_behind_the_kernel(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    with_modules(&p, 2, MIB(5));
    p.module[1].file.size = 3;
    struct plan plan = must_plan(&p, kernel_at(MIB(16), MIB(40) + 5, NULL));
    assert_int_equal(plan.kernel.low, MIB(16));
    assert_int_equal(plan.start_info.v, MIB(56) + 0x1000);
    assert_int_equal(plan.module[0].at.v % MIB(2), 0);
    assert_int_equal(plan.module[0].size, MIB(5));
    assert_true(plan.module[1].at.v > plan.module[0].at.v);
    assert_int_equal(plan.module[1].size, 3);
    assert_int_equal(plan.acpi.v, PC_ACPI_BASE);
    assert_true(plan.acpi_size > 0 && plan.acpi_size % PAGE_SIZE == 0 && plan.acpi_size <= PC_ACPI_MAX);
    p.acpi = false;
    assert_int_equal(must_plan(&p, kernel_at(MIB(16), 0x1000, NULL)).acpi_size, 0);
}

/* Linux maps 1 GiB only when it reads start info: a large ramdisk must not push it out. */
static void start_info_stays_low(void **state)
{
    (void)state;
    struct platform p = base(GIB(8));
    with_modules(&p, 1, GIB(2));
    struct plan plan = must_plan(&p, kernel_at(MIB(16), MIB(40), NULL));
    assert_true(plan.start_info.v + plan.start_info_size < GIB(1));
    assert_true(plan.module[0].at.v + plan.module[0].size <= PC_RAM_HOLE);
}

static void uses_what_lies_before_the_kernel(void **state)
{
    (void)state;
    struct platform p = base(MIB(64));
    with_modules(&p, 1, MIB(8));
    struct plan plan = must_plan(&p, kernel_at(MIB(16), MIB(48), NULL));      /* up to the last byte */
    assert_true(plan.module[0].at.v >= MIB(1) && plan.module[0].at.v + MIB(8) <= MIB(16));
    p = base(MIB(1));                                                         /* 640 KiB are all there is */
    plan = must_plan(&p, kernel_at(0x20000, 0x80000, NULL));
    assert_in_range(plan.start_info.v, 0x1000, 0x1ffff);
}

static void relocates(void **state)
{
    (void)state;
    static const uint32_t limits[3] = { 0x200000, 0x1000000, 0x3fffffff };
    static const uint32_t low[3] = { 0x200000, 0, 0xffffffff };
    static const uint32_t short_max[3] = { 0x1000, 0, 0x1ffffff };
    struct platform p = base(MIB(64));
    struct plan plan = must_plan(&p, kernel_at(MIB(128), MIB(8), limits));    /* preferred place outside RAM */
    assert_int_equal(plan.kernel.low, MIB(16));
    assert_int_equal(plan.kernel.entry, MIB(16));
    plan = must_plan(&p, kernel_at(0x90000, MIB(1), low));                    /* over a0000..fffff */
    assert_int_equal(plan.kernel.low, MIB(2));
    plan = must_plan(&p, kernel_at(MIB(32), MIB(8), limits));                 /* nothing in the way: stays */
    assert_int_equal(plan.kernel.low, MIB(32));
    must_refuse(&p, kernel_at(MIB(128), MIB(56), limits), "cannot be moved within its limits", "memory=72 or more");
    must_refuse(&p, kernel_at(MIB(128), MIB(56), short_max), "cannot be moved", "memory=184 or more");
    must_refuse(&p, kernel_at(GIB(4) - 0x1000, GIB(1), limits), "outside guest RAM", "no amount of memory helps");
}

static void refuses_segments_outside_ram(void **state)
{
    (void)state;
    struct platform p = base(MIB(64));
    must_refuse(&p, kernel_at(MIB(60), MIB(5), NULL), "segment at 0x3c00000..0x40fffff, outside guest RAM (memory=64)",
                "give memory=65 or more");
    must_refuse(&p, kernel_at(0x90000, 0x20000, NULL), "outside guest RAM", "link the kernel elsewhere");
    must_refuse(&p, kernel_at(UINT64_C(0xffffffff80000000), 0x1000, NULL), "outside the kernel's code", "wrongly linked");
    struct maker m = maker_new(true);
    maker_load(&m, MIB(1), 0x100, 0x100, 7);
    maker_load(&m, UINT64_C(0xffffffff80000000), 0x100, 0x100, 7);
    maker_note_le(&m, "Xen", 18, MIB(1), 4);
    maker_notes_as_segment(&m, 4);
    must_refuse(&p, maker_file(&m), "segment at 0xffffffff80000000", "link the kernel elsewhere");
    must_refuse(&p, kernel_at(PC_ACPI_BASE, 0x1000, NULL), "outside guest RAM", "link the kernel elsewhere");
    p = base(GIB(64));
    must_refuse(&p, kernel_at(PC_RAM_HOLE - 0x1000, 0x2000, NULL), "outside guest RAM", "link the kernel elsewhere");
}

static void names_the_guest_of_a_bad_kernel(void **state)
{
    (void)state;
    struct platform p = base(MIB(64));
    uint8_t *text = calloc(1, 100);
    must_refuse(&p, span_of(text, 100), "kernel: not an ELF file", "give a kernel");
    must_refuse(&p, (struct span){ NULL, 0, true }, "kernel: it does not lie within the bundle", "pack it again");
}

/* What the sentence says is enough is enough, and a MiB less is not. */
static void says_how_much_would_be_enough(void **state)
{
    (void)state;
    static const uint64_t size[] = { MIB(50), MIB(100) + 1, MIB(700), GIB(3) };
    for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
        struct plan plan;
        struct error e;
        struct platform p = base(MIB(64));
        with_modules(&p, 1, size[i]);
        must_refuse(&p, kernel_at(MIB(16), MIB(40), NULL), "the ramdisk, module 0 (", "is enough");
        assert_false(try(&plan, &p, kernel_at(MIB(16), MIB(40), NULL), &e));
        uint64_t enough = strtoull(strrchr(e.text, '=') + 1, NULL, 10);
        p.memory = MIB(enough);
        assert_true(platform_check(&p, &e));
        (void)must_plan(&p, kernel_at(MIB(16), MIB(40), NULL));
        p.memory = MIB(enough - 1);
        assert_true(platform_check(&p, &e));
        assert_false(try(&plan, &p, kernel_at(MIB(16), MIB(40), NULL), &e));
    }
    struct platform p = base(GIB(64));
    with_modules(&p, 2, GIB(2));
    must_refuse(&p, kernel_at(MIB(16), MIB(40), NULL), "module 1 (2097152 KiB) does not fit", "make it smaller");
    with_modules(&p, 1, UINT64_MAX - 5);
    must_refuse(&p, kernel_at(MIB(16), MIB(40), NULL), "nor into any memory below 4 GiB", "make it smaller");
}

/* ---- random guests ---- */

static uint64_t seed = 1;
static uint64_t rnd(uint64_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed % below;
}

struct taken { uint64_t at, size; };

static void add(struct taken *t, unsigned *n, uint64_t at, uint64_t size) { t[(*n)++] = (struct taken){ at, size }; }

static void check_plan(const struct platform *p, const struct plan *plan)
{
    struct taken t[KERNEL_SEGMENTS_MAX + PLATFORM_MODULES_MAX + 8];
    unsigned n = 0, ram;
    for (unsigned i = 0; i < plan->kernel.segments; i++)
        add(t, &n, plan->kernel.segment[i].at, plan->kernel.segment[i].memory_size);
    add(t, &n, plan->start_info.v, plan->start_info_size);
    assert_int_equal(plan->start_info.v % PAGE_SIZE, 0);
    for (unsigned i = 0; i < p->modules; i++) {
        add(t, &n, plan->module[i].at.v, plan->module[i].size);
        assert_int_equal(plan->module[i].at.v % PAGE_SIZE, 0);
        assert_true(plan->module[i].at.v > 0 && plan->module[i].size == p->module[i].file.size);
    }
    ram = n;
    add(t, &n, PC_LOW_RAM_END, PC_HIGH_RAM - PC_LOW_RAM_END);
    if (plan->acpi_size)
        add(t, &n, plan->acpi.v, plan->acpi_size);
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = i + 1; j < n; j++)
            assert_false(ranges_meet(t[i].at, t[i].size, t[j].at, t[j].size));
    for (unsigned i = 0; i < ram; i++)
        assert_true(range_within(t[i].at, t[i].size, 0, p->ram[0].size) ||
                    (i < plan->kernel.segments && range_within(t[i].at, t[i].size, p->ram[1].base.v, p->ram[1].size)));
    bool inside = false;
    for (unsigned i = 0; i < plan->kernel.segments; i++)
        inside |= range_within(plan->kernel.entry, 1, plan->kernel.segment[i].at, plan->kernel.segment[i].file_size);
    assert_true(inside);
}

static struct span random_kernel(void)
{
    struct maker m = maker_new(rnd(2));
    uint64_t at = rnd(4) ? rnd(MIB(64)) : rnd(2) ? rnd(0xa0000) : rnd(GIB(5));
    uint32_t limits[3] = { 0x1000u << rnd(10), (uint32_t)rnd(MIB(32)), (uint32_t)(rnd(4) ? 0xffffffff : rnd(GIB(1))) };
    uint64_t entry = at;
    for (unsigned i = (unsigned)rnd(4) + 1; i-- > 0;) {
        uint64_t size = 1 + rnd(rnd(3) ? MIB(16) : 0x3000);
        maker_load(&m, at, rnd(size < 0x2000 ? size : 0x2000) + 1, size, 7);
        at += size + rnd(0x300000);
    }
    maker_note_le(&m, "Xen", 18, entry, 4);
    if (rnd(2))
        maker_note(&m, "Xen", 19, limits, 12);
    maker_notes_as_segment(&m, 4);
    return maker_file(&m);
}

static void nothing_meets_anything(void **state)
{
    (void)state;
    unsigned planned = 0, refused = 0;
    for (unsigned round = 0; round < 4000; round++) {
        struct plan plan;
        struct error e;
        struct platform p = base(MIB(1 + (rnd(3) ? rnd(128) : rnd(10000))));
        p.acpi = rnd(2);
        with_modules(&p, (unsigned)rnd(PLATFORM_MODULES_MAX + 1), 1);
        for (unsigned i = 0; i < p.modules; i++)
            p.module[i].file.size = 1 + rnd(rnd(3) ? 0x5000 : rnd(2) ? MIB(12) : GIB(1));
        if (try(&plan, &p, random_kernel(), &e)) {
            check_plan(&p, &plan);
            planned++;
        } else {
            assert_non_null(strstr(e.text, "guest web: "));
            refused++;
        }
    }
    assert_in_range(planned, 400, 3600);        /* both kinds were seen */
    assert_in_range(refused, 400, 3600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_behind_the_kernel), cmocka_unit_test(start_info_stays_low),
        cmocka_unit_test(uses_what_lies_before_the_kernel), cmocka_unit_test(relocates),
        cmocka_unit_test(refuses_segments_outside_ram), cmocka_unit_test(names_the_guest_of_a_bad_kernel),
        cmocka_unit_test(says_how_much_would_be_enough), cmocka_unit_test(nothing_meets_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
