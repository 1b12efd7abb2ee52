/* Owns: the MADT's entries of Arm (ACPI 6.4, 5.2.12.14 to 18; flags of revision 7, ACPI 6.6): processors and the parts of a GIC. */
#include "acpi/show/describe_madt.h"

static void check_gicc_uid(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    if (tell_own(t, 12, 4) & 9 && tell_seen(&m->gic_uid, v))
        tell_wrong(t, "UID %llu is another processor's too", (unsigned long long)v);
}

static void check_gicc_flags(struct telling *t, uint64_t v)
{
    struct madt *m = t->own;
    if (v & 16 && t->revision < 7)
        tell_wrong(t, "reserved bits 0x10 are set: they mean something from revision 7 on");
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

/* Flags and a reserved byte in ACPI 6.6, 5.2.12.17 and 18; before, both bytes are reserved. */
static void check_coherent(struct telling *t, uint64_t v)
{
    if (v && t->revision < 7)
        tell_wrong(t, "reserved bits 0x%llx are set: they mean something from revision 7 on", (unsigned long long)v);
}

static const struct tell_word gicc_flag[] = {
    BIT(0, "enabled"), BIT(1, "performance interrupt edge"), BIT(2, "maintenance interrupt edge"), BIT(3, "online capable"),
    BIT(4, "redistributor not coherent"), WORDS_END,
};
static const struct tell_word gic_flag[] = { BIT(0, "not coherent"), WORDS_END };
static const struct tell_word gic_version[] = { IS(0, "to be found out"), IS(1, "GICv1"), IS(2, "GICv2"), IS(3, "GICv3"), IS(4, "GICv4"), WORDS_END };
static const struct tell_word frame_flag[] = { BIT(0, "SPI count and base given here"), WORDS_END };

/* Up to ACPI 5.1 it ends behind the MPIDR, up to 6.2 behind the SPE interrupt. */
const struct tell_row tell_gicc[] = {
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
const struct tell_row tell_gicd[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, check_gicd }, { "GIC ID", 4, TELL_NUMBER, NULL, NULL }, { "Physical Base Address", 8, TELL_HEX, NULL, NULL },
    { "System Vector Base", 4, TELL_RESERVED, NULL, NULL }, { "GIC version", 1, TELL_WORD, gic_version, NULL },
    { "Reserved", 3, TELL_RESERVED, NULL, NULL }, ROWS_END,
};
const struct tell_row tell_gic_msi[] = {
    { "Reserved", 2, TELL_RESERVED, NULL, NULL }, { "GIC MSI Frame ID", 4, TELL_NUMBER, NULL, NULL }, { "Physical Base Address", 8, TELL_HEX, NULL, NULL },
    { "Flags", 4, TELL_BITS, frame_flag, NULL }, { "SPI Count", 2, TELL_NUMBER, NULL, NULL }, { "SPI Base", 2, TELL_NUMBER, NULL, NULL }, ROWS_END,
};
const struct tell_row tell_gicr[] = {
    { "Flags", 2, TELL_BITS | TELL_DULL, gic_flag, check_coherent },
    { "Discovery Range Base Address", 8, TELL_HEX, NULL, NULL },
    { "Discovery Range Length", 4, TELL_HEX, NULL, NULL }, ROWS_END,
};
const struct tell_row tell_its[] = {
    { "Flags", 2, TELL_BITS | TELL_DULL, gic_flag, check_coherent },
    { "GIC ITS ID", 4, TELL_NUMBER, NULL, NULL }, { "Physical Base Address", 8, TELL_HEX, NULL, NULL },
    { "Reserved", 4, TELL_RESERVED, NULL, NULL }, ROWS_END,
};
