/*
 * Owns: SPCR and DBG2 of BOARD_VIRT: the PL011 as console and as debug port. It is told as "ARM SBSA Generic UART" (0x0e),
 * not as "ARM PL011" (0x03): what is there has the SBSA's subset of registers (no baud rate, no modem lines, no DMA), for
 * which a full PL011's driver would ask a clock that ACPI cannot tell. Linux takes either for earlycon "pl011".
 */
#include "acpi/arm.h"
#include "platform/virt_map.h"
#include <string.h>

enum { SPCR_REVISION = 2, DBG2_REVISION = 0 };
enum { UART_SBSA = 0x0e, PORT_SERIAL = 0x8000 };
enum { INTERRUPT_GIC = 1 << 3, STOP_BIT_1 = 1, TERMINAL_ANSI = 3 };
enum { GAS_LENGTH = 12, DBG2_DEVICE = 22 };

/* Generic address structure (ACPI 6.4, 5.2.3.2). 32 bits at a time: Linux's earlycon takes its accessors from this. */
static void registers(struct table_out *o)
{
    table_le(o, 0, 1);                              /* system memory */
    table_le(o, 32, 1);
    table_le(o, 0, 1);
    table_le(o, 3, 1);                              /* dword */
    table_le(o, VIRT_PL011_BASE, 8);
}

/* Microsoft's "Serial Port Console Redirection Table", version 1.05 in the length of revision 2. */
uint64_t acpi_arm_spcr(struct table_out *o, const struct platform *p)
{
    (void)p;
    uint64_t start = table_begin(o, "SPCR", SPCR_REVISION);
    table_le(o, UART_SBSA, 1);
    table_zero(o, 3);
    registers(o);
    table_le(o, INTERRUPT_GIC, 1);
    table_le(o, 0, 1);                              /* PC's IRQ */
    table_le(o, VIRT_PL011_GSI, 4);
    table_le(o, 0, 1);                              /* baud rate: as it is, there is none to set */
    table_le(o, 0, 1);                              /* no parity */
    table_le(o, STOP_BIT_1, 1);
    table_le(o, 0, 1);                              /* no flow control */
    table_le(o, TERMINAL_ANSI, 1);
    table_le(o, 0, 1);                              /* language: must be 0 */
    table_le(o, 0xffffffff, 4);                     /* PCI device and vendor: not a PCI device */
    table_zero(o, 3 + 4 + 1 + 4);                   /* bus, device, function, flags, segment, reserved */
    table_end(o, start);
    return start;
}

/* Microsoft's "Debug Port Table 2": one device with one register block and the name it has in the DSDT. */
uint64_t acpi_arm_dbg2(struct table_out *o, const struct platform *p)
{
    static const char name[] = ACPI_ARM_UART;
    const unsigned block = DBG2_DEVICE, size = block + GAS_LENGTH, text = size + 4;
    (void)p;
    uint64_t start = table_begin(o, "DBG2", DBG2_REVISION);
    table_le(o, TABLE_HEADER + 8, 4);               /* offset of the devices, and their number */
    table_le(o, 1, 4);
    table_le(o, 0, 1);                              /* revision */
    table_le(o, text + sizeof(name), 2);
    table_le(o, 1, 1);                              /* register blocks */
    table_le(o, sizeof(name), 2);
    table_le(o, text, 2);
    table_le(o, 0, 2 + 2);                          /* no OEM data */
    table_le(o, PORT_SERIAL, 2);
    table_le(o, UART_SBSA, 2);
    table_zero(o, 2);
    table_le(o, block, 2);
    table_le(o, size, 2);
    registers(o);
    table_le(o, VIRT_PL011_SIZE, 4);
    table_bytes(o, name, sizeof(name));
    table_end(o, start);
    return start;
}
