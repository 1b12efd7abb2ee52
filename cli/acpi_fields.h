/* A set of tables as a list of fields, for those who compare or lay out what acpi_describe tells one by one. */
#ifndef CLI_ACPI_FIELDS_H
#define CLI_ACPI_FIELDS_H
#include "acpi/show/describe.h"

struct field { char *name, *value, *fault; uint32_t offset, size; unsigned depth; bool dull; };

struct fields_table {
    char key[16];               /* the signature, and from the second of its kind on its number: "SSDT", "SSDT 2" */
    char *title, *clause;
    const struct acpi_table *table;
    struct field *field;
    size_t fields, room;
    char **fault;               /* sentences about the table as a whole */
    size_t faults;
};

struct fields { struct fields_table *table; size_t tables; unsigned faults; };

/* All tables of s, the root ones first. Strings are copies; spans refer to s. */
void fields_collect(struct fields *f, const struct acpi_set *s);
void fields_free(struct fields *f);
const struct fields_table *fields_find(const struct fields *f, const char *key);

/*
 * What is different in `b`, in order: a field of both with another value, or one that only one of them has. Fields are paired by
 * their name and the place among those of the same name. a or b may be NULL: then all fields of the other are told.
 */
struct field_difference { const struct field *a, *b; };     /* one of them may be NULL */
size_t fields_compare(const struct fields_table *a, const struct fields_table *b, struct field_difference **to);
#endif
