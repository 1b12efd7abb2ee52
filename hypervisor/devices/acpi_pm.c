/*
 * Owns: what a guest's sleep, reset and PM timer registers do. S5 is the only sleep state: any other SLP_TYP is ignored,
 * as the DSDT names none. The machine acts on the event that is returned.
 */
#include "hypervisor/devices/acpi_pm.h"

#define SLEEP_ENABLE 0x20       /* ACPI 6.4 table 4.19: SLP_EN, write only */
#define SLEEP_TYPE   0x1c
#define WAKE_STATUS  0x80       /* table 4.20: WAK_STS, cleared by writing 1 */
#define PM1_SCI_ENABLE 0x1      /* table 4.17 */
#define PM1_TYPE       0x1c00
#define PM1_SLEEP_ENABLE 0x2000
#define PM1_ENABLES    0x4721   /* table 4.16 */
#define PM_TIMER_HZ  3579545

void acpi_pm_reset(struct acpi_pm *pm, uint8_t s5_type, uint8_t reset_value)
{
    *pm = (struct acpi_pm){ .s5_type = s5_type & 7, .reset_value = reset_value };
}

uint8_t acpi_pm_sleep_read(const struct acpi_pm *pm, unsigned offset)
{
    return offset == 0 ? pm->control : offset == 1 ? pm->status : 0xff;
}

enum acpi_pm_event acpi_pm_sleep_write(struct acpi_pm *pm, unsigned offset, uint8_t value)
{
    if (offset == 1)
        pm->status &= (uint8_t)~(value & WAKE_STATUS);
    if (offset != 0)
        return ACPI_PM_NONE;
    pm->control = value & SLEEP_TYPE;
    return value & SLEEP_ENABLE && (value & SLEEP_TYPE) >> 2 == pm->s5_type ? ACPI_PM_OFF : ACPI_PM_NONE;
}

uint16_t acpi_pm1_read(const struct acpi_pm *pm, unsigned offset)
{
    return offset == 2 ? pm->pm1_enable : offset == 4 ? pm->pm1_control | PM1_SCI_ENABLE : 0;
}

enum acpi_pm_event acpi_pm1_write(struct acpi_pm *pm, unsigned offset, uint16_t value)
{
    if (offset == 2)
        pm->pm1_enable = value & PM1_ENABLES;
    if (offset != 4)
        return ACPI_PM_NONE;
    pm->pm1_control = value & PM1_TYPE;
    return value & PM1_SLEEP_ENABLE && (value & PM1_TYPE) >> 10 == pm->s5_type ? ACPI_PM_OFF : ACPI_PM_NONE;
}

enum acpi_pm_event acpi_pm_reset_write(const struct acpi_pm *pm, uint8_t value)
{
    return value == pm->reset_value ? ACPI_PM_RESET : ACPI_PM_NONE;
}

/* Seconds and the rest apart: ns * 3579545 would not fit 64 bits after 86 minutes. */
uint32_t acpi_pm_timer(uint64_t ns)
{
    uint64_t seconds = ns / 1000000000, rest = ns % 1000000000;
    return (uint32_t)(seconds * PM_TIMER_HZ + rest * PM_TIMER_HZ / 1000000000);
}
