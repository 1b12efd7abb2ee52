/* The hardware-reduced ACPI sleep registers, the reset register and the PM timer (ACPI 6.4, 4.8.3.6, 4.8.3.7, 4.8.3.3). */
#ifndef HYPERVISOR_DEVICES_ACPI_PM_H
#define HYPERVISOR_DEVICES_ACPI_PM_H
#include <stdbool.h>
#include <stdint.h>

enum acpi_pm_event { ACPI_PM_NONE, ACPI_PM_OFF, ACPI_PM_RESET };
struct acpi_pm { uint8_t control, status, s5_type, reset_value; uint16_t pm1_enable, pm1_control; };
void acpi_pm_reset(struct acpi_pm *pm, uint8_t s5_type, uint8_t reset_value);
uint8_t acpi_pm_sleep_read(const struct acpi_pm *pm, unsigned offset);              /* 0: control, 1: status */
enum acpi_pm_event acpi_pm_sleep_write(struct acpi_pm *pm, unsigned offset, uint8_t value);
/* The PM1a blocks of a machine that is not hardware-reduced (4.8.3.1, 4.8.3.2), 16-bit registers. No event ever comes; ACPI mode is always on. */
uint16_t acpi_pm1_read(const struct acpi_pm *pm, unsigned offset);                  /* 0: status, 2: enable, 4: control */
enum acpi_pm_event acpi_pm1_write(struct acpi_pm *pm, unsigned offset, uint16_t value);
enum acpi_pm_event acpi_pm_reset_write(const struct acpi_pm *pm, uint8_t value);
uint32_t acpi_pm_timer(uint64_t ns);                                                /* 3579545 Hz, 32 bits */
#endif
