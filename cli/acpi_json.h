/* Tables for programs. */
#ifndef CLI_ACPI_JSON_H
#define CLI_ACPI_JSON_H
#include "acpi/firmware/set.h"

/*
 * One table of s as an object in the innermost open list of cli/json.h: signature, title and clause (of known ones), address (where known),
 * length, bytes in hex, fields (name, offset, size, depth, value, fault) and faults of the table as a whole.
 */
void acpi_json_table(const struct acpi_set *s, const struct acpi_table *t);
#endif
