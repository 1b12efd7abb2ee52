/*
 * What interrupts a guest with the operator's wishes: the event register behind its generic event device (ACPI 6.4, 5.6.9), and
 * the registers of CPUs that come and go. Not locked: the machine does that. platform/pc_events.h has both layouts.
 */
#ifndef HYPERVISOR_DEVICES_ACPI_EVENTS_H
#define HYPERVISOR_DEVICES_ACPI_EVENTS_H
#include "hypervisor/devices/wire.h"
#include "platform/pc_events.h"

enum { ACPI_CPUS_MAX = 512, ACPI_CPUS_WORDS = ACPI_CPUS_MAX / 64 };

struct acpi_events {
    struct wire irq;
    uint32_t pending;
    unsigned cpus;                      /* 1..ACPI_CPUS_MAX: those there and those that may come */
    uint32_t selected;
    uint64_t present[ACPI_CPUS_WORDS], inserted[ACPI_CPUS_WORDS], remove[ACPI_CPUS_WORDS];
};

/* cpus of cpus_max (1..ACPI_CPUS_MAX) are there. Keeps the wire. */
void acpi_events_reset(struct acpi_events *e, unsigned cpus, unsigned cpus_max);
uint32_t acpi_events_read(const struct acpi_events *e, unsigned offset);             /* offset 0..PC_EVENTS_BYTES-1 */
void acpi_events_write(struct acpi_events *e, unsigned offset, uint32_t value);
void acpi_events_press(struct acpi_events *e);                          /* the power button */

/* The CPUs' registers; offset 0..PC_CPUS_BYTES-1, size 1, 2 or 4. What lies beyond reads as zero. */
uint32_t acpi_cpus_read(const struct acpi_events *e, unsigned offset, unsigned size);
/* True: the guest has ejected CPU *ejected, which was present and is no more. */
bool acpi_cpus_write(struct acpi_events *e, unsigned offset, unsigned size, uint32_t value, unsigned *ejected);
bool acpi_cpus_present(const struct acpi_events *e, unsigned cpu);
/* The lowest CPU that is absent, the highest that is present and not the first; -1: there is none. */
int acpi_cpus_absent(const struct acpi_events *e);
int acpi_cpus_last(const struct acpi_events *e);
void acpi_cpus_insert(struct acpi_events *e, unsigned cpu);             /* it is there from now on, and the guest is told */
void acpi_cpus_ask_back(struct acpi_events *e, unsigned cpu);           /* the guest is asked to eject it */
#endif
