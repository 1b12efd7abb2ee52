/*
 * Owns: the MADT (ACPI 6.4, 5.2.12): processors by local APIC, the IOAPIC. There are no 8259s, hence no PCAT_COMPAT, and
 * no interrupt source override: pin n is ISA line n, edge-triggered and active high, and no timer sits on pin 0 or 2.
 * A guest without local APICs has no MADT at all: its interrupts come by 8259s, a model which is told by there being no MADT,
 * and entries for APICs that do not answer would be believed.
 */
#include "acpi/tables.h"
#include "platform/pc_map.h"

enum { MADT_REVISION = 5, MADT_ENABLED = 1 << 0, MADT_ONLINE_CAPABLE = 1 << 1 };   /* the second since revision 5 (table 5.47) */
enum { ENTRY_LAPIC = 0, ENTRY_IOAPIC = 1, ENTRY_LAPIC_NMI = 4, ENTRY_X2APIC = 9, ENTRY_X2APIC_NMI = 10 };

/* Ids below 255 must be told by the short entry, whatever mode the APIC is in (5.2.12.12). */
static bool fits_xapic(unsigned vcpu) { return platform_apic_id(vcpu) < 255; }

void acpi_madt_processor(struct table_out *o, unsigned vcpu, bool enabled)
{
    uint32_t id = platform_apic_id(vcpu), flags = enabled ? MADT_ENABLED : MADT_ONLINE_CAPABLE;
    if (fits_xapic(vcpu)) {
        table_entry(o, ENTRY_LAPIC, 8);
        table_le(o, id, 1);             /* ACPI processor UID, as the DSDT's _UID has it */
        table_le(o, id, 1);             /* APIC id */
        table_le(o, flags, 4);
    } else {
        table_entry(o, ENTRY_X2APIC, 16);
        table_le(o, 0, 2);
        table_le(o, id, 4);             /* here the APIC id comes first */
        table_le(o, flags, 4);
        table_le(o, id, 4);
    }
}

/* NMIs come in on LINT1 of every processor: UID all ones. x2APIC entries need their own, wider form. */
static void nmi(struct table_out *o)
{
    table_entry(o, ENTRY_LAPIC_NMI, 6);
    table_le(o, 0xff, 1);
    table_le(o, 0, 2);                  /* polarity and trigger: as the bus has it */
    table_le(o, 1, 1);
}

static void nmi_x2apic(struct table_out *o)
{
    table_entry(o, ENTRY_X2APIC_NMI, 12);
    table_le(o, 0, 2);
    table_le(o, 0xffffffff, 4);
    table_le(o, 1, 1);
    table_zero(o, 3);
}

static void ioapic(struct table_out *o)
{
    table_entry(o, ENTRY_IOAPIC, 12);
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
    for (unsigned i = 0; i < platform_vcpus_told(p); i++)       /* those that may come as well: a guest makes room for them at its start */
        acpi_madt_processor(o, i, i < p->vcpus);
    nmi(o);
    if (!fits_xapic(platform_vcpus_told(p) - 1))
        nmi_x2apic(o);
    if (p->ioapic)
        ioapic(o);
    table_end(o, start);
    return start;
}
