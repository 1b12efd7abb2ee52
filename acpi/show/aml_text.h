/* AML's small pieces as words, for acpi/show/describe_aml.c. Every offset is into the table; 0: it could not be read, for no piece of AML is there. */
#ifndef ACPI_SHOW_AML_TEXT_H
#define ACPI_SHOW_AML_TEXT_H
#include "acpi/show/describe_internal.h"

/* Text that is cut when it is too long. */
struct aml_words { char text[TELL_NAME]; unsigned used; };
void aml_words_add(struct aml_words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* PkgLength at `at` (ACPI 6.4, 20.2.4): where what it spans begins, and in *end where that ends. */
uint32_t aml_package_at(const struct telling *t, uint32_t at, uint32_t limit, uint32_t *end);
/* A NameString (20.2.2) is added to w; what is behind it. */
uint32_t aml_name_at(const struct telling *t, uint32_t at, uint32_t limit, struct aml_words *w);
/* An integer constant: what is behind it. */
uint32_t aml_integer_at(const struct telling *t, uint32_t at, uint32_t limit, uint64_t *v);
/* Any constant, or a name or a local that stands for one, is added to the value being told; what is behind it. id: integers are EISA ids perhaps. */
uint32_t aml_object_at(struct telling *t, uint32_t at, uint32_t limit, bool id);

/* The bytes up to `end` are a whole resource template (6.4). */
bool aml_is_template(const struct telling *t, uint32_t at, uint32_t end);
/* Tells them, a field a descriptor. */
void aml_tell_template(struct telling *t, uint32_t end);
#endif
