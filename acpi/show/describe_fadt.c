/* Owns: the FADT (ACPI 6.4, 5.2.9), whose 32 and 64-bit fields say the same twice, and the FACS (5.2.10). An older one ends early. */
#include "acpi/show/describe_internal.h"

enum { FLAGS = 112, BLOCKS = 56, X_BLOCKS = 148, RESET_REG = 116 };
#define HW_REDUCED (UINT64_C(1) << 20)
#define RESET_REG_SUP (UINT64_C(1) << 10)

static const struct tell_word profile[] = {
    IS(0, "unspecified"), IS(1, "desktop"), IS(2, "mobile"), IS(3, "workstation"), IS(4, "enterprise server"), IS(5, "small server"),
    IS(6, "appliance PC"), IS(7, "performance server"), IS(8, "tablet"), WORDS_END,
};
static const struct tell_word boot_arch[] = {
    BIT(0, "legacy devices"), BIT(1, "8042"), BIT(2, "no VGA"), BIT(3, "no MSI"), BIT(4, "no PCIe ASPM"), BIT(5, "no CMOS RTC"), WORDS_END,
};
static const struct tell_word arm_boot_arch[] = { BIT(0, "PSCI"), BIT(1, "PSCI by HVC"), WORDS_END };
static const struct tell_word feature[] = {
    BIT(0, "WBINVD"), BIT(1, "WBINVD does not invalidate"), BIT(2, "C1 on all processors"), BIT(3, "C2 on several processors"),
    BIT(4, "no fixed power button"), BIT(5, "no fixed sleep button"), BIT(6, "no fixed RTC wake"), BIT(7, "RTC wakes from S4"),
    BIT(8, "32-bit PM timer"), BIT(9, "docking"), BIT(10, "reset register"), BIT(11, "sealed case"), BIT(12, "headless"),
    BIT(13, "native instruction after SLP_TYP"), BIT(14, "PCIe wake"), BIT(15, "use platform clock"), BIT(16, "RTC status valid after S4"),
    BIT(17, "remote power on"), BIT(18, "APIC cluster mode"), BIT(19, "APIC physical destination mode"), BIT(20, "hardware-reduced"),
    BIT(21, "low-power S0 idle"), PART(0xc00000, 0x400000, "CPU caches not persistent"), PART(0xc00000, 0x800000, "CPU caches persistent"),
    WORDS_END,
};

static bool reduced(const struct telling *t) { return tell_get(t, FLAGS, 4) & HW_REDUCED; }
static uint64_t block(const struct telling *t, unsigned i) { return tell_get(t, BLOCKS + i * 4, 4); }
static uint64_t x_block(const struct telling *t, unsigned i) { return tell_get(t, X_BLOCKS + i * 12 + 4, 8); }

static void check_dangling(struct telling *t, uint64_t v, const char *signature)
{
    const struct acpi_table *to = v ? tell_at(t->set, v) : NULL;
    if (v && !to && tell_placed(t->set))
        tell_wrong(t, "dangling: no table stands there");
    else if (to && !acpi_is(to, signature))
        tell_wrong(t, "what stands there is no %s", signature);
}

static void check_facs(struct telling *t, uint64_t v)
{
    if (v % 64)
        tell_wrong(t, "a FACS has to be on a 64-byte boundary");
    check_dangling(t, v, "FACS");
}

static void check_x_facs(struct telling *t, uint64_t v)
{
    uint64_t low = tell_get(t, 36, 4);
    if (v && low && v != low)
        tell_wrong(t, "FIRMWARE_CTRL says 0x%llx", (unsigned long long)low);
    else if (!v && !low && !reduced(t))
        tell_wrong(t, "no FACS, though the machine is not hardware-reduced");
    check_facs(t, v);
}

static void check_dsdt(struct telling *t, uint64_t v)
{
    if (!v && !tell_get(t, 140, 8))
        tell_wrong(t, "nothing points at a DSDT");
    check_dangling(t, v, "DSDT");
}

static void check_x_dsdt(struct telling *t, uint64_t v)
{
    uint64_t low = tell_get(t, 40, 4);
    if (v && low && v != low)
        tell_wrong(t, "the 32-bit DSDT field says 0x%llx", (unsigned long long)low);
    check_dangling(t, v, "DSDT");
}

/*
 * Which of the eight blocks the row at t->at is: those that hardware-reduced machines have not (4.1). A PM timer does no harm there: it is
 * ignored by those who keep to the letter, and a clock for the others.
 */
enum { PM_TIMER = 5 };
static void check_block(struct telling *t, uint64_t v)
{
    unsigned i = (t->at - BLOCKS) / 4;
    if (v && reduced(t) && i != PM_TIMER)
        tell_wrong(t, "the machine is hardware-reduced: it has no such registers, and this should be 0");
    else if (!v && !reduced(t) && (i == 0 || i == 2) && !x_block(t, i))
        tell_wrong(t, "has to exist, as the machine is not hardware-reduced");
    else if (v > 0xffff)
        tell_wrong(t, "no I/O port is above 0xffff");
}

static void check_x_block(struct telling *t, uint64_t v)
{
    static const uint8_t length_at[] = { 88, 88, 89, 89, 90, 91, 92, 93 };
    unsigned i = (t->at - X_BLOCKS) / 12;
    uint64_t at = x_block(t, i), low = block(t, i), bits = tell_get(t, t->at + 1, 1), length = tell_get(t, length_at[i], 1) * 8;
    (void)v;
    if (at && reduced(t) && i != PM_TIMER)
        tell_wrong(t, "the machine is hardware-reduced: it has no such registers, and this should be 0");
    else if (at && low && at != low)
        tell_wrong(t, "the 32-bit field says 0x%llx", (unsigned long long)low);
    else if (at && bits != (length > 255 ? bits : length))
        tell_wrong(t, "the length field says %llu bits", (unsigned long long)length);
}

static void check_event_length(struct telling *t, uint64_t v)
{
    if (v < 4 && !reduced(t))
        tell_wrong(t, "a PM1 event block has at least 4 bytes");
}

static void check_control_length(struct telling *t, uint64_t v)
{
    if (v < 2 && !reduced(t))
        tell_wrong(t, "a PM1 control block has at least 2 bytes");
}

static void check_timer_length(struct telling *t, uint64_t v)
{
    bool there = block(t, PM_TIMER) || x_block(t, PM_TIMER);
    if (there && v != 4)
        tell_wrong(t, "a PM timer block has 4 bytes");
    else if (!there && v)
        tell_wrong(t, "there is no PM timer block");
}

static void check_gpe_length(struct telling *t, uint64_t v)
{
    bool second = t->at == 93;
    if (v % 2)
        tell_wrong(t, "status and enable registers are halves of it: it has to be even");
    else if (v && !block(t, second ? 7 : 6) && !x_block(t, second ? 7 : 6))
        tell_wrong(t, "there is no GPE%u block", second ? 1 : 0);
}

static void check_gpe1_base(struct telling *t, uint64_t v)
{
    uint64_t first = tell_get(t, 92, 1) * 4;
    if (tell_get(t, 93, 1) && v < first)
        tell_wrong(t, "GPE0 has events up to 0x%llx", (unsigned long long)first - 1);
}

static void check_smi(struct telling *t, uint64_t v)
{
    if (!v && (tell_get(t, 52, 1) || tell_get(t, 53, 1)))
        tell_wrong(t, "ACPI_ENABLE and ACPI_DISABLE have nowhere to be written to");
}

static void check_profile(struct telling *t, uint64_t v)
{
    if (v > 8)
        tell_wrong(t, "profiles above 8 are reserved");
}

static void check_flags(struct telling *t, uint64_t v)
{
    if (v & HW_REDUCED && t->revision < 5)
        tell_wrong(t, "hardware-reduced machines are of revision 5 or later");
    if ((v >> 18 & 1) && (v >> 19 & 1))
        tell_wrong(t, "cluster and physical APIC mode exclude each other");
}

static void check_reset(struct telling *t, uint64_t v)
{
    uint64_t flags = tell_get(t, FLAGS, 4), space = tell_get(t, RESET_REG, 1), bits = tell_get(t, RESET_REG + 1, 1), at = tell_get(t, RESET_REG + 4, 8);
    (void)v;
    if (!(flags & RESET_REG_SUP))
        return;
    if (!at)
        tell_wrong(t, "the flags say that there is a reset register");
    else if (space > 2)
        tell_wrong(t, "has to be in memory, I/O or PCI configuration space");
    else if (bits != 8)
        tell_wrong(t, "has to be 8 bits wide, not %llu", (unsigned long long)bits);
}

static void check_sleep(struct telling *t, uint64_t v)
{
    (void)v;
    if (tell_get(t, t->at + 4, 8) && tell_get(t, t->at + 1, 1) != 8)
        tell_wrong(t, "has to be 8 bits wide, not %llu", (unsigned long long)tell_get(t, t->at + 1, 1));
}

#define DULL_HEX (TELL_HEX | TELL_DULL)
#define DULL_NUMBER (TELL_NUMBER | TELL_DULL)
#define DULL_REGISTER (TELL_REGISTER | TELL_DULL)
static const struct tell_row fadt[] = {
    { "FIRMWARE_CTRL", 4, TELL_HEX, NULL, check_facs },         { "DSDT", 4, TELL_HEX, NULL, check_dsdt },
    { "Reserved (INT_MODEL)", 1, TELL_UNUSED, NULL, NULL },     { "Preferred_PM_Profile", 1, TELL_WORD, profile, check_profile },
    { "SCI_INT", 2, DULL_NUMBER, NULL, NULL },                  { "SMI_CMD", 4, DULL_HEX, NULL, check_smi },
    { "ACPI_ENABLE", 1, DULL_HEX, NULL, NULL },                 { "ACPI_DISABLE", 1, DULL_HEX, NULL, NULL },
    { "S4BIOS_REQ", 1, DULL_HEX, NULL, NULL },                  { "PSTATE_CNT", 1, DULL_HEX, NULL, NULL },
    { "PM1a_EVT_BLK", 4, DULL_HEX, NULL, check_block },         { "PM1b_EVT_BLK", 4, DULL_HEX, NULL, check_block },
    { "PM1a_CNT_BLK", 4, DULL_HEX, NULL, check_block },         { "PM1b_CNT_BLK", 4, DULL_HEX, NULL, check_block },
    { "PM2_CNT_BLK", 4, DULL_HEX, NULL, check_block },          { "PM_TMR_BLK", 4, DULL_HEX, NULL, check_block },
    { "GPE0_BLK", 4, DULL_HEX, NULL, check_block },             { "GPE1_BLK", 4, DULL_HEX, NULL, check_block },
    { "PM1_EVT_LEN", 1, DULL_NUMBER, NULL, check_event_length },   { "PM1_CNT_LEN", 1, DULL_NUMBER, NULL, check_control_length },
    { "PM2_CNT_LEN", 1, DULL_NUMBER, NULL, NULL },              { "PM_TMR_LEN", 1, DULL_NUMBER, NULL, check_timer_length },
    { "GPE0_BLK_LEN", 1, DULL_NUMBER, NULL, check_gpe_length }, { "GPE1_BLK_LEN", 1, DULL_NUMBER, NULL, check_gpe_length },
    { "GPE1_BASE", 1, DULL_HEX, NULL, check_gpe1_base },        { "CST_CNT", 1, DULL_HEX, NULL, NULL },
    { "P_LVL2_LAT", 2, TELL_NUMBER, NULL, NULL },               { "P_LVL3_LAT", 2, TELL_NUMBER, NULL, NULL },
    { "FLUSH_SIZE", 2, DULL_NUMBER, NULL, NULL },               { "FLUSH_STRIDE", 2, DULL_NUMBER, NULL, NULL },
    { "DUTY_OFFSET", 1, DULL_NUMBER, NULL, NULL },              { "DUTY_WIDTH", 1, DULL_NUMBER, NULL, NULL },
    { "DAY_ALRM", 1, DULL_HEX, NULL, NULL },                    { "MON_ALRM", 1, DULL_HEX, NULL, NULL },
    { "CENTURY", 1, DULL_HEX, NULL, NULL },                     { "IAPC_BOOT_ARCH", 2, TELL_BITS, boot_arch, NULL },
    { "Reserved", 1, TELL_RESERVED, NULL, NULL },               { "Flags", 4, TELL_BITS, feature, check_flags },
    { "RESET_REG", 12, TELL_REGISTER, NULL, check_reset },      { "RESET_VALUE", 1, TELL_HEX, NULL, NULL },
    { "ARM_BOOT_ARCH", 2, TELL_BITS | TELL_DULL, arm_boot_arch, NULL },   { "FADT Minor Version", 1, TELL_NUMBER, NULL, NULL },
    { "X_FIRMWARE_CTRL", 8, TELL_HEX, NULL, check_x_facs },     { "X_DSDT", 8, TELL_HEX, NULL, check_x_dsdt },
    { "X_PM1a_EVT_BLK", 12, DULL_REGISTER, NULL, check_x_block },   { "X_PM1b_EVT_BLK", 12, DULL_REGISTER, NULL, check_x_block },
    { "X_PM1a_CNT_BLK", 12, DULL_REGISTER, NULL, check_x_block },   { "X_PM1b_CNT_BLK", 12, DULL_REGISTER, NULL, check_x_block },
    { "X_PM2_CNT_BLK", 12, DULL_REGISTER, NULL, check_x_block },    { "X_PM_TMR_BLK", 12, DULL_REGISTER, NULL, check_x_block },
    { "X_GPE0_BLK", 12, DULL_REGISTER, NULL, check_x_block },       { "X_GPE1_BLK", 12, DULL_REGISTER, NULL, check_x_block },
    { "SLEEP_CONTROL_REG", 12, DULL_REGISTER, NULL, check_sleep },  { "SLEEP_STATUS_REG", 12, DULL_REGISTER, NULL, check_sleep },
    { "Hypervisor Vendor Identity", 8, TELL_TEXT | TELL_DULL, NULL, NULL },
    ROWS_END,
};

/* A hardware-reduced machine has no global lock, but waking vectors perhaps. */
static const struct tell_word facs_flag[] = { BIT(0, "S4BIOS"), BIT(1, "64-bit wake"), WORDS_END };
static const struct tell_word lock[] = { BIT(0, "pending"), BIT(1, "owned"), WORDS_END };

static void check_facs_length(struct telling *t, uint64_t v)
{
    if (v < 64)
        tell_wrong(t, "a FACS has at least 64 bytes");
    else if (v > t->size)
        tell_wrong(t, "cut: only %u of %llu bytes are there", t->size, (unsigned long long)v);
}

static const struct tell_row facs[] = {
    { "Signature", 4, TELL_TEXT, NULL, NULL },                  { "Length", 4, TELL_NUMBER, NULL, check_facs_length },
    { "Hardware Signature", 4, TELL_HEX, NULL, NULL },          { "Firmware Waking Vector", 4, TELL_HEX, NULL, NULL },
    { "Global Lock", 4, TELL_BITS, lock, NULL },                { "Flags", 4, TELL_BITS, facs_flag, NULL },
    { "X Firmware Waking Vector", 8, TELL_HEX, NULL, NULL },    { "Version", 1, TELL_NUMBER, NULL, NULL },
    { "Reserved", 3, TELL_RESERVED, NULL, NULL },               { "OSPM Flags", 4, TELL_HEX | TELL_DULL, NULL, NULL },
    { "Reserved", 24, TELL_RESERVED, NULL, NULL },              ROWS_END,
};

static void judge_facs(struct telling *t)
{
    if (t->table->placed && t->table->at % 64)
        tell_table_wrong(t, "stands at 0x%llx, which is no 64-byte boundary", (unsigned long long)t->table->at);
}

const struct tell_kind_of tell_fadt_kinds[] = {
    { .signature = "FACP", .title = "Fixed ACPI Description Table", .clause = "ACPI 6.4, 5.2.9", .low = 1, .high = 6, .rows = fadt,
      .least = { { 1, 116 }, { 2, 129 }, { 3, 244 }, { 5, 268 }, { 6, 276 } } },
    { .signature = "FACS", .title = "Firmware ACPI Control Structure", .clause = "ACPI 6.4, 5.2.10", .rows = facs, .judge = judge_facs,
      .bare = true },
    { .signature = NULL },
};
