/* image_read: what the header of an arm64 Image says, and what is no such file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "loader/image.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

enum { SIZE = 0x1000 };
static uint8_t file[SIZE];

static void put(unsigned at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        file[at + i] = (uint8_t)(value >> 8 * i);
}

/* As Linux makes them: text_offset 0, 4 KiB pages, anywhere. */
static int fresh(void **state)
{
    (void)state;
    memset(file, 0, sizeof(file));
    put(0x10, 0x20000, 8);
    put(0x18, 0xa, 8);
    memcpy(file + 0x38, "ARM\x64", 4);
    return 0;
}

static struct image accept_it(size_t size)
{
    struct image i;
    struct error e = { "" };
    if (!image_read(&i, span_of(file, size), "Image", &e))
        fail_msg("refused: %s", e.text);
    return i;
}

static void refuse_it(size_t size, const char *what, const char *way_out)
{
    struct image i;
    struct error e = { "" };
    assert_false(image_read(&i, span_of(file, size), "Image", &e));
    if (strncmp(e.text, "Image: ", 7) != 0 || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"Image: \", \"%s\" or \"%s\"", e.text, what, way_out);
}

static void reads_the_header(void **state)
{
    (void)state;
    struct image i = accept_it(SIZE);
    assert_int_equal(i.text_offset, 0);
    assert_int_equal(i.file_size, SIZE);
    assert_int_equal(i.memory_size, 0x20000);
    assert_true(i.anywhere);
    assert_int_equal(i.page_kib, 4);
    put(0x08, 0x80000, 8);
    put(0x18, 0, 8);
    i = accept_it(SIZE);
    assert_int_equal(i.text_offset, 0x80000);
    assert_false(i.anywhere);
    assert_int_equal(i.page_kib, 0);
    put(0x18, 4, 8);
    assert_int_equal(accept_it(SIZE).page_kib, 16);
    put(0x18, 6, 8);
    assert_int_equal(accept_it(SIZE).page_kib, 64);
}

/* A tree for Xen may give a module more bytes than it has: those behind its memory are not its own. */
static void leaves_what_is_behind(void **state)
{
    (void)state;
    put(0x10, 0x800, 8);
    struct image i = accept_it(SIZE);
    assert_int_equal(i.file_size, 0x800);
    assert_int_equal(i.memory_size, 0x800);
}

static void knows_one(void **state)
{
    (void)state;
    assert_true(image_is(span_of(file, SIZE)));
    assert_true(image_is(span_of(file, 0x3c)));
    assert_false(image_is(span_of(file, 0x3b)));
    assert_false(image_is(span_of(NULL, 0)));
    file[0x38] = 'B';
    assert_false(image_is(span_of(file, SIZE)));
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    refuse_it(0x3f, "63 bytes are too few", "copy the file again");
    refuse_it(0, "0 bytes are too few", "copy the file again");
    put(0x18, 0xb, 8);
    refuse_it(SIZE, "big-endian", "little-endian");
    put(0x18, 0xa, 8);
    put(0x10, 0, 8);
    refuse_it(SIZE, "does not say how much memory", "newer kernel");
    put(0x10, UINT64_MAX, 8);
    refuse_it(SIZE, "of 0xffffffffffffffff bytes", "copy it again");
    put(0x10, 0x20000, 8);
    put(0x08, 0x200000, 8);
    refuse_it(SIZE, "0x200000 behind a 2 MiB boundary", "copy it again");
    put(0x08, UINT64_MAX - 0x1000, 8);
    refuse_it(SIZE, "behind a 2 MiB boundary", "copy it again");
    file[0x38] = 0;
    refuse_it(SIZE, "not an arm64 Image", "Image");
    memcpy(file, "\x1f\x8b", 2);
    refuse_it(SIZE, "gzip-compressed", "gunzip");
    memcpy(file, "\x7f" "ELF", 4);
    refuse_it(SIZE, "an ELF file", "objcopy");
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)
int main(void)
{
    const struct CMUnitTest tests[] = { TEST(reads_the_header), TEST(leaves_what_is_behind), TEST(knows_one), TEST(refuses_what_is_none) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
