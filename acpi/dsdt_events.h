/* The part of a PC's DSDT that acts while the guest runs (acpi/dsdt_events.c). All of it goes into \_SB. */
#ifndef ACPI_DSDT_EVENTS_H
#define ACPI_DSDT_EVENTS_H
#include "acpi/table.h"
#include "platform/platform.h"

/* Processors come and go: they have _STA, _MAT and, but for the first, _EJ0. */
bool acpi_can_hotplug(const struct platform *p);
/* "C000" .. "C1FF": a processor's name in \_SB. */
enum { ACPI_CPU_NAME_SIZE = 5 };
void acpi_cpu_name(char to[ACPI_CPU_NAME_SIZE], unsigned vcpu);
/* In a processor's device: what a processor that may go has beyond _HID and _UID. Nothing for others. */
void acpi_dsdt_cpu_events(struct table_out *o, const struct platform *p, unsigned vcpu);
/* The power button, the generic event device, and what processors' methods call. Nothing without p->ged.present. */
void acpi_dsdt_events(struct table_out *o, const struct platform *p);
#endif
