/*
 * Owns: the MADT (ACPI 6.4, 5.2.12; what is newer, 6.6): processors and interrupt controllers of x86 and Arm, and what contradicts itself
 * among them.
 */
#include "acpi/show/describe_madt.h"

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

/* An x2APIC entry, whose id, flags and UID stand here, that might have been a local APIC entry. */
static bool is_needlessly_long(uint64_t id, uint64_t flags, uint64_t uid) { return id < 255 && usable(flags) && uid < 255; }

/*
 * 5.2.12.12: where there are entries of both kinds, ids below 255 belong in the short ones, and Linux passes over the others. All in long
 * ones is what every kernel with x2APIC reads. Told once.
 */
static void check_x2_id(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    uint64_t flags = tell_own(t, 8, 4);
    check_id(t, v, flags);
    if (m->shorts && m->longs && is_needlessly_long(v, flags, tell_own(t, 12, 4))) {
        if (m->longs == 1)
            tell_wrong(t, "an APIC ID below 255 belongs in a Processor Local APIC entry where there are such entries");
        else
            tell_wrong(t, "an APIC ID below 255 belongs in a Processor Local APIC entry where there are such entries (as do %u more)", m->longs - 1);
        m->longs = 0;
    }
}

static void check_cpu_flags(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    m->processor |= v & 1;
    if ((v & 3) == 3)
        tell_wrong(t, "enabled and online capable exclude each other");
}

void tell_madt_core(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    m->processor |= v & 1;
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
    { "Local SAPIC EID", 1, TELL_NUMBER, NULL, NULL }, { "Reserved", 3, TELL_RESERVED, NULL, NULL }, { "Flags", 4, TELL_BITS, cpu_flag, tell_madt_core },
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
    { 10, 0, "Local x2APIC NMI", x2apic_nmi, NULL, NULL },           { 11, 76, "GICC", tell_gicc, NULL, NULL },
    { 12, 0, "GICD", tell_gicd, NULL, NULL },                             { 13, 0, "GIC MSI Frame", tell_gic_msi, NULL, NULL },
    { 14, 0, "GICR", tell_gicr, NULL, NULL },                             { 15, 0, "GIC ITS", tell_its, NULL, NULL },
    { 16, 0, "Multiprocessor Wakeup", wakeup, NULL, NULL },
    /* LoongArch and RISC-V */
    { 17, 0, "CORE PIC", tell_core_pic, NULL, NULL },                { 18, 0, "LIO PIC", tell_lio_pic, NULL, NULL },
    { 19, 0, "HT PIC", tell_ht_pic, NULL, NULL },                    { 20, 0, "EIO PIC", tell_eio_pic, NULL, NULL },
    { 21, 0, "MSI PIC", tell_msi_pic, NULL, NULL },                  { 22, 0, "BIO PIC", tell_bio_pic, NULL, NULL },
    { 23, 0, "LPC PIC", tell_lpc_pic, NULL, NULL },                  { 24, 0, "RINTC", tell_rintc, NULL, NULL },
    { 25, 0, "IMSIC", tell_imsic, NULL, NULL },                      { 26, 0, "APLIC", tell_aplic, NULL, NULL },
    { 27, 0, "PLIC", tell_plic, NULL, NULL },                        SUBS_END,
};
enum { TYPES = sizeof(subs) / sizeof(subs[0]) - 1 };
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

/* What is to be known before the first entry is told. */
static void look_ahead(struct madt *m, const struct telling *t)
{
    for (uint32_t at = 44, n; at + 2 <= t->end; at += n) {
        uint64_t type = tell_get(t, at, 1);
        n = (uint32_t)tell_get(t, at + 1, 1);
        if (n < 2 || n > t->end - at)
            return;
        m->unknown |= type >= TYPES;
        m->shorts += type == 0 && n >= 8 && usable(tell_get(t, at + 4, 4));
        m->longs += type == 9 && n >= 16 && is_needlessly_long(tell_get(t, at + 4, 4), tell_get(t, at + 8, 4), tell_get(t, at + 12, 4));
    }
}

static void tell_madt(struct telling *t)
{
    struct madt m = { .ioapics = 0 };
    ask_fadt(&m, t->set);
    look_ahead(&m, t);
    t->own = &m;
    tell_rows(t, madt_rows);
    tell_list(t, &entries, UINT32_MAX);
    if (!m.processor && !m.unknown && t->at >= 44)
        tell_table_wrong(t, "no processor is enabled");
    t->own = NULL;
}

const struct tell_kind_of tell_madt_kinds[] = {
    { .signature = "APIC", .title = "Multiple APIC Description Table", .clause = "ACPI 6.4, 5.2.12", .low = 1, .high = 7, .tell = tell_madt,
      .least = { { 1, 44 } } },
    { .signature = NULL },
};
