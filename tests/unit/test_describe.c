/* The telling of any table and of whole sets: a fault is said where it is, what is right is not blamed, and each byte is told once. */
#include "tests/unit/describe_maker.h"

/* ---- any table ---- */

static void header_faults(void **state)
{
    (void)state;
    begin("WAET", 1);
    le(2, 4);
    struct acpi_table *t = end();
    describe(t);
    no_fault();
    tells("Emulated Device Flags: 0x2: ACPI PM timer good: one read is enough");
    ((uint8_t *)(uintptr_t)t->bytes.at)[20] ^= 1;
    describe(t);
    says("Checksum: wrong: 0x");
    ((uint8_t *)(uintptr_t)t->bytes.at)[20] ^= 1;
    put(t, 36, 0x82, 4);
    describe(t);
    says("Emulated Device Flags: reserved bits 0x80 are set");
    put(t, 36, 2, 4);
    put(t, 8, 0, 1);
    describe(t);
    says("Revision: there is no revision below 1");
    put(t, 8, 7, 1);
    put(t, 36, 0x82, 4);
    describe(t);        /* of a later revision the bit may mean something */
    no_fault();
    tells("Revision: 7 (newer than the 1 known here");
}

static void length_faults(void **state)
{
    (void)state;
    begin("WAET", 1);
    le(2, 4);
    struct acpi_table *t = end();
    put(t, 4, 44, 4);
    describe(t);
    says("Length: cut: only 40 of 44 bytes are there");
    put(t, 4, 39, 4);
    describe(t);
    says("Length: too short: revision 1 has at least 40 bytes");
    says("ends inside of Emulated Device Flags, which has 4 bytes");
    put(t, 4, 20, 4);
    describe(t);
    says("Length: less than the 36 bytes of its header");
    begin("WAET", 1);
    le(2, 4), le(0x1234, 2);
    t = end();
    put(t, 4, 40, 4);
    describe(t);
    says("Length: 2 bytes stand behind its end");
    tells("Behind the table: 34 12");
    begin("FACP", 5);
    table_zero(&out, 244 - 36);
    describe(end());
    says("Length: too short: revision 5 has at least 268 bytes");
}

static void unknown_tables_are_bytes(void **state)
{
    (void)state;
    begin("ZZZZ", 9);
    for (unsigned i = 0; i < 20; i++)
        le(i, 1);
    describe(end());
    no_fault();
    tells("Data: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\nData: 10 11 12 13");
    assert_string_equal(acpi_title("ZZZZ"), "");
    assert_string_equal(acpi_title("APIC"), "Multiple APIC Description Table");
    assert_string_equal(acpi_clause("APIC"), "ACPI 6.4, 5.2.12");
}

static void what_is_no_table_is_told_too(void **state)
{
    (void)state;
    for (size_t n = 1; n < 40; n++) {
        static const uint8_t junk[40] = { 'F', 'A', 'C', 'P', 0xff, 0xff, 0xff, 0xff, 6 };
        struct acpi_table *t = &set->table[set->n++];
        t->bytes = copy(junk, n);
        describe(t);
    }
}

/* ---- structures ---- */

static void structure_faults(void **state)
{
    (void)state;
    begin("APIC", 4);
    le(0xfee00000, 4), le(0, 4);
    le(0, 1), le(8, 1), le(0, 1), le(0, 1), le(1, 4);
    le(0, 1), le(0, 1), le(0, 6);
    describe(end());
    says("Processor Local APIC: a length of 0 cannot be: where the next structure begins is not known");
    begin("APIC", 4);
    le(0xfee00000, 4), le(0, 4);
    le(0, 1), le(8, 1), le(0, 1), le(0, 1), le(1, 4);
    le(1, 1), le(12, 1), le(0, 6);
    describe(end());
    says("I/O APIC: it has 12 bytes, but only 8 are left here");
    begin("APIC", 4);
    le(0xfee00000, 4), le(0, 4);
    le(0, 1), le(6, 1), le(0, 1), le(0, 1), le(1, 2);
    describe(end());
    says("Processor Local APIC: 6 bytes are too few: a Processor Local APIC has at least 8");
    says("table: no processor is enabled");
    begin("APIC", 4);
    le(0xfee00000, 4), le(0, 4), le(0x7f, 1), le(3, 1), le(9, 1);
    describe(end());
    tells("Entry of type 0x7f: ");
}

/* ---- the set and its roots ---- */

static void add_rsdp(uint64_t at, uint64_t rsdt, uint64_t xsdt)
{
    memset(buffer, 0, 64);
    out = (struct table_out){ buffer, 36, 0, false };
    table_bytes(&out, "RSD PTR \0BEDPLT\2", 16);
    le(rsdt, 4), le(36, 4), le(xsdt, 8), le(0, 4);
    table_checksum(&out, 0, 20, 8);
    table_checksum(&out, 0, 36, 32);
    set->rsdp = (struct acpi_table){ .bytes = copy(buffer, 36), .at = at, .placed = true };
}

static void add_root(const char *signature, const uint64_t *to, unsigned n)
{
    bool wide = signature[0] == 'X';
    begin(signature, 1);
    for (unsigned i = 0; i < n; i++)
        le(to[i], wide ? 8 : 4);
    struct acpi_table t = *end_at(wide ? 0x3000 : 0x2000);
    set->n--;
    *(wide ? &set->xsdt : &set->rsdt) = t;
}

static void a_good_set_has_no_fault(void **state)
{
    (void)state;
    const uint64_t to[] = { 0x4000, 0x5000 };
    add_rsdp(0xf0000, 0x2000, 0x3000);
    add_root("RSDT", to, 2);
    add_root("XSDT", to, 2);
    begin("FACP", 6);
    le(0, 4), le(0x6000, 4), table_zero(&out, 112 - 44), le(1 << 20, 4), table_zero(&out, 276 - 116);
    (void)end_at(0x4000);
    small_table("WAET", 0x5000);
    begin("DSDT", 2);
    (void)end_at(0x6000);
    assert_int_equal(acpi_describe_set(set, listener()), 0);
    no_fault();
    tells("Entry: 0x4000: \"FACP\"");
}

static void root_faults(void **state)
{
    (void)state;
    const uint64_t in_rsdt[] = { 0x5000, 0x7000, 0x5000 }, in_xsdt[] = { 0x5000, 0x6000, 0 };
    add_rsdp(0xf0008, 0x2100, 0);
    add_root("RSDT", in_rsdt, 3);
    add_root("XSDT", in_xsdt, 3);
    small_table("WAET", 0x5000);
    begin("DSDT", 2);
    (void)end_at(0x6000);
    unsigned n = acpi_describe_set(set, listener());
    assert_int_equal(n, heard->count);
    says("RsdtAddress: the RSDT stands at 0x2000");
    says("XsdtAddress: revision 2 has an XSDT, whose address stands here");
    says("table: stands at 0xf0008: nobody looks for it but on 16-byte boundaries");
    says("Entry: dangling: no table stands there");
    says("Entry: entry 0 points there already");
    says("Entry: only the FADT points at a DSDT");
    says("Entry: points at nothing");
    says("table: the RSDT lists 1 that the XSDT does not, the first at 0x7000");
    says("table: the XSDT lists 2 that the RSDT does not, the first at 0x6000");
    says("table: the set has no FACP, which every machine must have");
}

static void rsdp_faults(void **state)
{
    (void)state;
    add_rsdp(0xf0000, 0, 0x3000);
    uint8_t *b = (uint8_t *)(uintptr_t)set->rsdp.bytes.at;
    b[10] ^= 1;
    b[33] = 2;
    describe(&set->rsdp);
    says("Checksum: wrong");
    says("Extended Checksum: wrong");
    says("Reserved: has to be zero");
    says("XsdtAddress: dangling: no XSDT stands there");
    b[15] = 1;
    describe(&set->rsdp);
    says("Revision: there is no revision 1");
    set->rsdp.bytes.left = 30;
    b[15] = 2;
    describe(&set->rsdp);
    says("table: cut: the RSDP has 30 bytes, not 36");
}

static void two_of_a_kind(void **state)
{
    (void)state;
    small_table("DSDT", 0x1000);
    small_table("DSDT", 0x2000);
    (void)acpi_describe_set(set, listener());
    says("table: 2 tables are called DSDT");
    set->lost = 3;
    (void)acpi_describe_set(set, listener());
    says("table: the set has 3 tables more than the 256 that are told here");
    begin("WAET", 1);
    le(2, 4);
    struct acpi_table *t = end();
    t->faults = ACPI_MISPLACED;
    describe(t);
    says("table: what points at it expects a table of another signature");
}

static void tables_in_each_others_place(void **state)
{
    (void)state;
    small_table("WAET", 0x1000);
    small_table("WSMT", 0x1027);
    small_table("SSDT", 0x1050);
    small_table("SSDT", 0x1080);
    (void)acpi_describe_set(set, listener());
    says("table: the WAET at 0x1000..0x1027 and the WSMT at 0x1027..0x104e overlap");
    says("table: an SSDT of 40 bytes with the table ID \"BEDPLATE\" is there twice");
    set->table[1].at = 0x1028;
    (void)acpi_describe_set(set, listener());
    assert_null(strstr(heard->faults, "overlap"));
}

/* A hostile root table of 1 MiB, and as many tables as a set has: it ends soon, or this test's time runs out. */
static void hostile_sets_end(void **state)
{
    (void)state;
    begin("XSDT", 1);
    for (unsigned i = 0; i < 100000; i++)
        le(0x1000 + i, 8);
    set->xsdt = *end_at(0x100);
    set->n--;
    for (unsigned i = 0; i < ACPI_SET_MAX; i++)
        small_table("ZZZZ", 0x1000 + i);
    assert_true(acpi_describe_set(set, listener()) > 0);
    begin("SRAT", 3);
    le(1, 4), le(0, 8);
    for (unsigned i = 0; i < 25000; i++)
        memory(0, (uint64_t)i << 12, 0x1000);
    table_end(&out, start);
    struct acpi_table t = { .bytes = copy(buffer + start, (size_t)(out.used - start)) };
    describe(&t);
    no_fault();
    free((void *)(uintptr_t)t.bytes.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(header_faults), TEST(length_faults), TEST(unknown_tables_are_bytes), TEST(what_is_no_table_is_told_too),
        TEST(structure_faults), TEST(a_good_set_has_no_fault), TEST(root_faults), TEST(rsdp_faults), TEST(two_of_a_kind),
        TEST(tables_in_each_others_place), TEST(hostile_sets_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
