/* Tables for programs. */
#ifndef CLI_ACPI_JSON_H
#define CLI_ACPI_JSON_H
#include "acpi/show/describe.h"

/*
 * One object: tables (a list), faults (of the set as a whole, if there are any), count and fault_count. A table: signature, title and clause
 * ("" of an unknown one), address (where known), length, bytes in hex, fields (name, offset, size, depth, value and, if it has one,
 * fault) and, if there are any, faults of it as a whole. docs/bedplate.1 has this.
 */
struct acpi_json { bool in_table, in_fields, in_faults; };      /* its own: what has to be closed */

/* What writes tables as it is told of them; then acpi_json_tables_end; then the faults of the set, by the same; then acpi_json_end. */
struct acpi_listener acpi_json_begin(struct acpi_json *j);
void acpi_json_tables_end(struct acpi_json *j);
void acpi_json_end(struct acpi_json *j, unsigned tables, unsigned faults);
#endif
