/* start_info_build against the public struct, and the memory map of every kind of guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>
#include "platform/pc_map.h"
#include "start_info/start_info.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

static const struct start_info_module placed[PLATFORM_MODULES_MAX] = {
    { { 0x4000000 }, 0x123456 }, { { 0x5000000 }, 1 }, { { 0x6000000 }, 4096 },
};

static struct platform base(uint64_t memory)
{
    struct platform p = { .name = "web", .vcpus = 1, .memory = memory, .xen = true, .lapic = true, .acpi = true,
                          .start_info_version = 1 };
    struct error e = { "" };
    assert_true(platform_check(&p, &e));
    return p;
}

/* Builds into a heap block of exactly the size that was announced, as guest address `at`. */
static uint8_t *build(const struct platform *p, uint64_t at, gpa_t rsdp)
{
    uint64_t size = start_info_size(p);
    uint8_t *image = malloc(size);
    memset(image, 0xcc, size);
    assert_true(start_info_build(p, gpa(at), placed, rsdp, gpa(PC_ACPI_BASE), p->acpi ? 0x3000 : 0, image, size));
    return image;
}

static const void *from_guest(const struct platform *p, const uint8_t *image, uint64_t at, uint64_t address, size_t size)
{
    assert_in_range(address, at, at + start_info_size(p) - size);
    return image + (address - at);
}

static void version_1_is_complete(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    const uint64_t at = 0x3e00000;
    p.cmdline = "console=hvc0 quiet";
    p.modules = 3;
    p.module[0].cmdline = "";
    p.module[1].cmdline = "second module";
    p.module[2].cmdline = "x";
    uint8_t *image = build(&p, at, gpa(PC_ACPI_BASE));
    const struct hvm_start_info *si = (const void *)image;
    assert_int_equal(si->magic, XEN_HVM_START_MAGIC_VALUE);
    assert_int_equal(si->version, 1);
    assert_int_equal(si->flags, 0);
    assert_int_equal(si->nr_modules, 3);
    assert_int_equal(si->rsdp_paddr, PC_ACPI_BASE);
    assert_int_equal(si->reserved, 0);
    assert_string_equal(from_guest(&p, image, at, si->cmdline_paddr, 19), "console=hvc0 quiet");
    const struct hvm_modlist_entry *m = from_guest(&p, image, at, si->modlist_paddr, 3 * sizeof(*m));
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(m[i].paddr, placed[i].at.v);
        assert_int_equal(m[i].size, placed[i].size);
        assert_int_equal(m[i].reserved, 0);
    }
    assert_int_equal(m[0].cmdline_paddr, 0);                /* none: not provided, rather than an empty text */
    assert_string_equal(from_guest(&p, image, at, m[1].cmdline_paddr, 14), "second module");
    assert_string_equal(from_guest(&p, image, at, m[2].cmdline_paddr, 2), "x");
    struct start_info_range range[16];
    unsigned n = start_info_memory_map(&p, gpa(PC_ACPI_BASE), 0x3000, range, 16);
    assert_int_equal(si->memmap_entries, n);
    const struct hvm_memmap_table_entry *map = from_guest(&p, image, at, si->memmap_paddr, n * sizeof(*map));
    assert_int_equal(si->memmap_paddr % 8, 0);
    assert_int_equal(si->modlist_paddr % 8, 0);
    for (unsigned i = 0; i < n; i++) {
        assert_true(map[i].addr == range[i].base && map[i].size == range[i].size);
        assert_int_equal(map[i].type, range[i].type);
        assert_int_equal(map[i].reserved, 0);
    }
    free(image);
}

static void zero_means_not_provided(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    p.acpi = false;
    uint8_t *image = build(&p, 0x1000, gpa(0));
    const struct hvm_start_info *si = (const void *)image;
    assert_int_equal(si->nr_modules, 0);
    assert_int_equal(si->modlist_paddr, 0);
    assert_int_equal(si->cmdline_paddr, 0);
    assert_int_equal(si->rsdp_paddr, 0);
    assert_int_not_equal(si->memmap_paddr, 0);
    free(image);
}

/* Version 0 ends before the memory map; what stands there is the next thing, not a field. */
static void version_0_has_no_memory_map(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    p.start_info_version = 0;
    p.modules = 1;
    p.module[0].cmdline = "m";
    p.cmdline = "c";
    uint8_t *image = build(&p, 0x1000, gpa(PC_ACPI_BASE));
    const struct hvm_start_info *si = (const void *)image;
    assert_int_equal(si->version, 0);
    assert_int_equal(si->modlist_paddr, 0x1000 + 40);
    assert_int_equal(si->rsdp_paddr, PC_ACPI_BASE);
    assert_string_equal(from_guest(&p, image, 0x1000, si->cmdline_paddr, 2), "c");
    assert_int_equal(start_info_size(&p), 40 + 32 + 2 + 2);
    free(image);
}

static void refuses_what_does_not_fit(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    p.cmdline = "console=hvc0";
    uint64_t size = start_info_size(&p);
    uint8_t *image = malloc(size);
    memset(image, 0xcc, size);
    assert_false(start_info_build(&p, gpa(0x1000), placed, gpa(0), gpa(0), 0, image, size - 1));
    assert_false(start_info_build(&p, gpa(GIB(4) - size + 1), placed, gpa(0), gpa(0), 0, image, size));
    assert_false(start_info_build(&p, gpa(UINT64_MAX), placed, gpa(0), gpa(0), 0, image, size));
    for (uint64_t i = 0; i < size; i++)
        assert_int_equal(image[i], 0xcc);
    assert_true(start_info_build(&p, gpa(GIB(4) - size), placed, gpa(0), gpa(0), 0, image, size));
    free(image);
}

static void leaves_no_old_byte(void **state)
{
    (void)state;
    struct platform p = base(MIB(256));
    uint8_t page[8192], other[8192];
    memset(page, 0xcc, sizeof(page));
    memset(other, 0x33, sizeof(other));
    assert_true(start_info_build(&p, gpa(0x1000), placed, gpa(0), gpa(0), 0, page, sizeof(page)));
    assert_true(start_info_build(&p, gpa(0x1000), placed, gpa(0), gpa(0), 0, other, sizeof(other)));
    assert_memory_equal(page, other, sizeof(page));
}

static const struct start_info_range *find(const struct start_info_range *r, unsigned n, uint64_t base_address)
{
    for (unsigned i = 0; i < n; i++)
        if (r[i].base == base_address)
            return &r[i];
    return NULL;
}

/* All toggles and several sizes: ascending, disjoint, RAM is all RAM but a0000..fffff, windows only where one answers. */
static void memory_maps_hold(void **state)
{
    (void)state;
    static const uint64_t memory[] = { MIB(1), MIB(2), MIB(256), GIB(3), PC_RAM_HOLE, PC_RAM_HOLE + MIB(1), GIB(64) };
    for (unsigned c = 0; c < 16 * sizeof(memory) / sizeof(memory[0]); c++) {
        struct start_info_range r[16];
        struct platform p = base(memory[c / 16]);
        p.xen = c & 1, p.lapic = c & 2, p.ioapic = c & 4, p.acpi = c & 8;
        unsigned n = start_info_memory_map(&p, gpa(PC_ACPI_BASE), p.acpi ? 0x5000 : 0, r, 16);
        uint64_t ram = 0;
        assert_in_range(n, 2, 15);
        for (unsigned i = 0; i < n; i++) {
            ram += r[i].type == XEN_HVM_MEMMAP_TYPE_RAM ? r[i].size : 0;
            assert_true(r[i].size > 0 && r[i].base % PAGE_SIZE == 0 && r[i].size % PAGE_SIZE == 0);
            assert_true(i == 0 || r[i].base >= r[i - 1].base + r[i - 1].size);
        }
        assert_true(ram == p.memory - (PC_HIGH_RAM - PC_LOW_RAM_END));
        assert_int_equal(find(r, n, PC_LOW_RAM_END)->type, XEN_HVM_MEMMAP_TYPE_RESERVED);
        const struct start_info_range *acpi = find(r, n, PC_ACPI_BASE);
        assert_int_equal(acpi != NULL, p.acpi);
        assert_true(!acpi || (acpi->size == 0x5000 && acpi->type == XEN_HVM_MEMMAP_TYPE_ACPI));
        assert_int_equal(find(r, n, PC_LAPIC_BASE) != NULL, p.lapic);
        assert_int_equal(find(r, n, PC_IOAPIC_BASE) != NULL, p.ioapic);
        assert_int_equal(find(r, n, PC_SPECIAL_BASE) != NULL, p.xen);
        assert_int_equal(find(r, n, PC_RAM_ABOVE) != NULL, p.memory > PC_RAM_HOLE);
    }
}

static void memory_map_respects_max(void **state)
{
    (void)state;
    struct platform p = base(GIB(8));
    struct start_info_range r[3] = { { 0, 0, 0 } };
    assert_int_equal(start_info_memory_map(&p, gpa(PC_ACPI_BASE), 0x1000, r, 2), 2);
    assert_int_equal(r[2].size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_is_complete), cmocka_unit_test(zero_means_not_provided),
        cmocka_unit_test(version_0_has_no_memory_map), cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(leaves_no_old_byte), cmocka_unit_test(memory_maps_hold), cmocka_unit_test(memory_map_respects_max),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
