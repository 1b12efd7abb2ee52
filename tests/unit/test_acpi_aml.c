/* AML encodings against ACPI 6.4, chapter 20, most of all PkgLength at the sizes where it grows by a byte. */
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
        cmocka_unit_test(counting_equals_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
