/*
 * From an RSDP to every table: memory laid out by hand, low and above 4 GiB, whole, cut, cyclic and spoiled. Also the set, and
 * what a sound table is.
 */
#include "acpi/firmware/set.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { RAM = 0x10000, RSDP = 0x100, RSDT = 0x200, XSDT = 0x300, FADT = 0x400, MADT = 0x600, DSDT = 0x700, FACS = 0x800, SSDT = 0x900, OTHER = 0xa00 };
#define HIGH UINT64_C(0x123400000000)
static uint8_t *low, *high;     /* each RAM bytes from malloc, so that a read past the end is seen */
static struct acpi_set set;
static struct error e;

static struct span map(void *owner, uint64_t at, uint64_t n)
{
    (void)owner;
    struct span s = span_of(at >= HIGH ? high : low, RAM);
    return span_slice(s, at >= HIGH ? at - HIGH : at, n);
}
static const struct acpi_memory memory = { map, NULL };

static uint8_t *place(uint64_t at) { return at >= HIGH ? high + (at - HIGH) : low + at; }
static void put(uint64_t at, uint64_t v, unsigned n) { for (uint8_t *to = place(at); n--; v >>= 8) *to++ = (uint8_t)v; }
static void text(uint64_t at, const char *s) { memcpy(place(at), s, strlen(s)); }

static void sum(uint64_t at, unsigned n, unsigned where)
{
    uint8_t all = 0;
    *place(at + where) = 0;
    for (unsigned i = 0; i < n; i++)
        all = (uint8_t)(all + place(at)[i]);
    *place(at + where) = (uint8_t)-all;
}
static void finish(uint64_t at, uint32_t length) { put(at + 4, length, 4); sum(at, length, 9); }
static void table(uint64_t at, const char *signature, uint32_t length) { memset(place(at), 0, length); text(at, signature); finish(at, length); }

static void rsdp(uint8_t revision, uint64_t rsdt, uint64_t xsdt)
{
    memset(place(RSDP), 0, 36);
    text(RSDP, "RSD PTR ");
    put(RSDP + 15, revision, 1);
    put(RSDP + 16, rsdt, 4);
    if (revision >= 2) {
        put(RSDP + 20, 36, 4);
        put(RSDP + 24, xsdt, 8);
    }
    sum(RSDP, 20, 8);
    if (revision >= 2)
        sum(RSDP, 36, 32);
}

static void root(uint64_t at, const char *signature, unsigned size, const uint64_t *to, unsigned n)
{
    table(at, signature, 36 + n * size);
    for (unsigned i = 0; i < n; i++)
        put(at + 36 + i * size, to[i], size);
    finish(at, 36 + n * size);
}

static void fadt(uint64_t x_dsdt, uint32_t dsdt, uint64_t x_facs, uint32_t facs)
{
    table(FADT, "FACP", 244);
    put(FADT + 36, facs, 4);
    put(FADT + 40, dsdt, 4);
    put(FADT + 132, x_facs, 8);
    put(FADT + 140, x_dsdt, 8);
    finish(FADT, 244);
}

static const uint64_t list[] = { FADT, MADT, SSDT };

static void lay_out(void)
{
    memset(low, 0, RAM);
    memset(high, 0, RAM);
    rsdp(2, RSDT, XSDT);
    root(RSDT, "RSDT", 4, list, 3);
    root(XSDT, "XSDT", 8, list, 3);
    fadt(DSDT, DSDT, FACS, FACS);
    table(MADT, "APIC", 44);
    table(DSDT, "DSDT", 50);
    table(SSDT, "SSDT", 40);
    table(FACS, "FACS", 64);
    put(FACS + 20, 0x1234, 4);      /* no checksum holds it */
}

static bool walk(uint64_t at)
{
    memset(&set, 0xff, sizeof(set));
    memset(&e, 0, sizeof(e));
    return acpi_walk(&set, &memory, at, &e);
}

static void expect_order(const char *signatures)
{
    assert_int_equal(set.n * 5, strlen(signatures) + 1);
    for (unsigned i = 0; i < set.n; i++)
        assert_true(acpi_is(&set.table[i], signatures + 5 * i));
}
static void expect_faults(unsigned faults) { for (unsigned i = 0; i < set.n; i++) assert_int_equal(set.table[i].faults, faults); }

static void whole_machine(void **state)
{
    (void)state;
    lay_out();
    assert_true(walk(RSDP));
    expect_order("FACP DSDT FACS APIC SSDT");
    expect_faults(0);
    assert_int_equal(set.rsdp.bytes.left, 36);
    assert_int_equal(set.rsdp.at, RSDP);
    assert_int_equal(set.rsdp.faults | set.rsdt.faults | set.xsdt.faults, 0);
    assert_ptr_equal(acpi_set_root(&set), &set.xsdt);
    assert_int_equal(acpi_set_find(&set, "SSDT", 0)->bytes.left, 40);
    assert_true(acpi_set_find(&set, "SSDT", 0)->placed);
    assert_int_equal(set.lost, 0);
}

static void only_an_rsdt(void **state)
{
    (void)state;
    lay_out();
    rsdp(0, RSDT, XSDT);
    put(RSDP + 20, UINT64_MAX, 8);      /* what stands behind is not its own */
    assert_true(walk(RSDP));
    expect_order("FACP DSDT FACS APIC SSDT");
    assert_int_equal(set.rsdp.bytes.left, 20);
    assert_int_equal(set.rsdp.faults, 0);
    assert_null(set.xsdt.bytes.at);
    assert_ptr_equal(acpi_set_root(&set), &set.rsdt);
}

static void only_an_xsdt(void **state)
{
    (void)state;
    lay_out();
    rsdp(2, 0, XSDT);
    assert_true(walk(RSDP));
    expect_order("FACP DSDT FACS APIC SSDT");
    assert_null(set.rsdt.bytes.at);
}

static void damaged_xsdt_leaves_the_rsdt(void **state)
{
    (void)state;
    const uint64_t others[] = { MADT };
    lay_out();
    root(XSDT, "XSDT", 8, others, 1);
    *place(XSDT + 36) ^= 1;
    assert_true(walk(RSDP));
    expect_order("FACP DSDT FACS APIC SSDT");
    assert_int_equal(set.xsdt.faults, ACPI_CHECKSUM);
    assert_ptr_equal(acpi_set_root(&set), &set.rsdt);
    rsdp(2, RSDT, SSDT);                /* no XSDT at all */
    assert_true(walk(RSDP));
    assert_int_equal(set.xsdt.faults, ACPI_MISPLACED);
    assert_ptr_equal(acpi_set_root(&set), &set.rsdt);
    rsdp(2, RSDT, UINT64_MAX - 3);      /* no memory */
    assert_true(walk(RSDP));
    assert_null(set.xsdt.bytes.at);
}

static void both_roots_damaged(void **state)
{
    (void)state;
    lay_out();
    *place(XSDT + 9) ^= 1;
    *place(RSDT + 9) ^= 1;
    assert_true(walk(RSDP));            /* better than nothing */
    expect_order("FACP DSDT FACS APIC SSDT");
    assert_ptr_equal(acpi_set_root(&set), &set.xsdt);
}

static void rsdp_with_wrong_sums(void **state)
{
    (void)state;
    lay_out();
    *place(RSDP + 8) ^= 1;              /* both are wrong then */
    assert_true(walk(RSDP));
    assert_int_equal(set.rsdp.faults, ACPI_CHECKSUM);
    lay_out();
    *place(RSDP + 32) ^= 1;             /* the second only */
    assert_true(walk(RSDP));
    assert_int_equal(set.rsdp.faults, ACPI_CHECKSUM);
    lay_out();
    put(RSDP + 15, 0, 1);               /* the first only: a sum over 20 bytes with another revision */
    assert_true(walk(RSDP));
    assert_int_equal(set.rsdp.faults, ACPI_CHECKSUM);
}

static void no_way_in(void **state)
{
    (void)state;
    static const uint64_t places[] = { 0, RSDP + 1, RAM - 8, RAM, UINT64_MAX - 3 };
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        lay_out();
        assert_false(walk(places[i]));
        assert_non_null(strstr(e.text, "no ACPI root pointer"));
    }
    rsdp(2, 0, SSDT);
    assert_false(walk(RSDP));
    assert_non_null(strstr(e.text, "neither to an RSDT nor to an XSDT"));
}

static void rsdp_at_the_end_of_memory(void **state)
{
    (void)state;
    lay_out();
    rsdp(0, RSDT, 0);
    memcpy(place(RAM - 20), place(RSDP), 20);
    assert_true(walk(RAM - 20));
    expect_order("FACP DSDT FACS APIC SSDT");
}

static void above_4_gib(void **state)
{
    (void)state;
    const uint64_t to[] = { FADT, HIGH + 0x100, HIGH + 0x300 };
    lay_out();
    table(HIGH + 0x100, "APIC", 44);
    table(HIGH + 0x200, "DSDT", 60);
    table(HIGH + 0x300, "SSDT", 70);
    table(HIGH + 0x400, "FACS", 64);
    fadt(HIGH + 0x200, 0, HIGH + 0x400, 0);
    root(HIGH + 0x500, "XSDT", 8, to, 3);
    rsdp(2, 0, HIGH + 0x500);
    assert_true(walk(RSDP));
    expect_order("FACP DSDT FACS APIC SSDT");
    expect_faults(0);
    assert_int_equal(acpi_set_find(&set, "DSDT", 0)->at, HIGH + 0x200);
    assert_int_equal(acpi_set_find(&set, "SSDT", 0)->bytes.left, 70);
    rsdp(0, RSDT, HIGH + 0x500);        /* of ACPI 1.0: what stands where an XSDT's address would is none */
    root(RSDT, "RSDT", 4, list, 3);
    fadt(0, DSDT, 0, FACS);
    assert_true(walk(RSDP));
    expect_order("FACP DSDT FACS APIC SSDT");
    assert_int_equal(acpi_set_find(&set, "SSDT", 0)->at, SSDT);
}

static void fadt_fields(void **state)
{
    (void)state;
    lay_out();
    table(OTHER, "DSDT", 77);
    fadt(OTHER, DSDT, 0, FACS);         /* the wide one counts */
    assert_true(walk(RSDP));
    expect_order("FACP DSDT FACS APIC SSDT");
    assert_int_equal(acpi_set_find(&set, "DSDT", 0)->bytes.left, 77);
    fadt(0xdead0000, DSDT, SSDT + 1, FACS);
    assert_true(walk(RSDP));            /* ... unless it leads nowhere */
    expect_order("FACP DSDT FACS APIC SSDT");
    fadt(OTHER, 0, DSDT, 0);
    text(OTHER, "XXXX");
    assert_true(walk(RSDP));            /* two that are something else */
    expect_order("FACP XXXX DSDT APIC SSDT");
    assert_int_equal(set.table[1].faults, ACPI_MISPLACED | ACPI_CHECKSUM);
    assert_int_equal(set.table[2].faults, ACPI_MISPLACED);
    table(FADT, "FACP", 116);           /* ACPI 1.0: the wide fields are not there */
    put(FADT + 40, DSDT, 4);
    put(FADT + 140, OTHER, 8);
    finish(FADT, 116);
    assert_true(walk(RSDP));
    expect_order("FACP DSDT APIC SSDT");
}

static void pointers_in_circles(void **state)
{
    (void)state;
    const uint64_t to[] = { XSDT, RSDT, RSDP, MADT, MADT, 0, OTHER, DSDT, FADT, FADT, SSDT, MADT };
    const uint64_t back[] = { XSDT, OTHER };
    lay_out();
    root(XSDT, "XSDT", 8, to, 12);
    root(OTHER, "XSDT", 8, back, 2);    /* one that the RSDP does not name */
    assert_true(walk(RSDP));
    expect_order("APIC XSDT DSDT FACP FACS SSDT");
    assert_int_equal(set.table[1].faults, ACPI_MISPLACED);
    root(RSDT, "RSDT", 4, (const uint64_t[]){ RSDT }, 1);
    rsdp(0, RSDT, 0);
    assert_true(walk(RSDP));            /* into itself */
    assert_int_equal(set.n, 0);
    assert_int_equal(set.rsdt.faults, 0);
}

static void odd_lengths(void **state)
{
    (void)state;
    lay_out();
    put(SSDT + 4, 0, 4);
    put(MADT + 4, UINT32_MAX, 4);
    put(DSDT + 4, RAM - DSDT + 1, 4);
    assert_true(walk(RSDP));
    expect_order("FACP DSDT FACS APIC SSDT");
    assert_int_equal(set.table[1].faults, ACPI_CUT);
    assert_int_equal(set.table[1].bytes.left, RAM - DSDT);      /* what is there */
    assert_int_equal(set.table[3].faults, ACPI_CUT);
    assert_int_equal(set.table[3].bytes.left, 36);              /* nobody believes 4 GiB */
    assert_int_equal(set.table[4].faults, ACPI_SHORT);
    assert_int_equal(set.table[4].bytes.left, 36);
    lay_out();
    finish(MADT, 40);
    put(XSDT + 4, 36 + 3, 4);           /* no whole pointer */
    sum(XSDT, 39, 9);
    assert_true(walk(RSDP));
    assert_int_equal(set.n, 0);
    put(XSDT + 4, 0, 4);
    assert_true(walk(RSDP));
    assert_int_equal(set.xsdt.faults, ACPI_SHORT);
    assert_int_equal(acpi_set_find(&set, "APIC", 0)->faults, ACPI_SHORT);   /* less than an MADT has */
    put(RSDT + 4, 0x20000, 4);
    put(XSDT + 4, 0x20000, 4);
    assert_true(walk(RSDP));
    assert_int_equal(set.rsdt.faults, ACPI_CUT);
}

static void headers_cut_by_memory(void **state)
{
    (void)state;
    const uint64_t to[] = { RAM - 20, RAM - 3, RAM, MADT };
    lay_out();
    text(RAM - 20, "SSDT");
    root(XSDT, "XSDT", 8, to, 4);
    assert_true(walk(RSDP));
    expect_order("SSDT APIC");
    assert_int_equal(set.table[0].faults, ACPI_CUT);
    assert_int_equal(set.table[0].bytes.left, 20);
}

static void more_than_a_set_holds(void **state)
{
    (void)state;
    uint64_t to[ACPI_SET_MAX + 7];
    lay_out();
    for (unsigned i = 0; i < ACPI_SET_MAX + 7; i++) {
        to[i] = HIGH + 64 * i;
        table(to[i], "SSDT", 36);
    }
    to[2] = to[1];
    root(0x2000, "XSDT", 8, to, ACPI_SET_MAX + 7);
    rsdp(2, 0, 0x2000);
    assert_true(walk(RSDP));
    assert_int_equal(set.n, ACPI_SET_MAX);
    assert_int_equal(set.lost, 6);
    assert_null(acpi_set_find(&set, "SSDT", ACPI_SET_MAX));
    assert_int_equal(acpi_set_find(&set, "SSDT", ACPI_SET_MAX - 1)->at, to[ACPI_SET_MAX]);
}

static void loose_tables(void **state)
{
    (void)state;
    memset(&set, 0, sizeof(set));
    memset(&e, 0, sizeof(e));
    lay_out();
    assert_true(acpi_set_add(&set, span_of(place(SSDT), 100), 0x1000, true, &e));   /* more than it is */
    assert_true(acpi_set_add(&set, span_of(place(SSDT), 40), 7, false, &e));
    assert_true(acpi_set_add(&set, span_of(place(SSDT), 39), 0, false, &e));
    assert_true(acpi_set_add(&set, span_of(place(SSDT), 4), 0, false, &e));
    assert_true(acpi_set_add(&set, span_of(place(RSDP), 36), 0, false, &e));
    assert_int_equal(set.n, 4);
    assert_int_equal(set.table[0].bytes.left, 40);
    assert_true(set.table[0].placed && set.table[0].at == 0x1000 && !set.table[1].placed && set.table[1].at == 0);
    assert_int_equal(set.table[0].faults | set.table[1].faults, 0);
    assert_int_equal(set.table[2].faults, ACPI_CUT);
    assert_int_equal(set.table[3].faults, ACPI_CUT);
    assert_ptr_equal(acpi_set_find(&set, "RSD ", 0), &set.rsdp);
    assert_ptr_equal(acpi_set_find(&set, "SSDT", 2), &set.table[2]);
    assert_null(acpi_set_find(&set, "SSDT", 4));
    assert_false(acpi_set_add(&set, span_of(place(RSDP), 36), 0, false, &e));
    assert_non_null(strstr(e.text, "a second RSDP"));
}

static void no_tables(void **state)
{
    (void)state;
    static const char *const none[] = { "", "SSD", "\x7f" "ELF and more", "\0\0\0\0\0\0\0\0", "        " };
    for (unsigned i = 0; i < 5; i++) {
        char *bytes = malloc(8);
        memset(&e, 0, sizeof(e));
        memset(bytes, 0, 8);
        memcpy(bytes, none[i], strlen(none[i]) < 8 ? strlen(none[i]) : 8);
        assert_false(acpi_set_add(&set, span_of(bytes, i < 2 ? strlen(none[i]) : 8), 0, false, &e));
        assert_non_null(strstr(e.text, "no ACPI table begins here"));
        free(bytes);
    }
}

static void sentences_for_faults(void **state)
{
    (void)state;
    assert_string_equal(acpi_fault_text(0), "");
    assert_non_null(strstr(acpi_fault_text(ACPI_CHECKSUM), "checksum"));
    assert_non_null(strstr(acpi_fault_text(ACPI_CUT | ACPI_CHECKSUM), "its end is missing"));
    assert_non_null(strstr(acpi_fault_text(ACPI_SHORT), "less than"));
    assert_non_null(strstr(acpi_fault_text(ACPI_MISPLACED), "another signature"));
}

/* Whatever the bytes are: it ends, and what the set refers to is readable. */
static void spoiled(void **state)
{
    (void)state;
    srand(2);
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t seen = 0;
        lay_out();
        for (unsigned n = 0; n < 1 + i % 8; n++)
            low[RSDP + (unsigned)rand() % (SSDT + 0x40 - RSDP)] = (uint8_t)(rand() % 3 ? rand() : 0xff);
        if (!walk(RSDP))
            continue;
        for (unsigned t = 0; t < set.n; t++)
            for (size_t b = 0; b < set.table[t].bytes.left; b++)
                seen ^= set.table[t].bytes.at[b];
        assert_true(set.n <= ACPI_SET_MAX && (seen | 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_machine), cmocka_unit_test(only_an_rsdt), cmocka_unit_test(only_an_xsdt),
        cmocka_unit_test(damaged_xsdt_leaves_the_rsdt), cmocka_unit_test(both_roots_damaged), cmocka_unit_test(rsdp_with_wrong_sums),
        cmocka_unit_test(no_way_in), cmocka_unit_test(rsdp_at_the_end_of_memory), cmocka_unit_test(above_4_gib),
        cmocka_unit_test(fadt_fields), cmocka_unit_test(pointers_in_circles), cmocka_unit_test(odd_lengths),
        cmocka_unit_test(headers_cut_by_memory), cmocka_unit_test(more_than_a_set_holds), cmocka_unit_test(loose_tables),
        cmocka_unit_test(no_tables), cmocka_unit_test(sentences_for_faults), cmocka_unit_test(spoiled),
    };
    low = malloc(RAM);
    high = malloc(RAM);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(low);
    free(high);
    return failed;
}
