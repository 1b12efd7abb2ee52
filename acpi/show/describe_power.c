/* Owns: processors, their caches, timers and sleep: PPTT (ACPI 6.4, 5.2.29), GTDT (5.2.24), PCCT (14.1), LPIT. */
#include "acpi/show/describe_internal.h"

/* ---- PPTT ---- */

/* A parent or a cache is named by its offset in the table; it has to stand in front of the end. */
static void check_reference(struct telling *t, uint64_t v)
{
    if (v && (v < TABLE_HEADER || v >= t->size))
        tell_wrong(t, "nothing stands at offset 0x%llx", (unsigned long long)v);
}
static const struct tell_word processor_flag[] = {
    BIT(0, "physical package"), BIT(1, "UID is valid"), BIT(2, "thread"), BIT(3, "leaf"), BIT(4, "children are identical"), WORDS_END,
};
static const struct tell_word cache_flag[] = {
    BIT(0, "size valid"), BIT(1, "sets valid"), BIT(2, "associativity valid"), BIT(3, "allocation valid"), BIT(4, "type valid"),
    BIT(5, "write policy valid"), BIT(6, "line size valid"), BIT(7, "ID valid"), WORDS_END,
};
static const struct tell_row processor[] = {
    T_RESERVED(2), T_BITS("Flags", 4, processor_flag), T_CHECK("Parent", 4, TELL_HEX, check_reference), T_NUMBER("ACPI Processor ID", 4),
    T_NUMBER("Number of private resources", 4), ROWS_END,
};
static const struct tell_row cache[] = {
    T_RESERVED(2), T_BITS("Flags", 4, cache_flag), T_CHECK("Next Level of Cache", 4, TELL_HEX, check_reference), T_NUMBER("Size", 4),
    T_NUMBER("Number of sets", 4), T_NUMBER("Associativity", 1), T_HEX("Attributes", 1), T_NUMBER("Line size", 2), T_NUMBER("Cache ID", 4), ROWS_END,
};
static const struct tell_row resource[] = { T_CHECK("Private resource", 4, TELL_HEX, check_reference), ROWS_END };
static void tell_resources(struct telling *t)
{
    while (t->end - t->at >= 4)
        tell_rows(t, resource);
}
static const struct tell_row short_head[] = { T_ROW("Type", 1, TELL_TYPE), T_ROW("Length", 1, TELL_LENGTH), ROWS_END };
static const struct tell_sub pptt_subs[] = {
    { 0, 0, "Processor Hierarchy Node", processor, NULL, tell_resources }, { 1, 24, "Cache", cache, NULL, NULL }, { 2, 4, "ID", NULL, NULL, NULL }, SUBS_END,
};
static const struct tell_list pptt_list = { .head = short_head, .subs = pptt_subs };

/* ---- GTDT ---- */

static const struct tell_word timer_flag[] = { BIT(0, "edge"), BIT(1, "active low"), BIT(2, "always on"), WORDS_END };
static const struct tell_word common_flag[] = { BIT(0, "secure"), BIT(1, "always on"), WORDS_END };
static const struct tell_word watchdog_flag[] = { BIT(0, "edge"), BIT(1, "active low"), BIT(2, "secure"), WORDS_END };
static void check_ppi(struct telling *t, uint64_t v)
{
    if (v && (v < 16 || v > 31) && !(v >= 1056 && v < 1120))
        tell_wrong(t, "is no private interrupt: those are 16 to 31");
}
static const struct tell_row gtdt[] = {
    T_HEX("CntControlBase Physical Address", 8), T_RESERVED(4),
    T_CHECK("Secure EL1 Timer GSIV", 4, TELL_NUMBER | TELL_DULL, check_ppi), { "Secure EL1 Timer Flags", 4, TELL_BITS | TELL_DULL, timer_flag, NULL },
    T_CHECK("Non-Secure EL1 Timer GSIV", 4, TELL_NUMBER, check_ppi), T_BITS("Non-Secure EL1 Timer Flags", 4, timer_flag),
    T_CHECK("Virtual EL1 Timer GSIV", 4, TELL_NUMBER, check_ppi), T_BITS("Virtual EL1 Timer Flags", 4, timer_flag),
    T_CHECK("EL2 Timer GSIV", 4, TELL_NUMBER | TELL_DULL, check_ppi), { "EL2 Timer Flags", 4, TELL_BITS | TELL_DULL, timer_flag, NULL },
    T_HEX("CntReadBase Physical Address", 8), T_NUMBER("Platform Timer Count", 4), T_ROW("Platform Timer Offset", 4, TELL_HEX | TELL_DULL), ROWS_END,
};
static const struct tell_row gtdt_3[] = {
    T_CHECK("Virtual EL2 Timer GSIV", 4, TELL_NUMBER | TELL_DULL, check_ppi), { "Virtual EL2 Timer Flags", 4, TELL_BITS | TELL_DULL, timer_flag, NULL },
    ROWS_END,
};
static const struct tell_row frame[] = {
    T_NUMBER("GT Frame Number", 1), T_RESERVED(3), T_HEX("CntBaseX", 8), T_HEX("CntEL0BaseX", 8), T_NUMBER("Physical Timer GSIV", 4),
    T_BITS("Physical Timer Flags", 4, timer_flag), T_NUMBER("Virtual Timer GSIV", 4), T_BITS("Virtual Timer Flags", 4, timer_flag),
    T_BITS("Common Flags", 4, common_flag), ROWS_END,
};
static const struct tell_sub frame_sub[] = { { 0, 0, "GT Block Timer", frame, NULL, NULL }, SUBS_END };
static const struct tell_list frames = { .subs = frame_sub };
static const struct tell_row gt_block[] = {
    T_RESERVED(1), T_HEX("CntCtlBase", 8), T_NUMBER("GT Block Timer Count", 4), T_HEX("GT Block Timer Offset", 4), ROWS_END,
};
static const struct tell_row watchdog[] = {
    T_RESERVED(1), T_HEX("RefreshFrame", 8), T_HEX("WatchdogControlFrame", 8), T_NUMBER("Watchdog Timer GSIV", 4), T_BITS("Watchdog Timer Flags", 4, watchdog_flag),
    ROWS_END,
};
static const struct tell_row gtdt_head[] = { T_ROW("Type", 1, TELL_TYPE), T_ROW("Length", 2, TELL_LENGTH), ROWS_END };
static const struct tell_sub gtdt_subs[] = {
    { 0, 0, "GT Block", gt_block, &frames, NULL }, { 1, 0, "Arm Generic Watchdog", watchdog, NULL, NULL }, SUBS_END,
};
static const struct tell_list gtdt_list = { .head = gtdt_head, .subs = gtdt_subs, .other = "Platform timer" };
static void tell_gtdt(struct telling *t)
{
    tell_rows(t, gtdt);
    uint32_t count = (uint32_t)tell_get(t, 88, 4), offset = (uint32_t)tell_get(t, 92, 4);
    if (t->revision >= 3)
        tell_rows(t, gtdt_3);
    if (!count)
        return;
    if (offset < t->at || offset >= t->end) {
        tell_table_wrong(t, "no platform timers can begin at offset 0x%x", offset);
        return;
    }
    tell_data(t, offset, "Data");
    tell_list(t, &gtdt_list, count);
}

/* ---- PCCT ---- */

static const struct tell_word pcct_flag[] = { BIT(0, "platform interrupt"), WORDS_END };
#define DOORBELL T_REGISTER("Doorbell Register"), T_HEX("Doorbell Preserve", 8), T_HEX("Doorbell Write", 8), T_NUMBER("Nominal Latency, us", 4), \
    T_NUMBER("Maximum Periodic Access Rate", 4), T_NUMBER("Minimum Request Turnaround Time, us", 2)
static const struct tell_row generic[] = { T_RESERVED(6), T_HEX("Base Address", 8), T_HEX("Length", 8), DOORBELL, ROWS_END };
static const struct tell_row reduced[] = {
    T_NUMBER("Platform Interrupt", 4), T_HEX("Platform Interrupt Flags", 1), T_RESERVED(1), T_HEX("Base Address", 8), T_HEX("Length", 8), DOORBELL, ROWS_END,
};
static const struct tell_row reduced_2[] = {
    T_NUMBER("Platform Interrupt", 4), T_HEX("Platform Interrupt Flags", 1), T_RESERVED(1), T_HEX("Base Address", 8), T_HEX("Length", 8), DOORBELL,
    T_REGISTER("Platform Interrupt Ack Register"), T_HEX("Platform Interrupt Ack Preserve", 8), T_HEX("Platform Interrupt Ack Write", 8), ROWS_END,
};
static const struct tell_sub pcct_subs[] = {
    { 0, 0, "Generic Communications Subspace", generic, NULL, NULL }, { 1, 0, "Hardware-Reduced Communications Subspace", reduced, NULL, NULL },
    { 2, 0, "Hardware-Reduced Communications Subspace 2", reduced_2, NULL, NULL }, { 3, 2, "Extended PCC Subspace, initiator", NULL, NULL, NULL },
    { 4, 2, "Extended PCC Subspace, responder", NULL, NULL, NULL }, { 5, 2, "Hardware Registers PCC Subspace", NULL, NULL, NULL }, SUBS_END,
};
static const struct tell_list pcct_list = { .head = short_head, .subs = pcct_subs, .other = "Subspace" };
static const struct tell_row pcct_rows[] = { T_BITS("Flags", 4, pcct_flag), T_RESERVED(8), ROWS_END };

/* ---- LPIT ---- */

static const struct tell_word lpit_flag[] = { BIT(0, "disabled"), BIT(1, "no residency counter"), WORDS_END };
static const struct tell_row lpit_head[] = { T_ROW("Type", 4, TELL_TYPE), T_ROW("Length", 4, TELL_LENGTH), ROWS_END };
static const struct tell_row lpi[] = {
    T_NUMBER("Unique ID", 2), T_RESERVED(2), T_BITS("Flags", 4, lpit_flag), T_REGISTER("Entry Trigger"), T_NUMBER("Residency, us", 4),
    T_NUMBER("Latency, us", 4), T_REGISTER("Residency Counter"), T_NUMBER("Residency Counter Frequency", 8), ROWS_END,
};
static const struct tell_sub lpit_subs[] = { { 0, 0, "Native C-state Instruction", lpi, NULL, NULL }, SUBS_END };
static const struct tell_list lpit_list = { .head = lpit_head, .subs = lpit_subs, .other = "State" };

const struct tell_kind_of tell_power_kinds[] = {
    { .signature = "PPTT", .title = "Processor Properties Topology Table", .clause = "ACPI 6.4, 5.2.29", .low = 1, .high = 3, .list = &pptt_list },
    { .signature = "GTDT", .title = "Generic Timer Description Table", .clause = "ACPI 6.4, 5.2.24", .low = 1, .high = 3, .tell = tell_gtdt,
      .least = { { 2, 96 }, { 3, 104 } } },
    { .signature = "PCCT", .title = "Platform Communications Channel Table", .clause = "ACPI 6.4, 14.1", .low = 1, .high = 2, .rows = pcct_rows,
      .list = &pcct_list, .least = { { 1, 48 } } },
    { .signature = "LPIT", .title = "Low Power Idle Table", .clause = "Intel LPIT, revision 2", .high = 1, .list = &lpit_list },
    { .signature = NULL },
};
