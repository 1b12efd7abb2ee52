/* What the files of show share. */
#ifndef ACPI_SHOW_INTERNAL_H
#define ACPI_SHOW_INTERNAL_H
#include "acpi/show.h"

enum { SHOW_TEXT = 200 };       /* bytes of a line, NUL included; longer ones are cut */

struct show {
    struct span image;
    uint64_t at;                /* guest address of the image */
    void (*line)(void *, const char *);
    void *owner;
};

/* Text that is added to piece by piece; what does not fit is left out. */
struct show_text { char text[SHOW_TEXT]; size_t used; };
void show_add(struct show_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void show_line(const struct show *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* How a field is told. */
enum show_kind { SHOW_HEX, SHOW_NUMBER, SHOW_ASCII, SHOW_BITS, SHOW_REGISTER, SHOW_SKIP, SHOW_NONZERO };
/* SHOW_REGISTER: a 12-byte generic address structure. SHOW_SKIP: not told. SHOW_NONZERO: not told when zero. `bits`: name of bit n, or NULL. */
struct show_field { const char *name; uint8_t size; uint8_t kind; const char *const *bits; };

/* Tells n fields one after another from *from; `offset` is where the first one stands in its table. */
void show_fields(const struct show *s, struct span *from, unsigned offset, const struct show_field *f, unsigned n);

/* What follows the 36-byte header of a table. */
void show_fadt(const struct show *s, struct span body);
void show_madt(const struct show *s, struct span body);
void show_aml(const struct show *s, struct span body);
#endif
