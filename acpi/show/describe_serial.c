/* Owns: where text goes early: SPCR, DBG2, DBGP (Microsoft's specifications of these names). */
#include "acpi/show/describe_internal.h"

static const struct tell_word subtype[] = {
    IS(0, "16550"), IS(1, "16550 subset (DBGP)"), IS(2, "MAX311xE SPI"), IS(3, "PL011"), IS(4, "MSM8x60"), IS(5, "16550 of Nvidia"),
    IS(6, "TI OMAP"), IS(8, "APM88xxxx"), IS(9, "MSM8974"), IS(10, "SAM5250"), IS(11, "Intel USIF"), IS(12, "i.MX 6"),
    IS(13, "SBSA, 32-bit only"), IS(14, "SBSA"), IS(15, "Arm DCC"), IS(16, "BCM2835"), IS(17, "SDM845, 1.8432 MHz"),
    IS(18, "16550 with the register's parameters"), IS(19, "SDM845, 7.372 MHz"), IS(20, "Intel LPSS"), IS(21, "RISC-V SBI"), WORDS_END,
};

/* ---- SPCR ---- */

static void check_address(struct telling *t, uint64_t v)
{
    (void)v;
    if (tell_get(t, t->at, 1) > 2)
        tell_wrong(t, "a console is in memory, I/O or PCI space");
}

static void check_baud(struct telling *t, uint64_t v)
{
    if ((v > 0 && v < 3) || v == 5 || v > 7)
        tell_wrong(t, "reserved value");
}

static void check_interrupt(struct telling *t, uint64_t v)
{
    if (v & 1 && tell_get(t, 53, 1) > 15)
        tell_wrong(t, "an 8259 has no input %u", (unsigned)tell_get(t, 53, 1));
}

static void check_irq(struct telling *t, uint64_t v)
{
    if (v && !(tell_get(t, 52, 1) & 1))
        tell_wrong(t, "no 8259 interrupt is used: has to be 0");
}

/* 0xffff: no PCI device. */
static void check_pci(struct telling *t, uint64_t v)
{
    if ((v == 0xffff) != (tell_get(t, t->at == 64 ? 66 : 64, 2) == 0xffff))
        tell_wrong(t, "device and vendor are both 0xffff or neither is");
}

static void check_stop(struct telling *t, uint64_t v)
{
    if (v != 1)
        tell_wrong(t, "has to be 1");
}

static void check_name_end(struct telling *t, uint64_t offset)
{
    uint64_t n = tell_get(t, 84, 2);
    if (offset + n > t->size)
        tell_wrong(t, "the name ends beyond the table");
    else if (offset < 88)
        tell_wrong(t, "the name cannot stand in front of the table's end, 88");
}

static const struct tell_word interrupt[] = {
    BIT(0, "8259"), BIT(1, "I/O APIC"), BIT(2, "I/O SAPIC"), BIT(3, "GIC"), BIT(4, "RISC-V PLIC"), WORDS_END,
};
static const struct tell_word baud[] = {
    IS(0, "as it is"), IS(3, "9600"), IS(4, "19200"), IS(6, "57600"), IS(7, "115200"), WORDS_END,
};
static const struct tell_word parity[] = { IS(0, "none"), WORDS_END };
static const struct tell_word flow[] = { BIT(0, "DCD"), BIT(1, "RTS/CTS"), BIT(2, "XON/XOFF"), WORDS_END };
static const struct tell_word terminal[] = { IS(0, "VT100"), IS(1, "extended VT100"), IS(2, "VT-UTF8"), IS(3, "ANSI"), WORDS_END };
static const struct tell_word pci_flag[] = { BIT(0, "must not be disabled or moved"), WORDS_END };
static const struct tell_row spcr[] = {
    T_WORD("Interface Type", 1, subtype), T_RESERVED(3), T_CHECK("Base Address", 12, TELL_REGISTER, check_address),
    { "Interrupt Type", 1, TELL_BITS, interrupt, check_interrupt }, T_CHECK("IRQ", 1, TELL_NUMBER | TELL_DULL, check_irq),
    T_NUMBER("Global System Interrupt", 4), { "Configured Baud Rate", 1, TELL_WORD, baud, check_baud }, T_WORD("Parity", 1, parity),
    T_CHECK("Stop Bits", 1, TELL_NUMBER, check_stop), T_BITS("Flow Control", 1, flow), T_WORD("Terminal Type", 1, terminal), T_RESERVED(1),
    T_CHECK("PCI Device ID", 2, TELL_HEX, check_pci), T_CHECK("PCI Vendor ID", 2, TELL_HEX, check_pci),
    T_ROW("PCI Bus Number", 1, TELL_HEX | TELL_DULL), T_ROW("PCI Device Number", 1, TELL_HEX | TELL_DULL),
    T_ROW("PCI Function Number", 1, TELL_HEX | TELL_DULL), { "PCI Flags", 4, TELL_BITS | TELL_DULL, pci_flag, NULL },
    T_ROW("PCI Segment", 1, TELL_HEX | TELL_DULL), T_ROW("UART Clock Frequency", 4, TELL_NUMBER | TELL_DULL),
    T_ROW("Precise Baud Rate", 4, TELL_NUMBER | TELL_DULL), T_NUMBER("NamespaceStringLength", 2),
    T_CHECK("NamespaceStringOffset", 2, TELL_HEX, check_name_end), ROWS_END,
};

/* "." where the device is in no namespace. */
static void tell_device_name(struct telling *t, uint32_t n)
{
    const uint8_t *b = t->bytes + t->at;
    uint32_t length = 0;
    while (length < n && b[length])
        length++;
    const char *fault = length == 1 && b[0] == '.' ? NULL : tell_path_fault(b, length);
    if (fault)
        tell_wrong(t, "%s", fault);
    tell_string(t, t->at + n, "NamespaceString");
}

static void tell_spcr(struct telling *t)
{
    tell_rows(t, spcr);
    uint32_t n = (uint32_t)tell_get(t, 84, 2), offset = (uint32_t)tell_get(t, 86, 2);
    if (t->revision < 4 || t->at < 88 || offset < 88 || offset + n > t->end || !n)
        return;
    tell_data(t, offset, "Data");
    tell_device_name(t, n);
}

/* ---- DBG2 ---- */

static const struct tell_word port[] = { IS(0x8000, "serial"), IS(0x8001, "1394"), IS(0x8002, "USB"), IS(0x8003, "net"), WORDS_END };
static const struct tell_row dbg2_rows[] = { T_HEX("OffsetDbgDeviceInfo", 4), T_NUMBER("NumberDbgDeviceInfo", 4), ROWS_END };
static const struct tell_row dbg2_head[] = { T_NUMBER("Revision", 1), T_ROW("Length", 2, TELL_LENGTH), ROWS_END };
static const struct tell_row dbg2_device[] = {
    T_NUMBER("NumberofGenericAddressRegisters", 1), T_NUMBER("NameSpaceStringLength", 2), T_HEX("NameSpaceStringOffset", 2),
    T_ROW("OemDataLength", 2, TELL_NUMBER | TELL_DULL), T_ROW("OemDataOffset", 2, TELL_HEX | TELL_DULL), T_WORD("Port Type", 2, port),
    T_WORD("Port Subtype", 2, subtype), T_RESERVED(2), T_HEX("BaseAddressRegisterOffset", 2), T_HEX("AddressSizeOffset", 2), ROWS_END,
};
static const struct tell_row dbg2_register[] = { T_REGISTER("BaseAddressRegister"), ROWS_END };
static const struct tell_row dbg2_size[] = { T_HEX("AddressSize", 4), ROWS_END };

/* The parts of a device stand where its offsets say, in any order. Told in order, whatever it is; each byte once. */
static void tell_parts(struct telling *t)
{
    uint32_t registers = (uint32_t)tell_own(t, 3, 1), name = (uint32_t)tell_own(t, 4, 2);
    const struct { uint32_t at, n; } part[] = {
        { (uint32_t)tell_own(t, 18, 2), registers * 12 }, { (uint32_t)tell_own(t, 20, 2), registers * 4 }, { (uint32_t)tell_own(t, 6, 2), name },
    };
    for (unsigned i = 0; i < 3; i++)
        if (part[i].n && (part[i].at < 22 || part[i].at + part[i].n > t->end - t->from))
            tell_table_wrong(t, "%s of a device stand outside of it, at offset 0x%x", i == 2 ? "the letters of the name" : "registers", part[i].at);
    while (t->at < t->end) {
        uint32_t next = t->end, which = 3, end;
        for (unsigned i = 0; i < 3; i++)
            if (part[i].n && t->from + part[i].at >= t->at && t->from + part[i].at < next)
                next = t->from + part[i].at, which = i;
        tell_data(t, next, "Data");
        end = which < 3 ? t->at + part[which].n : t->end;
        if (end > t->end)
            break;
        if (which == 2)
            tell_device_name(t, name);
        while (which < 2 && t->at < end)
            tell_rows(t, which ? dbg2_size : dbg2_register);
    }
}

static const struct tell_sub dbg2_subs[] = { { 0, 22, "Debug Device Information", dbg2_device, NULL, tell_parts }, SUBS_END };
static const struct tell_list dbg2_list = { .head = dbg2_head, .subs = dbg2_subs };

static void tell_dbg2(struct telling *t)
{
    uint32_t offset = (uint32_t)tell_get(t, 36, 4), n = (uint32_t)tell_get(t, 40, 4);
    tell_rows(t, dbg2_rows);
    if (offset < 44 || offset > t->end) {
        tell_table_wrong(t, "the devices cannot begin at offset 0x%x", offset);
        return;
    }
    tell_data(t, offset, "Data");
    uint32_t before = t->at;
    tell_list(t, &dbg2_list, n);
    if (n && before == t->at)
        tell_table_wrong(t, "it says that it has %u devices, but none is here", n);
}

/* ---- DBGP ---- */

static const struct tell_word dbgp_type[] = { IS(0, "16550"), IS(1, "16550 subset"), WORDS_END };
static const struct tell_row dbgp[] = { T_WORD("Interface Type", 1, dbgp_type), T_RESERVED(3), T_REGISTER("Base Address"), ROWS_END };

const struct tell_kind_of tell_serial_kinds[] = {
    { .signature = "SPCR", .title = "Serial Port Console Redirection Table", .clause = "Microsoft SPCR 1.10", .low = 1, .high = 4, .tell = tell_spcr,
      .least = { { 1, 76 }, { 2, 80 }, { 4, 88 } } },
    { .signature = "DBG2", .title = "Debug Port Table 2", .clause = "Microsoft DBG2 1.1", .high = 1, .tell = tell_dbg2, .least = { { 0, 44 } } },
    { .signature = "DBGP", .title = "Debug Port Table", .clause = "Microsoft DBGP 1.0", .low = 1, .high = 1, .rows = dbgp, .least = { { 1, 52 } } },
    { .signature = NULL },
};
