/* Owns: what names a PC's UART before there is AML: SPCR, as console, and DBG2, as debug port. Both are Microsoft's. */
#include "acpi/tables.h"

enum { SPCR_REVISION = 2, DBG2_REVISION = 0 };
enum { SERIAL_16550 = 0, PORT_SERIAL = 0x8000 };        /* DBG2, tables 3 and 4; SPCR counts its types likewise */
enum { BAUD_115200 = 7, STOP_BIT_1 = 1, TERMINAL_ANSI = 3, INTERRUPT_GSI = 1 << 1, NO_PCI = 0xffff };
enum { UART_PORTS = 8 };

/* As in the DSDT, an interrupt is named only where an IOAPIC carries it. */
uint64_t acpi_spcr(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "SPCR", SPCR_REVISION);
    table_le(o, SERIAL_16550, 1);
    table_zero(o, 3);
    table_gas(o, TABLE_IO, 1, p->uart.port);
    table_le(o, p->ioapic ? INTERRUPT_GSI : 0, 1);
    table_le(o, 0, 1);                              /* line of an 8259 */
    table_le(o, p->ioapic ? p->uart.gsi : 0, 4);
    table_le(o, BAUD_115200, 1);
    table_le(o, 0, 1);                              /* no parity */
    table_le(o, STOP_BIT_1, 1);
    table_le(o, 0, 1);                              /* no flow control */
    table_le(o, TERMINAL_ANSI, 1);
    table_le(o, 0, 1);                              /* language: must be 0 */
    table_le(o, NO_PCI, 2);                         /* device */
    table_le(o, NO_PCI, 2);                         /* vendor */
    table_zero(o, 1 + 1 + 1 + 4 + 1 + 4);           /* bus, device, function, flags, segment, reserved */
    table_end(o, start);
    return start;
}

/* One device: its 22 bytes, then its register, its register's size, its name in the namespace. */
uint64_t acpi_dbg2(struct table_out *o, const struct platform *p)
{
    static const char name[] = ACPI_PC_UART;
    enum { DEVICES = TABLE_HEADER + 8, REGISTERS = 22, SIZES = REGISTERS + TABLE_GAS, NAME = SIZES + 4 };
    uint64_t start = table_begin(o, "DBG2", DBG2_REVISION);
    table_le(o, DEVICES, 4);                        /* from the table's start; all others from the device's */
    table_le(o, 1, 4);
    table_le(o, 0, 1);                              /* revision */
    table_le(o, NAME + sizeof(name), 2);
    table_le(o, 1, 1);                              /* registers */
    table_le(o, sizeof(name), 2);
    table_le(o, NAME, 2);
    table_zero(o, 2 + 2);                           /* no OEM data */
    table_le(o, PORT_SERIAL, 2);
    table_le(o, SERIAL_16550, 2);
    table_zero(o, 2);
    table_le(o, REGISTERS, 2);
    table_le(o, SIZES, 2);
    table_gas(o, TABLE_IO, 1, p->uart.port);
    table_le(o, UART_PORTS, 4);
    table_bytes(o, name, sizeof(name));
    table_end(o, start);
    return start;
}
