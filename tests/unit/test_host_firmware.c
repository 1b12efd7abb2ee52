/* What the hypervisor reads of the host's ACPI tables: laid out by hand in 64 KiB of memory, whole, cut short and spoiled. */
#include "acpi/firmware/set.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/checked.h"
#include "hypervisor/x86/firmware.c"        /* the file under test: it is not part of the host's library */

enum { RAM = 0x10000, RSDP = 0x100, ROOT = 0x200, XROOT = 0x300, MADT = 0x400, FADT = 0x600, DSDT = 0x800, DSDT2 = 0xa00, SSDT = 0xb00, BIG_MADT = 0x2000 };
static uint8_t *ram;    /* from malloc, so that a read past its end is seen */
uintptr_t arch_direct_map;
bool memory_is_mapped(uint64_t at, uint64_t size) { return range_within(at, size, 0, RAM); }

static unsigned at;     /* where the next byte goes */
static void le(uint64_t v, unsigned n) { for (; n--; v >>= 8) ram[at++] = (uint8_t)v; }
static void text(const char *s) { while (*s) ram[at++] = (uint8_t)*s++; }
static void field(unsigned where, uint64_t v, unsigned n) { at = where; le(v, n); }

static void begin(unsigned where, const char *signature)
{
    at = where;
    text(signature);
    at = where + TABLE_HEADER;
}
static void finish(unsigned where) { unsigned end = at; field(where + 4, end - where, 4); at = end; }

static void lay_out_madt(void)
{
    begin(MADT, "APIC");
    le(0xfee00000, 4); le(1, 4);
    for (unsigned i = 0; i < 3; i++) { le(0, 1); le(8, 1); le(i, 1); le(2 * i, 1); le(i != 1, 4); }        /* APIC ids 0, 2 (disabled), 4 */
    le(9, 1); le(16, 1); le(0, 2); le(4, 4); le(1, 4); le(7, 4);            /* 4 once more, as x2APIC */
    le(9, 1); le(16, 1); le(0, 2); le(0x123, 4); le(1, 4); le(8, 4);
    le(1, 1); le(12, 1); le(2, 1); le(0, 1); le(0xfec10000, 4); le(24, 4);  /* not the one with the ISA lines */
    le(1, 1); le(12, 1); le(1, 1); le(0, 1); le(0xfec00000, 4); le(0, 4);
    le(2, 1); le(10, 1); le(0, 1); le(0, 1); le(2, 4); le(0, 2);
    le(2, 1); le(10, 1); le(0, 1); le(4, 1); le(20, 4); le(0xf, 2);         /* the UART: GSI 20, level, low */
    finish(MADT);
}

static void lay_out_fadt(void)
{
    begin(FADT, "FACP");
    field(FADT + 40, DSDT, 4);
    field(FADT + 48, 0xb2, 4); field(FADT + 52, 0xf1, 1);
    field(FADT + 64, 0x604, 4); field(FADT + 68, 0x614, 4); field(FADT + 76, 0x608, 4);
    field(FADT + 112, 1 << 10, 4);
    field(FADT + 116, 1, 1); field(FADT + 120, 0xcf9, 8); field(FADT + 128, 0xf, 1);
    field(FADT + 244, 0, 1); field(FADT + 248, 0x2000, 8);
    at = FADT + 268;
    finish(FADT);
}

static void lay_out_dsdt(unsigned where, const char *s5, unsigned n)
{
    begin(where, "DSDT");
    text("junk_S5_\x10 more");
    for (unsigned i = 0; i < n; i++)
        ram[at++] = (uint8_t)s5[i];
    finish(where);
}

/* revision 0: RSDT only; 2: both, and the XSDT counts. */
static void lay_out(uint8_t revision)
{
    static const char s5[] = "\x08_S5_\x12\x06\x04\x0a\x05\x01\x00\x00";
    memset(ram, 0, RAM);
    memset(&firmware, 0, sizeof(firmware));
    at = RSDP;
    text("RSD PTR ");
    ram[RSDP + 15] = revision;
    field(RSDP + 16, ROOT, 4);
    field(RSDP + 24, XROOT, 8);
    begin(ROOT, "RSDT"); le(FADT, 4); le(MADT, 4); finish(ROOT);
    begin(XROOT, "XSDT"); le(0, 8); le(MADT, 8); le(0x7fffffffffff0000, 8); le(FADT, 8); finish(XROOT);
    lay_out_madt();
    lay_out_fadt();
    lay_out_dsdt(DSDT, s5, sizeof(s5) - 1);
}

static void expect_all(void)
{
    assert_int_equal(firmware.cpus, 3);
    assert_int_equal(firmware.cpus_told, 3);
    assert_int_equal(firmware.apic_ids[0], 0);
    assert_int_equal(firmware.apic_ids[1], 4);
    assert_int_equal(firmware.apic_ids[2], 0x123);
    assert_int_equal(firmware.ioapic, 0xfec00000);
    assert_int_equal(firmware.uart_gsi, 20);
    assert_true(firmware.uart_level && firmware.uart_low);
    assert_int_equal(firmware.pm_timer, 0x608);
    assert_int_equal(firmware.pm1a_control, 0x604);
    assert_int_equal(firmware.pm1b_control, 0x614);
    assert_int_equal(firmware.smi_command, 0xb2);
    assert_int_equal(firmware.acpi_enable, 0xf1);
    assert_int_equal(firmware.reset.at, 0xcf9);
    assert_false(firmware.reset.memory);
    assert_int_equal(firmware.reset_value, 0xf);
    assert_int_equal(firmware.sleep.at, 0);
}

static void reads_rsdt(void **state) { (void)state; lay_out(0); firmware_read(RSDP); expect_all(); }
static void reads_xsdt(void **state) { (void)state; lay_out(2); field(ROOT + 4, 1, 4); firmware_read(RSDP); expect_all(); }
static void a_bad_xsdt_leaves_the_rsdt(void **state) { (void)state; lay_out(2); field(RSDP + 24, RAM - 4, 8); firmware_read(RSDP); expect_all(); }

static void finds_s5(void **state)
{
    (void)state;
    uint8_t type[2] = { 9, 9 };
    lay_out(0);
    firmware_read(RSDP);
    assert_true(firmware_find_s5(type));
    assert_int_equal(type[0], 5);
    assert_int_equal(type[1], 1);
    ram[DSDT + 4] = 60;     /* cut in the middle of it */
    firmware_read(RSDP);
    assert_false(firmware_find_s5(type));
}

static void finds_s5_in_an_ssdt(void **state)
{
    (void)state;
    uint8_t type[2];
    lay_out(0);
    memcpy(ram + DSDT + TABLE_HEADER, "none", 4);
    lay_out_dsdt(DSDT, "", 0);
    lay_out_dsdt(SSDT, "\x08_S5_\x12\x06\x04\x0a\x07\x01\x00\x00", 12);
    memcpy(ram + SSDT, "SSDT", 4);
    begin(ROOT, "RSDT"); le(FADT, 4); le(MADT, 4); le(SSDT, 4); finish(ROOT);
    firmware_read(RSDP);
    assert_true(firmware_find_s5(type));
    assert_int_equal(type[0], 7);
    assert_int_equal(type[1], 1);
}

static void cut_tables_say_nothing(void **state)
{
    (void)state;
    lay_out(0);
    field(MADT + 4, RAM, 4);
    field(FADT + 4, 40, 4);
    firmware_read(RSDP);
    assert_int_equal(firmware.cpus, 0);
    assert_int_equal(firmware.pm_timer, 0);
}

/* Registers in the 64-bit fields alone, or in both and not alike: those count; not where they are memory, or zero. */
static void wide_registers(void **state)
{
    (void)state;
    lay_out(0);
    field(FADT + 64, 0, 4);
    field(FADT + 172, 1, 1);
    field(FADT + 176, 0x1804, 8);
    field(FADT + 208, 1, 1);
    field(FADT + 212, 0x1808, 8);
    firmware_read(RSDP);
    assert_int_equal(firmware.pm1a_control, 0x1804);
    assert_int_equal(firmware.pm1b_control, 0x614);
    assert_int_equal(firmware.pm_timer, 0x1808);
    field(FADT + 184, 0, 1);
    field(FADT + 188, 0x3000, 8);
    firmware_read(RSDP);
    assert_int_equal(firmware.pm1b_control, 0x614);
}

static void hardware_reduced(void **state)
{
    (void)state;
    lay_out(0);
    field(FADT + 112, 1 << 20, 4);
    lay_out_dsdt(DSDT2, "", 0);
    field(FADT + 140, DSDT2, 8);
    firmware_read(RSDP);
    assert_int_equal(firmware.pm_timer, 0);
    assert_int_equal(firmware.pm1a_control, 0);
    assert_int_equal(firmware.reset.at, 0);
    assert_int_equal(firmware.sleep.at, 0x2000);
    assert_true(firmware.sleep.memory);
    assert_int_equal(acpi_set_find(&firmware_tables, "DSDT", 0)->at, DSDT2);
}

static void no_tables(void **state)
{
    (void)state;
    static const uint64_t places[] = { 0, RSDP + 1, RAM - 8, RAM, UINT64_MAX - 3 };
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        lay_out(2);
        firmware_read(places[i]);
        assert_int_equal(firmware.cpus, 0);
        assert_int_equal(firmware.uart_gsi, 4);     /* where an ISA machine has it */
    }
}

static void more_cpus_than_we_use(void **state)
{
    (void)state;
    lay_out(0);
    field(ROOT + TABLE_HEADER + 4, BIG_MADT, 4);
    begin(BIG_MADT, "APIC");
    le(0, 8);
    for (unsigned i = 0; i < HOST_CPUS_MAX + 5; i++) { le(9, 1); le(16, 1); le(0, 2); le(i, 4); le(1, 4); le(i, 4); }
    finish(BIG_MADT);
    firmware_read(RSDP);
    assert_int_equal(firmware.cpus, HOST_CPUS_MAX);
    assert_int_equal(firmware.cpus_told, HOST_CPUS_MAX + 5);
}

/* Whatever the bytes are: nothing outside the memory is read (the address sanitizer sees), and it ends. */
static void spoiled_tables(void **state)
{
    (void)state;
    uint8_t type[2];
    srand(1);
    for (unsigned i = 0; i < 20000; i++) {
        lay_out(i & 1 ? 2 : 0);
        for (unsigned n = 0; n < 1 + i % 8; n++)
            ram[RSDP + (unsigned)rand() % (DSDT + 0x80 - RSDP)] = (uint8_t)(rand() % 3 ? rand() : 0xff);
        firmware_read(RSDP);
        (void)firmware_find_s5(type);
        assert_true(firmware.cpus <= HOST_CPUS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rsdt), cmocka_unit_test(reads_xsdt), cmocka_unit_test(a_bad_xsdt_leaves_the_rsdt), cmocka_unit_test(finds_s5),
        cmocka_unit_test(finds_s5_in_an_ssdt), cmocka_unit_test(cut_tables_say_nothing),
        cmocka_unit_test(wide_registers), cmocka_unit_test(hardware_reduced), cmocka_unit_test(no_tables), cmocka_unit_test(more_cpus_than_we_use), cmocka_unit_test(spoiled_tables),
    };
    ram = malloc(RAM);
    arch_direct_map = (uintptr_t)ram;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(ram);
    return failed;
}
