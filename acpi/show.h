/* Tables in plain words, field by field: for people and for golden files. Pure; believes no byte of what it is shown. */
#ifndef ACPI_SHOW_H
#define ACPI_SHOW_H
#include "lib/span.h"

/*
 * Shows the tables in `image`, which stands at guest address `at` and has the RSDP on a 16-byte boundary, in the order
 * in which they are found from there. Each line goes to `line` without a newline. Damage is a line that says so.
 */
void acpi_show(struct span image, uint64_t at, void (*line)(void *owner, const char *text), void *owner);
#endif
