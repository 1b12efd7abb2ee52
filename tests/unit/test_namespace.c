/*
 * The AML namespace reader on small blocks of our own: each rule of ACPI 6.4, 5.3 and chapter 20 that it goes by. Damage is in
 * test_namespace_damage.c; what real machines have is compared with iasl and acpiexec in tests/namespace.sh.
 */
#include "tests/unit/namespace_maker.h"

static void predefined_scopes_stand_from_the_start(void **state)
{
    (void)state;
    char text[AML_PATH_MAX];
    assert_true(read_block());
    assert_int_equal(ns.n, AML_PREDEFINED);
    expect("\\_SB_", AML_SCOPE, false);
    expect("\\_GPE", AML_SCOPE, false);
    assert_int_equal(aml_find(&ns, "\\"), AML_ROOT);
    assert_int_equal(aml_find(&ns, ""), AML_ROOT);
    assert_true(aml_path(&ns, AML_ROOT, text, sizeof(text)));
    assert_string_equal(text, "\\");
}

static void devices_are_found_by_any_spelling(void **state)
{
    (void)state;
    uint64_t sb = aml_scope(&o, "_SB"), pci = aml_device(&o, "PCI0"), uart = aml_device(&o, "U1");
    aml_close(&o, uart);
    aml_close(&o, pci);
    aml_close(&o, sb);
    assert_true(read_block());
    int at = aml_find(&ns, "\\_SB_.PCI0.U1__");
    assert_int_not_equal(at, AML_NONE);
    static const char *const same[] = { "\\_SB.PCI0.U1", "_SB.PCI0.U1", "_SB_.PCI0.U1_" };
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(aml_find(&ns, same[i]), at);
    static const char *const none[] = { "\\_SB.PCI0.U2", "U1", "\\_SB..PCI0", "\\_SB.PCI0.", ".", "\\_SB.PCI00", "^_SB", "\\\\_SB" };
    for (unsigned i = 0; i < 8; i++)
        expect_none(none[i]);
    assert_int_equal(aml_child(&ns, aml_find(&ns, "\\_SB.PCI0"), "U1"), at);
    assert_int_equal(aml_child(&ns, aml_find(&ns, "\\_SB"), "U1"), AML_NONE);
    assert_int_equal(aml_child(&ns, AML_ROOT, "_SB.PCI0"), AML_NONE);
}

static void a_path_that_does_not_fit_is_cut(void **state)
{
    (void)state;
    char text[32];
    aml_close(&o, aml_device(&o, "\\_SB.PCI0"));
    assert_true(read_block());
    int at = aml_find(&ns, "\\_SB.PCI0");
    assert_true(aml_path(&ns, at, text, 11));
    assert_string_equal(text, "\\_SB_.PCI0");
    for (unsigned size = 1; size < 11; size++) {
        memset(text, 'x', sizeof(text));
        assert_false(aml_path(&ns, at, text, size));
        assert_true(strlen(text) < size);
        assert_int_equal(text[size], 'x');
    }
    assert_false(aml_path(&ns, at, text, 0));
}

static void children_stand_in_order_of_declaration(void **state)
{
    (void)state;
    aml_name_integer(&o, "NAM1", 1);        /* only the second pass sees names, but both see methods */
    aml_close(&o, aml_method(&o, "MTH1", 0, false));
    aml_name_integer(&o, "NAM2", 2);
    aml_close(&o, aml_device(&o, "DEV1"));
    assert_true(read_block());
    static const char *const expected[] = { "_GPE", "_PR_", "_SB_", "_SI_", "_TZ_", "NAM1", "MTH1", "NAM2", "DEV1" };
    int at = ns.node[AML_ROOT].first;
    for (unsigned i = 0; i < 9; i++, at = ns.node[at].next) {
        assert_int_not_equal(at, AML_NONE);
        assert_memory_equal(ns.node[at].name, expected[i], 4);
        assert_int_equal(ns.node[at].parent, AML_ROOT);
    }
    assert_int_equal(at, AML_NONE);
}

static void scopes_are_searched_for_and_declarations_are_not(void **state)
{
    (void)state;
    aml_close(&o, aml_device(&o, "\\_SB.FOO"));
    uint64_t sb = aml_scope(&o, "_SB"), bar = aml_device(&o, "BAR"), foo = aml_scope(&o, "FOO");
    aml_name_integer(&o, "SRCH", 1);                        /* \_SB.FOO.SRCH: a single segment is searched upwards */
    aml_close(&o, foo);
    aml_name_integer(&o, "FOO", 1);                         /* \_SB.BAR.FOO: a declaration is not */
    aml_name_integer(&o, "^UPUP", 1);                       /* \_SB.UPUP */
    aml_name_integer(&o, "^^_SB.DUAL", 1);
    aml_name_integer(&o, "\\_SB.BAR.MULT", 1);
    uint64_t root = aml_scope(&o, "\\");
    aml_name_integer(&o, "ROOT", 1);
    aml_close(&o, root);
    aml_close(&o, bar);
    aml_close(&o, sb);
    assert_true(read_block());
    static const char *const names[] = { "\\_SB_.FOO_.SRCH", "\\_SB_.BAR_.FOO_", "\\_SB_.UPUP", "\\_SB_.DUAL", "\\_SB_.BAR_.MULT", "\\ROOT" };
    for (unsigned i = 0; i < 6; i++)
        expect(names[i], AML_NAMED, false);
    assert_int_equal(ns.n, AML_PREDEFINED + 8);
}

static void a_name_above_the_root_is_passed_over(void **state)
{
    (void)state;
    uint64_t sb = aml_scope(&o, "_SB");
    aml_name_integer(&o, "^^^HIGH", 1);
    aml_close(&o, sb);
    aml_name_integer(&o, "NEXT", 1);
    assert_false(read_block());
    assert_int_equal(ns.skipped, 1);
    expect("\\NEXT", AML_NAMED, false);
    assert_int_equal(ns.n, AML_PREDEFINED + 1);
}

static void all_integers_are_read(void **state)
{
    (void)state;
    static const uint64_t v[] = { 0, 1, 2, 0xff, 0x100, 0xffff, 0x10000, 0xffffffff, 0x100000000, UINT64_MAX };
    for (unsigned i = 0; i < 10; i++) {
        const char name[] = { 'V', (char)('0' + i), '\0' };
        aml_name_integer(&o, name, v[i]);
    }
    aml_name(&o, "STR");
    aml_string(&o, "text");
    aml_name(&o, "PKG");
    aml_close(&o, aml_package(&o, 0));
    assert_true(read_block());
    uint64_t got;
    for (unsigned i = 0; i < 10; i++) {
        const char name[] = { 'V', (char)('0' + i), '\0' };
        assert_true(aml_integer_value(&ns, aml_child(&ns, AML_ROOT, name), &got));
        assert_int_equal(got, v[i]);
    }
    char text[8];
    assert_true(aml_string_value(&ns, aml_find(&ns, "STR"), text, 5));
    assert_string_equal(text, "text");
    assert_false(aml_string_value(&ns, aml_find(&ns, "STR"), text, 4));
    assert_false(aml_integer_value(&ns, aml_find(&ns, "STR"), &got));
    assert_false(aml_integer_value(&ns, aml_find(&ns, "PKG"), &got));
    assert_false(aml_integer_value(&ns, aml_find(&ns, "_SB"), &got));
    assert_false(aml_string_value(&ns, aml_find(&ns, "V3"), text, sizeof(text)));
}

static void expect_id(const char *path, unsigned which, const char *id)
{
    char text[64];
    bool told = aml_device_id(&ns, aml_find(&ns, path), which, text, sizeof(text));
    assert_int_equal(told, id != NULL);
    if (id)
        assert_string_equal(text, id);
}

static void packed_ids_are_text_or_none(void **state)
{
    (void)state;
    char id[8];
    assert_true(aml_eisa_text(0x0105d041, id, sizeof(id)));
    assert_string_equal(id, "PNP0501");
    assert_false(aml_eisa_text(0x0105d0c1, id, sizeof(id)));            /* its highest bit is reserved */
    assert_false(aml_eisa_text(0x10105d041, id, sizeof(id)));
    assert_false(aml_eisa_text(0x0105d041, id, sizeof(id) - 1));
    assert_false(aml_eisa_text(1, id, sizeof(id)));
}

static void ids_are_packed_or_text_or_a_list(void **state)
{
    (void)state;
    uint64_t at = device("DEV1", "PNP0501");
    aml_name(&o, "_CID");
    uint64_t list = aml_package(&o, 3);
    aml_eisa_id(&o, "PNP0500");
    aml_string(&o, "ACME0001");
    aml_name_path(&o, "DEV1");          /* no constant */
    aml_close(&o, list);
    aml_close(&o, at);
    at = device("DEV2", "ACPI0007");
    aml_name(&o, "_CID");
    aml_eisa_id(&o, "PNP0A03");
    aml_close(&o, at);
    aml_close(&o, device("DEV3", NULL));
    at = aml_device(&o, "DEV4");
    aml_close(&o, aml_method(&o, "_HID", 0, false));
    aml_close(&o, at);
    at = aml_device(&o, "DEV5");
    aml_name_integer(&o, "_HID", 0x12345678);       /* letters that are none */
    aml_close(&o, at);
    at = aml_device(&o, "DEV6");
    aml_name_integer(&o, "_HID", 0x100000000 | 0x0105d041);
    aml_close(&o, at);
    assert_true(read_block());
    static const struct { const char *path; const char *id[5]; } ids[] = {
        { "DEV1", { "PNP0501", "PNP0500", "ACME0001" } }, { "DEV2", { "ACPI0007", "PNP0A03" } }, { "DEV3", { NULL } }, { "DEV4", { NULL } },
        { "DEV5", { NULL } }, { "DEV6", { NULL } },
    };
    for (unsigned i = 0; i < 6; i++)
        for (unsigned which = 0; which < 5; which++)
            expect_id(ids[i].path, which, ids[i].id[which]);
    char little[7];
    assert_false(aml_device_id(&ns, aml_find(&ns, "DEV1"), 0, little, sizeof(little)));
}

static void expect_sleep(unsigned n, int a, int b)
{
    uint8_t got_a, got_b;
    assert_int_equal(aml_sleep_type(&ns, n, &got_a, &got_b), a >= 0);
    if (a >= 0) {
        assert_int_equal(got_a, a);
        assert_int_equal(got_b, b);
    }
}

static void sleep_types_are_constants_or_nothing(void **state)
{
    (void)state;
    RAW("\x08_S0_\x12\x06\x04\x00\x00\x00\x00");            /* Package (4) { 0, 0, 0, 0 } */
    RAW("\x08_S1_\x12\x07\x02\x0a\x05\x0b\x07\x01");        /* Package (2) { 5, 0x107 }: the low byte */
    RAW("\x08_S2_\x12\x05\x01\x0b\x34\x12");                /* Package (1) { 0x1234 }: both in one */
    RAW("\x08_S3_\x12\x07\x02NAME\x01");                    /* Package (2) { NAME, 1 } */
    RAW("\x14\x08_S4_\x00\xa4\x00");                        /* Method */
    RAW("\x08_S5_\x12\x03\x02\x00");                        /* Package (2) { 0 }: the second is not there */
    assert_true(read_block());
    expect_sleep(0, 0, 0);
    expect_sleep(1, 5, 7);
    expect_sleep(2, 0x34, 0x12);
    expect_sleep(3, -1, 0);
    expect_sleep(4, -1, 0);
    expect_sleep(5, -1, 0);
    expect_sleep(6, -1, 0);
}

static void a_call_takes_the_arguments_of_a_method_declared_later(void **state)
{
    (void)state;
    RAW("\x8a" "BUFM\x0a\x01\x0a\x02\x00" "FLD1");          /* CreateDWordField (BUFM (1, 2), 0, FLD1) */
    uint64_t at = aml_if(&o);
    RAW("\x93" "BUFM\x01\x01\x0a\x05");                     /* LEqual (BUFM (1, 1), 5) */
    aml_close(&o, aml_device(&o, "DEV1"));
    aml_close(&o, at);
    aml_close(&o, aml_method(&o, "BUFM", 2, false));
    aml_name_integer(&o, "LAST", 1);
    assert_true(read_block());
    expect("\\FLD1", AML_BUFFER_FIELD, false);
    expect("\\DEV1", AML_DEVICE_NODE, true);
    expect("\\BUFM", AML_METHOD, false);
    assert_int_equal(node_at("BUFM")->arguments, 2);
    expect("\\LAST", AML_NAMED, false);
    assert_int_equal(ns.n, AML_PREDEFINED + 4);
}

static void an_external_tells_the_arguments_of_another_tables_method(void **state)
{
    (void)state;
    RAW("\x15" "OTHR\x08\x03");                             /* External (OTHR, MethodObj, 3) */
    RAW("\x8a" "OTHR\x00\x00\x00\x00" "FLD1");
    assert_true(read_block());
    expect("\\OTHR", AML_EXTERNAL, true);
    expect("\\FLD1", AML_BUFFER_FIELD, false);
    aml_close(&o, aml_method(&o, "OTHR", 3, false));
    assert_true(read_block());
    expect("\\OTHR", AML_METHOD, false);
    assert_int_equal(node_at("OTHR")->table, 1);
    RAW("\x15" "OTHR\x08\x03");                             /* and later is no news */
    assert_true(read_block());
    expect("\\OTHR", AML_METHOD, false);
}

static void operands_of_an_unknown_method_are_passed_over(void **state)
{
    (void)state;
    uint64_t at = aml_if(&o);
    RAW("\x93" "WHAT\x0d" "text\x00" "\x11\x04\x0a\x01\x00" "\x01");    /* LEqual (WHAT ("text", Buffer (1) {0}), One) */
    aml_close(&o, aml_device(&o, "DEV1"));
    aml_close(&o, at);
    assert_true(read_block());
    expect("\\DEV1", AML_DEVICE_NODE, true);
}

static void a_reference_to_a_method_is_no_call(void **state)
{
    (void)state;
    aml_close(&o, aml_method(&o, "MTH1", 2, false));
    uint64_t at = aml_if(&o);
    RAW("\x5b\x12" "MTH1\x60");                             /* CondRefOf (MTH1, Local0) */
    aml_name_integer(&o, "NAM1", 1);
    aml_close(&o, at);
    RAW("\x70\x8e" "MTH1\x61");                             /* Store (ObjectType (MTH1), Local1) */
    aml_name_integer(&o, "NAM2", 1);
    assert_true(read_block());
    expect("\\NAM1", AML_NAMED, true);
    expect("\\NAM2", AML_NAMED, false);
}

static void what_a_method_declares_as_it_runs_is_not_there(void **state)
{
    (void)state;
    uint64_t at = aml_method(&o, "MTH1", 1, true);
    aml_close(&o, aml_device(&o, "DEV1"));
    aml_close(&o, at);
    assert_true(read_block());
    expect("\\MTH1", AML_METHOD, false);
    assert_int_equal(ns.n, AML_PREDEFINED + 1);
    assert_int_equal(node_at("MTH1")->data.left, 7);        /* the body only */
}

static void conditions_mark_what_is_in_them(void **state)
{
    (void)state;
    uint64_t at = aml_if(&o);
    aml_integer(&o, 1);
    uint64_t in = aml_device(&o, "DEV1");
    aml_name_integer(&o, "_UID", 1);
    aml_close(&o, in);
    aml_close(&o, aml_device(&o, "DEV2"));
    aml_close(&o, at);
    at = aml_else(&o);
    in = aml_device(&o, "DEV1");                            /* the first stands, and takes what the second has */
    aml_name_integer(&o, "_UID", 2);
    aml_name_integer(&o, "_ADR", 2);
    aml_close(&o, in);
    aml_close(&o, at);
    in = aml_device(&o, "DEV2");                            /* this one is there for sure */
    aml_name_integer(&o, "_UID", 3);
    aml_close(&o, in);
    at = aml_while(&o);
    aml_integer(&o, 0);
    aml_name_integer(&o, "NAM1", 1);
    aml_close(&o, at);
    in = aml_scope(&o, "DEV1");
    aml_name_integer(&o, "_BBN", 1);
    aml_close(&o, in);
    assert_true(read_block());
    expect("\\DEV1", AML_DEVICE_NODE, true);
    expect("\\DEV1._UID", AML_NAMED, true);
    expect("\\DEV1._ADR", AML_NAMED, true);
    expect("\\DEV1._BBN", AML_NAMED, true);                 /* without DEV1 there is no such name either */
    expect("\\DEV2", AML_DEVICE_NODE, false);
    expect("\\DEV2._UID", AML_NAMED, false);
    expect("\\NAM1", AML_NAMED, true);
    uint64_t v;
    assert_true(aml_integer_value(&ns, aml_find(&ns, "DEV1._UID"), &v));
    assert_int_equal(v, 1);
}

static void what_is_in_an_unknown_scope_may_not_exist(void **state)
{
    (void)state;
    uint64_t at = aml_scope(&o, "\\_SB.PCI0.GFX0");
    aml_name_integer(&o, "NAM1", 1);
    aml_close(&o, at);
    assert_true(read_block());
    expect("\\_SB_.PCI0", AML_SCOPE, true);
    expect("\\_SB_.PCI0.GFX0", AML_SCOPE, true);
    expect("\\_SB_.PCI0.GFX0.NAM1", AML_NAMED, true);
    aml_close(&o, aml_device(&o, "\\_SB.PCI0"));            /* another table knows it */
    assert_true(read_block());
    expect("\\_SB_.PCI0", AML_DEVICE_NODE, false);
    assert_int_equal(node_at("\\_SB.PCI0")->table, 1);
    at = aml_scope(&o, "\\_SB.LATE");                       /* and within a table, what comes later is known */
    aml_name_integer(&o, "NAM1", 1);
    aml_close(&o, at);
    aml_close(&o, aml_device(&o, "\\_SB.LATE"));
    assert_true(read_block());
    expect("\\_SB_.LATE", AML_DEVICE_NODE, false);
    expect("\\_SB_.LATE.NAM1", AML_NAMED, false);
}

static void aliases_are_followed_on_the_way(void **state)
{
    (void)state;
    uint64_t v, at = aml_device(&o, "\\_SB.PCI0");
    aml_name_integer(&o, "_UID", 7);
    aml_close(&o, at);
    RAW("\x06\\._SB_PCI0SHRT");
    at = aml_scope(&o, "SHRT");
    aml_name_integer(&o, "_ADR", 3);
    aml_close(&o, at);
    RAW("\x06\\/\x03_SB_PCI0_UIDNUMB");                     /* Alias (\_SB.PCI0._UID, NUMB) */
    assert_true(read_block());
    expect("\\SHRT", AML_ALIAS, false);
    assert_int_equal(aml_target(&ns, aml_find(&ns, "SHRT")), aml_find(&ns, "\\_SB.PCI0"));
    expect("\\_SB_.PCI0._ADR", AML_NAMED, false);
    assert_int_equal(aml_find(&ns, "SHRT._ADR"), aml_find(&ns, "\\_SB.PCI0._ADR"));
    assert_true(aml_integer_value(&ns, aml_find(&ns, "NUMB"), &v));
    assert_int_equal(v, 7);
}

static void aliases_of_aliases_end(void **state)
{
    (void)state;
    uint64_t v;
    RAW("\x06" "AAAABBBB" "\x06" "BBBBAAAA" "\x06" "NONECCCC");
    assert_true(read_block());
    assert_int_equal(aml_target(&ns, aml_find(&ns, "AAAA")), AML_NONE);
    assert_int_equal(aml_target(&ns, aml_find(&ns, "CCCC")), AML_NONE);
    assert_false(aml_integer_value(&ns, aml_find(&ns, "AAAA"), &v));
    expect_none("AAAA.NAM1");
}

static void fields_of_every_kind_are_names(void **state)
{
    (void)state;
    aml_region(&o, "REG0", AML_SYSTEM_IO, 0x100, 8);
    uint64_t at = open_named(FIELD, "REG0");
    RAW("\x01" "FLD0\x08" "\x00\x48\x01" "FLD1\x41\x02" "\x01\x02\x00" "FLD2\x01" "\x02GPIO" "FLD3\x01" "\x02\x11\x04\x0a\x01\x79" "FLD4\x01" "\x03\x01\x0b\x10" "FLD5\x01");
    aml_close(&o, at);
    at = open_named(INDEX_FIELD, "FLD0");
    RAW("FLD1\x01" "FLD6\x08");
    aml_close(&o, at);
    at = open_named(BANK_FIELD, "REG0");
    RAW("FLD0\x0a\x05\x01" "FLD7\x08");
    aml_close(&o, at);
    assert_true(read_block());
    expect("\\REG0", AML_REGION, false);
    for (unsigned i = 0; i < 8; i++) {
        const char path[] = { '\\', 'F', 'L', 'D', (char)('0' + i), '\0' };
        expect(path, i < 6 ? AML_FIELD : AML_BANK_OR_INDEX, false);
    }
    assert_int_equal(ns.n, AML_PREDEFINED + 9);
}

static void every_other_declaration_is_a_node(void **state)
{
    (void)state;
    RAW("\x5b\x83\x11" "CPU0\x07\x10\x04\x00\x00\x06" "\x5b\x02" "EVT0");
    RAW("\x5b\x84\x08" "PWR0\x00\x00\x00");
    RAW("\x5b\x85\x05" "THM0");
    RAW("\x5b\x01" "MTX0\x00");
    RAW("\x5b\x88" "DRG0\x0d" "SSDT\x00" "\x0d\x00" "\x0d\x00");
    RAW("\x5b\x13" "BUF0\x00\x0a\x05" "BFL0" "\x8d" "BUF0\x00" "BFL1" "\x8b" "BUF0\x00" "BFL2" "\x8c" "BUF0\x00" "BFL3" "\x8f" "BUF0\x00" "BFL4");
    assert_true(read_block());
    expect("\\CPU0", AML_PROCESSOR, false);
    assert_int_equal(node_at("CPU0")->data.left, 6);
    assert_int_equal(node_at("CPU0")->data.at[0], 7);
    expect("\\CPU0.EVT0", AML_EVENT, false);
    expect("\\PWR0", AML_POWER, false);
    expect("\\THM0", AML_THERMAL, false);
    expect("\\MTX0", AML_MUTEX, false);
    expect("\\DRG0", AML_DATA_REGION, false);
    for (unsigned i = 0; i < 5; i++) {
        const char path[] = { '\\', 'B', 'F', 'L', (char)('0' + i), '\0' };
        expect(path, AML_BUFFER_FIELD, false);
    }
}

static void the_first_of_two_declarations_stands(void **state)
{
    (void)state;
    uint64_t v;
    aml_name_integer(&o, "NAM1", 1);
    assert_true(read_block());
    aml_name_integer(&o, "NAM1", 2);
    aml_close(&o, aml_device(&o, "NAM1"));
    assert_true(read_block());
    expect("\\NAM1", AML_NAMED, false);
    assert_true(aml_integer_value(&ns, aml_find(&ns, "NAM1"), &v));
    assert_int_equal(v, 1);
    assert_int_equal(ns.tables, 2);
}

static void buffers_of_constant_size_have_bytes(void **state)
{
    (void)state;
    RAW("\x08" "BUF1" "\x11\x05\x0a\x03\x07\x08" "\x08" "BUF2" "\x11\x02\x00" "\x06" "BUF1" "BUF3" "\x08" "BUF4" "\x11\x04\x60\x07\x08" "\x08" "NUMB\x01");
    assert_true(read_block());
    struct span b = aml_buffer_value(&ns, aml_find(&ns, "BUF1"));
    assert_true(!b.broken && b.left == 2 && b.at[0] == 7 && b.at[1] == 8);
    b = aml_buffer_value(&ns, aml_find(&ns, "BUF2"));
    assert_true(!b.broken && b.left == 0);
    b = aml_buffer_value(&ns, aml_find(&ns, "BUF3"));
    assert_true(!b.broken && b.left == 2);
    assert_true(aml_buffer_value(&ns, aml_find(&ns, "BUF4")).broken);       /* its size is a local */
    assert_true(aml_buffer_value(&ns, aml_find(&ns, "NUMB")).broken);
    assert_true(aml_buffer_value(&ns, aml_find(&ns, "_SB")).broken);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(predefined_scopes_stand_from_the_start), TEST(devices_are_found_by_any_spelling), TEST(a_path_that_does_not_fit_is_cut),
        TEST(children_stand_in_order_of_declaration), TEST(scopes_are_searched_for_and_declarations_are_not),
        TEST(a_name_above_the_root_is_passed_over), TEST(all_integers_are_read), TEST(packed_ids_are_text_or_none),
        TEST(ids_are_packed_or_text_or_a_list), TEST(sleep_types_are_constants_or_nothing),
        TEST(a_call_takes_the_arguments_of_a_method_declared_later), TEST(an_external_tells_the_arguments_of_another_tables_method),
        TEST(operands_of_an_unknown_method_are_passed_over), TEST(a_reference_to_a_method_is_no_call),
        TEST(what_a_method_declares_as_it_runs_is_not_there), TEST(conditions_mark_what_is_in_them),
        TEST(what_is_in_an_unknown_scope_may_not_exist), TEST(aliases_are_followed_on_the_way), TEST(aliases_of_aliases_end),
        TEST(fields_of_every_kind_are_names), TEST(every_other_declaration_is_a_node), TEST(the_first_of_two_declarations_stands),
        TEST(buffers_of_constant_size_have_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
