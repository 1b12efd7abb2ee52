/*
 * A table told field by field: what each field is called, where it stands, what it says in words, which clause defines it and what is
 * wrong with it. The plain-text listing, the annotated hex, JSON, differences and the report are all written from this one telling.
 * Pure; believes no byte of what it is shown.
 */
#ifndef ACPI_SHOW_DESCRIBE_H
#define ACPI_SHOW_DESCRIBE_H
#include "acpi/firmware/set.h"

/* Strings live until the call returns. */
struct acpi_field {
    const char *name;           /* as the specification has it, e.g. "Local APIC Address" */
    uint32_t offset, size;      /* bytes, within the table */
    unsigned depth;             /* 0: the table's own; 1: inside the structure or AML object last told at depth 0; ... */
    const char *value;          /* in words: "0xfee00000", "\"BEDPLT\"", "0x1: PC-AT compatible"; "" for a heading (a subtable, an AML object) */
    const char *fault;          /* a sentence: what is wrong with it; NULL: nothing */
    bool dull;                  /* zero and meaningless, or reserved and zero: a short listing leaves it out */
};

struct acpi_heading {
    const struct acpi_table *table;
    const char *title;          /* "Multiple APIC Description Table" */
    const char *clause;         /* "ACPI 6.4, 5.2.12"; of another specification where that defines it; "" unknown */
};

struct acpi_listener {
    void (*table)(void *owner, const struct acpi_heading *h);   /* once per table, before its fields */
    void (*field)(void *owner, const struct acpi_field *f);     /* in order of offset; every byte of the table is in one of depth 0 */
    void (*fault)(void *owner, const char *sentence);           /* of the whole table, or of the set: after its last field */
    void *owner;
};

/* One table of s, which may be one of its root tables. s tells what its pointers point at. */
void acpi_describe(const struct acpi_set *s, const struct acpi_table *t, const struct acpi_listener *l);
/* The same; returns the number of faults told. */
unsigned acpi_describe_one(const struct acpi_set *s, const struct acpi_table *t, const struct acpi_listener *l);
/* Only the faults of the set as a whole, which are no table's; their number. */
unsigned acpi_describe_whole(const struct acpi_set *s, const struct acpi_listener *l);
/* RSDP, RSDT, XSDT, then all others, then the faults of the set as a whole (dangling pointers, XSDT and RSDT that differ, ...). Returns the number of faults told. */
unsigned acpi_describe_set(const struct acpi_set *s, const struct acpi_listener *l);
/* "Multiple APIC Description Table" and its clause for a signature; "" for unknown ones. */
const char *acpi_title(const char *signature);
const char *acpi_clause(const char *signature);
#endif
