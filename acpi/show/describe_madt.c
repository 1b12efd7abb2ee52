/* Owns: the MADT (ACPI 6.4, 5.2.12): processors and interrupt controllers of x86 and Arm, and what contradicts itself among them. */
#include "acpi/show/describe_internal.h"

/* What was told before, for entries that must differ. */
enum { IOAPICS = 64 };
struct madt {
    struct tell_seen apic, uid, gic_uid, override;
    struct { uint64_t id, gsi; } ioapic[IOAPICS];
    unsigned ioapics, gicds;
    bool processor;             /* an enabled one is among them */
    bool reduced;               /* what the FADT says: hardware-reduced, and which interrupt the SCI is (0: none) */
    uint64_t sci;
};

static bool usable(uint64_t flags) { return flags & 3; }

/* Entries that are neither enabled nor online capable mean nothing and often have all the same ids (0 or 255). */
static void check_id(struct telling *t, uint64_t id, uint64_t flags)
{
    struct madt *m = t->own;
    if (usable(flags) && tell_seen(&m->apic, id))
        tell_wrong(t, "APIC ID %llu is another processor's too", (unsigned long long)id);
}

static void check_uid(struct telling *t, uint64_t uid, uint64_t flags)
{
    struct madt *m = t->own;
    if (usable(flags) && tell_seen(&m->uid, uid))
        tell_wrong(t, "UID %llu is another processor's too", (unsigned long long)uid);
}

static void check_lapic_id(struct telling *t, uint64_t v)
{
    check_id(t, v, tell_own(t, 4, 4));
    if (v == 255 && usable(tell_own(t, 4, 4)))
        tell_wrong(t, "255 addresses all local APICs");
}
static void check_lapic_uid(struct telling *t, uint64_t v) { check_uid(t, v, tell_own(t, 4, 4)); }
static void check_x2_uid(struct telling *t, uint64_t v) { check_uid(t, v, tell_own(t, 8, 4)); }

/* 5.2.12.12: ids below 255 that a local APIC entry can tell are to be told by one. */
static void check_x2_id(struct telling *t, uint64_t v)
{
    uint64_t flags = tell_own(t, 8, 4);
    check_id(t, v, flags);
    if (v < 255 && usable(flags) && tell_own(t, 12, 4) < 255)
        tell_wrong(t, "an APIC ID below 255 belongs in a Processor Local APIC entry");
}

static void check_cpu_flags(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    m->processor |= v & 1;
    if ((v & 3) == 3)
        tell_wrong(t, "enabled and online capable exclude each other");
}

static void check_gicc_uid(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    if (tell_own(t, 12, 4) & 9 && tell_seen(&m->gic_uid, v))
        tell_wrong(t, "UID %llu is another processor's too", (unsigned long long)v);
}

static void check_gicc_flags(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    m->processor |= v & 1;
    if ((v & 9) == 9)
        tell_wrong(t, "enabled and online capable exclude each other");
}

static void check_gicd(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    (void)v;
    if (m->gicds++ == 1)
        tell_wrong(t, "a machine has one distributor, and this is the second");
}

static void check_ioapic_id(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    for (unsigned i = 0; i < m->ioapics; i++)
        if (m->ioapic[i].id == v)
            tell_wrong(t, "I/O APIC ID %llu is another's too", (unsigned long long)v);
}

/* How many inputs each has only the chip tells; the least that exist are 16. */
static void check_ioapic_gsi(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    for (unsigned i = 0; i < m->ioapics; i++) {
        uint64_t other = m->ioapic[i].gsi, apart = v > other ? v - other : other - v;
        if (apart < 16)
            tell_wrong(t, "the inputs overlap with those of I/O APIC %llu, which begin at %llu", (unsigned long long)m->ioapic[i].id,
                       (unsigned long long)other);
    }
    if (m->ioapics < IOAPICS) {
        m->ioapic[m->ioapics].id = tell_own(t, 2, 1);
        m->ioapic[m->ioapics++].gsi = v;
    }
}

static void check_ioapic_address(struct telling *t, uint64_t v)
{
    if (!v)
        tell_wrong(t, "an I/O APIC is not at 0");
}

static void check_bus(struct telling *t, uint64_t v)
{
    if (v)
        tell_wrong(t, "only bus 0, ISA, has overrides");
}

static void check_source(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    if (v > 15)
        tell_wrong(t, "ISA interrupts are 0 to 15");
    else if (tell_seen(&m->override, v))
        tell_wrong(t, "interrupt %llu has an override already", (unsigned long long)v);
}

/* The SCI is shared and level-triggered (ACPI 6.4, 5.2.9, SCI_INT); what its override says is believed. */
static void check_override_flags(struct telling *t, uint64_t v)
{
    const struct madt *m = t->own;
    if ((v & 0xc) == 4 && m->sci && m->sci == tell_own(t, 3, 1))
        tell_wrong(t, "this is the SCI, which has to be level-triggered");
}

static void check_lint(struct telling *t, uint64_t v)
{
    if (v > 1)
        tell_wrong(t, "a local APIC has LINT0 and LINT1");
}

/* PCAT_COMPAT promises 8259s, which a hardware-reduced machine has not (ACPI 6.4, 4.1, table 4.1). */
static void check_madt_flags(struct telling *t, uint64_t v)
{
    const struct madt *m = t->own;
    if (v & 1 && m->reduced)
        tell_wrong(t, "8259s are promised, but the FADT says that the machine is hardware-reduced");
}

static const struct tell_word madt_flag[] = { BIT(0, "PCAT_COMPAT: has 8259s"), WORDS_END };
static const struct tell_word cpu_flag[] = { BIT(0, "enabled"), BIT(1, "online capable"), WORDS_END };
static const struct tell_word inti[] = {
    PART(3, 0, NULL), PART(3, 1, "active high"), PART(3, 3, "active low"), PART(12, 0, NULL), PART(12, 4, "edge"), PART(12, 12, "level"),
    WORDS_END,
};
static const struct tell_word platform_flag[] = { BIT(0, "processor override"), WORDS_END };
static const struct tell_word platform_type[] = { IS(1, "PMI"), IS(2, "INIT"), IS(3, "corrected platform error"), WORDS_END };
static const struct tell_word gicc_flag[] = {
    BIT(0, "enabled"), BIT(1, "performance interrupt edge"), BIT(2, "maintenance interrupt edge"), BIT(3, "online capable"), WORDS_END,
};
static const struct tell_word gic_version[] = { IS(0, "to be found out"), IS(1, "GICv1"), IS(2, "GICv2"), IS(3, "GICv3"), IS(4, "GICv4"), WORDS_END };
static const struct tell_word frame_flag[] = { BIT(0, "SPI count and base given here"), WORDS_END };
static const struct tell_word mailbox_word[] = { IS(0, "version 0"), WORDS_END };

static const struct tell_row lapic[] = {
    { "ACPI Processor UID", 1, TELL_NUMBER, NULL, check_lapic_uid }, { "APIC ID", 1, TELL_NUMBER, NULL, check_lapic_id },
    { "Flags", 4, TELL_BITS, cpu_flag, check_cpu_flags }, ROWS_END,
};
static const struct tell_row ioapic[] = {
    { "I/O APIC ID", 1, TELL_NUMBER, NULL, check_ioapic_id }, { "Reserved", 1, TELL_RESERVED, NULL, NULL },
    { "I/O APIC Address", 4, TELL_HEX, NULL, check_ioapic_address }, { "Global System Interrupt Base", 4, TELL_NUMBER, NULL, check_ioapic_gsi },
    ROWS_END,
};
static const struct tell_row override[] = {
    { "Bus", 1, TELL_NUMBER, NULL, check_bus }, { "Source", 1, TELL_NUMBER, NULL, check_source },
    { "Global System Interrupt", 4, TELL_NUMBER, NULL, NULL }, { "Flags", 2, TELL_BITS, inti, check_override_flags }, ROWS_END,
};
static const struct tell_row nmi_source[] = {
    { "Flags", 2, TELL_BITS, inti, NULL }, { "Global System Interrupt", 4, TELL_NUMBER, NULL, NULL }, ROWS_END,
};
static const struct tell_row lapic_nmi[] = {
    { "ACPI Processor UID", 1, TELL_HEX, NULL, NULL }, { "Flags", 2, TELL_BITS, inti, NULL },
    { "Local APIC LINT#", 1, TELL_NUMBER, NULL, check_lint }, ROWS_END,
};
static const struct tell_row lapic_address[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, NULL }, { "Local APIC Address", 8, TELL_HEX, NULL, NULL }, ROWS_END,
};
static const struct tell_row iosapic[] = {
    { "I/O APIC ID", 1, TELL_NUMBER, NULL, NULL }, { "Reserved", 1, TELL_RESERVED, NULL, NULL },
    { "Global System Interrupt Base", 4, TELL_NUMBER, NULL, NULL }, { "I/O SAPIC Address", 8, TELL_HEX, NULL, NULL }, ROWS_END,
};
static const struct tell_row local_sapic[] = {
    { "ACPI Processor ID", 1, TELL_NUMBER, NULL, NULL }, { "Local SAPIC ID", 1, TELL_NUMBER, NULL, NULL },
    { "Local SAPIC EID", 1, TELL_NUMBER, NULL, NULL }, { "Reserved", 3, TELL_RESERVED, NULL, NULL }, { "Flags", 4, TELL_BITS, cpu_flag, NULL },
    { "ACPI Processor UID Value", 4, TELL_NUMBER, NULL, NULL }, { "ACPI Processor UID String", TELL_REST, TELL_TEXT, NULL, NULL }, ROWS_END,
};
static const struct tell_row platform_source[] = {
    { "Flags", 2, TELL_BITS, inti, NULL }, { "Interrupt Type", 1, TELL_WORD, platform_type, NULL }, { "Processor ID", 1, TELL_NUMBER, NULL, NULL },
    { "Processor EID", 1, TELL_NUMBER, NULL, NULL }, { "I/O SAPIC Vector", 1, TELL_HEX, NULL, NULL },
    { "Global System Interrupt", 4, TELL_NUMBER, NULL, NULL }, { "Platform Interrupt Source Flags", 4, TELL_BITS, platform_flag, NULL }, ROWS_END,
};
static const struct tell_row x2apic[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, NULL }, { "X2APIC ID", 4, TELL_NUMBER, NULL, check_x2_id },
    { "Flags", 4, TELL_BITS, cpu_flag, check_cpu_flags }, { "ACPI Processor UID", 4, TELL_NUMBER, NULL, check_x2_uid }, ROWS_END,
};
static const struct tell_row x2apic_nmi[] = {
    { "Flags", 2, TELL_BITS, inti, NULL }, { "ACPI Processor UID", 4, TELL_HEX, NULL, NULL },
    { "Local x2APIC LINT#", 1, TELL_NUMBER, NULL, check_lint }, { "Reserved", 3, TELL_RESERVED, NULL, NULL }, ROWS_END,
};
/* Up to ACPI 5.1 it ends behind the MPIDR, up to 6.2 behind the SPE interrupt. */
static const struct tell_row gicc[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, NULL }, { "CPU Interface Number", 4, TELL_NUMBER, NULL, NULL },
    { "ACPI Processor UID", 4, TELL_NUMBER, NULL, check_gicc_uid }, { "Flags", 4, TELL_BITS, gicc_flag, check_gicc_flags },
    { "Parking Protocol Version", 4, TELL_NUMBER | TELL_DULL, NULL, NULL }, { "Performance Interrupt GSIV", 4, TELL_NUMBER | TELL_DULL, NULL, NULL },
    { "Parked Address", 8, TELL_HEX | TELL_DULL, NULL, NULL }, { "Physical Base Address", 8, TELL_HEX | TELL_DULL, NULL, NULL },
    { "GICV", 8, TELL_HEX | TELL_DULL, NULL, NULL }, { "GICH", 8, TELL_HEX | TELL_DULL, NULL, NULL },
    { "VGIC Maintenance interrupt", 4, TELL_NUMBER | TELL_DULL, NULL, NULL }, { "GICR Base Address", 8, TELL_HEX | TELL_DULL, NULL, NULL },
    { "MPIDR", 8, TELL_HEX, NULL, NULL }, { "Processor Power Efficiency Class", 1, TELL_NUMBER | TELL_DULL, NULL, NULL },
    { "Reserved", 1, TELL_RESERVED, NULL, NULL }, { "SPE overflow Interrupt", 2, TELL_NUMBER | TELL_DULL, NULL, NULL },
    { "TRBE Interrupt", 2, TELL_NUMBER | TELL_DULL, NULL, NULL }, ROWS_END,
};
static const struct tell_row gicd[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, check_gicd }, { "GIC ID", 4, TELL_NUMBER, NULL, NULL }, { "Physical Base Address", 8, TELL_HEX, NULL, NULL },
    { "System Vector Base", 4, TELL_RESERVED, NULL, NULL }, { "GIC version", 1, TELL_WORD, gic_version, NULL },
    { "Reserved", 3, TELL_RESERVED, NULL, NULL }, ROWS_END,
};
static const struct tell_row gic_msi[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, NULL }, { "GIC MSI Frame ID", 4, TELL_NUMBER, NULL, NULL }, { "Physical Base Address", 8, TELL_HEX, NULL, NULL },
    { "Flags", 4, TELL_BITS, frame_flag, NULL }, { "SPI Count", 2, TELL_NUMBER, NULL, NULL }, { "SPI Base", 2, TELL_NUMBER, NULL, NULL }, ROWS_END,
};
static const struct tell_row gicr[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, NULL }, { "Discovery Range Base Address", 8, TELL_HEX, NULL, NULL },
    { "Discovery Range Length", 4, TELL_HEX, NULL, NULL }, ROWS_END,
};
static const struct tell_row its[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, NULL }, { "GIC ITS ID", 4, TELL_NUMBER, NULL, NULL }, { "Physical Base Address", 8, TELL_HEX, NULL, NULL },
    { "Reserved", 4, TELL_RESERVED, NULL, NULL }, ROWS_END,
};
static const struct tell_row wakeup[] = {
    { "MailBoxVersion", 2, TELL_WORD, mailbox_word, NULL }, { "Reserved", 4, TELL_RESERVED, NULL, NULL }, { "MailBoxAddress", 8, TELL_HEX, NULL, NULL },
    ROWS_END,
};

static const struct tell_row head[] = { { "Type", 1, TELL_TYPE, NULL, NULL }, { "Length", 1, TELL_LENGTH, NULL, NULL }, ROWS_END };
static const struct tell_sub subs[] = {
    { 0, 0, "Processor Local APIC", lapic, NULL, NULL },             { 1, 0, "I/O APIC", ioapic, NULL, NULL },
    { 2, 0, "Interrupt Source Override", override, NULL, NULL },     { 3, 0, "NMI Source", nmi_source, NULL, NULL },
    { 4, 0, "Local APIC NMI", lapic_nmi, NULL, NULL },               { 5, 0, "Local APIC Address Override", lapic_address, NULL, NULL },
    { 6, 0, "I/O SAPIC", iosapic, NULL, NULL },                      { 7, 0, "Local SAPIC", local_sapic, NULL, NULL },
    { 8, 0, "Platform Interrupt Source", platform_source, NULL, NULL }, { 9, 0, "Processor Local x2APIC", x2apic, NULL, NULL },
    { 10, 0, "Local x2APIC NMI", x2apic_nmi, NULL, NULL },           { 11, 76, "GICC", gicc, NULL, NULL },
    { 12, 0, "GICD", gicd, NULL, NULL },                             { 13, 0, "GIC MSI Frame", gic_msi, NULL, NULL },
    { 14, 0, "GICR", gicr, NULL, NULL },                             { 15, 0, "GIC ITS", its, NULL, NULL },
    { 16, 0, "Multiprocessor Wakeup", wakeup, NULL, NULL },          SUBS_END,
};
static const struct tell_list entries = { .head = head, .subs = subs, .other = "Entry" };

static const struct tell_row madt_rows[] = {
    { "Local Interrupt Controller Address", 4, TELL_HEX, NULL, NULL }, { "Flags", 4, TELL_BITS, madt_flag, check_madt_flags }, ROWS_END,
};

static void ask_fadt(struct madt *m, const struct acpi_set *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        struct span sci = span_slice(s->table[i].bytes, 46, 2), flags = span_slice(s->table[i].bytes, 112, 4);
        if (!acpi_is(&s->table[i], "FACP"))
            continue;
        m->sci = span_le(&sci, 2);
        m->reduced = span_le(&flags, 4) >> 20 & 1;
        return;
    }
}

static void tell_madt(struct telling *t)
{
    struct madt m = { .ioapics = 0 };
    ask_fadt(&m, t->set);
    t->own = &m;
    tell_rows(t, madt_rows);
    tell_list(t, &entries, UINT32_MAX);
    if (!m.processor && t->at >= 44)
        tell_table_wrong(t, "no processor is enabled");
    t->own = NULL;
}

const struct tell_kind_of tell_madt_kinds[] = {
    { .signature = "APIC", .title = "Multiple APIC Description Table", .clause = "ACPI 6.4, 5.2.12", .low = 1, .high = 6, .tell = tell_madt,
      .least = { { 1, 44 } } },
    { .signature = NULL },
};
