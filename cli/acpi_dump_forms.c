/* Owns: the forms of `bedplate acpi dump` that are written from a set of tables: files, acpidump's text, JSON. */
#include "acpi/firmware/acpidump.h"
#include "cli/acpi_dump.h"
#include "cli/acpi_json.h"
#include "cli/json.h"
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

void acpi_dump_signature(const struct acpi_table *t, char name[ACPI_NAME_MAX])
{
    memcpy(name, acpi_is(t, "RSD ") ? "RSDP" : (const char *)t->bytes.at, 4);
    name[4] = '\0';
    for (unsigned i = 0; i < 4; i++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-!", name[i]))
            name[i] = '_';
}

void acpi_dump_name(const struct acpi_set *s, unsigned n, char name[ACPI_NAME_MAX])
{
    unsigned same = 1;
    acpi_dump_signature(acpi_dump_table(s, n), name);
    for (unsigned i = 0; i < n; i++) {
        char other[ACPI_NAME_MAX];
        acpi_dump_signature(acpi_dump_table(s, i), other);
        same += strcmp(other, name) == 0;
    }
    if (same > 1)
        (void)snprintf(name + 4, ACPI_NAME_MAX - 4, "%u", same);
}

static void write_acpidump(const struct acpi_table *t)
{
    char line[ACPIDUMP_LINE_MAX], name[ACPI_NAME_MAX];
    acpi_dump_signature(t, name);
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
    const struct acpi_table *t;
    json_open(NULL, '[');
    for (unsigned n = 0; (t = acpi_dump_table(s, n)); n++)
        acpi_json_table(s, t);
    json_close();
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
