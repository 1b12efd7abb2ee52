/* acpidump's text: both layouts, what stands around, each fault's sentence with its line, and our own text read back. */
#include "acpi/firmware/acpidump.h"
#include "lib/format.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HEAD "SSDT @ 0x00000000BFFE0040\n"
#define FULL "    0000: 53 53 44 54 25 00 00 00 02 2A 42 45 44 50 4C 54  SSDT%....*BEDPLT\n"
#define PART "    0010: AA bb                                            ..\n"

static struct acpidump d;
static struct error e;
static uint8_t bytes[4096];
static unsigned used, tables;
static uint64_t address;

/* Each line from a buffer of its own size, so that a step past its end is seen. */
static bool read_text(const char *text)
{
    memset(&d, 0, sizeof(d));
    memset(&e, 0, sizeof(e));
    used = tables = 0;
    while (*text) {
        size_t n = strcspn(text, "\n");
        n += text[n] == '\n';
        uint8_t *line = malloc(n);
        memcpy(line, text, n);
        enum acpidump_kind kind = acpidump_line(&d, span_of(line, n), &e);
        free(line);
        text += n;
        if (kind == ACPIDUMP_WRONG)
            return false;
        if (kind == ACPIDUMP_TABLE) {
            tables++;
            address = d.address;
        }
        if (kind == ACPIDUMP_BYTES) {
            memcpy(bytes + used, d.bytes, d.n);
            used += d.n;
        }
    }
    return acpidump_end(&d, &e);
}

static void expect_two_lines(const char *text, unsigned how_many, uint64_t at)
{
    assert_true(read_text(text));
    assert_int_equal(tables, how_many);
    assert_int_equal(address, at);
    assert_int_equal(used, 18 * how_many);
    assert_memory_equal(bytes, "SSDT\x25\0\0\0\x02*BEDPLT\xaa\xbb", 18);
}

static void layouts(void **state)
{
    (void)state;
    expect_two_lines(HEAD FULL PART "\n", 1, 0xbffe0040);
    expect_two_lines("SSDT @ 0xbffe0040\n  0000: 53 53 44 54 25 00 00 00 02 2a 42 45 44 50 4c 54  SSDT%....*BEDPLT\n  0010: aa bb  ..\n", 1, 0xbffe0040);
    expect_two_lines("SSDT @ 0x0\r\n0000: 53 53 44 54 25 00 00 00 02 2A 42 45 44 50 4C 54\r\n\t0010: AA BB\r\n\r\n", 1, 0);
    expect_two_lines("taken on a Monday\n\n" HEAD FULL "Wrong checksum for OEMB!\n" PART "\nnote: 7 tables\n" HEAD FULL PART, 2, 0xbffe0040);
    expect_two_lines(HEAD FULL "    0010: AA BB", 1, 0xbffe0040);
    assert_true(read_text("RSD PTR @ 0x000f05b0\n  0000: 52 53\n"));
    assert_int_equal(address, 0xf05b0);
    /* Characters that look like what they are not. */
    assert_true(read_text(HEAD "    0000: 20 40 20 30 78 00 00 00 00 00 00 00 00 00 00 00   @ 0x...........\n    0010: 41 42  12 34\n"));
    assert_int_equal(used, 18);
}

static void long_tables(void **state)
{
    (void)state;
    char line[ACPIDUMP_LINE_MAX];
    uint8_t some[16] = { 1, 2, 3 };
    memset(&d, 0, sizeof(d));
    assert_int_equal(acpidump_line(&d, span_of(HEAD, strlen(HEAD)), &e), ACPIDUMP_TABLE);
    for (uint64_t at = 0; at < 0x123450; at += 16) {
        unsigned n = acpidump_write_bytes(line, at, span_of(some, 16));
        assert_int_equal(acpidump_line(&d, span_of(line, n), &e), ACPIDUMP_BYTES);
        assert_memory_equal(d.bytes, some, 16);
    }
    assert_int_equal(d.offset, 0x123450);
}

static void wrong(const char *text, const char *sentence)
{
    assert_false(read_text(text));
    if (!strstr(e.text, sentence))
        fail_msg("\"%s\" has no \"%s\"", e.text, sentence);
}

static void faults(void **state)
{
    (void)state;
    wrong(HEAD FULL "    0010: AA BG\n", "line 3: a byte is not two hex digits");
    wrong(HEAD FULL "    0010: AA B\n", "line 3: a byte is not");
    wrong(HEAD FULL "    0010: AA BBC\n", "line 3: a byte is not");
    wrong(HEAD "    0000: 5Z\n", "line 2: a byte is not");
    wrong(HEAD FULL "    0020: AA BB\n", "line 3: offset 0x20 where 0x10 is due");
    wrong(HEAD FULL FULL, "line 3: offset 0 where 0x10 is due");
    wrong(HEAD FULL "   10010: AA BB\n", "line 3: offset 0x10010 where 0x10");
    wrong(HEAD FULL PART "    0012: AA BB\n", "line 4: the line of bytes before it has fewer than 16");
    wrong(HEAD FULL "    0010:\n", "line 3: an offset without bytes");
    wrong(HEAD FULL "    0010:AA\n", "line 3: an offset without bytes");
    wrong("\n" FULL, "line 2: bytes without a table's header");
    wrong(HEAD "\n" HEAD FULL, "line 3: the table before it has no bytes");
    wrong("\n\n" HEAD, "line 3: the table that begins here has no bytes");
    wrong("SSD @ 0x0\n", "line 1: a table's name has four characters");
    wrong("SSDT1 @ 0x0\n", "line 1: a table's name has four characters");
    wrong("SS\tT @ 0x0\n", "line 1: a table's name has four characters");
    wrong("SSDT @ 0x\n", "line 1: a table's address");
    wrong("SSDT @ 0xfg\n", "line 1: a table's address");
    wrong("SSDT @ 0x12345678123456789\n", "line 1: a table's address");
    wrong("SSDT @ 0x0 and more\n", "line 1: a table's address");
    wrong("nothing\nof the kind: 12\n", "no table's header");
    wrong("", "no table's header");
}

static void writes_as_acpica_does(void **state)
{
    (void)state;
    char line[ACPIDUMP_LINE_MAX];
    acpidump_write_header(line, "SSDT", 0xbffe0040);
    assert_string_equal(line, HEAD);
    acpidump_write_bytes(line, 0, span_of("SSDT\x25\0\0\0\x02*BEDPLT\xaa\xbb", 18));
    assert_string_equal(line, FULL);
    acpidump_write_bytes(line, 0x12340, span_of("\x41\x7f", 2));
    assert_string_equal(line, "   12340: 41 7F                                            A.\n");
    acpidump_write_bytes(line, UINT64_MAX - 15, span_of(FULL, 16));
    assert_true(strlen(line) < ACPIDUMP_LINE_MAX && strstr(line, "FFFFFFFFFFFFFFF0: 20 20"));
}

static void spoiled(void **state)
{
    (void)state;
    srand(3);
    for (unsigned i = 0; i < 20000; i++) {
        char text[] = HEAD FULL PART "\n" HEAD FULL PART;
        for (unsigned n = 0; n < 1 + i % 4; n++)
            text[(unsigned)rand() % (sizeof(text) - 1)] = (char)(rand() % 2 ? 1 + rand() % 255 : "\n\r @:0x"[rand() % 7]);
        bool ok = read_text(text);
        assert_true(used <= 36 + 16 && ok == !failed(&e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts), cmocka_unit_test(long_tables), cmocka_unit_test(faults),
        cmocka_unit_test(writes_as_acpica_does), cmocka_unit_test(spoiled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
