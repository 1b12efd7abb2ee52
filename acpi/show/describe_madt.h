/* What the MADT's entries share, and those that are told in files of their own. For acpi/show/describe_madt*.c only. */
#ifndef ACPI_SHOW_DESCRIBE_MADT_H
#define ACPI_SHOW_DESCRIBE_MADT_H
#include "acpi/show/describe_internal.h"

/* What was told before, for entries that must differ. */
enum { IOAPICS = 64 };
struct madt {
    struct tell_seen apic, uid, gic_uid, override;
    struct { uint64_t id, gsi; } ioapic[IOAPICS];
    unsigned ioapics, gicds;
    bool processor;             /* an enabled one is among them */
    bool unknown;               /* an entry of a type that we do not know, perhaps a processor's */
    unsigned shorts, longs;     /* usable local APIC entries; x2APIC entries of ids that would fit into one */
    bool reduced;               /* what the FADT says: hardware-reduced, and which interrupt the SCI is (0: none) */
    uint64_t sci;
};

/* Check of a processor's flags: bit 0 is "enabled". */
void tell_madt_core(struct telling *t, uint64_t v);

/* Arm. */
extern const struct tell_row tell_gicc[], tell_gicd[], tell_gic_msi[], tell_gicr[], tell_its[];
/* LoongArch (ACPI 6.5, 5.2.12.20 to 26) and RISC-V (ACPI 6.6). */
extern const struct tell_row tell_core_pic[], tell_lio_pic[], tell_ht_pic[], tell_eio_pic[], tell_msi_pic[], tell_bio_pic[], tell_lpc_pic[];
extern const struct tell_row tell_rintc[], tell_imsic[], tell_aplic[], tell_plic[];
#endif
