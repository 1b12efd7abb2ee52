/*
 * Tables as text for people and for golden files, from the telling of acpi/show/describe.h: short lines in words, or every byte in hex
 * beside the field it belongs to. A line that tells a fault begins with '!'. Pure.
 */
#ifndef ACPI_SHOW_SHOW_H
#define ACPI_SHOW_SHOW_H
#include "acpi/show/describe.h"

enum acpi_show_form {
    ACPI_SHOW_TEXT,     /* a line a field, a line a structure; what is dull is left out */
    ACPI_SHOW_HEX,      /* address, bytes, field, value: each byte once */
};
enum { ACPI_SHOW_LINE = 1024 };

/* A line without its newline; lives until the call returns. */
typedef void acpi_show_line(void *owner, const char *text);

/* The writer's state; its fields are its own. */
struct acpi_show {
    acpi_show_line *line;
    void *owner;
    enum acpi_show_form form;
    const struct acpi_table *table;
    bool aml, first;
    uint32_t shown;                             /* bytes of the table that stand in a line already */
    uint32_t held_at, held_size; unsigned held_depth; bool held;   /* a heading whose line waits for what is in it */
    char text[ACPI_SHOW_LINE], fault[ACPI_SHOW_LINE];
    unsigned used, fault_used;
};

/* What writes lines as it is told: hand it to acpi_describe or acpi_describe_set, then call acpi_show_end, which writes what still waits. */
struct acpi_listener acpi_show_begin(struct acpi_show *w, enum acpi_show_form form, acpi_show_line *line, void *owner);
void acpi_show_end(struct acpi_show *w);

/*
 * All tables in `image`, which stands at address `at` and has an RSDP on a 16-byte boundary; returns the number of faults told. Not to
 * be used by two at once: the set is static.
 */
unsigned acpi_show_image(struct span image, uint64_t at, enum acpi_show_form form, acpi_show_line *line, void *owner);
/* ... as text. */
unsigned acpi_show(struct span image, uint64_t at, acpi_show_line *line, void *owner);
#endif
