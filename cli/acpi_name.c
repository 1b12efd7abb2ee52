/* Owns: how a table's name is written, so that all verbs call it the same. */
#include "cli/acpi_name.h"
#include <string.h>

const char *acpi_name_of(const char *signature) { return memcmp(signature, "RSD ", 4) == 0 ? "RSDP" : signature; }

void acpi_name(const struct acpi_table *t, char to[ACPI_NAME])
{
    memcpy(to, t->bytes.left < 4 ? "????" : acpi_name_of((const char *)t->bytes.at), 4);
    to[4] = '\0';
    for (unsigned i = 0; i < 4; i++)
        to[i] = to[i] > ' ' && to[i] < 0x7f ? to[i] : '.';
}
