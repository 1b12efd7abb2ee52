/* What SPCR and DBG2 tell of a UART; one description for each board (acpi/uart.c, acpi/arm_uart.c). Not for others. */
#ifndef ACPI_UART_H
#define ACPI_UART_H
#include "acpi/table.h"

enum { UART_16550 = 0x00, UART_SBSA = 0x0e };               /* DBG2, table 3; SPCR counts likewise */
enum { UART_IOAPIC = 1 << 1, UART_GIC = 1 << 3 };           /* SPCR, interrupt type; 0: it has no line */
enum { UART_BAUD_AS_IS = 0, UART_BAUD_115200 = 7 };

struct acpi_uart {
    uint8_t type, interrupt, baud;
    enum table_space space;
    unsigned width;             /* bytes of a register */
    uint64_t base;
    uint32_t length, gsi;       /* bytes of all registers; gsi only with an interrupt */
    const char *path;           /* in the DSDT */
};
uint64_t acpi_write_spcr(struct table_out *o, const struct acpi_uart *u);
uint64_t acpi_write_dbg2(struct table_out *o, const struct acpi_uart *u);
#endif
