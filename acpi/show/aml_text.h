/* AML's small pieces as words, for acpi/show/describe_aml.c. Every offset is into the table; 0: it could not be read, for no piece of AML is there. */
#ifndef ACPI_SHOW_AML_TEXT_H
#define ACPI_SHOW_AML_TEXT_H
#include "acpi/show/describe_internal.h"

/* Text that is cut when it is too long. */
struct aml_words { char text[TELL_NAME]; unsigned used; };
void aml_words_add(struct aml_words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, quicker: a listing has a hundred thousand of these. w NULL: nothing. */
void aml_words_put(struct aml_words *w, const char *text);

/* PkgLength at `at` (ACPI 6.4, 20.2.4): where what it spans begins, and in *end where that ends. */
uint32_t aml_package_at(const struct telling *t, uint32_t at, uint32_t limit, uint32_t *end);
/* A NameString (20.2.2) is added to w, if there is one; what is behind it. */
uint32_t aml_name_at(const struct telling *t, uint32_t at, uint32_t limit, struct aml_words *w);
/* An integer constant: what is behind it. */
uint32_t aml_integer_at(const struct telling *t, uint32_t at, uint32_t limit, uint64_t *v);
/* Any constant, or a name or a local that stands for one, is added to the value being told; what is behind it. id: integers are EISA ids perhaps. */
uint32_t aml_object_at(struct telling *t, uint32_t at, uint32_t limit, bool id);

/* How many arguments methods take, by their last name; all zero at first. */
enum { AML_METHODS = 2048 };
struct aml_methods { struct { uint32_t name; uint8_t n; } slot[AML_METHODS]; unsigned n; };
void aml_learn_methods(struct aml_methods *m, const struct telling *t);
/* What is behind the expression or statement at `at`, which declares nothing. */
uint32_t aml_term_end(const struct telling *t, const struct aml_methods *m, uint32_t at, uint32_t limit);

/* t->own has the methods. A constant or a name in words; of what is worked out as the table is loaded, just that. */
uint32_t aml_operand_at(struct telling *t, uint32_t at, uint32_t limit);
/* OperationRegion at t->at; false: it is none. */
bool aml_tell_region(struct telling *t);
/* Field and its like. names: how many stand before the flags; bank: a value stands there too. */
bool aml_tell_fields(struct telling *t, const char *what, unsigned names, bool bank);

/* The bytes up to `end` are a whole resource template (6.4). */
bool aml_is_template(const struct telling *t, uint32_t at, uint32_t end);
/* Tells them, a field a descriptor. */
void aml_tell_template(struct telling *t, uint32_t end);
#endif
