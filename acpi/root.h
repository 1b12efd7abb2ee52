/* What points at all tables: RSDP, RSDT and XSDT (ACPI 6.4, 5.2.5.3, 5.2.7, 5.2.8). */
#ifndef ACPI_ROOT_H
#define ACPI_ROOT_H
#include "acpi/table.h"

enum { ACPI_RSDP_LENGTH = 36 };

/*
 * A root table of n guest addresses, each in `size` bytes: the RSDT, 4, of which those above 4 GiB are left out; the XSDT, 8. Returns where
 * it begins in o.
 */
uint64_t acpi_root_table(struct table_out *o, const uint64_t *at, unsigned n, unsigned size);
/* The RSDP into the first ACPI_RSDP_LENGTH bytes of o, where zeroes stand already, as the root tables' addresses are known last. */
void acpi_rsdp(const struct table_out *o, uint64_t rsdt, uint64_t xsdt);
#endif
