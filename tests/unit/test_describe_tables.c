/* The telling of the other tables and of AML: what is said of each fault, and that good ones have none. */
#include "tests/unit/describe_maker.h"

/* ---- the others ---- */

static void numa_faults(void **state)
{
    (void)state;
    begin("SRAT", 3);
    le(1, 4), le(0, 8);
    memory(0, 0, 0x1000), memory(1, 0x1000, 0x1000);
    describe(end());
    no_fault();
    begin("SRAT", 3);
    le(0, 4), le(0, 8);
    memory(0, 0, 0x1000), memory(1, 0xfff, 0x1000), memory(1, UINT64_MAX, 2), memory(1, 0x5000, 0);
    for (unsigned i = 0; i < 2; i++) {
        table_entry(&out, 0, 16), le(0, 1), le(4, 1), le(1, 4), le(0, 8);
        table_entry(&out, 3, 18), le(0, 4), le(5, 4), le(1, 4), le(0, 4);
    }
    describe(end());
    says("Reserved (Table Revision): reserved: has to be 1");
    says("Length: overlaps with 0x0..0xfff above");
    says("Length: reaches beyond the end of all addresses");
    says("Length: enabled, but has no byte");
    says("APIC ID: APIC ID 4 has an affinity already");
    says("ACPI Processor UID: UID 5 has an affinity already");
    begin_madt(1);
    lapic(0, 3, 1);
    (void)end();
    describe(&set->table[1]);
    says("APIC ID: no processor of the MADT has APIC ID 4");
    begin("SLIT", 1);
    le(3, 8), le(10, 1), le(20, 1), le(9, 1), le(21, 1), le(11, 1), le(20, 1), le(20, 1), le(20, 1), le(10, 1);
    describe(end());
    tells("Distances: 10 20 9");
    says("Distances: 9 to locality 2: less than 10 means nothing");
    begin("SLIT", 1);
    le(2, 8), le(10, 1), le(20, 1), le(21, 1), le(10, 1);      /* the way back may be longer */
    describe(end());
    no_fault();
    begin("SLIT", 1);
    le(2, 8), le(11, 1), le(20, 1), le(20, 1), le(10, 1);
    describe(end());
    says("Distances: locality 0 is 11 from itself, not 10");
    begin("SLIT", 1);
    le(1 << 16, 8), le(0, 8);
    describe(end());
    says("table: 65536 localities have more distances than the 8 bytes that are here");
}

static void pci_faults(void **state)
{
    (void)state;
    begin("MCFG", 1);
    le(0, 8);
    le(0xe0000000, 8), le(0, 2), le(0, 1), le(0x7f, 1), le(0, 4);
    le(0xe8080000, 8), le(0, 2), le(0x7f, 1), le(0xff, 1), le(0, 4);
    le(0, 8), le(1, 2), le(9, 1), le(8, 1), le(1, 4);
    describe(end());
    says("Base Address: a bus has 1 MiB: the base has to be on such a boundary");
    says("End Bus Number: buses 0..127 of segment 0 have a place already");
    says("Base Address: is 0");
    says("End Bus Number: the last bus, 8, is before the first, 9");
    says("Reserved: has to be zero");
    begin("VIOT", 0);
    le(2, 2), le(48, 2), le(0, 8);
    le(1, 1), le(0, 1), le(24, 2), le(0, 4), le(0, 4), le(0x10, 2), le(0x8, 2), le(48, 2), le(0, 6);
    le(4, 1), le(0, 1), le(16, 2), le(0, 4), le(0xfeb00000, 8);
    struct acpi_table *t = end();
    describe(t);
    says("PCI BDF end: the range ends before it begins");
    says("Output node: no IOMMU's node stands at offset 0x30");
    put(t, 48 + 16, 72, 2);
    put(t, 48 + 14, 0x20, 2);
    describe(t);
    no_fault();
    put(t, 38, 20, 2);
    describe(t);
    says("table: the nodes cannot begin at offset 0x14");
}

static void iort_faults(void **state)
{
    (void)state;
    begin("IORT", 0);
    le(2, 4), le(48, 4), le(0, 4);
    le(0, 1), le(24, 2), le(0, 1), le(0, 4), le(0, 4), le(0, 4), le(1, 4), le(7, 4);
    le(2, 1), le(56, 2), le(1, 1), le(1, 4), le(1, 4), le(36, 4), le(1, 4), le(0, 3), le(3, 1), le(0, 4), le(0, 4), le(64, 1), le(0, 3);
    le(0, 4), le(0xffff, 4), le(0, 4), le(48, 4), le(0, 4);
    struct acpi_table *t = end();
    describe(t);
    no_fault();
    tells("GIC ITS Identifier: 7");
    tells("Number of IDs - 1: 65535");
    put(t, 72 + 36 + 12, 0x200, 4);
    describe(t);
    says("Output reference: no node stands at offset 0x200");
    put(t, 72 + 12, 57, 4);
    describe(t);
    says("table: the ID mappings of a node stand outside of it, at offset 0x39");
}

static void iommu_faults(void **state)
{
    (void)state;
    begin("DMAR", 1);
    le(38, 1), le(1, 1), table_zero(&out, 10);
    le(0, 2), le(24, 2), le(1, 1), le(0, 1), le(0, 2), le(0xfed90800, 8), le(3, 1), le(8, 1), le(0, 2), le(2, 1), le(0xf0, 1), le(0x001f, 2);
    le(1, 2), le(24, 2), le(0, 2), le(0, 2), le(0x9000, 8), le(0x8fff, 8);
    le(1, 2), le(32, 2), le(0, 2), le(0, 2), le(0x9000, 8), le(0x9ffe, 8), le(1, 1), le(9, 1), le(0, 6);
    describe(end());
    tells("Type: 0x3: I/O APIC");
    tells("Path: 1f.0");
    says("Register Base Address: has to be on a page boundary");
    says("Limit Address: ends before its base, 0x9000");
    says("Limit Address: has to be the last byte of a page");
    says("Device Scope: it has 9 bytes, but only 8 are left here");
    begin("IVRS", 2);
    le(0, 4), le(0, 8);
    le(0x10, 1), le(0, 1), le(0x18 + 8, 2), le(2, 2), le(0x40, 2), le(0xfeb80000, 8), le(0, 8);
    le(2, 1), le(0x08, 2), le(0xd7, 1), le(0, 1), le(0, 3);
    describe(end());
    no_fault();
    tells("DTE Setting: 0xd7: INIT pass, EInt pass, NMI pass, system management 1, LINT0 pass, LINT1 pass");
}

static void serial_faults(void **state)
{
    (void)state;
    static const char name[] = "\\_SB.com1";
    begin("SPCR", 4);
    le(0, 1), le(1, 3), table_gas(&out, TABLE_IO, 1, 0x3f8), le(3, 1), le(16, 1), le(4, 4), le(5, 1), le(0, 1), le(2, 1), le(0, 1), le(0, 1), le(0, 1);
    le(0xffff, 2), le(0x8086, 2), table_zero(&out, 12), le(0, 4), le(sizeof(name), 2), le(88, 2);
    table_bytes(&out, name, sizeof(name));
    struct acpi_table *t = end();
    assert_int_equal(t->bytes.left, 88 + sizeof(name));
    describe(t);
    says("Reserved: has to be zero");
    says("Interrupt Type: an 8259 has no input 16");
    says("Configured Baud Rate: reserved value");
    says("Stop Bits: has to be 1");
    says("PCI Device ID: device and vendor are both 0xffff or neither is");
    says("NamespaceString: a name of the path does not begin with a capital letter or an underscore");
    put(t, 40, 10, 1);
    put(t, 86, 90, 2);
    describe(t);
    says("Base Address: a console is in memory, I/O or PCI space");
    says("NamespaceStringOffset: the name ends beyond the table");
    put(t, 52, 2, 1);
    describe(t);
    says("IRQ: no 8259 interrupt is used: has to be 0");
    begin("DBG2", 0);
    le(44, 4), le(1, 4);
    le(0, 1), le(40, 2), le(1, 1), le(2, 2), le(60, 2), le(0, 4), le(0x8000, 2), le(0, 2), le(0, 2), le(22, 2), le(34, 2);
    table_gas(&out, TABLE_IO, 1, 0x3f8), le(8, 4), le('.', 2);
    t = end();
    describe(t);
    says("table: the letters of the name of a device stand outside of it, at offset 0x3c");
    put(t, 44 + 6, 38, 2);
    describe(t);
    no_fault();
    put(t, 36, 4, 4);
    describe(t);
    says("table: the devices cannot begin at offset 0x4");
}

static void guest_tables(void **state)
{
    (void)state;
    static const char names[] = "\\_SB.PCI0.LPC_.UAR1\0\\\0_SB\0\\_SB.ABCDE\0\\_SB.\0\0\\X";
    begin("STAO", 1);
    le(2, 1);
    table_bytes(&out, names, sizeof(names) - 1);
    describe(end());
    tells("Name: \"\\_SB.PCI0.LPC_.UAR1\"");
    says("UART: is 0 or 1");
    says("Name: a path begins at the root, with a backslash");
    says("Name: a name of the path is longer than four letters or has one that names do not have");
    says("Name: the path ends with a dot");
    says("Name: an empty path names nothing");
    says("Name: the text has no end");
    assert_int_equal(heard->count, 6);
}

static void platform_faults(void **state)
{
    (void)state;
    begin("HPET", 1);
    le(0x8086a201, 4), table_gas(&out, TABLE_IO, 8, 0xfed0), le(0, 4);
    describe(end());
    says("BASE_ADDRESS: an HPET is in memory");
    begin("HPET", 1);
    le(0x8086a201, 4), table_gas(&out, TABLE_MEMORY, 8, 0), le(0, 4);
    describe(end());
    says("BASE_ADDRESS: is at no address");
    begin("TPM2", 4);
    le(0, 4), le(0, 8), le(7, 4);
    struct acpi_table *t = end();
    describe(t);
    says("Address of Control Area: the start method needs a control area");
    put(t, 48, 6, 4);
    put(t, 40, 0xfed40000, 8);
    describe(t);
    says("Address of Control Area: has to be 0 with a FIFO");
    put(t, 48, 0, 4);
    describe(t);
    says("Start Method: reserved value");
    begin("ECDT", 1);
    table_gas(&out, TABLE_IO, 1, 0x66), table_gas(&out, TABLE_IO, 1, 0x62), le(0, 4), le(1, 1), table_bytes(&out, "EC0", 4);
    describe(end());
    says("EC_ID: a path begins at the root, with a backslash");
    begin("SBST", 1);
    le(10, 4), le(20, 4), le(5, 4);
    describe(end());
    says("Low Energy Level, mWh: is above the level before it");
    begin("BGRT", 1);
    le(0, 2), le(1, 1), le(0, 1), table_zero(&out, 16);
    describe(end());
    says("Version: has to be 1");
    begin("GTDT", 2);
    le(UINT64_MAX, 8), le(0, 4), le(29, 4), le(0, 4), le(40, 4), le(8, 4), le(27, 4), le(0, 4), le(26, 4), le(0, 4), le(UINT64_MAX, 8), le(1, 4), le(0, 4);
    describe(end());
    says("Non-Secure EL1 Timer GSIV: is no private interrupt: those are 16 to 31");
    says("Non-Secure EL1 Timer Flags: reserved bits 0x8 are set");
    says("table: no platform timers can begin at offset 0x0");
    begin("PPTT", 1);
    le(0, 1), le(24, 1), le(0, 2), le(1, 4), le(500, 4), le(0, 4), le(1, 4), le(12, 4);
    describe(end());
    says("Parent: nothing stands at offset 0x1f4");
    says("Private resource: nothing stands at offset 0xc");
}

static void error_tables(void **state)
{
    (void)state;
    begin("HEST", 1);
    le(1, 4);
    le(0, 2), le(0, 2), le(0, 2), le(0, 2), le(1, 4), le(1, 4), table_zero(&out, 16), le(2, 1), le(0, 7);
    for (unsigned i = 0; i < 2; i++)
        le(i, 4), le(0x400, 4), le(0, 8), le(0x401, 4), le(0x402, 4), le(0x403, 4);
    describe(end());
    no_fault();
    tells("Bank Number: 1");
    begin("HEST", 1);
    le(1, 4), le(99, 2), le(1, 2);
    describe(end());
    says("Error source of type 0x63: a length of 0 cannot be");
    begin("HEST", 1);
    le(2, 4);
    describe(end());
    says("table: it says that it has 2 error sources, but none is here");
    begin("ERST", 1);
    le(12, 4), le(0, 4), le(2, 4);
    le(5, 1), le(3, 1), le(0, 1), le(0, 1), table_gas(&out, TABLE_MEMORY, 1, 0xe8000), le(0, 8), le(0xff, 8);
    describe(end());
    says("Instruction Entry Count: 1 are here");
    tells("Serialization Action: 0x5: EXECUTE_OPERATION");
}

/* ---- AML ---- */

static void aml_is_told(void **state)
{
    (void)state;
    static const uint8_t aml[] = {
        0x10, 0x2c, '_', 'S', 'B', '_',                                                     /* Scope (_SB) */
            0x5b, 0x82, 0x19, 'D', 'E', 'V', '0', 0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x05, 0x01,
                0x14, 0x09, '_', 'S', 'T', 'A', 0x00, 0xa4, 0x0a, 0x0f,                     /* Method: Return (15) */
            0x5b, 0x80, 'R', 'E', 'G', '0', 0x01, 0x0b, 0x00, 0x06, 0x0a, 0x04,             /* OperationRegion */
        0x5b, 0x81, 0x0d, 'R', 'E', 'G', '0', 0x01, 0x00, 0x08, 'B', 'I', 'T', 'S', 0x08,   /* Field */
        0x70, 0x00, 0x60,                                                                   /* Store: code */
    };
    begin("SSDT", 2);
    table_bytes(&out, aml, sizeof(aml));
    describe(end());
    no_fault();
    tells("Scope (_SB): \nDevice (DEV0): \nName (_HID): 0x105d041 (PNP0501)\nMethod (_STA): 0 arguments, 3 bytes of code\n");
    tells("OperationRegion (REG0): I/O, from 0x600, bytes 4");
    tells("Field (REG0): BITS from bit 0x8, 8");
    tells("Code: 3 bytes of code");
}

/* What is computed does not hide what is declared behind it, and calls take their arguments with them. */
static void aml_behind_code_is_told(void **state)
{
    (void)state;
    static const uint8_t aml[] = {
        0x14, 0x0b, 'M', 'E', 'T', '2', 0x02, 0x72, 0x68, 0x69, 0x00, 0xa3,                 /* Method (MET2, 2) */
        0x5b, 0x80, 'R', 'E', 'G', '0', 0x00, 'M', 'E', 'T', '2', 0x0a, 0x01, 0x68, 0x0a, 0x40,     /* from MET2 (1, Arg0), 64 bytes */
        0xa0, 0x0f, 0x93, 'O', 'S', 'Y', 'S', 0x0a, 0x07, 0x08, 'A', 'B', 'C', 'D', 0x0a, 0x2a,     /* If (OSYS == 7) { Name (ABCD, 42) } */
        0x70, 'M', 'E', 'T', '2', 0x01, 0x01, 0x60, 0x75, 0x60,                             /* Local0 = MET2 (1, 1); Local0++ */
        0x08, 'L', 'A', 'S', 'T', 0x01,
    };
    begin("SSDT", 2);
    table_bytes(&out, aml, sizeof(aml));
    describe(end());
    no_fault();
    tells("OperationRegion (REG0): memory, from computed, bytes 0x40\nIf: \nName (ABCD): 0x2a\nCode: 10 bytes of code\nName (LAST): 1\n");
}

static void aml_faults(void **state)
{
    (void)state;
    static const uint8_t aml[] = { 0x10, 0x0b, '_', 'S', 'B', '_', 0x5b, 0x82, 0x3f, 'D', 'E', 'V' };
    begin("SSDT", 2);
    table_bytes(&out, aml, sizeof(aml));
    describe(end());
    says("Damaged: Device: its PkgLength reaches beyond what it stands in");
    begin("SSDT", 2);
    for (unsigned i = 0; i < 10000; i++) {          /* scopes in scopes */
        uint32_t left = (10000 - i) * 8 - 1;
        le(0x10, 1), le(0x80 | (left & 0xf), 1), le(left >> 4, 2), table_bytes(&out, "ABCD", 4);
    }
    describe(end());
    says("Scope (ABCD): nested deeper than 64: what it declares is not told");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numa_faults), TEST(pci_faults), TEST(iort_faults), TEST(iommu_faults), TEST(serial_faults), TEST(guest_tables),
        TEST(platform_faults), TEST(error_tables), TEST(aml_is_told), TEST(aml_behind_code_is_told), TEST(aml_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
