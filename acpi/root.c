/* Owns: RSDP, RSDT and XSDT, of a guest's tables and of the hardware domain's alike. */
#include "acpi/root.h"

enum { RSDP_REVISION = 2, RSDP_OLD_LENGTH = 20, CHECKSUM = 8, EXTENDED_CHECKSUM = 32 };

uint64_t acpi_root_table(struct table_out *o, const uint64_t *at, unsigned n, unsigned size)
{
    uint64_t start = table_begin(o, size == 4 ? "RSDT" : "XSDT", 1);
    for (unsigned i = 0; i < n; i++)
        if (size == 8 || at[i] <= UINT32_MAX)
            table_le(o, at[i], size);
    table_end(o, start);
    return start;
}

void acpi_rsdp(const struct table_out *o, uint64_t rsdt, uint64_t xsdt)
{
    struct table_out head = { o->to, ACPI_RSDP_LENGTH, 0, o->full };
    table_bytes(&head, "RSD PTR ", 8);
    table_le(&head, 0, 1);
    table_bytes(&head, "BEDPLT", 6);
    table_le(&head, RSDP_REVISION, 1);
    table_le(&head, rsdt, 4);
    table_le(&head, ACPI_RSDP_LENGTH, 4);
    table_le(&head, xsdt, 8);
    table_le(&head, 0, 4);              /* extended checksum, reserved */
    table_checksum(&head, 0, RSDP_OLD_LENGTH, CHECKSUM);
    table_checksum(&head, 0, ACPI_RSDP_LENGTH, EXTENDED_CHECKSUM);
}
