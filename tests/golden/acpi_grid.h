/* What the program of golden files (acpi_tables.c) and its grid (acpi_grid.c) have of each other. */
#ifndef TESTS_GOLDEN_ACPI_GRID_H
#define TESTS_GOLDEN_ACPI_GRID_H
#include "platform/platform.h"

/* Reads "vcpus=2,lapic=1,..." (a key that is not given is 0) and checks it. False: no such guest can be. */
bool acpi_configure(struct platform *p, const char *config, struct error *e);
/* Guest address of the board's tables. */
uint64_t acpi_stands_at(const struct platform *p);

/*
 * Takes configurations from standard input, one a line; walks each one's tables; writes each distinct table, once, to
 * dir/SIGNATURE-checksum.dat, and to dir/sets one line for each set that differs in its AML or its FADT:
 * "configuration tables commands", for acpiexec. Without a dir it only walks. Returns the exit status.
 */
int acpi_grid(const char *dir);
/* Takes names from standard input, one a line: dir/NAME.dat and dir/NAME.aml, which iasl made of its text, must be the same. */
int acpi_same(const char *dir);
#endif
