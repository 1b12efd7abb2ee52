/* What the mangler reads from the AML: the devices that are hidden and why, which processors are the domain's, and how power is switched off. */
#include "acpi/uart.h"
#include "tests/unit/firmware_maker.h"

static void test_uids(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    x->o.xen = false;
    x->o.vcpus = 4;
    make(x);
    assert_int_equal(entry(x, 0)[2], 1);    /* the firmware's enabled ones */
    assert_int_equal(entry(x, 1)[2], 3);
    assert_int_equal(entry(x, 2)[2], 4);    /* not 0, which a processor of the AML has; not 2, which is a disabled one */
    assert_int_equal(entry(x, 3)[2], 5);
    assert_int_equal(entry(x, 3)[3], platform_apic_id(3));
    assert_null(why_hidden(x, "\\_SB_.C001"));
    assert_null(why_hidden(x, "\\_SB_.C003"));
    assert_non_null(why_hidden(x, "\\_SB_.C000"));
    x->o.xen = true;
    x->o.vcpus = 2;
    make(x);
    assert_int_equal(entry(x, 1)[2], 1);
    assert_null(why_hidden(x, "\\_SB_.C000"));
    assert_null(why_hidden(x, "\\_SB_.C001"));
    assert_non_null(why_hidden(x, "\\_SB_.C003"));
    free_machine(x);
}

static void test_hidden(void **state)
{
    struct machine *x = new_machine(true);
    static const char *const asked[] = { "PNP0303", "\\_SB.PCI0.COM2" };
    static const char names[] = "\0\\_SB_.C003\0\\_SB_.PCI0.HPET\0\\_SB_.PCI0.KBD0\0\\_SB_.PCI0.COM2";
    (void)state;
    usual(x);
    x->o.hide = asked;
    x->o.hides = 2;
    make(x);
    const uint8_t *t = made(x, "STAO");
    assert_int_equal(le(t + 4, 4), 36 + sizeof(names));
    assert_memory_equal(t + 36, names, sizeof(names));
    assert_non_null(strstr(why_hidden(x, "\\_SB_.PCI0.HPET"), "HPET"));
    free_machine(x);
}

/* A path has to be a device's: names, methods and scopes are none. */
static void test_hide_what_is_no_device(void **state)
{
    struct machine *x = new_machine(true);
    static const char *const none[] = { "\\_S5", "\\_SB.PCI0.COM1._CRS", "\\_SB.PCI0.COM2._CRS", "\\_SB.PCI0.COM1._HID", "\\_GPE", "\\_SB", "\\" };
    (void)state;
    usual(x);
    x->o.hides = 1;
    for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        x->o.hide = &none[i];
        refused(x, "no device of the machine's AML has this path");
    }
    free_machine(x);
}

static void spcr(struct machine *x, uint16_t port)
{
    begin(x, "SPCR");
    table_le(&x->out, 0, 4);
    table_le(&x->out, 0x01000801, 4);
    table_le(&x->out, port, 8);
    table_zero(&x->out, 80 - 52);
    end(x);
}

static void test_uart(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x3f8 };
    make(x);
    assert_true(x->m.uart_found);
    assert_non_null(strstr(why_hidden(x, "\\_SB_.PCI0.COM1"), "its _CRS has"));
    assert_null(why_hidden(x, "\\_SB_.PCI0.COM2"));
    x->o.uart.at = 0x2f8;
    make(x);
    assert_non_null(strstr(why_hidden(x, "\\_SB_.PCI0.COM2"), "_CRS method"));
    assert_null(why_hidden(x, "\\_SB_.PCI0.COM1"));
    x->o.uart.at = 0x3e8;
    make(x);
    assert_false(x->m.uart_found);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_MEMORY, 0x3f8 };
    make(x);
    assert_false(x->m.uart_found);
    free_machine(x);
}

/* STAO's first byte takes the UART of SPCR from the domain, and no other (LINARO-0002, table 1). */
static void test_byte_of_spcr(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    make(x);
    assert_int_equal(made(x, "STAO")[36], 0);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x2f8 };
    make(x);                            /* no SPCR */
    assert_int_equal(made(x, "STAO")[36], 1);
    spcr(x, 0);
    make(x);                            /* one that names no UART */
    assert_int_equal(action(x, "SPCR"), ACPI_KEEP);
    assert_int_equal(made(x, "STAO")[36], 1);
    x->set.n--;
    spcr(x, 0x3f8);
    make(x);                            /* SPCR's is the domain's */
    assert_int_equal(action(x, "SPCR"), ACPI_KEEP);
    assert_int_equal(made(x, "STAO")[36], 0);
    assert_non_null(why_hidden(x, "\\_SB_.PCI0.COM2"));
    assert_null(why_hidden(x, "\\_SB_.PCI0.COM1"));
    x->o.uart.at = 0x3f8;               /* SPCR's is the hypervisor's */
    make(x);
    assert_int_equal(action(x, "SPCR"), ACPI_DROP);
    assert_int_equal(made(x, "STAO")[36], 1);
    x->o.uart = (struct mangle_uart){ MANGLE_NO_UART, 0 };
    make(x);
    assert_int_equal(made(x, "STAO")[36], 0);
    begin(x, "STAO");                   /* a hypervisor below has it: that stays said */
    table_le(&x->out, 1, 1);
    end(x);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x2f8 };
    make(x);
    assert_int_equal(action(x, "SPCR"), ACPI_KEEP);
    assert_int_equal(made(x, "STAO")[36], 1);
    free_machine(x);
}

/* A STAO that has nothing but that byte to say. */
static void test_stao_for_the_byte_alone(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    fadt(x);
    begin(x, "DSDT");
    end(x);
    madt(x);
    make(x);
    for (unsigned i = 0; i < x->m.decisions; i++)
        assert_string_not_equal(x->m.decision[i].signature, "STAO");
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x3f8 };
    make(x);
    assert_int_equal(decision(x, "STAO", 0)->length, 37);
    assert_int_equal(made(x, "STAO")[36], 1);
    free_machine(x);
}

/* As the writer of domains' tables writes it. */
static void dbg2(struct machine *x, enum table_space space, uint64_t base)
{
    struct acpi_uart u = { .type = UART_16550, .space = space, .width = 1, .base = base, .length = 8, .path = "\\_SB.PCI0.COM2" };
    x->start = acpi_write_dbg2(&x->out, &u);
    add(x);
}

static void test_debug_port(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    dbg2(x, TABLE_IO, 0x2f8);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x3f8 };
    make(x);
    assert_int_equal(action(x, "DBG2"), ACPI_KEEP);
    x->o.uart.at = 0x2f8;
    make(x);
    assert_int_equal(action(x, "DBG2"), ACPI_DROP);
    x->o.uart.space = MANGLE_UART_MEMORY;       /* the same number of another space */
    make(x);
    assert_int_equal(action(x, "DBG2"), ACPI_KEEP);
    x->set.n--;
    dbg2(x, TABLE_MEMORY, 0x2f8);
    make(x);
    assert_int_equal(action(x, "DBG2"), ACPI_DROP);
    free_machine(x);
}

static void test_iommu_and_older_stao(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    begin(x, "IVRS");
    table_zero(&x->out, 12);
    table_le(&x->out, 0x180010, 4);
    table_le(&x->out, 2, 2);            /* 00:00.2 */
    table_zero(&x->out, 0x18 - 6);
    end(x);
    begin(x, "STAO");
    static const char names[] = "\1\\_SB_.SIO0\0\\_SB_.PCI0.HPET\0\\_SB_.cut";
    table_bytes(&x->out, names, sizeof(names) - 1);     /* the last has no NUL */
    end(x);
    make(x);
    assert_int_equal(action(x, "IVRS"), ACPI_DROP);
    assert_int_equal(action(x, "STAO"), ACPI_REPLACE);
    assert_non_null(why_hidden(x, "\\_SB_.PCI0.IOMM"));
    assert_non_null(why_hidden(x, "\\_SB_.SIO0"));
    assert_null(why_hidden(x, "\\_SB_.cut"));
    assert_non_null(strstr(why_hidden(x, "\\_SB_.PCI0.HPET"), "own STAO"));   /* found in the AML, so not named again for what it is */
    assert_int_equal(x->m.hiddens, 4);                                          /* and C003 */
    assert_int_equal(made(x, "STAO")[36], 1);
    free_machine(x);
}

static void test_power(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    make(x);
    assert_true(x->m.power.s5);
    assert_int_equal(x->m.power.type_a, 7);
    assert_int_equal(x->m.power.type_b, 6);
    assert_int_equal(x->m.power.pm1a_control, 0x404);
    assert_int_equal(x->m.power.pm1b_control, 0);
    assert_int_equal(x->m.power.sleep_control, 0);
    uint8_t *f = x->bytes + (x->set.table[0].bytes.at - x->bytes);
    f[244 + 4] = 5;                     /* a sleep control register, which only a hardware-reduced machine is switched off by */
    make(x);
    assert_int_equal(x->m.power.pm1a_control, 0x404);
    assert_int_equal(x->m.power.sleep_control, 0);
    f[112 + 2] |= 1 << 4;
    make(x);
    assert_int_equal(x->m.power.pm1a_control, 0);
    assert_int_equal(x->m.power.sleep_control, 5);
    free_machine(x);
}

/* A DSDT with UARTs whose _CRS asks a chip: `prs`: the first of two possible settings of each; 0: none is told. */
static void opaque_uarts(struct machine *x, const uint16_t *prs, unsigned n)
{
    struct table_out *o = &x->out;
    fadt(x);
    madt(x);
    begin(x, "DSDT");
    uint64_t sb = aml_scope(o, "\\_SB");
    for (unsigned i = 0; i < n; i++) {
        const char name[] = { 'C', 'O', 'M', (char)('1' + i), '\0' };
        uint64_t com = aml_device(o, name);
        aml_hid(o, "PNP0501");
        uint64_t method = aml_method(o, "_CRS", 0, false);
        aml_return_path(o, "CHIP");
        aml_close(o, method);
        if (prs[i]) {
            aml_name(o, "_PRS");
            uint64_t t = aml_template(o);
            aml_io(o, prs[i], 8);
            aml_io(o, 0x3e8, 8);
            aml_template_close(o, t);
        }
        aml_close(o, com);
    }
    aml_close(o, sb);
    end(x);
}

static void test_uart_by_possible_settings(void **state)
{
    struct machine *x = new_machine(true);
    static const uint16_t prs[] = { 0x2f8, 0x3f8, 0, 0x3f8 };
    (void)state;
    opaque_uarts(x, prs, 4);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x3f8 };
    make(x);
    assert_int_equal(x->m.hiddens, 2);
    assert_non_null(strstr(why_hidden(x, "\\_SB_.COM2"), "possible settings"));
    assert_non_null(why_hidden(x, "\\_SB_.COM4"));
    x->o.uart.at = 0x3e8;               /* only the second choice of three: nobody's */
    make(x);
    assert_int_equal(x->m.hiddens, 0);
    assert_false(x->m.uart_found);
    free_machine(x);
}

static void test_the_only_uart(void **state)
{
    struct machine *x = new_machine(true);
    static const uint16_t prs[] = { 0 };
    (void)state;
    opaque_uarts(x, prs, 1);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x3f8 };
    make(x);
    assert_int_equal(x->m.hiddens, 1);
    assert_non_null(strstr(why_hidden(x, "\\_SB_.COM1"), "no other"));
    free_machine(x);
}

/* Devices with constant resources of other kinds, 8259s and a PIT. */
static void other_devices(struct machine *x)
{
    struct table_out *o = &x->out;
    static const struct aml_range range = { AML_IO_RANGE, true, false, false, 0x1000, 0x1007, 0 };
    fadt(x);
    madt(x);
    begin(x, "DSDT");
    uint64_t sb = aml_scope(o, "\\_SB");
    device(x, "PICD", "PNP0000", 0);
    device(x, "TIMR", "PNP0100", 0);
    uint64_t com = aml_device(o, "COMM");
    aml_hid(o, "ARMH0011");
    aml_name(o, "_CRS");
    uint64_t t = aml_template(o);
    aml_memory32(o, 0xfe000000, 0x1000);
    aml_template_close(o, t);
    aml_close(o, com);
    com = aml_device(o, "COMR");
    aml_hid(o, "PNP0501");
    aml_name(o, "_CRS");
    t = aml_template(o);
    aml_interrupt(o, 3);
    aml_range(o, &range);
    aml_template_close(o, t);
    aml_close(o, com);
    aml_close(o, sb);
    end(x);
}

static void test_other_devices(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    other_devices(x);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_MEMORY, 0xfe000000 };
    make(x);
    assert_non_null(why_hidden(x, "\\_SB_.PICD"));
    assert_non_null(why_hidden(x, "\\_SB_.TIMR"));
    assert_non_null(why_hidden(x, "\\_SB_.COMM"));
    assert_null(why_hidden(x, "\\_SB_.COMR"));
    x->o.pic = true;
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x1000 };
    make(x);
    assert_null(why_hidden(x, "\\_SB_.PICD"));
    assert_null(why_hidden(x, "\\_SB_.TIMR"));
    assert_null(why_hidden(x, "\\_SB_.COMM"));
    assert_non_null(why_hidden(x, "\\_SB_.COMR"));
    free_machine(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uids),
        cmocka_unit_test(test_hidden),
        cmocka_unit_test(test_hide_what_is_no_device),
        cmocka_unit_test(test_uart),
        cmocka_unit_test(test_byte_of_spcr),
        cmocka_unit_test(test_stao_for_the_byte_alone),
        cmocka_unit_test(test_debug_port),
        cmocka_unit_test(test_iommu_and_older_stao),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_uart_by_possible_settings),
        cmocka_unit_test(test_the_only_uart),
        cmocka_unit_test(test_other_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
