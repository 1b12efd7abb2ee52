/* AML encodings against ACPI 6.4, chapter 20, most of all PkgLength at the sizes where it grows by a byte. */
#include "acpi/aml_code.h"
#include "acpi/aml_resource.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint8_t bytes[1 << 21];
static struct table_out fresh(void) { return (struct table_out){ bytes, sizeof(bytes), 0, false }; }

static void check_integer(uint64_t v, const char *expect, size_t n)
{
    struct table_out o = fresh();
    aml_integer(&o, v);
    assert_int_equal(o.used, n);
    assert_memory_equal(bytes, expect, n);
}

static void integers_are_as_short_as_they_can_be(void **state)
{
    (void)state;
    check_integer(0, "\x00", 1);
    check_integer(1, "\x01", 1);
    check_integer(2, "\x0a\x02", 2);
    check_integer(0xff, "\x0a\xff", 2);
    check_integer(0x100, "\x0b\x00\x01", 3);
    check_integer(0xffff, "\x0b\xff\xff", 3);
    check_integer(0x10000, "\x0c\x00\x00\x01\x00", 5);
    check_integer(0xffffffff, "\x0c\xff\xff\xff\xff", 5);
    check_integer(0x100000000, "\x0e\x00\x00\x00\x00\x01\x00\x00\x00", 9);
}

/* A scope of `body` bytes after its PkgLength: is the length right, does it count itself, did the body stay whole? */
static void check_length(uint64_t body, unsigned expect_bytes)
{
    struct table_out o = fresh();
    uint64_t scope = aml_scope(&o, "_SB");
    for (uint64_t i = 4; i < body; i++)
        table_le(&o, i * 7, 1);
    aml_close(&o, scope);
    unsigned more = bytes[1] >> 6;
    uint64_t length = more ? bytes[1] & 0xf : bytes[1] & 0x3f;
    for (unsigned i = 0; i < more; i++)
        length |= (uint64_t)bytes[2 + i] << (4 + 8 * i);
    assert_int_equal(more + 1, expect_bytes);
    assert_int_equal(bytes[1] & 0x30, more ? 0 : bytes[1] & 0x30);
    assert_int_equal(length, body + expect_bytes);
    assert_int_equal(o.used, 1 + length);
    assert_memory_equal(bytes + 1 + expect_bytes, "_SB_", 4);
    for (uint64_t i = 4; i < body; i++)
        if (bytes[1 + expect_bytes + i] != (uint8_t)(i * 7))
            fail_msg("byte %u of %u moved", (unsigned)i, (unsigned)body);
}

static void package_lengths_count_themselves(void **state)
{
    (void)state;
    check_length(4, 1);
    check_length(0x3e, 1);
    check_length(0x3f, 2);
    check_length(0xffd, 2);
    check_length(0xffe, 3);
    check_length(0xffffc, 3);
    check_length(0xffffd, 4);
}

static void names_and_ids_are_packed(void **state)
{
    struct table_out o = fresh();
    (void)state;
    aml_name(&o, "_S5");
    assert_memory_equal(bytes, "\x08_S5_", 5);
    o = fresh();
    aml_eisa_id(&o, "PNP0501");
    assert_memory_equal(bytes, "\x0c\x41\xd0\x05\x01", 5);
    o = fresh();
    aml_eisa_id(&o, "PNP0C0F");
    assert_memory_equal(bytes, "\x0c\x41\xd0\x0c\x0f", 5);
    o = fresh();
    aml_string(&o, "ab");
    assert_int_equal(o.used, 4);
    assert_memory_equal(bytes, "\x0d" "ab\0", 4);
}

/* One that is small, and one past 255 bytes, whose size takes two. */
static void resource_templates_end_and_know_their_size(void **state)
{
    struct table_out o = fresh();
    (void)state;
    uint64_t t = aml_template(&o);
    aml_io(&o, 0x3f8, 8);
    aml_template_close(&o, t);
    static const uint8_t expect[] = { 0x11, 0x0d, 0x0a, 0x0a, 0x47, 1, 0xf8, 3, 0xf8, 3, 1, 8, 0x79, 0 };
    assert_int_equal(o.used, sizeof(expect));
    assert_memory_equal(bytes, expect, sizeof(expect));

    o = fresh();
    t = aml_template(&o);
    for (uint32_t i = 0; i < 32; i++)
        aml_interrupt(&o, i);
    aml_template_close(&o, t);
    assert_int_equal(o.used, 1 + 2 + 3 + 32 * 9 + 2);
    assert_memory_equal(bytes + 3, "\x0b\x22\x01", 3);
}

#define IS(o, ...) is(&(o), (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
static void is(struct table_out *o, const uint8_t *expect, size_t n)
{
    for (size_t i = 0; i < n && i < o->used; i++)
        if (bytes[i] != expect[i])
            fail_msg("byte %u is %02x, not %02x", (unsigned)i, bytes[i], expect[i]);
    assert_int_equal(o->used, n);
    *o = fresh();
}

/* 20.2.2: none, one, two and more segments; root and parents before them. */
static void paths_take_the_prefix_they_need(void **state)
{
    struct table_out o = fresh();
    (void)state;
    aml_name_path(&o, "COM1");
    IS(o, 'C', 'O', 'M', '1');
    aml_name_path(&o, "\\");
    IS(o, '\\', 0);
    aml_name_path(&o, "^");
    IS(o, '^', 0);
    aml_name_path(&o, "\\_SB");
    IS(o, '\\', '_', 'S', 'B', '_');
    aml_name_path(&o, "^^A.BC");
    IS(o, '^', '^', 0x2e, 'A', '_', '_', '_', 'B', 'C', '_', '_');
    aml_name_path(&o, "\\_SB.PCI0.UAR");
    IS(o, '\\', 0x2f, 3, '_', 'S', 'B', '_', 'P', 'C', 'I', '0', 'U', 'A', 'R', '_');
}

static void buffers_uuids_and_ids(void **state)
{
    struct table_out o = fresh();
    (void)state;
    aml_buffer(&o, "\x09\x08", 2);
    IS(o, 0x11, 5, 0x0a, 2, 9, 8);
    aml_buffer(&o, "\x09", 1);
    IS(o, 0x11, 3, 0x01, 9);
    aml_uuid(&o, "33DB4D5B-1FF7-401C-9657-7441C03DD766");
    IS(o, 0x11, 0x13, 0x0a, 0x10, 0x5b, 0x4d, 0xdb, 0x33, 0xf7, 0x1f, 0x1c, 0x40, 0x96, 0x57, 0x74, 0x41, 0xc0, 0x3d, 0xd7, 0x66);
    aml_hid(&o, "PNP0C0C");
    IS(o, 8, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x0c, 0x0c);
    aml_hid(&o, "ACPI0013");
    IS(o, 8, '_', 'H', 'I', 'D', 0x0d, 'A', 'C', 'P', 'I', '0', '0', '1', '3', 0);
    aml_name_integer(&o, "_UID", 300);
    IS(o, 8, '_', 'U', 'I', 'D', 0x0b, 0x2c, 1);
}

/* Method (M, 2, Serialized) { If (Arg0 != 5) { Local1 = Arg1 } Else { Notify (DEV, 128) } While (One) { Break } Return (DEV.X) } */
static void methods_and_what_they_do(void **state)
{
    struct table_out o = fresh();
    (void)state;
    uint64_t method = aml_method(&o, "M", 2, true), block = aml_if(&o);
    aml_op(&o, AML_LNOT_EQUAL);
    aml_arg(&o, 0);
    aml_integer(&o, 5);
    aml_op(&o, AML_STORE);
    aml_arg(&o, 1);
    aml_local(&o, 1);
    aml_close(&o, block);
    block = aml_else(&o);
    aml_notify(&o, "DEV", 128);
    aml_close(&o, block);
    block = aml_while(&o);
    aml_integer(&o, 1);
    aml_op(&o, AML_BREAK);
    aml_close(&o, block);
    aml_return_path(&o, "DEV.X");
    aml_close(&o, method);
    IS(o, 0x14, 39, 'M', '_', '_', '_', 0x0a, 0xa0, 9, 0x92, 0x93, 0x68, 0x0a, 5, 0x70, 0x69, 0x61,
       0xa1, 8, 0x86, 'D', 'E', 'V', '_', 0x0a, 128, 0xa2, 3, 1, 0xa5,
       0xa4, 0x2e, 'D', 'E', 'V', '_', 'X', '_', '_', '_');

    method = aml_method(&o, "N", 0, false);
    aml_op(&o, AML_ACQUIRE);
    aml_name_path(&o, "LOCK");
    aml_timeout(&o, 0xffff);
    aml_return_integer(&o, 0xf);
    aml_close(&o, method);
    IS(o, 0x14, 17, 'N', '_', '_', '_', 0, 0x5b, 0x23, 'L', 'O', 'C', 'K', 0xff, 0xff, 0xa4, 0x0a, 0xf);
}

/* 20.2.5.2: widths are not lengths, they do not count themselves; they grow at 64, 4096 and 2^20 bits. */
static void fields_in_regions(void **state)
{
    struct table_out o = fresh();
    (void)state;
    aml_mutex(&o, "LOCK");
    IS(o, 0x5b, 1, 'L', 'O', 'C', 'K', 0);
    aml_region(&o, "REGS", AML_SYSTEM_IO, 0x630, 16);
    IS(o, 0x5b, 0x80, 'R', 'E', 'G', 'S', 1, 0x0b, 0x30, 6, 0x0a, 16);
    uint64_t field = aml_field(&o, "REGS", AML_DWORD_ACCESS);
    aml_field_unit(&o, "AAAA", 32);
    aml_field_unit(&o, NULL, 0x3f);
    aml_field_unit(&o, NULL, 0x40);
    aml_field_unit(&o, NULL, 0xfff);
    aml_field_unit(&o, "BBBB", 0x1000);
    aml_field_unit(&o, NULL, 0x123456);
    aml_close(&o, field);
    IS(o, 0x5b, 0x81, 31, 'R', 'E', 'G', 'S', 3, 'A', 'A', 'A', 'A', 32, 0, 0x3f, 0, 0x40, 4, 0, 0x4f, 0xff,
       'B', 'B', 'B', 'B', 0x80, 0, 1, 0, 0xc6, 0x45, 0x23, 1);
}

#define LE2(v) (uint8_t)(v), (uint8_t)((v) >> 8)
#define LE4(v) LE2((uint32_t)(v)), LE2((uint32_t)(v) >> 16)
#define LE8(v) LE4((uint64_t)(v)), LE4((uint64_t)(v) >> 32)

/* 6.4.3.5 and its kind: the narrowest descriptor that there is; 64 KiB of ports still fit 16 bits but for their number. */
static void ranges_are_as_wide_as_they_must_be(void **state)
{
    struct table_out o = fresh();
    (void)state;
    aml_range(&o, &(struct aml_range){ AML_BUS_RANGE, .last = 255 });
    IS(o, 0x88, LE2(13), 2, 0x0c, 0, LE2(0), LE2(0), LE2(255), LE2(0), LE2(256));
    aml_range(&o, &(struct aml_range){ AML_IO_RANGE, .first = 0x1000, .last = 0xffff });
    IS(o, 0x88, LE2(13), 1, 0x0c, 3, LE2(0), LE2(0x1000), LE2(0xffff), LE2(0), LE2(0xf000));
    aml_range(&o, &(struct aml_range){ AML_IO_RANGE, .first = 0, .last = 0xffff });
    IS(o, 0x87, LE2(23), 1, 0x0c, 3, LE4(0), LE4(0), LE4(0xffff), LE4(0), LE4(0x10000));
    aml_range(&o, &(struct aml_range){ AML_IO_RANGE, .memory_mapped = true, .last = 0xffff, .translation = 0x3eff0000 });
    IS(o, 0x87, LE2(23), 1, 0x0c, 0x13, LE4(0), LE4(0), LE4(0xffff), LE4(0x3eff0000), LE4(0x10000));
    aml_range(&o, &(struct aml_range){ AML_MEMORY_RANGE, .consumer = true, .first = 0x1000, .last = 0x1fff });
    IS(o, 0x87, LE2(23), 0, 0x0d, 1, LE4(0), LE4(0x1000), LE4(0x1fff), LE4(0), LE4(0x1000));
    aml_range(&o, &(struct aml_range){ AML_MEMORY_RANGE, .last = 0xffffffff });
    IS(o, 0x8a, LE2(43), 0, 0x0c, 1, LE8(0), LE8(0), LE8(0xffffffff), LE8(0), LE8(0x100000000));
    aml_range(&o, &(struct aml_range){ AML_MEMORY_RANGE, .prefetchable = true, .first = 0x8000000000, .last = 0xbfffffffff });
    IS(o, 0x8a, LE2(43), 0, 0x0c, 7, LE8(0), LE8(0x8000000000), LE8(0xbfffffffff), LE8(0), LE8(0x4000000000));
}

static void lines_and_memory(void **state)
{
    struct table_out o = fresh();
    (void)state;
    aml_interrupt(&o, 4);
    IS(o, 0x89, LE2(6), 3, 1, LE4(4));
    aml_interrupt_as(&o, 33, AML_LEVEL);
    IS(o, 0x89, LE2(6), 1, 1, LE4(33));
    aml_interrupt_as(&o, 33, AML_LEVEL | AML_ACTIVE_LOW | AML_SHARED);
    IS(o, 0x89, LE2(6), 0xd, 1, LE4(33));
    aml_memory32(&o, 0xfed40000, 0x1000);
    IS(o, 0x86, LE2(9), 1, LE4(0xfed40000), LE4(0x1000));
}

/* The same calls without a buffer count the same bytes. */
static void counting_equals_writing(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 3000; n += 11) {
        struct table_out o = fresh(), count = { 0 };
        struct table_out *both[] = { &o, &count };
        for (unsigned i = 0; i < 2; i++) {
            uint64_t outer = aml_device(both[i], "DEV"), inner = aml_package(both[i], 1);
            table_zero(both[i], n);
            aml_close(both[i], inner);
            aml_close(both[i], outer);
        }
        assert_int_equal(o.used, count.used);
        assert_false(o.full || count.full);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_as_short_as_they_can_be),
        cmocka_unit_test(package_lengths_count_themselves),
        cmocka_unit_test(names_and_ids_are_packed),
        cmocka_unit_test(resource_templates_end_and_know_their_size),
        cmocka_unit_test(paths_take_the_prefix_they_need),
        cmocka_unit_test(buffers_uuids_and_ids),
        cmocka_unit_test(methods_and_what_they_do),
        cmocka_unit_test(fields_in_regions),
        cmocka_unit_test(ranges_are_as_wide_as_they_must_be),
        cmocka_unit_test(lines_and_memory),
        cmocka_unit_test(counting_equals_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
