/* The MADT of a PC (ACPI 6.4, 5.2.12): its kinds of entries, and those that a guest's and the hardware domain's have alike. */
#ifndef ACPI_MADT_H
#define ACPI_MADT_H
#include "acpi/table.h"

enum { MADT_REVISION = 5, MADT_ENTRIES = 44 };                  /* the entries begin there */
enum { MADT_PCAT_COMPAT = 1 << 0 };                             /* flag of the table: there are 8259s as well */
enum { MADT_ENABLED = 1 << 0, MADT_ONLINE_CAPABLE = 1 << 1 };   /* of a processor; the second since revision 5 (table 5.47) */
enum {
    MADT_LAPIC = 0, MADT_IOAPIC = 1, MADT_OVERRIDE = 2, MADT_NMI_SOURCE = 3, MADT_LAPIC_NMI = 4, MADT_X2APIC = 9, MADT_X2APIC_NMI = 10,
};
/* Larger APIC ids and UIDs do not fit the short entry: 255 means all processors. Ids that do fit belong in it, whatever mode the APIC is in (5.2.12.12). */
enum { MADT_SHORT_MAX = 254 };

/* A processor (5.2.12.2; `wide`: 5.2.12.12), 8 or 16 bytes. */
void acpi_madt_apic(struct table_out *o, bool wide, uint32_t uid, uint32_t id, uint32_t flags);
/* NMI comes in on LINT1 of every processor that has an entry of that width (5.2.12.7, 5.2.12.13). */
void acpi_madt_nmi(struct table_out *o, bool wide);
#endif
