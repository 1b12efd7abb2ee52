/*
 * Owns: how SPCR and DBG2 of BOARD_VIRT describe its PL011. It is told as "ARM SBSA Generic UART" (0x0e), not as "ARM PL011"
 * (0x03): what is there has the SBSA's subset of registers (no baud rate, no modem lines, no DMA), for which a full PL011's
 * driver would ask a clock that ACPI cannot tell. Linux takes either for earlycon "pl011". 32 bits at a time: Linux's earlycon
 * takes its accessors from the address's width.
 */
#include "acpi/arm.h"
#include "acpi/uart.h"
#include "platform/virt_map.h"

static const struct acpi_uart pl011 = {
    .type = UART_SBSA, .space = TABLE_MEMORY, .width = 4, .base = VIRT_PL011_BASE, .length = VIRT_PL011_SIZE,
    .interrupt = UART_GIC, .gsi = VIRT_PL011_GSI, .baud = UART_BAUD_AS_IS, .path = ACPI_ARM_UART,
};

uint64_t acpi_arm_spcr(struct table_out *o, const struct platform *p)
{
    (void)p;
    return acpi_write_spcr(o, &pl011);
}

uint64_t acpi_arm_dbg2(struct table_out *o, const struct platform *p)
{
    (void)p;
    return acpi_write_dbg2(o, &pl011);
}
