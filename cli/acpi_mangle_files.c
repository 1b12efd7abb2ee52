/* Owns: the hardware domain's set as files: what each is called. */
#include "cli/acpi_mangle.h"
#include "cli/acpi_name.h"
#include "cli/output.h"
#include <stdio.h>
#include <string.h>

/* "APIC.dat", "SSDT2.dat" for the second of several, "RSDP.dat"; what cannot stand in a file's name is '_'. */
static void name_table(const struct mangle *m, unsigned at, char *to, size_t size)
{
    const struct mangle_decision *d = &m->decision[at];
    unsigned nth = 1, all = 0;
    for (unsigned i = 0; i < m->decisions; i++)
        if (m->decision[i].action != ACPI_DROP && memcmp(m->decision[i].signature, d->signature, 4) == 0) {
            nth += i < at;
            all++;
        }
    (void)snprintf(to, size, all > 1 ? "%.4s%u" : "%.4s", acpi_name_of(d->signature), nth);
    for (char *c = to; *c; c++)
        if (*c == '/' || *c == '.' || *c == ' ')
            *c = '_';
    (void)strcat(to, ".dat");
}

bool mangle_write_files(const struct mangle *m, const uint8_t *image, const char *folder, struct error *e)
{
    struct output_folder f;
    bool ok = output_folder_open(&f, folder, e);
    if (!ok)
        return false;
    for (unsigned i = 0; ok && i < m->decisions; i++) {
        char name[24];
        name_table(m, i, name, sizeof(name) - 4);
        if (m->decision[i].action != ACPI_DROP)
            ok = output_folder_add(&f, name, mangle_bytes(&m->decision[i], image), e);
    }
    return output_folder_close(&f, ok, e);
}
