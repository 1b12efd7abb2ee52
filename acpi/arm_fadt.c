/*
 * Owns: the FADT of BOARD_VIRT (ACPI 6.4, 5.2.9): hardware-reduced, as Arm always is, and started, stopped and reset by PSCI
 * through HVC (5.2.9.4). So there is neither a reset register nor a sleep control register: PSCI comes first for every
 * reader, and a second way out would have to be kept. Of the PC's fields none is set.
 */
#include "acpi/arm.h"

enum { FADT_REVISION = 6, FADT_MINOR = 4 };
enum { AT_DSDT = 40, AT_FLAGS = 112, AT_ARM_BOOT = 129, AT_MINOR = 131, AT_X_DSDT = 140, AT_HYPERVISOR = 268 };
enum { FLAG_PWR_BUTTON = 1 << 4, FLAG_SLP_BUTTON = 1 << 5, FLAG_HEADLESS = 1 << 12, FLAG_HW_REDUCED = 1 << 20 };  /* table 5.10 */
enum { ARM_BOOT_PSCI = 1 << 0, ARM_BOOT_HVC = 1 << 1 };                                                          /* table 5.12 */

uint64_t acpi_arm_fadt(struct table_out *o, const struct platform *p, uint64_t dsdt)
{
    (void)p;
    uint64_t start = table_begin(o, "FACP", FADT_REVISION);
    table_zero(o, AT_DSDT - TABLE_HEADER);
    table_le(o, dsdt, 4);                           /* and again in X_DSDT: either may be all that a reader knows (table 5.9) */
    table_zero(o, AT_FLAGS - AT_DSDT - 4);
    table_le(o, FLAG_HW_REDUCED | FLAG_HEADLESS | FLAG_PWR_BUTTON | FLAG_SLP_BUTTON, 4);   /* no fixed buttons */
    table_zero(o, AT_ARM_BOOT - AT_FLAGS - 4);
    table_le(o, ARM_BOOT_PSCI | ARM_BOOT_HVC, 2);
    table_le(o, FADT_MINOR, 1);
    table_zero(o, AT_X_DSDT - AT_MINOR - 1);
    table_le(o, dsdt, 8);
    table_zero(o, AT_HYPERVISOR - AT_X_DSDT - 8);
    table_bytes(o, "Bedplate", 8);                  /* hypervisor vendor identity */
    table_end(o, start);
    return start;
}
