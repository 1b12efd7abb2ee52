/* The tables one by one, as acpi_build puts them together. Each returns where it begins in o. */
#ifndef ACPI_TABLES_H
#define ACPI_TABLES_H
#include "acpi/table.h"
#include "platform/platform.h"

uint64_t acpi_dsdt(struct table_out *o, const struct platform *p);
uint64_t acpi_fadt(struct table_out *o, const struct platform *p, uint64_t dsdt, uint64_t facs);   /* guest addresses, below 4 GiB; facs 0: none */
uint64_t acpi_facs(struct table_out *o);                                            /* not a table: no header, no checksum */
uint64_t acpi_madt(struct table_out *o, const struct platform *p);                  /* only with p->lapic */
#endif
