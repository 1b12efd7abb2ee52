/*
 * Owns: the FADT (ACPI 6.4, 5.2.9). A machine with local APICs is hardware-reduced: there is no PM1 block, no SCI, no FACS; the
 * guest powers off through the sleep control register, restarts through the reset register. One without is a PC of old: Linux
 * then lives on the PIT and the 8259s, which it gives up at once where hardware is reduced. Beside it: FACS, and WAET.
 */
#include "acpi/tables.h"
#include "platform/pc_map.h"

/* IA-PC boot architecture flags, table 5.11. Legacy devices are those of the ISA bus that a user sees: the UART, not 8259s and an 8254. */
enum {
    BOOT_LEGACY_DEVICES = 1 << 0, BOOT_NO_VGA = 1 << 2, BOOT_NO_CMOS_RTC = 1 << 5,
};
enum {  /* fixed feature flags, table 5.10 */
    FLAG_WBINVD = 1 << 0, FLAG_PROC_C1 = 1 << 2, FLAG_PWR_BUTTON = 1 << 4, FLAG_SLP_BUTTON = 1 << 5, FLAG_FIX_RTC = 1 << 6,
    FLAG_TMR_VAL_EXT = 1 << 8, FLAG_RESET_REG_SUP = 1 << 10, FLAG_HEADLESS = 1 << 12, FLAG_HW_REDUCED = 1 << 20,
};
enum { FADT_REVISION = 6, FADT_MINOR = 4 };

/*
 * The PM timer is for who has no Xen clock to read the TSC's frequency from. A hardware-reduced FADT's timer fields are
 * to be ignored by the letter (5.2.9), yet Linux and FreeBSD read them all the same, and find no other clock here.
 */
bool acpi_has_pm_timer(const struct platform *p) { return platform_is(p, BOARD_PC) && (!p->xen || !p->lapic); }

static uint32_t flags(const struct platform *p)
{
    uint32_t f = FLAG_WBINVD | FLAG_PROC_C1 | FLAG_RESET_REG_SUP | FLAG_HEADLESS | (p->lapic ? FLAG_HW_REDUCED : 0);
    f |= FLAG_PWR_BUTTON | FLAG_SLP_BUTTON | FLAG_FIX_RTC;     /* 1: no fixed hardware. A power button is a device of the DSDT */
    return acpi_has_pm_timer(p) ? f | FLAG_TMR_VAL_EXT : f;
}

/* Offsets 36 to 115: what ACPI 1.0 had, nearly all of it about hardware that is not there. */
static void fixed_part(struct table_out *o, const struct platform *p, uint64_t dsdt, uint64_t facs)
{
    bool timer = acpi_has_pm_timer(p), pm1 = !p->lapic;
    table_le(o, facs, 4);
    table_le(o, dsdt, 4);
    table_zero(o, 2);                               /* reserved; preferred profile: unspecified */
    table_le(o, pm1 ? PC_SCI_GSI : 0, 2);           /* named, as it must be; no event ever raises it */
    table_zero(o, 56 - 48);                         /* no SMI command port: ACPI mode is on from the start */
    table_le(o, pm1 ? PC_PM1A_EVENT : 0, 4);
    table_zero(o, 64 - 60);
    table_le(o, pm1 ? PC_PM1A_CONTROL : 0, 4);
    table_zero(o, 76 - 68);                         /* no PM1b, no PM2 */
    table_le(o, timer ? PC_PM_TIMER : 0, 4);
    table_zero(o, 88 - 80);                         /* no GPE blocks */
    table_le(o, pm1 ? 4 : 0, 1);                    /* PM1_EVT_LEN */
    table_le(o, pm1 ? 2 : 0, 1);                    /* PM1_CNT_LEN */
    table_zero(o, 91 - 90);
    table_le(o, timer ? 4 : 0, 1);                  /* PM_TMR_LEN */
    table_zero(o, 96 - 92);
    table_le(o, 101, 2);                            /* P_LVL2_LAT over 100, P_LVL3_LAT over 1000: no C2, no C3 */
    table_le(o, 1001, 2);
    table_zero(o, 109 - 100);                       /* WBINVD works, so no flush sizes; no throttling; no RTC */
    table_le(o, BOOT_NO_VGA | BOOT_NO_CMOS_RTC | (p->uart.present ? BOOT_LEGACY_DEVICES : 0), 2);   /* no 8042; MSI allowed */
    table_zero(o, 1);
    table_le(o, flags(p), 4);
}

/*
 * Microsoft's "Windows ACPI Emulated Devices Table": one read of the PM timer is right, there is no chipset whose bug asks for
 * three. Nothing is said of an RTC, for there is none.
 */
uint64_t acpi_waet(struct table_out *o, const struct platform *p)
{
    enum { WAET_PM_TIMER_GOOD = 1 << 1 };
    (void)p;
    uint64_t start = table_begin(o, "WAET", 1);
    table_le(o, WAET_PM_TIMER_GOOD, 4);
    table_end(o, start);
    return start;
}

uint64_t acpi_facs(struct table_out *o)
{
    enum { LENGTH = 64, VERSION = 2 };
    table_align(o, 64);
    uint64_t start = o->used;
    table_bytes(o, "FACS", 4);
    table_le(o, LENGTH, 4);
    table_zero(o, 32 - 8);                          /* signature, waking vectors, global lock, flags */
    table_le(o, VERSION, 1);
    table_zero(o, LENGTH - 33);
    return start;
}

/* A register block that is there, or zeroes. */
static void block(struct table_out *o, bool present, uint16_t port, uint8_t bytes)
{
    if (present)
        table_gas(o, TABLE_IO, bytes, port);
    else
        table_zero(o, TABLE_GAS);
}

uint64_t acpi_fadt(struct table_out *o, const struct platform *p, uint64_t dsdt, uint64_t facs)
{
    uint64_t start = table_begin(o, "FACP", FADT_REVISION);
    fixed_part(o, p, dsdt, facs);
    table_gas(o, TABLE_IO, 1, PC_RESET_PORT);
    table_le(o, PC_RESET_VALUE, 1);
    table_le(o, 0, 2);                              /* ARM boot flags */
    table_le(o, FADT_MINOR, 1);
    table_le(o, 0, 8);                              /* X_FIRMWARE_CTRL */
    table_le(o, dsdt, 8);
    block(o, !p->lapic, PC_PM1A_EVENT, 4);
    table_zero(o, TABLE_GAS);                       /* X_PM1b_EVT_BLK */
    block(o, !p->lapic, PC_PM1A_CONTROL, 2);
    table_zero(o, 2 * TABLE_GAS);                          /* X_PM1b_CNT_BLK, X_PM2_CNT_BLK */
    block(o, acpi_has_pm_timer(p), PC_PM_TIMER, 4);
    table_zero(o, 2 * TABLE_GAS);                          /* X_GPE0_BLK, X_GPE1_BLK */
    block(o, p->lapic, PC_SLEEP_CONTROL, 1);
    block(o, p->lapic, PC_SLEEP_STATUS, 1);
    table_bytes(o, "Bedplate", 8);                  /* hypervisor vendor identity */
    table_end(o, start);
    return start;
}
