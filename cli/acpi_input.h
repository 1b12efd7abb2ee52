/*
 * Tables from what people have of a machine: a folder (of *.dat, *.aml, or as /sys/firmware/acpi/tables is), the text of acpidump,
 * files of one or more raw tables, an image that begins with an RSDP, "live" (the running machine) or "-" (standard input).
 *
 * Of a folder: regular files only, in the order of their names with numbers as numbers (SSDT2 before SSDT10), whose name ends in
 * .dat or .aml or is a signature with a number or none behind it. Folders in it are passed over: what /sys/firmware/acpi/tables
 * has in `dynamic` was loaded by AML as the machine ran and is not the firmware's, and what is in `data` is no table.
 */
#ifndef CLI_ACPI_INPUT_H
#define CLI_ACPI_INPUT_H
#include "acpi/firmware/set.h"

enum { ACPI_INPUT_MAX = 32 << 20 };     /* bytes of all files; real machines have up to 2 MiB of tables, 8 MiB as text */

struct acpi_input { struct acpi_set set; void **held; unsigned n; uint64_t total; };    /* held: the memory that set refers to; total: bytes read */

/* Adds all tables of `what`; false with a sentence that names the file, the line or offset, and the way out. Zero-initialized at first. */
bool acpi_input_add(struct acpi_input *in, const char *what, struct error *e);
void acpi_input_free(struct acpi_input *in);
#endif
