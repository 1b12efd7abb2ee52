/* Owns: tables as JSON, in one shape for all verbs. Invariant: a table's fields come before its faults, and each list is closed once. */
#include "cli/acpi_json.h"
#include "cli/acpi_name.h"
#include "cli/json.h"
#include <stdlib.h>

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

static void close_all(struct acpi_json *j)
{
    if (j->in_fields || j->in_faults)
        json_close();
    if (j->in_table)
        json_close();
    *j = (struct acpi_json){ false, false, false };
}

static void hear_table(void *owner, const struct acpi_heading *h)
{
    struct acpi_json *j = owner;
    char name[ACPI_NAME];
    close_all(j);
    acpi_name(h->table, name);
    json_open(NULL, '{');
    json_text("signature", name);
    json_text("title", h->title);
    json_text("clause", h->clause);
    if (h->table->placed)
        json_number("address", h->table->at);
    json_number("length", h->table->bytes.left);
    bytes(h->table->bytes);
    json_open("fields", '[');
    j->in_table = j->in_fields = true;
}

static void hear_field(void *owner, const struct acpi_field *f)
{
    (void)owner;
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
    struct acpi_json *j = owner;
    if (j->in_fields)
        json_close();
    if (!j->in_faults)
        json_open("faults", '[');
    j->in_fields = false;
    j->in_faults = true;
    json_text(NULL, sentence);
}

struct acpi_listener acpi_json_begin(struct acpi_json *j)
{
    *j = (struct acpi_json){ false, false, false };
    json_open(NULL, '{');
    json_open("tables", '[');
    return (struct acpi_listener){ hear_table, hear_field, hear_fault, j };
}

void acpi_json_tables_end(struct acpi_json *j)
{
    close_all(j);
    json_close();
}

void acpi_json_end(struct acpi_json *j, unsigned tables, unsigned faults)
{
    close_all(j);
    json_number("count", tables);
    json_number("fault_count", faults);
    json_close();
}
