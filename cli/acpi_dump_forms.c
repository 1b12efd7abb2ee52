/* Owns: the forms of `bedplate acpi dump` that are written from a set of tables: files, acpidump's text, JSON. */
#include "acpi/firmware/acpidump.h"
#include "cli/acpi_dump.h"
#include "cli/acpi_json.h"
#include "cli/acpi_name.h"
#include "cli/output.h"
#include <stdio.h>
#include <string.h>

typedef unsigned long long ull;

const struct acpi_table *acpi_dump_table(const struct acpi_set *s, unsigned n)
{
    const struct acpi_table *root[] = { &s->rsdp, &s->rsdt, &s->xsdt };
    for (unsigned i = 0; i < 3; i++)
        if (root[i]->bytes.at && n-- == 0)
            return root[i];
    return n < s->n ? &s->table[n] : NULL;
}

/* What cannot stand in a file's name is '_'. */
static void name_of(const struct acpi_table *t, char name[ACPI_NAME])
{
    acpi_name(t, name);
    for (char *c = name; *c; c++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-!", *c))
            *c = '_';
}

void acpi_dump_name(const struct acpi_set *s, unsigned n, char name[ACPI_NAME_MAX])
{
    unsigned same = 1;
    name_of(acpi_dump_table(s, n), name);
    for (unsigned i = 0; i < n; i++) {
        char other[ACPI_NAME];
        name_of(acpi_dump_table(s, i), other);
        same += strcmp(other, name) == 0;
    }
    if (same > 1)
        (void)snprintf(name + 4, ACPI_NAME_MAX - 4, "%u", same);
}

static void write_acpidump(const struct acpi_table *t)
{
    char line[ACPIDUMP_LINE_MAX], name[ACPI_NAME];
    name_of(t, name);
    (void)fwrite(line, 1, acpidump_write_header(line, name, t->placed ? t->at : 0), stdout);
    for (size_t at = 0; at < t->bytes.left; at += 16) {
        struct span rest = span_slice(t->bytes, at, t->bytes.left - at);
        (void)fwrite(line, 1, acpidump_write_bytes(line, at, rest), stdout);
    }
    (void)putchar('\n');
}

void acpi_dump_as_acpidump(const struct acpi_set *s)
{
    const struct acpi_table *t;
    for (unsigned n = 0; (t = acpi_dump_table(s, n)); n++)
        write_acpidump(t);
}

void acpi_dump_as_json(const struct acpi_set *s)
{
    struct acpi_json j;
    const struct acpi_listener l = acpi_json_begin(&j);
    const struct acpi_table *t;
    unsigned n, faults = 0;
    for (n = 0; (t = acpi_dump_table(s, n)); n++)
        faults += acpi_describe_one(s, t, &l);
    acpi_json_tables_end(&j);
    faults += acpi_describe_whole(s, &l);
    acpi_json_end(&j, n, faults);
}

bool acpi_dump_files(const struct acpi_set *s, const char *folder, struct error *e)
{
    struct output_folder f;
    const struct acpi_table *t;
    char name[ACPI_NAME_MAX], file[ACPI_NAME_MAX + 4];
    if (!output_folder_open(&f, folder, e))
        return false;
    bool ok = true;
    for (unsigned n = 0; ok && (t = acpi_dump_table(s, n)); n++) {
        acpi_dump_name(s, n, name);
        (void)snprintf(file, sizeof(file), "%s.dat", name);
        ok = output_folder_add(&f, file, t->bytes, e);
    }
    if (!output_folder_close(&f, ok, e))
        return false;
    for (unsigned n = 0; (t = acpi_dump_table(s, n)); n++) {
        acpi_dump_name(s, n, name);
        (void)printf("%s/%s.dat: %zu bytes at %#llx\n", folder, name, t->bytes.left, (ull)t->at);
    }
    return true;
}
