/*
 * The tables of BOARD_VIRT that a PC has not, or has quite differently. What is the same for both boards (SRAT, SLIT, MCFG,
 * STAO ...) stands in acpi/tables.h. Each returns where it begins in o.
 */
#ifndef ACPI_ARM_H
#define ACPI_ARM_H
#include "acpi/table.h"
#include "platform/platform.h"

uint64_t acpi_arm_dsdt(struct table_out *o, const struct platform *p);
uint64_t acpi_arm_fadt(struct table_out *o, const struct platform *p, uint64_t dsdt);   /* guest address, below 4 GiB */
uint64_t acpi_arm_madt(struct table_out *o, const struct platform *p);
uint64_t acpi_arm_gtdt(struct table_out *o, const struct platform *p);
uint64_t acpi_arm_pptt(struct table_out *o, const struct platform *p);
uint64_t acpi_arm_spcr(struct table_out *o, const struct platform *p);     /* this and the next only with p->arm.pl011 */
uint64_t acpi_arm_dbg2(struct table_out *o, const struct platform *p);
uint64_t acpi_arm_iort(struct table_out *o, const struct platform *p);     /* only with p->pcie.present and p->arm.its */
uint64_t acpi_arm_xenv(struct table_out *o, const struct platform *p);     /* only with p->xen */

/* The GIC that the tables tell: 2 where the platform says 2, else 3. */
static inline unsigned acpi_arm_gic(const struct platform *p) { return p->arm.gic_version == 2 ? 2 : 3; }

/* The PL011's name in the DSDT, which SPCR, DBG2 and STAO refer to. */
#define ACPI_ARM_UART "\\_SB.COM0"

/* How GTDT and XENV write an interrupt's kind: bit 0 edge (else level), bit 1 active low (else high), bit 2 (GTDT only) always on. */
enum { ARM_LEVEL_LOW = 1 << 1, ARM_ALWAYS_ON = 1 << 2 };
#endif
