/*
 * Owns: the MADT of BOARD_VIRT (ACPI 6.4, 5.2.12.14 to 18): one GICC for each vCPU, the distributor, then what version 3
 * has: the redistributors in one region, and the ITS.
 */
#include "acpi/arm.h"
#include "platform/virt_map.h"

enum { MADT_REVISION = 5, GICC_ENABLED = 1 };
enum { ENTRY_GICC = 0x0b, ENTRY_GICD = 0x0c, ENTRY_GICR = 0x0e, ENTRY_ITS = 0x0f };
enum { GICC_LENGTH = 80, GICD_LENGTH = 24, GICR_LENGTH = 16, ITS_LENGTH = 20 };

static void entry(struct table_out *o, uint8_t type, uint8_t length)
{
    table_le(o, type, 1);
    table_le(o, length, 1);
    table_le(o, 0, 2);
}

/*
 * No parking protocol: CPUs start by PSCI, as the FADT says. No maintenance interrupt and no GICV, GICH: the guest has no EL2
 * and virtualises nothing. No performance interrupt: it has no PMU. GICC's own GICR field is 0 where there is a region (5.2.12.14).
 */
static void gicc(struct table_out *o, const struct platform *p, unsigned vcpu)
{
    entry(o, ENTRY_GICC, GICC_LENGTH);
    table_le(o, vcpu, 4);                           /* CPU interface number: for GICv2 the bit of a target */
    table_le(o, vcpu, 4);                           /* ACPI processor UID, as the DSDT's _UID has it */
    table_le(o, GICC_ENABLED, 4);
    table_zero(o, 4);                               /* parking protocol version */
    table_zero(o, 4);                               /* performance interrupt */
    table_zero(o, 8);                               /* parked address */
    table_le(o, acpi_arm_gic(p) == 2 ? VIRT_GICC_BASE : 0, 8);   /* GICv3's CPU interface is system registers */
    table_zero(o, 8 + 8 + 4);                       /* GICV, GICH, maintenance interrupt */
    table_zero(o, 8);                               /* GICR */
    table_le(o, platform_mpidr(vcpu), 8);
    table_zero(o, 1 + 1 + 2);                       /* efficiency class: all the same; no statistical profiling */
}

static void gicd(struct table_out *o, const struct platform *p)
{
    entry(o, ENTRY_GICD, GICD_LENGTH);
    table_le(o, 0, 4);                              /* id of the GIC */
    table_le(o, VIRT_GICD_BASE, 8);
    table_le(o, 0, 4);                              /* first GSIV: must be 0 */
    table_le(o, acpi_arm_gic(p), 1);
    table_zero(o, 3);
}

static void gicr(struct table_out *o, const struct platform *p)
{
    entry(o, ENTRY_GICR, GICR_LENGTH);
    table_le(o, VIRT_GICR_BASE, 8);
    table_le(o, p->vcpus * VIRT_GICR_SIZE, 4);    /* no longer than what answers: readers walk it up to its end */
}

static void its(struct table_out *o)
{
    entry(o, ENTRY_ITS, ITS_LENGTH);
    table_le(o, 0, 4);                              /* id, by which IORT and SRAT would name it */
    table_le(o, VIRT_ITS_BASE, 8);
    table_zero(o, 4);
}

uint64_t acpi_arm_madt(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "APIC", MADT_REVISION);
    table_zero(o, 8);                               /* no local APICs, no flags */
    for (unsigned i = 0; i < p->vcpus; i++)
        gicc(o, p, i);
    gicd(o, p);
    if (acpi_arm_gic(p) != 2)
        gicr(o, p);
    if (PLATFORM_MORE_DEVICES && acpi_arm_gic(p) != 2 && p->arm.its)
        its(o);
    table_end(o, start);
    return start;
}
