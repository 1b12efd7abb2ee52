/*
 * Owns: what names a UART before there is AML: SPCR, as console, and DBG2, as debug port; and the description of a PC's. Microsoft's
 * "Serial Port Console Redirection Table" 1.10, of which the fields of revision 2 suffice, and "Debug Port Table 2".
 */
#include "acpi/uart.h"
#include "acpi/tables.h"
#include <string.h>

enum { SPCR_REVISION = 2, DBG2_REVISION = 0 };
enum { STOP_BIT_1 = 1, TERMINAL_ANSI = 3, NO_PCI = 0xffff, PORT_SERIAL = 0x8000 };

uint64_t acpi_write_spcr(struct table_out *o, const struct acpi_uart *u)
{
    uint64_t start = table_begin(o, "SPCR", SPCR_REVISION);
    table_le(o, u->type, 1);
    table_zero(o, 3);
    table_gas(o, u->space, u->width, u->base);
    table_le(o, u->interrupt, 1);
    table_le(o, 0, 1);                              /* line of an 8259 */
    table_le(o, u->interrupt ? u->gsi : 0, 4);
    table_le(o, u->baud, 1);
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

/* One device: its 22 bytes, then its registers' address, their length, its name in the namespace. */
uint64_t acpi_write_dbg2(struct table_out *o, const struct acpi_uart *u)
{
    enum { DEVICES = TABLE_HEADER + 8, REGISTERS = 22, LENGTHS = REGISTERS + TABLE_GAS, NAME = LENGTHS + 4 };
    size_t name = strlen(u->path) + 1;
    uint64_t start = table_begin(o, "DBG2", DBG2_REVISION);
    table_le(o, DEVICES, 4);                        /* from the table's start; all others from the device's */
    table_le(o, 1, 4);
    table_le(o, 0, 1);                              /* revision */
    table_le(o, NAME + name, 2);
    table_le(o, 1, 1);                              /* blocks of registers */
    table_le(o, name, 2);
    table_le(o, NAME, 2);
    table_zero(o, 2 + 2);                           /* no OEM data */
    table_le(o, PORT_SERIAL, 2);
    table_le(o, u->type, 2);
    table_zero(o, 2);
    table_le(o, REGISTERS, 2);
    table_le(o, LENGTHS, 2);
    table_gas(o, u->space, u->width, u->base);
    table_le(o, u->length, 4);
    table_bytes(o, u->path, name);
    table_end(o, start);
    return start;
}

/* As in the DSDT, an interrupt is named only where an IOAPIC carries it. */
static struct acpi_uart pc_uart(const struct platform *p)
{
    return (struct acpi_uart){
        .type = UART_16550, .space = TABLE_IO, .width = 1, .base = p->uart.port, .length = 8,
        .interrupt = p->ioapic ? UART_IOAPIC : 0, .gsi = p->uart.gsi, .baud = UART_BAUD_115200, .path = ACPI_PC_UART,
    };
}

uint64_t acpi_spcr(struct table_out *o, const struct platform *p)
{
    struct acpi_uart u = pc_uart(p);
    return acpi_write_spcr(o, &u);
}

uint64_t acpi_dbg2(struct table_out *o, const struct platform *p)
{
    struct acpi_uart u = pc_uart(p);
    return acpi_write_dbg2(o, &u);
}
