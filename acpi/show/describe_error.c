/* Owns: hardware errors (ACPI 6.4, chapter 18: HEST, BERT, ERST, EINJ) and the watchdog's WDAT, which is written in the same instructions. */
#include "acpi/show/describe_internal.h"

/* ---- HEST ---- */

static const struct tell_word source_flag[] = { BIT(0, "firmware first"), BIT(1, "global"), BIT(2, "GHES assist"), WORDS_END };
static const struct tell_word notify[] = {
    IS(0, "polled"), IS(1, "external interrupt"), IS(2, "local interrupt"), IS(3, "SCI"), IS(4, "NMI"), IS(5, "CMCI"), IS(6, "MCE"), IS(7, "GPIO"),
    IS(8, "SEA"), IS(9, "SEI"), IS(10, "GSIV"), IS(11, "software delegated exception"), WORDS_END,
};
#define SOURCE T_NUMBER("Source Id", 2)
#define SOURCE_FLAGS T_BITS("Flags", 1, source_flag), T_NUMBER("Enabled", 1)
#define RECORDS T_NUMBER("Number of Records To Pre-allocate", 4), T_NUMBER("Max Sections Per Record", 4)
/* Hardware error notification structure (table 18.14), 28 bytes. */
#define NOTIFICATION \
    T_WORD("Notification Type", 1, notify), T_NUMBER("Notification Length", 1), T_HEX("Configuration Write Enable", 2), \
    T_ROW("Poll Interval", 4, TELL_NUMBER | TELL_DULL), T_ROW("Vector", 4, TELL_NUMBER | TELL_DULL), \
    T_ROW("Switch To Polling Threshold Value", 4, TELL_NUMBER | TELL_DULL), T_ROW("Switch To Polling Threshold Window", 4, TELL_NUMBER | TELL_DULL), \
    T_ROW("Error Threshold Value", 4, TELL_NUMBER | TELL_DULL), T_ROW("Error Threshold Window", 4, TELL_NUMBER | TELL_DULL)
#define AER \
    SOURCE, T_RESERVED(2), SOURCE_FLAGS, RECORDS, T_HEX("Bus", 4), T_NUMBER("Device", 2), T_NUMBER("Function", 2), T_HEX("Device Control", 2), \
    T_RESERVED(2), T_HEX("Uncorrectable Error Mask", 4), T_HEX("Uncorrectable Error Severity", 4), T_HEX("Correctable Error Mask", 4), \
    T_HEX("Advanced Error Capabilities and Control", 4)
#define GHES \
    T_HEX("Source Id", 2), T_HEX("Related Source Id", 2), T_HEX("Flags", 1), T_NUMBER("Enabled", 1), RECORDS, T_NUMBER("Max Raw Data Length", 4), \
    T_REGISTER("Error Status Address"), NOTIFICATION, T_NUMBER("Error Status Block Length", 4)

static const struct tell_row bank[] = {
    T_NUMBER("Bank Number", 1), T_NUMBER("Clear Status On Initialization", 1), T_NUMBER("Status Data Format", 1), T_RESERVED(1),
    T_HEX("Control Register MSR Address", 4), T_HEX("Control Init Data", 8), T_HEX("Status Register MSR Address", 4),
    T_HEX("Address Register MSR Address", 4), T_HEX("Misc Register MSR Address", 4), ROWS_END,
};
static const struct tell_sub bank_sub[] = { { 0, 0, "Machine Check Error Bank", bank, NULL, NULL }, SUBS_END };
static const struct tell_list banks = { .subs = bank_sub };
static const struct tell_row mce[] = {
    SOURCE, T_RESERVED(2), SOURCE_FLAGS, RECORDS, T_HEX("Global Capability Init Data", 8), T_HEX("Global Control Init Data", 8),
    T_NUMBER("Number Of Hardware Banks", 1), T_RESERVED(7), ROWS_END,
};
static const struct tell_row cmc[] = {
    SOURCE, T_RESERVED(2), SOURCE_FLAGS, RECORDS, NOTIFICATION, T_NUMBER("Number Of Hardware Banks", 1), T_RESERVED(3), ROWS_END,
};
static const struct tell_row nmi[] = { SOURCE, T_RESERVED(4), RECORDS, T_NUMBER("Max Raw Data Length", 4), ROWS_END };
static const struct tell_row root_port[] = { AER, T_HEX("Root Error Command", 4), ROWS_END };
static const struct tell_row endpoint[] = { AER, ROWS_END };
static const struct tell_row bridge[] = {
    AER, T_HEX("Secondary Uncorrectable Error Mask", 4), T_HEX("Secondary Uncorrectable Error Severity", 4),
    T_HEX("Secondary Advanced Error Capabilities and Control", 4), ROWS_END,
};
static const struct tell_row ghes[] = { GHES, ROWS_END };
static const struct tell_row ghes2[] = {
    GHES, T_REGISTER("Read Ack Register"), T_HEX("Read Ack Preserve", 8), T_HEX("Read Ack Write", 8), ROWS_END,
};
static const struct tell_row hest_head[] = { T_ROW("Type", 2, TELL_TYPE), ROWS_END };
static const struct tell_sub hest_subs[] = {
    { 0, 0, "IA-32 Machine Check Exception", mce, &banks, NULL },    { 1, 0, "IA-32 Corrected Machine Check", cmc, &banks, NULL },
    { 2, 0, "IA-32 NMI", nmi, NULL, NULL },                          { 6, 0, "PCI Express Root Port AER", root_port, NULL, NULL },
    { 7, 0, "PCI Express Device AER", endpoint, NULL, NULL },        { 8, 0, "PCI Express/PCI-X Bridge AER", bridge, NULL, NULL },
    { 9, 0, "Generic Hardware Error Source", ghes, NULL, NULL },     { 10, 0, "Generic Hardware Error Source v2", ghes2, NULL, NULL },
    { 11, 0, "IA-32 Deferred Machine Check", cmc, &banks, NULL },    SUBS_END,
};

/* No length tells it: each kind has its own, and machine checks a number of banks behind them. */
static uint32_t source_length(struct telling *t, uint32_t type)
{
    enum { BANK = 28 };
    static const uint8_t length[] = { 40, 48, 20, 0, 0, 0, 48, 44, 56, 64, 92, 48 };
    uint32_t n = type < sizeof(length) ? length[type] : 0;
    if (type == 0)
        n += BANK * (uint32_t)tell_get(t, t->at + 32, 1);
    else if (type == 1 || type == 11)
        n += BANK * (uint32_t)tell_get(t, t->at + 44, 1);
    return n;
}

static const struct tell_list hest_list = { .head = hest_head, .subs = hest_subs, .other = "Error source", .length = source_length };
static const struct tell_row hest_rows[] = { T_NUMBER("Error Source Count", 4), ROWS_END };

static void tell_hest(struct telling *t)
{
    uint32_t n = (uint32_t)tell_get(t, 36, 4);
    tell_rows(t, hest_rows);
    if (n && t->at == t->end)
        tell_table_wrong(t, "it says that it has %u error sources, but none is here", n);
    tell_list(t, &hest_list, n);
}

/* ---- BERT ---- */

static const struct tell_row bert[] = { T_NUMBER("Boot Error Region Length", 4), T_HEX("Boot Error Region", 8), ROWS_END };

/* ---- ERST, EINJ, WDAT ---- */

static const struct tell_word instruction[] = {
    IS(0, "READ_REGISTER"), IS(1, "READ_REGISTER_VALUE"), IS(2, "WRITE_REGISTER"), IS(3, "WRITE_REGISTER_VALUE"), IS(4, "NOOP"),
    IS(5, "LOAD_VAR1"), IS(6, "LOAD_VAR2"), IS(7, "STORE_VAR1"), IS(8, "ADD"), IS(9, "SUBTRACT"), IS(10, "ADD_VALUE"), IS(11, "SUBTRACT_VALUE"),
    IS(12, "STALL"), IS(13, "STALL_WHILE_TRUE"), IS(14, "SKIP_NEXT_INSTRUCTION_IF_TRUE"), IS(15, "GOTO"), IS(16, "SET_SRC_ADDRESS_BASE"),
    IS(17, "SET_DST_ADDRESS_BASE"), IS(18, "MOVE_DATA"), WORDS_END,
};
static const struct tell_word erst_action[] = {
    IS(0, "BEGIN_WRITE_OPERATION"), IS(1, "BEGIN_READ_OPERATION"), IS(2, "BEGIN_CLEAR_OPERATION"), IS(3, "END_OPERATION"), IS(4, "SET_RECORD_OFFSET"),
    IS(5, "EXECUTE_OPERATION"), IS(6, "CHECK_BUSY_STATUS"), IS(7, "GET_COMMAND_STATUS"), IS(8, "GET_RECORD_IDENTIFIER"), IS(9, "SET_RECORD_IDENTIFIER"),
    IS(10, "GET_RECORD_COUNT"), IS(11, "BEGIN_DUMMY_WRITE_OPERATION"), IS(13, "GET_ERROR_LOG_ADDRESS_RANGE"), IS(14, "GET_ERROR_LOG_ADDRESS_RANGE_LENGTH"),
    IS(15, "GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES"), IS(16, "GET_EXECUTE_OPERATION_TIMINGS"), WORDS_END,
};
static const struct tell_word einj_action[] = {
    IS(0, "BEGIN_INJECTION_OPERATION"), IS(1, "GET_TRIGGER_ERROR_ACTION_TABLE"), IS(2, "SET_ERROR_TYPE"), IS(3, "GET_ERROR_TYPE"), IS(4, "END_OPERATION"),
    IS(5, "EXECUTE_OPERATION"), IS(6, "CHECK_BUSY_STATUS"), IS(7, "GET_COMMAND_STATUS"), IS(8, "SET_ERROR_TYPE_WITH_ADDRESS"),
    IS(9, "GET_EXECUTE_OPERATION_TIMINGS"), IS(255, "TRIGGER_ERROR"), WORDS_END,
};
static const struct tell_word wdat_action[] = {
    IS(1, "reset"), IS(4, "query current countdown"), IS(5, "query countdown"), IS(6, "set countdown"), IS(8, "query running state"),
    IS(9, "set running state"), IS(10, "query stopped state"), IS(11, "set stopped state"), IS(16, "query reboot"), IS(17, "set reboot"),
    IS(18, "query shutdown"), IS(19, "set shutdown"), IS(32, "query watchdog status"), IS(33, "set watchdog status"), WORDS_END,
};
static const struct tell_word wdat_instruction[] = {
    IS(0, "read value"), IS(1, "read countdown"), IS(2, "write value"), IS(3, "write countdown"), IS(0x80, "read value, preserve"),
    IS(0x81, "read countdown, preserve"), IS(0x82, "write value, preserve"), IS(0x83, "write countdown, preserve"), WORDS_END,
};
static const struct tell_word preserve[] = { BIT(0, "preserve register"), WORDS_END };

static void check_count(struct telling *t, uint64_t v)
{
    uint64_t there = (t->end - t->at - 4) / (acpi_is(t->table, "WDAT") ? 24 : 32);
    if (v != there)
        tell_wrong(t, "%llu are here", (unsigned long long)there);
}

#define INSTRUCTION T_WORD("Instruction", 1, instruction), T_BITS("Flags", 1, preserve), T_RESERVED(1), T_REGISTER("Register Region"), \
    T_HEX("Value", 8), T_HEX("Mask", 8), ROWS_END
static const struct tell_row erst_entry[] = { T_WORD("Serialization Action", 1, erst_action), INSTRUCTION };
static const struct tell_row einj_entry[] = { T_WORD("Injection Action", 1, einj_action), INSTRUCTION };
static const struct tell_row wdat_entry[] = {
    T_WORD("Watchdog Action", 1, wdat_action), T_WORD("Instruction", 1, wdat_instruction), T_RESERVED(2), T_REGISTER("Register Region"),
    T_HEX("Value", 4), T_HEX("Mask", 4), ROWS_END,
};
static const struct tell_sub erst_sub[] = { { 0, 0, "Serialization Instruction", erst_entry, NULL, NULL }, SUBS_END };
static const struct tell_sub einj_sub[] = { { 0, 0, "Injection Instruction", einj_entry, NULL, NULL }, SUBS_END };
static const struct tell_sub wdat_sub[] = { { 0, 0, "Watchdog Instruction", wdat_entry, NULL, NULL }, SUBS_END };
static const struct tell_list erst_list = { .subs = erst_sub }, einj_list = { .subs = einj_sub }, wdat_list = { .subs = wdat_sub };
static const struct tell_row erst_rows[] = {
    T_NUMBER("Serialization Header Size", 4), T_RESERVED(4), T_CHECK("Instruction Entry Count", 4, TELL_NUMBER, check_count), ROWS_END,
};
static const struct tell_row einj_rows[] = {
    T_NUMBER("Injection Header Size", 4), T_HEX("Injection Flags", 1), T_RESERVED(3), T_CHECK("Injection Entry Count", 4, TELL_NUMBER, check_count), ROWS_END,
};
static const struct tell_word wdat_flag[] = { BIT(0, "enabled"), BIT(7, "stopped in sleep states"), WORDS_END };
static const struct tell_row wdat_rows[] = {
    T_NUMBER("Watchdog Header Length", 4), T_HEX("PCI Segment", 2), T_HEX("PCI Bus Number", 1), T_HEX("PCI Device Number", 1),
    T_HEX("PCI Function Number", 1), T_RESERVED(3), T_NUMBER("Timer Period, ms", 4), T_NUMBER("Maximum Count", 4), T_NUMBER("Minimum Count", 4),
    T_BITS("Watchdog Flags", 1, wdat_flag), T_RESERVED(3), T_CHECK("Number Watchdog Instruction Entries", 4, TELL_NUMBER, check_count), ROWS_END,
};

const struct tell_kind_of tell_error_kinds[] = {
    { .signature = "HEST", .title = "Hardware Error Source Table", .clause = "ACPI 6.4, 18.3.2", .low = 1, .high = 1, .tell = tell_hest,
      .least = { { 1, 40 } } },
    { .signature = "BERT", .title = "Boot Error Record Table", .clause = "ACPI 6.4, 18.3.1", .low = 1, .high = 1, .rows = bert, .least = { { 1, 48 } } },
    { .signature = "ERST", .title = "Error Record Serialization Table", .clause = "ACPI 6.4, 18.5", .low = 1, .high = 1, .rows = erst_rows,
      .list = &erst_list, .least = { { 1, 48 } } },
    { .signature = "EINJ", .title = "Error Injection Table", .clause = "ACPI 6.4, 18.6.1", .low = 1, .high = 2, .rows = einj_rows,
      .list = &einj_list, .least = { { 1, 48 } } },
    { .signature = "WDAT", .title = "Watchdog Action Table", .clause = "Microsoft WDAT 1.0", .low = 1, .high = 1, .rows = wdat_rows,
      .list = &wdat_list, .least = { { 1, 68 } } },
    { .signature = NULL },
};
