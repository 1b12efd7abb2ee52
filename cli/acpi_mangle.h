/* What the files of `bedplate acpi mangle` share. `image` is what mangle_write made for address `at`. */
#ifndef CLI_ACPI_MANGLE_H
#define CLI_ACPI_MANGLE_H
#include "acpi/firmware/mangle.h"

void mangle_print(const struct mangle *m, gpa_t at, const uint8_t *image);
void mangle_print_json(const struct mangle *m, gpa_t at, const uint8_t *image);
/* What changes in the tables that are told anew, field by field: a line for each through `line`, at most `most` of one kind in a row. */
void mangle_changes(const struct mangle *m, gpa_t at, const uint8_t *image, unsigned most, void (*line)(void *owner, const char *text), void *owner);
/* All tables that the domain is given as folder/NAME.dat (SSDT1.dat, SSDT2.dat where there are more), all or none. */
bool mangle_write_files(const struct mangle *m, const uint8_t *image, const char *folder, struct error *e);

/* The bytes of a table that is given to the domain. */
static inline struct span mangle_bytes(const struct mangle_decision *d, const uint8_t *image)
{
    return d->laid ? span_of(image + d->offset, d->length) : d->table->bytes;
}
#endif
