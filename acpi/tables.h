/* The tables one by one, as acpi_build puts them together. Each returns where it begins in o. */
#ifndef ACPI_TABLES_H
#define ACPI_TABLES_H
#include "acpi/table.h"
#include "platform/platform.h"

uint64_t acpi_dsdt(struct table_out *o, const struct platform *p);
/* Guest addresses, below 4 GiB; facs 0: none. */
uint64_t acpi_fadt(struct table_out *o, const struct platform *p, uint64_t dsdt, uint64_t facs);
uint64_t acpi_facs(struct table_out *o);                                            /* not a table: no header, no checksum */
uint64_t acpi_madt(struct table_out *o, const struct platform *p);                  /* only with p->lapic */
/* Its entry of a processor (5.2.12.2, 5.2.12.12), at most 16 bytes: one that is there, or one that may come. For _MAT as well. */
void acpi_madt_processor(struct table_out *o, unsigned vcpu, bool enabled);
uint64_t acpi_spcr(struct table_out *o, const struct platform *p);                  /* this and the next only with p->uart.present */
uint64_t acpi_dbg2(struct table_out *o, const struct platform *p);
uint64_t acpi_waet(struct table_out *o, const struct platform *p);                  /* only with a PM timer */
bool acpi_has_pm_timer(const struct platform *p);

/* Those that both boards have. */
uint64_t acpi_mcfg(struct table_out *o, const struct platform *p);                  /* only with p->pcie.present */
uint64_t acpi_viot(struct table_out *o, const struct platform *p);                  /* only with p->viommu.present */
uint64_t acpi_srat(struct table_out *o, const struct platform *p);                  /* this and the next only with p->nodes */
uint64_t acpi_slit(struct table_out *o, const struct platform *p);
uint64_t acpi_tpm2(struct table_out *o, const struct platform *p);                  /* only with p->tpm.present */
uint64_t acpi_stao(struct table_out *o, const struct platform *p);                  /* only with p->hiddens */

/* Their parts of a DSDT's \_SB; nothing where the platform has no such device. */
void acpi_dsdt_pcie(struct table_out *o, const struct platform *p);
void acpi_dsdt_tpm(struct table_out *o, const struct platform *p);
void acpi_dsdt_channels(struct table_out *o, const struct platform *p);

/* The 16550's name in a PC's DSDT, which DBG2 and STAO refer to. */
#define ACPI_PC_UART "\\_SB.COM1"
#endif
