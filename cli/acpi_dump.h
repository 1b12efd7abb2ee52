/* The forms that `bedplate acpi dump` writes a set of tables in. */
#ifndef CLI_ACPI_DUMP_H
#define CLI_ACPI_DUMP_H
#include "acpi/firmware/set.h"

/* The nth table of a set: RSDP, RSDT, XSDT (those that are there), then all others. NULL: no more. */
const struct acpi_table *acpi_dump_table(const struct acpi_set *s, unsigned n);

/* The nth table's name for a file: "RSDP", "SSDT2" where it is not the first of it; odd characters become '_'. */
enum { ACPI_NAME_MAX = 16 };
void acpi_dump_name(const struct acpi_set *s, unsigned n, char name[ACPI_NAME_MAX]);

/* To stdout. */
void acpi_dump_as_acpidump(const struct acpi_set *s);
void acpi_dump_as_json(const struct acpi_set *s);

/* NAME.dat for each table; says on stdout what it wrote. */
bool acpi_dump_files(const struct acpi_set *s, const char *folder, struct error *e);

/* Each table but the RSDP as iasl takes it apart: NAME.dsl in a folder or, folder NULL, one after the other to stdout. */
bool acpi_dump_asl(const struct acpi_set *s, const char *folder, struct error *e);
#endif
