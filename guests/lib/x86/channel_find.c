/* Owns: where a PC's guest learns of its static event channels: the DSDT that the FADT names. */
#include "guests/lib/channel.h"
#include "guests/lib/guest.h"

enum { FADT_DSDT = 40, TABLE_LENGTH = 4 };

unsigned channel_list(struct channel *to, unsigned max)
{
    const uint8_t *fadt = acpi_find("FACP");
    const uint8_t *dsdt = fadt ? (const uint8_t *)(uintptr_t)table_number(fadt + FADT_DSDT, 4) : NULL;
    return dsdt ? channel_list_dsdt(dsdt, table_number(dsdt + TABLE_LENGTH, 4), to, max) : 0;
}
