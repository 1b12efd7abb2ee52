/*
 * Random writes by the guest and wishes of the operator. Held at every step: the line is high exactly while an event waits, CPU 0 stays,
 * only present CPUs have news, and what is ejected was there.
 */
#include "hypervisor/devices/acpi_events.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool line;
static void set_line(void *owner, unsigned n, bool high)
{
    (void)owner;
    (void)n;
    line = high;
}

static void hold(const struct acpi_events *e)
{
    if (line != (acpi_events_read(e, 0) != 0) || !acpi_cpus_present(e, 0))
        abort();
    uint32_t next = acpi_cpus_read(e, PC_CPUS_NEXT, 4);
    if (next != PC_CPUS_NONE && !acpi_cpus_present(e, next))
        abort();
    int last = acpi_cpus_last(e), absent = acpi_cpus_absent(e);
    if ((last >= 0 && !acpi_cpus_present(e, (unsigned)last)) || (absent >= 0 && acpi_cpus_present(e, (unsigned)absent)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct acpi_events e = { .irq = { set_line, NULL, 0 } };
    unsigned ejected;
    if (size < 4)
        return 0;
    unsigned cpus_max = 1 + (data[0] | data[1] << 8) % ACPI_CPUS_MAX;
    acpi_events_reset(&e, 1 + (data[2] | data[3] << 8) % cpus_max, cpus_max);
    for (size_t i = 4; i + 3 < size; i += 4) {
        uint32_t value = (uint32_t)(data[i + 2] | data[i + 3] << 8);
        unsigned offset = data[i + 1] & 31, width = 1u << (data[i + 1] >> 5) % 3;
        if (offset == 31)
            value = UINT32_MAX - value;
        switch (data[i] % 8) {
        case 0: acpi_events_press(&e); break;
        case 1: acpi_events_write(&e, offset & 3, value); break;
        case 2: acpi_cpus_insert(&e, value); break;
        case 3: acpi_cpus_ask_back(&e, value); break;
        case 4: (void)acpi_cpus_read(&e, offset, width); break;
        case 5: (void)acpi_cpus_write(&e, PC_CPUS_SELECT, 4, value, &ejected); break;
        default:
            if (acpi_cpus_write(&e, offset, width, value, &ejected) && (ejected >= cpus_max || ejected == 0 || acpi_cpus_present(&e, ejected)))
                abort();
        }
        hold(&e);
    }
    return 0;
}
