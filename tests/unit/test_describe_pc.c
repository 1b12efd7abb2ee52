/* The telling of FADT, FACS and MADT: what is said of each fault, and that good ones have none. */
#include "tests/unit/describe_maker.h"

/* ---- FADT and FACS ---- */

/* Of a PC with all there is; good. */
static struct acpi_table *fadt(void)
{
    begin("FACP", 6);
    le(0x8040, 4), le(0x9000, 4), le(0, 1), le(1, 1), le(9, 2), le(0xb2, 4), le(0xa0, 1), le(0xa1, 1), le(0, 2);
    le(0x600, 4), le(0, 4), le(0x604, 4), le(0, 4), le(0, 4), le(0x608, 4), le(0x620, 4), le(0, 4);
    le(4, 1), le(2, 1), le(0, 1), le(4, 1), le(16, 1), le(0, 3);
    le(101, 2), le(1001, 2), table_zero(&out, 8), table_zero(&out, 1), le(3, 2), le(0, 1), le(0x5a5, 4);
    table_gas(&out, TABLE_IO, 1, 0xcf9), le(6, 1), le(0, 2), le(3, 1), le(0, 8), le(0x9000, 8);
    table_gas(&out, TABLE_IO, 4, 0x600), table_zero(&out, 12), table_gas(&out, TABLE_IO, 2, 0x604), table_zero(&out, 24);
    table_gas(&out, TABLE_IO, 4, 0x608), table_zero(&out, 24 + 24 + 8);
    return end();
}

static void fadt_is_told(void **state)
{
    (void)state;
    struct acpi_table *t = fadt();
    assert_int_equal(t->bytes.left, 276);
    describe(t);
    no_fault();
    tells("SCI_INT: 9");
    tells("Preferred_PM_Profile: 0x1: desktop");
    tells("RESET_REG: I/O port 0xcf9, 8 bits, by bytes");
    tells("X_PM_TMR_BLK: I/O port 0x608, 32 bits, by double words");
}

/* One change each: the field's offset, size and new value, and what is then said. */
static void fadt_faults(void **state)
{
    (void)state;
    static const struct { uint32_t at; unsigned n; uint64_t v; const char *says; } change[] = {
        { 36, 4, 0x8050, "FIRMWARE_CTRL: a FACS has to be on a 64-byte boundary" },
        { 132, 8, 0x10000, "X_FIRMWARE_CTRL: FIRMWARE_CTRL says 0x8040" },
        { 36, 4, 0, "X_FIRMWARE_CTRL: no FACS, though the machine is not hardware-reduced" },
        { 140, 8, 0x9100, "X_DSDT: the 32-bit DSDT field says 0x9000" },
        { 45, 1, 9, "Preferred_PM_Profile: profiles above 8 are reserved" },
        { 48, 4, 0, "SMI_CMD: ACPI_ENABLE and ACPI_DISABLE have nowhere to be written to" },
        { 152, 8, 0x700, "X_PM1a_EVT_BLK: the 32-bit field says 0x600" },
        { 149, 1, 16, "X_PM1a_EVT_BLK: the length field says 32 bits" },
        { 88, 1, 2, "PM1_EVT_LEN: a PM1 event block has at least 4 bytes" },
        { 89, 1, 1, "PM1_CNT_LEN: a PM1 control block has at least 2 bytes" },
        { 91, 1, 3, "PM_TMR_LEN: a PM timer block has 4 bytes" },
        { 92, 1, 3, "GPE0_BLK_LEN: status and enable registers are halves of it: it has to be even" },
        { 93, 1, 4, "GPE1_BLK_LEN: there is no GPE1 block" },
        { 56, 4, 0x10000, "PM1a_EVT_BLK: no I/O port is above 0xffff" },
        { 111, 1, 1, "Reserved: has to be zero" },
        { 109, 2, 0x100, "IAPC_BOOT_ARCH: reserved bits 0x100 are set" },
        { 112, 4, 0x01000000, "Flags: reserved bits 0x1000000 are set" },
        { 112, 4, 0xc0000, "Flags: cluster and physical APIC mode exclude each other" },
        { 117, 1, 16, "RESET_REG: has to be 8 bits wide, not 16" },
        { 116, 1, 3, "RESET_REG: has to be in memory, I/O or PCI configuration space" },
        { 120, 8, 0, "RESET_REG: the flags say that there is a reset register" },
        { 119, 1, 9, "RESET_REG: access size 9 does not exist" },
        { 116, 1, 0x20, "RESET_REG: address space 0x20 is reserved" },
        { 120, 8, 0x10000, "RESET_REG: no I/O port is above 0xffff" },
        { 112, 4, 1 << 20, "PM1a_EVT_BLK: the machine is hardware-reduced" },
        { 112, 4, 1 << 20, "X_PM1a_CNT_BLK: the machine is hardware-reduced" },
    };
    for (unsigned i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
        struct acpi_table *t = fadt();
        put(t, change[i].at, change[i].v, change[i].n);
        describe(t);
        says(change[i].says);
    }
    struct acpi_table *t = fadt();
    put(t, 40, 0, 4);
    put(t, 140, 0, 8);
    describe(t);
    says("DSDT: nothing points at a DSDT");
    t = fadt();
    put(t, 112, 1 << 20, 4);
    put(t, 8, 4, 1);
    describe(t);
    says("Flags: hardware-reduced machines are of revision 5 or later");
}

static void fadt_pointers(void **state)
{
    (void)state;
    struct acpi_table *t = fadt();
    t->at = 0x4000;
    t->placed = true;
    small_table("WAET", 0x9000);
    describe(&set->table[0]);
    says("FIRMWARE_CTRL: dangling: no table stands there");
    says("DSDT: what stands there is no DSDT");
    says("X_DSDT: what stands there is no DSDT");
    small_table("WAET", 0);         /* not all are placed: who knows */
    describe(&set->table[0]);
    assert_null(strstr(heard->faults, "dangling"));
}

static void facs_faults(void **state)
{
    (void)state;
    uint8_t facs[64] = { 'F', 'A', 'C', 'S', 60, [32] = 2, [33] = 1 };
    struct acpi_table *t = &set->table[set->n++];
    *t = (struct acpi_table){ .bytes = copy(facs, 64), .at = 0x8020, .placed = true };
    describe(t);
    says("Length: a FACS has at least 64 bytes");
    says("Reserved: has to be zero");
    says("table: stands at 0x8020, which is no 64-byte boundary");
}

/* ---- MADT ---- */

static void override(uint8_t bus, uint8_t irq, uint32_t gsi, uint16_t flags) { table_entry(&out, 2, 10), le(bus, 1), le(irq, 1), le(gsi, 4), le(flags, 2); }
static void x2apic(uint32_t uid, uint32_t id, uint32_t flags) { table_entry(&out, 9, 16), le(0, 2), le(id, 4), le(flags, 4), le(uid, 4); }
static void ioapic(uint8_t id, uint32_t at, uint32_t gsi) { table_entry(&out, 1, 12), le(id, 1), le(0, 1), le(at, 4), le(gsi, 4); }
static void a_good_madt(void **state)
{
    (void)state;
    begin_madt(1);
    lapic(0, 0, 1), lapic(1, 1, 2), lapic(255, 255, 0), lapic(255, 255, 0);
    x2apic(300, 300, 1);
    ioapic(2, 0xfec00000, 0), ioapic(3, 0xfec01000, 24);
    override(0, 0, 2, 0), override(0, 9, 9, 13);
    table_entry(&out, 4, 6), le(0xff, 1), le(0, 2), le(1, 1);
    describe(end());
    no_fault();
    tells("Flags: 0xd: active high, level");
    tells("Global System Interrupt Base: 24");
}

static void madt_faults(void **state)
{
    (void)state;
    begin_madt(2);
    lapic(0, 0, 3), lapic(0, 0, 1), lapic(3, 255, 1);
    x2apic(7, 7, 1), x2apic(7, 300, 1);
    ioapic(2, 0, 0), ioapic(2, 0xfec01000, 8);
    override(1, 3, 3, 2), override(0, 16, 3, 8), override(0, 3, 3, 0), override(0, 3, 4, 0);
    table_entry(&out, 4, 6), le(0xff, 1), le(0x10, 2), le(2, 1);
    table_entry(&out, 9, 16), le(1, 2), le(400, 4), le(1, 4), le(400, 4);
    describe(end());
    says("Flags: reserved bits 0x2 are set");
    says("Flags: enabled and online capable exclude each other");
    says("ACPI Processor UID: UID 0 is another processor's too");
    says("APIC ID: APIC ID 0 is another processor's too");
    says("APIC ID: 255 addresses all local APICs");
    says("X2APIC ID: an APIC ID below 255 belongs in a Processor Local APIC entry where there are such entries\n");
    says("ACPI Processor UID: UID 7 is another processor's too");
    says("I/O APIC Address: an I/O APIC is not at 0");
    says("I/O APIC ID: I/O APIC ID 2 is another's too");
    says("Global System Interrupt Base: the inputs overlap with those of I/O APIC 2, which begin at 0");
    says("Bus: only bus 0, ISA, has overrides");
    says("Flags: reserved bits 0x2 are set");
    says("Source: ISA interrupts are 0 to 15");
    says("Source: interrupt 3 has an override already");
    says("Flags: reserved bits 0x8 are set");
    says("Local APIC LINT#: a local APIC has LINT0 and LINT1");
    says("Reserved: has to be zero");
    begin_madt(0);
    describe(end());
    says("table: no processor is enabled");
}

/* Ids below 255 in long entries are a fault only where there are short ones, and one only (5.2.12.12). */
static void long_madts(void **state)
{
    (void)state;
    begin_madt(0);
    lapic(0, 9, 0);                                                     /* not usable: says nothing */
    for (unsigned i = 0; i < 4; i++)
        x2apic(i, i, 1);
    describe(end());
    no_fault();
    begin_madt(0);
    for (unsigned i = 0; i < 4; i++)
        x2apic(i, i, 1);
    x2apic(300, 6, 1);                                                  /* its UID fits no short entry */
    lapic(9, 9, 1);
    describe(end());
    says("belongs in a Processor Local APIC entry where there are such entries (as do 3 more)");
    assert_int_equal(heard->count, 1);
}

static void madts_of_other_processors(void **state)
{
    (void)state;
    begin("APIC", 6);                                                   /* LoongArch */
    le(0, 8);
    for (unsigned i = 0; i < 2; i++)
        table_entry(&out, 0x11, 15), le(1, 1), le(i, 4), le(i + 4, 4), le(1, 4);
    table_entry(&out, 0x12, 23), le(1, 1), le(0x1fe01400, 8), le(256, 2), le(0x302, 2), le(0xffffff, 8);
    table_entry(&out, 0x13, 21), le(1, 1), le(0xfdfb000000, 8), le(256, 2), le(0, 8);
    table_entry(&out, 0x14, 13), le(1, 1), le(3, 1), le(0, 1), le(1, 8);
    table_entry(&out, 0x15, 19), le(1, 1), le(0x2ff00000, 8), le(64, 4), le(192, 4);
    table_entry(&out, 0x16, 17), le(1, 1), le(0x10000000, 8), le(0x1000, 2), le(0, 2), le(64, 2);
    table_entry(&out, 0x17, 14), le(1, 1), le(0x10002000, 8), le(0x1000, 2), le(19, 1);
    struct acpi_table *t = end();
    describe(t);
    no_fault();
    tells("Physical Processor ID: 5");
    tells("Cascade vector: 19");
    put(t, 44 + 11, 0, 1), put(t, 44 + 15 + 11, 0, 1);
    describe(t);
    says("table: no processor is enabled");
    begin("APIC", 7);                                                   /* RISC-V */
    le(0, 8);
    table_entry(&out, 0x18, 36), le(1, 1), le(0, 1), le(1, 4), le(3, 8), le(0, 4), le(0, 4), le(0x28000000, 8), le(0x1000, 4);
    table_entry(&out, 0x19, 16), le(1, 1), le(0, 5), le(255, 2), le(0, 2), le(0, 1), le(2, 1), le(0, 1), le(24, 1);
    table_entry(&out, 0x1a, 36), le(1, 1), le(0, 5), le(0, 8), le(0, 2), le(96, 2), le(0, 4), le(0xd000000, 8), le(0x8000, 4);
    table_entry(&out, 0x1b, 36), le(1, 1), le(0, 1), le(0, 8), le(96, 2), le(7, 2), le(0, 4), le(0x600000, 4), le(0xc000000, 8), le(0, 4);
    describe(end());
    no_fault();
    tells("Hart ID: 3");
    tells("PLIC Address: 0xc000000");
    begin("APIC", 7);                                                   /* who knows? */
    le(0, 8);
    table_entry(&out, 0x1c, 8), le(0, 6);
    describe(end());
    no_fault();
}

/* Flags of ACPI 6.6 in what was reserved. */
static void incoherent_gics(void **state)
{
    (void)state;
    for (uint8_t revision = 6; revision <= 7; revision++) {
        begin("APIC", revision);
        le(0, 8);
        lapic(0, 0, 1);
        table_entry(&out, 14, 16), le(1, 1), le(0, 1), le(0x8000000, 8), le(0x20000, 4);
        table_entry(&out, 15, 20), le(1, 1), le(0, 1), le(0, 4), le(0x8080000, 8), le(0, 4);
        describe(end());
        if (revision == 7)
            no_fault();
        else
            says("Flags: reserved bits 0x1 are set: they mean something from revision 7 on");
    }
}

static void madt_of_a_hardware_reduced_machine(void **state)
{
    (void)state;
    struct acpi_table *f = fadt();
    put(f, 112, 1 << 20, 4);
    begin_madt(1);
    lapic(0, 0, 1);
    struct acpi_table *t = end();
    describe(t);
    says("Flags: 8259s are promised, but the FADT says that the machine is hardware-reduced");
    put(f, 112, 0, 4);
    describe(t);
    no_fault();
}

static void the_sci_is_level(void **state)
{
    (void)state;
    (void)fadt();
    begin_madt(1);
    lapic(0, 0, 1);
    override(0, 9, 9, 5);
    describe(end());
    says("Flags: this is the SCI, which has to be level-triggered");
}

static void gicc(uint32_t uid, uint32_t flags)
{
    table_entry(&out, 11, 80), le(0, 2), le(uid, 4), le(uid, 4), le(flags, 4);
    table_zero(&out, 64);
}

static void madt_of_arm(void **state)
{
    (void)state;
    begin_madt(0);
    gicc(0, 1), gicc(0, 9), gicc(1, 0x10);
    for (unsigned i = 0; i < 2; i++)
        table_entry(&out, 12, 24), le(0, 2), le(0, 4), le(0x8000000, 8), le(0, 4), le(3, 1), le(0, 3);
    describe(end());
    tells("GIC version: 0x3: GICv3");
    says("ACPI Processor UID: UID 0 is another processor's too");
    says("Flags: enabled and online capable exclude each other");
    says("Flags: reserved bits 0x10 are set");
    says("Reserved: a machine has one distributor, and this is the second");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fadt_is_told), TEST(fadt_faults), TEST(fadt_pointers), TEST(facs_faults), TEST(a_good_madt), TEST(madt_faults),
        TEST(long_madts), TEST(madts_of_other_processors), TEST(incoherent_gics),
        TEST(madt_of_a_hardware_reduced_machine), TEST(the_sci_is_level), TEST(madt_of_arm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
