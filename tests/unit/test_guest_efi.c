/* guest_efi_build: every pointer leads into what was built, the sums are right, the memory map is the guest's RAM and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "platform/virt_map.h"
#include "start_info/guest_internal.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

struct built { struct platform p; struct guest_places w; uint8_t *at; uint64_t size; };

static struct built build(uint64_t memory, uint64_t efi)
{
    struct built b = { .p = { .name = "web", .board = BOARD_VIRT, .vcpus = 1, .memory = memory, .acpi = true, .start_info_version = 1,
                              .arm = { .gic_version = 3, .pl011_backend = "" } },
                       .w = { .acpi = { VIRT_ACPI_BASE }, .acpi_size = 0x3000, .rsdp = { VIRT_ACPI_BASE }, .efi = { efi } } };
    struct error e = { "" };
    if (!platform_check(&b.p, &e))
        fail_msg("%s", e.text);
    b.size = guest_efi_size(&b.p);
    b.at = malloc(b.size);
    memset(b.at, 0xcc, b.size);
    assert_true(guest_efi_build(&b.p, &b.w, b.at, b.size));
    return b;
}

static uint64_t number(const struct built *b, uint64_t at, unsigned bytes)
{
    uint64_t v = 0;
    assert_true(at + bytes <= b->size);
    for (unsigned i = bytes; i-- > 0;)
        v = v << 8 | b->at[at + i];
    return v;
}

/* Where what a pointer leads to stands among our bytes. */
static uint64_t follow(const struct built *b, uint64_t at)
{
    uint64_t address = number(b, at, 8);
    assert_in_range(address, b->w.efi.v, b->w.efi.v + b->size - 1);
    return address - b->w.efi.v;
}

/* Long division, a bit at a time from the end that goes over the wire first (IEEE 802.3, 3.2.9). */
static uint32_t crc32(const uint8_t *at, unsigned n)
{
    uint32_t rest = 0;
    for (unsigned i = 0; i < n * 8 + 32; i++) {
        uint32_t bit = i < n * 8 ? (uint32_t)at[i / 8] >> i % 8 & 1 : 0, out = rest >> 31;
        rest = rest << 1 | (bit ^ (i < 32));
        rest ^= out ? 0x04c11db7u : 0;
    }
    uint32_t turned = 0;
    for (unsigned i = 0; i < 32; i++)
        turned |= (rest >> i & 1) << (31 - i);
    return ~turned;
}

static void is_a_system_table(void **state)
{
    (void)state;
    struct built b = build(MIB(256), 0x40200000);
    assert_memory_equal(b.at, "IBI SYST", 8);
    uint64_t length = number(&b, 12, 4), sum = number(&b, 16, 4);
    assert_int_equal(length, 120);
    memset(b.at + 16, 0, 4);
    assert_int_equal(crc32((const uint8_t *)"123456789", 9), 0xcbf43926);      /* the check value that CRCs are listed by */
    assert_int_equal(crc32(b.at, (unsigned)length), sum);
    assert_memory_equal(b.at + follow(&b, 24), u"Bedplate", 18);
    assert_int_equal(number(&b, 88, 8), 0);                 /* no runtime services, no boot services */
    assert_int_equal(number(&b, 96, 8), 0);
    free(b.at);
}

/* The tables are found by their GUIDs as the specification prints them. */
static void names_acpi_and_no_runtime_service(void **state)
{
    (void)state;
    static const struct { uint32_t a; uint16_t b, c; uint8_t d[8]; } acpi = { 0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } },
        properties = { 0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 } };
    struct built b = build(MIB(256), 0x40200000);
    assert_int_equal(number(&b, 104, 8), 2);
    uint64_t tables = follow(&b, 112);
    assert_memory_equal(b.at + tables, &acpi, 16);
    assert_int_equal(number(&b, tables + 16, 8), VIRT_ACPI_BASE);
    assert_memory_equal(b.at + tables + 24, &properties, 16);
    uint64_t p = follow(&b, tables + 40);
    assert_int_equal(number(&b, p, 2), 1);
    assert_int_equal(number(&b, p + 2, 2), 8);
    assert_int_equal(number(&b, p + 4, 4), 0);
    free(b.at);
}

static void check_map(const struct built *b)
{
    unsigned n = guest_efi_descriptors(&b->p, &b->w);
    uint64_t before = 0, ram = 0, kept = 0;
    for (unsigned i = 0; i < n; i++) {
        uint64_t d = EFI_MAP_AT + i * EFI_DESCRIPTOR_BYTES, type = number(b, d, 4), base = number(b, d + 8, 8), size = number(b, d + 24, 8) << 12;
        assert_true(size && base >= before && base % PAGE_SIZE == 0);
        before = base + size;
        assert_int_equal(number(b, d + 32, 8) & 8, 8);      /* write-back; not of the runtime */
        assert_true(type == 7 || type == 9);
        if (base == b->w.acpi.v)
            assert_true(type == 9 && size == b->w.acpi_size);
        else
            ram += size;
        kept += base == b->w.efi.v && type == 9;
    }
    assert_int_equal(ram, b->p.memory);
    assert_int_equal(kept, 1);
}

static void the_map_is_the_ram(void **state)
{
    (void)state;
    static const uint64_t memory[] = { MIB(1), MIB(256), GIB(3), GIB(5) };
    for (unsigned i = 0; i < 4; i++) {
        const uint64_t end = VIRT_RAM0_BASE + (memory[i] < VIRT_RAM0_SIZE ? memory[i] : VIRT_RAM0_SIZE);
        const uint64_t efi[] = { VIRT_RAM0_BASE, VIRT_RAM0_BASE + KIB(512), end - KIB(64) };    /* at the start, within, at the end */
        for (unsigned k = 0; k < 3; k++) {
            struct built b = build(memory[i], efi[k]);
            check_map(&b);
            free(b.at);
        }
    }
}

static void nothing_without_acpi(void **state)
{
    (void)state;
    struct platform p = { .board = BOARD_VIRT };
    struct guest_places w = { .efi = { 0 } };
    assert_int_equal(guest_efi_size(&p), 0);
    assert_true(guest_efi_build(&p, &w, NULL, 0));
    p.acpi = true;
    w.acpi_size = 4096;
    uint8_t little[300];
    assert_false(guest_efi_build(&p, &w, little, sizeof(little) - 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_a_system_table), cmocka_unit_test(names_acpi_and_no_runtime_service), cmocka_unit_test(the_map_is_the_ram),
        cmocka_unit_test(nothing_without_acpi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
