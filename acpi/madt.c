/*
 * Owns: the MADT (ACPI 6.4, 5.2.12): processors by local APIC, the IOAPIC. There are no 8259s, hence no PCAT_COMPAT, and
 * no interrupt source override: pin n is ISA line n, edge-triggered and active high, and no timer sits on pin 0 or 2.
 */
#include "acpi/tables.h"
#include "platform/pc_map.h"

enum { MADT_REVISION = 5, MADT_ENABLED = 1 };
enum { ENTRY_LAPIC = 0, ENTRY_IOAPIC = 1, ENTRY_LAPIC_NMI = 4, ENTRY_X2APIC = 9, ENTRY_X2APIC_NMI = 10 };

/* Ids below 255 must be told by the short entry, whatever mode the APIC is in (5.2.12.12). */
static bool fits_xapic(unsigned vcpu) { return platform_apic_id(vcpu) < 255; }

static void processor(struct table_out *o, unsigned vcpu)
{
    uint32_t id = platform_apic_id(vcpu);
    if (fits_xapic(vcpu)) {
        table_le(o, ENTRY_LAPIC, 1);
        table_le(o, 8, 1);
        table_le(o, id, 1);             /* ACPI processor UID, as the DSDT's _UID has it */
        table_le(o, id, 1);             /* APIC id */
        table_le(o, MADT_ENABLED, 4);
    } else {
        table_le(o, ENTRY_X2APIC, 1);
        table_le(o, 16, 1);
        table_le(o, 0, 2);
        table_le(o, id, 4);             /* here the APIC id comes first */
        table_le(o, MADT_ENABLED, 4);
        table_le(o, id, 4);
    }
}

/* NMIs come in on LINT1 of every processor: UID all ones. x2APIC entries need their own, wider form. */
static void nmi(struct table_out *o, bool x2apic)
{
    table_le(o, x2apic ? ENTRY_X2APIC_NMI : ENTRY_LAPIC_NMI, 1);
    table_le(o, x2apic ? 12 : 6, 1);
    if (!x2apic)
        table_le(o, 0xff, 1);
    table_le(o, 0, 2);                  /* polarity and trigger: as the bus has it */
    if (x2apic)
        table_le(o, 0xffffffff, 4);
    table_le(o, 1, 1);
    table_zero(o, x2apic ? 3 : 0);
}

static void ioapic(struct table_out *o)
{
    table_le(o, ENTRY_IOAPIC, 1);
    table_le(o, 12, 1);
    table_le(o, PC_IOAPIC_ID, 1);
    table_le(o, 0, 1);
    table_le(o, PC_IOAPIC_BASE, 4);
    table_le(o, 0, 4);                  /* first GSI */
}

uint64_t acpi_madt(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "APIC", MADT_REVISION);
    table_le(o, PC_LAPIC_BASE, 4);
    table_le(o, 0, 4);                  /* flags: no PCAT_COMPAT */
    for (unsigned i = 0; i < p->vcpus; i++)
        processor(o, i);
    nmi(o, false);
    if (!fits_xapic(p->vcpus - 1))
        nmi(o, true);
    if (p->ioapic)
        ioapic(o);
    table_end(o, start);
    return start;
}
