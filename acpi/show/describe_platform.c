/* Owns: chips beside the processor: HPET, TPM2, TCPA, ECDT, SBST, SPMI, WAET, WSMT. */
#include "acpi/show/describe_internal.h"

/* ---- HPET ---- */

static void check_hpet_address(struct telling *t, uint64_t v)
{
    (void)v;
    if (tell_get(t, t->at, 1) != 0)
        tell_wrong(t, "an HPET is in memory");
    else if (!tell_get(t, t->at + 4, 8))
        tell_wrong(t, "is at no address");
}
static const struct tell_word timer_block[] = {
    FIELD(0xff, "revision"), FIELD(0x1f00, "comparators - 1"), BIT(13, "64-bit counter"), PART(0x2000, 0, NULL), PART(0x4000, 0, NULL),
    PART(0x4000, 0x4000, NULL), BIT(15, "replaces legacy interrupts"), FIELD(0xffff0000, "vendor"), WORDS_END,
};
static const struct tell_word protection[] = {
    PART(15, 0, "no guarantee for the page"), PART(15, 1, "4 KiB page"), PART(15, 2, "64 KiB page"), FIELD(0xf0, "OEM attribute"), WORDS_END,
};
static const struct tell_row hpet[] = {
    T_BITS("Event Timer Block ID", 4, timer_block), T_CHECK("BASE_ADDRESS", 12, TELL_REGISTER, check_hpet_address), T_NUMBER("HPET Number", 1),
    T_NUMBER("Minimum tick in periodic mode", 2), T_BITS("Page Protection And OEM Attribute", 1, protection), ROWS_END,
};

/* ---- TPM2, TCPA ---- */

static const struct tell_word class[] = { IS(0, "client"), IS(1, "server"), WORDS_END };
static const struct tell_word start[] = {
    IS(1, "vendor specific (legacy)"), IS(2, "ACPI start method"), IS(6, "FIFO (TIS)"), IS(7, "command response buffer"),
    IS(8, "CRB and ACPI start method"), IS(11, "CRB and Arm SMC"), IS(12, "FIFO over I2C"), WORDS_END,
};
static void check_control(struct telling *t, uint64_t v)
{
    uint64_t method = tell_get(t, 48, 4);
    if (!v && (method == 7 || method == 8 || method == 11))
        tell_wrong(t, "the start method needs a control area");
    else if (v && method == 6)
        tell_wrong(t, "has to be 0 with a FIFO");
}
static void check_start(struct telling *t, uint64_t v)
{
    if (!v || v > 12)
        tell_wrong(t, "reserved value");
}
static const struct tell_row tpm2[] = {
    T_WORD("Platform Class", 2, class), T_RESERVED(2), T_CHECK("Address of Control Area", 8, TELL_HEX, check_control),
    { "Start Method", 4, TELL_WORD, start, check_start }, T_BYTES("Start Method Specific Parameters", 12), T_NUMBER("Log Area Minimum Length", 4),
    T_HEX("Log Area Start Address", 8), ROWS_END,
};
static const struct tell_row tcpa_class[] = { T_WORD("Platform Class", 2, class), ROWS_END };
static const struct tell_row tcpa_client[] = { T_NUMBER("Log Area Minimum Length", 4), T_HEX("Log Area Start Address", 8), ROWS_END };
static const struct tell_row tcpa_server[] = {
    T_RESERVED(2), T_NUMBER("Log Area Minimum Length", 8), T_HEX("Log Area Start Address", 8), T_HEX("Specification Revision", 2),
    T_HEX("Device Flags", 1), T_HEX("Interrupt Flags", 1), T_NUMBER("GPE", 1), T_RESERVED(3), T_NUMBER("Global System Interrupt", 4),
    T_REGISTER("Base Address"), T_RESERVED(4), T_REGISTER("Configuration Address"), T_HEX("PCI Segment", 1), T_HEX("PCI Bus", 1),
    T_HEX("PCI Device", 1), T_HEX("PCI Function", 1), ROWS_END,
};
static void tell_tcpa(struct telling *t)
{
    tell_rows(t, tcpa_class);
    tell_rows(t, tell_get(t, 36, 2) == 1 ? tcpa_server : tcpa_client);
}

/* ---- the others ---- */

static void check_ec(struct telling *t, uint64_t v)
{
    (void)v;
    const uint8_t *b = t->bytes + t->at;
    uint32_t n = 0;
    while (n < t->end - t->at && b[n])
        n++;
    const char *fault = tell_path_fault(b, n);
    if (fault)
        tell_wrong(t, "%s", fault);
}
static const struct tell_row ecdt[] = {
    T_REGISTER("EC_CONTROL"), T_REGISTER("EC_DATA"), T_NUMBER("UID", 4), T_HEX("GPE_BIT", 1), T_CHECK("EC_ID", TELL_REST, TELL_TEXT, check_ec), ROWS_END,
};

static void check_levels(struct telling *t, uint64_t v)
{
    if (v > tell_get(t, t->at - 4, 4))
        tell_wrong(t, "is above the level before it");
}
static const struct tell_row sbst[] = {
    T_NUMBER("Warning Energy Level, mWh", 4), T_CHECK("Low Energy Level, mWh", 4, TELL_NUMBER, check_levels),
    T_CHECK("Critical Energy Level, mWh", 4, TELL_NUMBER, check_levels), ROWS_END,
};

static const struct tell_word interface[] = { IS(1, "KCS"), IS(2, "SMIC"), IS(3, "BT"), IS(4, "SSIF"), WORDS_END };
static const struct tell_word spmi_interrupt[] = { BIT(0, "by GPE"), BIT(1, "by I/O APIC"), WORDS_END };
static const struct tell_row spmi[] = {
    T_WORD("Interface Type", 1, interface), T_UNUSED(1), T_HEX("Specification Revision", 2), T_BITS("Interrupt Type", 1, spmi_interrupt),
    T_NUMBER("GPE", 1), T_RESERVED(1), T_HEX("PCI Device Flag", 1), T_NUMBER("Global System Interrupt", 4), T_REGISTER("Base Address"),
    T_HEX("PCI Segment or UID", 1), T_HEX("PCI Bus Number", 1), T_HEX("PCI Device Number", 1), T_HEX("PCI Function Number", 1), T_UNUSED(1), ROWS_END,
};

static const struct tell_word waet_flag[] = { BIT(0, "RTC good"), BIT(1, "ACPI PM timer good: one read is enough"), WORDS_END };
static const struct tell_row waet[] = { T_BITS("Emulated Device Flags", 4, waet_flag), ROWS_END };

static const struct tell_word wsmt_flag[] = {
    BIT(0, "fixed communication buffers"), BIT(1, "nested pointer protection"), BIT(2, "system resource protection"), WORDS_END,
};
static const struct tell_row wsmt[] = { T_BITS("Protection Flags", 4, wsmt_flag), ROWS_END };

const struct tell_kind_of tell_platform_kinds[] = {
    { .signature = "HPET", .title = "High Precision Event Timer", .clause = "IA-PC HPET 1.0a, 3.2.4", .low = 1, .high = 1, .rows = hpet,
      .least = { { 1, 56 } } },
    { .signature = "TPM2", .title = "Trusted Platform Module 2", .clause = "TCG ACPI 1.3, 8", .low = 3, .high = 5, .rows = tpm2, .least = { { 3, 52 } } },
    { .signature = "TCPA", .title = "Trusted Computing Platform Alliance", .clause = "TCG ACPI 1.3, 7", .low = 1, .high = 2, .tell = tell_tcpa,
      .least = { { 1, 50 } } },
    { .signature = "ECDT", .title = "Embedded Controller Boot Resources Table", .clause = "ACPI 6.4, 5.2.15", .low = 1, .high = 1, .rows = ecdt,
      .least = { { 1, 66 } } },
    { .signature = "SBST", .title = "Smart Battery Table", .clause = "ACPI 6.4, 5.2.14", .low = 1, .high = 1, .rows = sbst, .least = { { 1, 48 } } },
    { .signature = "SPMI", .title = "Server Platform Management Interface", .clause = "IPMI 2.0, C.3", .low = 1, .high = 5, .rows = spmi,
      .least = { { 1, 64 } } },
    { .signature = "WAET", .title = "Windows ACPI Emulated Devices Table", .clause = "Microsoft WAET 1.0", .low = 1, .high = 1, .rows = waet,
      .least = { { 1, 40 } } },
    { .signature = "WSMT", .title = "Windows SMM Security Mitigations Table", .clause = "Microsoft WSMT 1.0", .low = 1, .high = 1, .rows = wsmt,
      .least = { { 1, 40 } } },
    { .signature = NULL },
};
