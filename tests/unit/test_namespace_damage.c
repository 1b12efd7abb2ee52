/* The AML namespace reader on blocks that are damaged, too deep or too many: each way in which they can be, and how little it costs. */
#include "tests/unit/namespace_maker.h"

static void a_package_past_its_parents_end_is_cut_there(void **state)
{
    (void)state;
    RAW("\x10\x19_SB_" "\x5b\x82\x3fPCI0" "\x08_UID\x0a\x05" "\x08_ADR\x01");   /* the device says 63 bytes */
    RAW("\x08NEXT\x01");
    assert_false(read_block());
    assert_true(ns.skipped >= 1);
    assert_passed(AML_PAST_END, 6);
    expect("\\_SB_.PCI0._UID", AML_NAMED, false);
    expect("\\_SB_.PCI0._ADR", AML_NAMED, false);
    expect("\\NEXT", AML_NAMED, false);
}

static void the_rest_of_a_package_that_makes_no_sense_is_passed_over(void **state)
{
    (void)state;
    static const struct { const char *bytes; unsigned n; } nonsense[] = {
        { "\x03", 1 },                      /* no opcode */
        { "\x5b\xff", 2 }, { "\x5b", 1 },   /* no extended one, and none at all */
        { "\x08NA", 3 },                    /* a name is cut */
        { "\x08na_1\x01", 6 },              /* small letters */
        { "\x08" "1ABC\x01", 6 },           /* begins with a digit */
        { "\x08NAM2\x0c\x01", 7 },          /* a number is cut */
        { "\x08NAM2\x0dtext", 10 },         /* a text without an end */
        { "\x08NAM2\x11\x00", 7 },          /* a PkgLength that is less than itself */
        { "\x08NAM2\x11\xc1\x00", 8 },      /* and one that is cut */
        { "\x08NAM2\x10\x05" "ABCD", 11 },  /* a scope where a value must stand */
        { "\x08\x2f\x00\x01", 4 },          /* a name of no segments */
        { "\x08\x00\x01", 3 },              /* the null name */
        { "\x72\x01", 2 },                  /* Add with one operand */
    };
    for (unsigned i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        (void)fresh(NULL);
        uint64_t sb = aml_scope(&o, "_SB");
        aml_name_integer(&o, "NAM1", 1);
        table_bytes(&o, nonsense[i].bytes, nonsense[i].n);
        aml_close(&o, sb);
        aml_name_integer(&o, "NEXT", 1);
        assert_false(read_block());
        assert_int_equal(ns.skipped, 1);
        expect("\\_SB_.NAM1", AML_NAMED, false);
        expect("\\NEXT", AML_NAMED, false);
        assert_int_equal(ns.n, AML_PREDEFINED + 2);
    }
}

static void a_damaged_package_costs_no_more_than_itself(void **state)
{
    (void)state;
    uint64_t sb = aml_scope(&o, "_SB");
    RAW("\x5b\x82\x03" "AB");                               /* a device's name is cut by its package */
    RAW("\x5b\x81\x0b" "REG0\x01" "FL\x01\x01\x01");        /* a field's name is none */
    RAW("\x14\x05" "MTH0");                                 /* a method without flags */
    aml_name_integer(&o, "NAM1", 1);
    aml_close(&o, sb);
    assert_false(read_block());
    assert_int_equal(ns.skipped, 3);
    assert_passed(AML_UNCLEAR, 6);                                              /* the device, behind the scope's opcode, length and name */
    expect("\\_SB_.NAM1", AML_NAMED, false);
    assert_int_equal(ns.n, AML_PREDEFINED + 1);
}

/* Every block, cut anywhere, is read without harm; the sanitizers watch. */
static void a_block_cut_anywhere_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    uint64_t sb = aml_scope(&o, "_SB"), pci = device("PCI0", "PNP0A08"), at = aml_if(&o);
    RAW("\x93" "MTH1\x01\x01\x0a\x05");
    aml_region(&o, "REG0", AML_SYSTEM_IO, 0x100, 8);
    uint64_t list = aml_field(&o, "REG0", AML_BYTE_ACCESS);
    aml_field_unit(&o, "FLD0", 8);
    aml_close(&o, list);
    aml_close(&o, at);
    aml_close(&o, aml_method(&o, "MTH1", 2, false));
    aml_close(&o, pci);
    aml_close(&o, sb);
    uint64_t whole = o.used;
    uint8_t copy[256];
    memcpy(copy, bytes, whole);
    for (uint64_t n = 0; n <= whole; n++) {
        (void)fresh(NULL);
        table_bytes(&o, copy, n);
        assert_int_equal(read_block(), n == whole || n == 0);
    }
    expect("\\_SB_.PCI0.FLD0", AML_FIELD, true);
}

static void ten_thousand_nested_scopes_end(void **state)
{
    (void)state;
    enum { DEEP = 10000 };
    static uint8_t deep[DEEP * 10];
    uint64_t at = sizeof(deep), length = 0;
    for (unsigned i = 0; i < DEEP; i++) {                   /* from the innermost outwards, each with a length of four bytes */
        length += 9;
        at -= 9;
        const uint8_t head[] = { 0x10, (uint8_t)(0xc0 | ((length - 1) & 0xf)), (uint8_t)((length - 1) >> 4), (uint8_t)((length - 1) >> 12), (uint8_t)((length - 1) >> 20), 'A', 'B', 'C', 'D' };
        memcpy(deep + at, head, sizeof(head));
    }
    assert_false(aml_read(&ns, span_of(deep + at, sizeof(deep) - at)));
    assert_int_equal(ns.skipped, 1);
    assert_passed(AML_TOO_DEEP, (AML_DEPTH_MAX - 1) * 9);                       /* one list more than there is room for is the root's */
    assert_false(ns.full);
    expect_none("\\ABCD.ABCD.ABCD");                        /* Scope (ABCD) in \ABCD is found upwards: it is \ABCD itself */
    expect("\\ABCD", AML_SCOPE, true);
}

static void ten_thousand_nested_devices_end(void **state)
{
    (void)state;
    char path[AML_PATH_MAX];
    uint64_t opened[200];
    for (unsigned i = 0; i < 200; i++)
        opened[i] = aml_device(&o, "DEV0");
    for (unsigned i = 200; i-- > 0;)
        aml_close(&o, opened[i]);
    aml_name_integer(&o, "NEXT", 1);
    assert_false(read_block());
    assert_int_equal(ns.skipped, 1);
    assert_int_equal(ns.n, AML_PREDEFINED + AML_DEPTH_MAX + 1);     /* one list more than there is room for is the root's */
    expect("\\NEXT", AML_NAMED, false);
    for (unsigned i = 0; i < ns.n; i++)
        assert_true(aml_path(&ns, (int)i, path, sizeof(path)));
}

static void deep_expressions_end(void **state)
{
    (void)state;
    uint64_t sb = aml_scope(&o, "_SB");
    aml_name(&o, "DEEP");
    for (unsigned i = 0; i < 10000; i++)
        RAW("\x92");
    RAW("\x01");
    aml_close(&o, sb);
    aml_name_integer(&o, "NEXT", 1);
    assert_false(read_block());
    assert_int_equal(ns.first.why, AML_TOO_DEEP);
    expect("\\NEXT", AML_NAMED, false);
    expect_none("\\_SB.DEEP");
}

static void paths_of_very_many_names_are_refused(void **state)
{
    (void)state;
    char path[AML_PATH_MAX];
    RAW("\x10\x40\x00\x2f\xcc");                            /* Scope of 204 names, all that a path may have; its length is below */
    for (unsigned i = 0; i < 204; i++)
        RAW("NAME");
    RAW("\x08MORE\x01");
    uint64_t length = o.used - 1;
    bytes[1] = (uint8_t)(0x40 | (length & 0xf));
    bytes[2] = (uint8_t)(length >> 4);
    assert_false(read_block());
    assert_int_equal(ns.n, AML_PREDEFINED + 204);
    for (unsigned i = 0; i < ns.n; i++)
        assert_true(aml_path(&ns, (int)i, path, sizeof(path)));
    assert_int_equal(strlen(path), 5 * 204);
}

static void a_full_namespace_says_so(void **state)
{
    (void)state;
    aml_namespace_init(&ns, nodes, 16);
    for (unsigned i = 0; i < 20; i++) {
        const char name[] = { 'N', (char)('A' + i), '\0' };
        aml_name_integer(&o, name, i);
    }
    assert_false(read_block());
    assert_true(ns.full);
    assert_int_equal(ns.n, 16);
    expect("\\NA__", AML_NAMED, false);
    expect_none("\\NT");
}

static void a_broken_block_is_refused(void **state)
{
    (void)state;
    assert_false(aml_read(&ns, (struct span){ NULL, 0, true }));
    assert_int_equal(ns.n, AML_PREDEFINED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_package_past_its_parents_end_is_cut_there), TEST(the_rest_of_a_package_that_makes_no_sense_is_passed_over),
        TEST(a_damaged_package_costs_no_more_than_itself), TEST(a_block_cut_anywhere_is_read_as_far_as_it_goes),
        TEST(ten_thousand_nested_scopes_end), TEST(ten_thousand_nested_devices_end), TEST(deep_expressions_end),
        TEST(paths_of_very_many_names_are_refused), TEST(a_full_namespace_says_so), TEST(a_broken_block_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
