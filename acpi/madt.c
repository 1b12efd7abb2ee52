/*
 * Owns: the MADT (ACPI 6.4, 5.2.12): processors by local APIC, the IOAPIC. There are no 8259s, hence no PCAT_COMPAT, and
 * no interrupt source override: pin n is ISA line n, edge-triggered and active high, and no timer sits on pin 0 or 2.
 * A guest without local APICs has no MADT at all: its interrupts come by 8259s, a model which is told by there being no MADT,
 * and entries for APICs that do not answer would be believed.
 */
#include "acpi/madt.h"
#include "acpi/tables.h"
#include "platform/pc_map.h"

void acpi_madt_apic(struct table_out *o, bool wide, uint32_t uid, uint32_t id, uint32_t flags)
{
    if (!wide) {
        table_entry(o, MADT_LAPIC, 8);
        table_le(o, uid, 1);            /* ACPI processor UID, as the DSDT's _UID has it */
        table_le(o, id, 1);             /* APIC id */
        table_le(o, flags, 4);
    } else {
        table_entry(o, MADT_X2APIC, 16);
        table_le(o, 0, 2);
        table_le(o, id, 4);             /* here the APIC id comes first */
        table_le(o, flags, 4);
        table_le(o, uid, 4);
    }
}

/* UID all ones: of all. x2APIC entries need their own, wider form. */
void acpi_madt_nmi(struct table_out *o, bool wide)
{
    table_entry(o, wide ? MADT_X2APIC_NMI : MADT_LAPIC_NMI, wide ? 12 : 6);
    if (!wide)
        table_le(o, 0xff, 1);
    table_le(o, 0, 2);                  /* polarity and trigger: as the bus has it */
    if (wide)
        table_le(o, 0xffffffff, 4);
    table_le(o, 1, 1);
    table_zero(o, wide ? 3 : 0);
}

static bool is_wide(unsigned vcpu) { return platform_apic_id(vcpu) > MADT_SHORT_MAX; }

void acpi_madt_processor(struct table_out *o, unsigned vcpu, bool enabled)
{
    uint32_t id = platform_apic_id(vcpu);
    acpi_madt_apic(o, is_wide(vcpu), id, id, enabled ? MADT_ENABLED : MADT_ONLINE_CAPABLE);
}

static void ioapic(struct table_out *o)
{
    table_entry(o, MADT_IOAPIC, 12);
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
    acpi_madt_nmi(o, false);
    if (is_wide(platform_vcpus_told(p) - 1))
        acpi_madt_nmi(o, true);
    if (p->ioapic)
        ioapic(o);
    table_end(o, start);
    return start;
}
