/* Which devices of the AML are the IOMMUs that IVRS and VIOT name, as PCI functions of a segment behind a host bridge. */
#include "tests/unit/firmware_maker.h"

/* Bus 0 and bus 128 of segment 0, bus 128 of segment 1: function 3.1 of each. */
static void three_bridges(struct machine *x)
{
    static const struct { const char *name; uint8_t segment, bus; } bridges[] = { { "PCI0", 0, 0 }, { "PCI1", 0, 128 }, { "PCI2", 1, 128 } };
    struct table_out *o = &x->out;
    fadt(x);
    madt(x);
    begin(x, "DSDT");
    uint64_t sb = aml_scope(o, "\\_SB");
    for (unsigned i = 0; i < 3; i++) {
        uint64_t pci = aml_device(o, bridges[i].name);
        aml_hid(o, "PNP0A08");
        if (bridges[i].segment)         /* 0 is told by there being no _SEG (ACPI 6.4, 6.5.6) */
            aml_name_integer(o, "_SEG", bridges[i].segment);
        aml_name_integer(o, "_BBN", bridges[i].bus);
        uint64_t f = aml_device(o, "IOMM");
        aml_name_integer(o, "_ADR", 0x00030001);
        aml_close(o, f);
        aml_close(o, pci);
    }
    aml_close(o, sb);
    end(x);
}

static void viot_node(struct machine *x, uint8_t type, uint16_t segment, uint8_t bus)
{
    table_le(&x->out, type, 2);
    table_le(&x->out, 16, 2);
    table_le(&x->out, segment, 2);
    table_le(&x->out, (unsigned)bus << 8 | 3 << 3 | 1, 2);
    table_zero(&x->out, 8);
}

/* A node that names bus 0 at 48, and one that names `bus` at 64; which counts, `first` says. */
static void viot(struct machine *x, uint16_t first, uint8_t type, uint16_t segment, uint8_t bus)
{
    begin(x, "VIOT");
    table_le(&x->out, 1, 2);
    table_le(&x->out, first, 2);
    table_zero(&x->out, 8);
    viot_node(x, 3, 0, 0);
    viot_node(x, type, segment, bus);
    end(x);
}

/* Of the three, one bit each. */
static unsigned hidden(struct machine *x)
{
    make(x);
    return (why_hidden(x, "\\_SB_.PCI0.IOMM") != NULL) | (why_hidden(x, "\\_SB_.PCI1.IOMM") != NULL) << 1 | (why_hidden(x, "\\_SB_.PCI2.IOMM") != NULL) << 2;
}

static void test_viot(void **state)
{
    static const struct { uint16_t first; uint8_t type; uint16_t segment; uint8_t bus; unsigned hidden; } cases[] = {
        { 48, 3, 0, 128, 1 | 2 },
        { 48, 3, 1, 128, 1 | 4 },
        { 64, 3, 0, 128, 2 },           /* the nodes begin where the table says */
        { 64, 3, 1, 128, 4 },
        { 64, 3, 2, 128, 0 },
        { 64, 3, 1, 0, 0 },
        { 64, 4, 0, 128, 0 },           /* in memory: no PCI function */
        { 80, 3, 0, 128, 0 },           /* at the end: there are none */
        { 81, 3, 0, 128, 0 },           /* these two cannot be */
        { 47, 3, 0, 128, 0 },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct machine *x = new_machine(true);
        three_bridges(x);
        viot(x, cases[i].first, cases[i].type, cases[i].segment, cases[i].bus);
        assert_int_equal(hidden(x), cases[i].hidden);
        free_machine(x);
    }
}

static void ivhd(struct machine *x, uint8_t type, uint16_t segment, uint8_t bus)
{
    table_le(&x->out, type, 2);
    table_le(&x->out, 24, 2);
    table_le(&x->out, (unsigned)bus << 8 | 3 << 3 | 1, 2);
    table_zero(&x->out, 10);
    table_le(&x->out, segment, 2);
    table_zero(&x->out, 6);
}

static void test_ivrs(void **state)
{
    static const struct { uint8_t type; uint16_t segment; unsigned hidden; } cases[] = {
        { 0x10, 0, 2 }, { 0x10, 1, 4 }, { 0x11, 1, 4 }, { 0x40, 1, 4 }, { 0x40, 2, 0 }, { 0x20, 0, 0 },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct machine *x = new_machine(true);
        three_bridges(x);
        begin(x, "IVRS");
        table_zero(&x->out, 12);
        ivhd(x, cases[i].type, cases[i].segment, 128);
        end(x);
        assert_int_equal(hidden(x), cases[i].hidden);
        free_machine(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_viot),
        cmocka_unit_test(test_ivrs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
