/* What the two forms of a listing share: a line that grows piece by piece, and faults that wait until it is out. */
#ifndef ACPI_SHOW_SHOW_INTERNAL_H
#define ACPI_SHOW_SHOW_INTERNAL_H
#include "acpi/show/show.h"
#include "acpi/table.h"

enum { SHOW_NAMES = 30 };       /* columns that names take */

/* Added to the line, which is cut when it is too long. */
void show_put(struct acpi_show *w, const char *text);
/* At least so many digits. */
void show_put_hex(struct acpi_show *w, uint64_t v, unsigned digits);
/* Blanks up to column `to`, and one at least. */
void show_pad(struct acpi_show *w, unsigned to);
void show_end_line(struct acpi_show *w);
void show_hold_fault(struct acpi_show *w, const struct acpi_field *f);
void show_end_faults(struct acpi_show *w);

/* The hex form: a field; what is still to be written in front of offset `next`. */
void show_hex_field(struct acpi_show *w, const struct acpi_field *f);
void show_hex_release(struct acpi_show *w, uint32_t next);
#endif
