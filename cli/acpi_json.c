/* Owns: a table as JSON. */
#include "cli/acpi_json.h"
#include "acpi/show/describe.h"
#include "cli/acpi_dump.h"
#include "cli/json.h"
#include <stdlib.h>
#include <string.h>

/* Fields come first, then faults: which list is open. */
enum list { IN_NONE, IN_FIELDS, IN_FAULTS };

static void hear_table(void *owner, const struct acpi_heading *h)
{
    (void)owner;
    if (!h->title[0])
        return;
    json_text("title", h->title);
    json_text("clause", h->clause);
}

static void enter(enum list *in, enum list to)
{
    if (*in == to)
        return;
    if (*in != IN_NONE)
        json_close();
    json_open(to == IN_FIELDS ? "fields" : "faults", '[');
    *in = to;
}

static void hear_field(void *owner, const struct acpi_field *f)
{
    enter(owner, IN_FIELDS);
    json_open(NULL, '{');
    json_text("name", f->name);
    json_number("offset", f->offset);
    json_number("size", f->size);
    json_number("depth", f->depth);
    json_text("value", f->value);
    if (f->fault)
        json_text("fault", f->fault);
    json_close();
}

static void hear_fault(void *owner, const char *sentence)
{
    enter(owner, IN_FAULTS);
    json_text(NULL, sentence);
}

static void bytes(struct span s)
{
    static const char digit[] = "0123456789abcdef";
    char *hex = malloc(2 * s.left + 1);
    if (!hex)
        abort();
    for (size_t i = 0; i < s.left; i++) {
        hex[2 * i] = digit[s.at[i] >> 4];
        hex[2 * i + 1] = digit[s.at[i] & 15];
    }
    hex[2 * s.left] = '\0';
    json_text("bytes", hex);
    free(hex);
}

void acpi_json_table(const struct acpi_set *s, const struct acpi_table *t)
{
    enum list in = IN_NONE;
    const struct acpi_listener l = { hear_table, hear_field, hear_fault, &in };
    char name[ACPI_NAME_MAX];
    acpi_dump_signature(t, name);
    json_open(NULL, '{');
    json_text("signature", name);
    if (t->placed)
        json_number("address", t->at);
    json_number("length", t->bytes.left);
    bytes(t->bytes);
    acpi_describe(s, t, &l);
    if (in != IN_NONE)
        json_close();
    json_close();
}
