/* Owns: how a table's name is written, so that all verbs call it the same. */
#include "cli/acpi_name.h"
#include <string.h>

void acpi_name_of(const char *signature, char to[ACPI_NAME])
{
    memcpy(to, memcmp(signature, "RSD ", 4) == 0 ? "RSDP" : signature, 4);
    to[4] = '\0';
    for (unsigned i = 0; i < 4; i++)
        to[i] = to[i] > ' ' && to[i] < 0x7f ? to[i] : '.';
}

void acpi_name(const struct acpi_table *t, char to[ACPI_NAME])
{
    if (t->bytes.left < 4)
        memcpy(to, "?", 2);
    else
        acpi_name_of((const char *)t->bytes.at, to);
}
