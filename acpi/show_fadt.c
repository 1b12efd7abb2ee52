/* Owns: the FADT's fields (ACPI 6.4, table 5.9). Those of absent hardware are told only when they are not zero. */
#include "acpi/show_internal.h"

static const char *const boot_flag[32] = {
    [0] = "legacy devices", [1] = "8042", [2] = "no VGA", [3] = "no MSI", [4] = "no PCIe ASPM", [5] = "no CMOS RTC",
};
static const char *const feature[32] = {
    [0] = "WBINVD", [1] = "WBINVD does not invalidate", [2] = "C1 on all processors", [3] = "C2 on several processors",
    [4] = "no fixed power button", [5] = "no fixed sleep button", [6] = "no fixed RTC wake", [7] = "RTC wakes from S4",
    [8] = "32-bit PM timer", [9] = "docking", [10] = "reset register", [11] = "sealed case", [12] = "headless",
    [13] = "native instruction after SLP_TYP", [14] = "PCIe wake", [15] = "use platform clock", [16] = "RTC status valid after S4",
    [17] = "remote power on", [18] = "APIC cluster mode", [19] = "APIC physical destination mode",
    [20] = "hardware-reduced", [21] = "low-power S0 idle",
};

static const struct show_field field[] = {
    { "FACS", 4, SHOW_HEX, 0 }, { "DSDT", 4, SHOW_HEX, 0 }, { "", 1, SHOW_SKIP, 0 }, { "Preferred profile", 1, SHOW_NUMBER, 0 },
    { "SCI interrupt", 2, SHOW_NONZERO, 0 }, { "SMI command port", 4, SHOW_NONZERO, 0 }, { "ACPI enable", 1, SHOW_NONZERO, 0 },
    { "ACPI disable", 1, SHOW_NONZERO, 0 }, { "S4BIOS request", 1, SHOW_NONZERO, 0 }, { "P-state control", 1, SHOW_NONZERO, 0 },
    { "PM1a event block", 4, SHOW_NONZERO, 0 }, { "PM1b event block", 4, SHOW_NONZERO, 0 },
    { "PM1a control block", 4, SHOW_NONZERO, 0 }, { "PM1b control block", 4, SHOW_NONZERO, 0 },
    { "PM2 control block", 4, SHOW_NONZERO, 0 }, { "PM timer block", 4, SHOW_NONZERO, 0 },
    { "GPE0 block", 4, SHOW_NONZERO, 0 }, { "GPE1 block", 4, SHOW_NONZERO, 0 }, { "PM1 event length", 1, SHOW_NONZERO, 0 },
    { "PM1 control length", 1, SHOW_NONZERO, 0 }, { "PM2 control length", 1, SHOW_NONZERO, 0 },
    { "PM timer length", 1, SHOW_NONZERO, 0 }, { "GPE0 length", 1, SHOW_NONZERO, 0 }, { "GPE1 length", 1, SHOW_NONZERO, 0 },
    { "GPE1 base", 1, SHOW_NONZERO, 0 }, { "C-state control", 1, SHOW_NONZERO, 0 },
    { "C2 latency, us (>100: none)", 2, SHOW_NUMBER, 0 }, { "C3 latency, us (>1000: none)", 2, SHOW_NUMBER, 0 },
    { "Flush size", 2, SHOW_NONZERO, 0 }, { "Flush stride", 2, SHOW_NONZERO, 0 }, { "Duty offset", 1, SHOW_NONZERO, 0 },
    { "Duty width", 1, SHOW_NONZERO, 0 }, { "RTC day alarm", 1, SHOW_NONZERO, 0 }, { "RTC month alarm", 1, SHOW_NONZERO, 0 },
    { "RTC century", 1, SHOW_NONZERO, 0 }, { "Boot architecture", 2, SHOW_BITS, boot_flag }, { "", 1, SHOW_SKIP, 0 },
    { "Features", 4, SHOW_BITS, feature }, { "Reset register", 12, SHOW_REGISTER, 0 }, { "Reset value", 1, SHOW_HEX, 0 },
    { "Arm boot flags", 2, SHOW_NONZERO, 0 }, { "Minor revision", 1, SHOW_NUMBER, 0 }, { "FACS, 64 bits", 8, SHOW_HEX, 0 },
    { "DSDT, 64 bits", 8, SHOW_HEX, 0 }, { "PM1a event register", 12, SHOW_REGISTER, 0 },
    { "PM1b event register", 12, SHOW_REGISTER, 0 }, { "PM1a control register", 12, SHOW_REGISTER, 0 },
    { "PM1b control register", 12, SHOW_REGISTER, 0 }, { "PM2 control register", 12, SHOW_REGISTER, 0 },
    { "PM timer register", 12, SHOW_REGISTER, 0 }, { "GPE0 register", 12, SHOW_REGISTER, 0 },
    { "GPE1 register", 12, SHOW_REGISTER, 0 }, { "Sleep control register", 12, SHOW_REGISTER, 0 },
    { "Sleep status register", 12, SHOW_REGISTER, 0 }, { "Hypervisor vendor", 8, SHOW_ASCII, 0 },
};

/* A FADT of an older revision ends early; that is no damage. */
void show_fadt(const struct show *s, struct span body)
{
    unsigned n = 0;
    for (size_t bytes = 0; n < sizeof(field) / sizeof(field[0]) && bytes + field[n].size <= body.left; n++)
        bytes += field[n].size;
    show_fields(s, &body, 36, field, n);
    if (body.left)
        show_line(s, "  and %zu bytes more", body.left);
}
