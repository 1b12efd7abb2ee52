/*
 * Tables from what people have of a machine: a folder (of *.dat, *.aml, or as /sys/firmware/acpi/tables is), the text of acpidump,
 * files of one or more raw tables, an image that begins with an RSDP, "live" (the running machine) or "-" (standard input).
 */
#ifndef CLI_ACPI_INPUT_H
#define CLI_ACPI_INPUT_H
#include "acpi/firmware/set.h"

struct acpi_input { struct acpi_set set; void **held; unsigned n; };    /* held: the memory that set refers to */

/* Adds all tables of `what`; false with a sentence that names the file, the line or offset, and the way out. Zero-initialized at first. */
bool acpi_input_add(struct acpi_input *in, const char *what, struct error *e);
void acpi_input_free(struct acpi_input *in);
#endif
