/* What people call a table. */
#ifndef CLI_ACPI_NAME_H
#define CLI_ACPI_NAME_H
#include "acpi/firmware/set.h"

enum { ACPI_NAME = 5 };

/* Its signature, with a dot for whatever is no character of text; the RSDP's, which is "RSD ", without riddles; "????" of less than four bytes. */
void acpi_name(const struct acpi_table *t, char to[ACPI_NAME]);
/* The same of a signature, whatever its characters: four of them, in `signature` itself or constant. */
const char *acpi_name_of(const char *signature);
#endif
