/* Owns: the host's first serial port, a 16550 at 0x3f8, 115200 8n1. Where there is none, output goes nowhere. */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"

enum { COM1 = 0x3f8, UART_IER = 1, UART_FCR = 2, UART_IIR = 2, UART_LCR = 3, UART_MCR = 4, UART_LSR = 5, UART_SCR = 7 };
enum { LSR_DATA = 1, LSR_EMPTY = 0x20, IIR_FIFO = 0xc0, SPINS_MAX = 100000, FIFO = 16 };

static bool present, has_fifo;
static uint8_t early[FIFO];
static unsigned early_begin, early_end;
static unsigned room;       /* bytes the transmit FIFO still takes without a look at LSR */

void uart_start(void)
{
    port_out8(COM1 + UART_SCR, 0x5a);
    present = port_in8(COM1 + UART_SCR) == 0x5a;
    if (!present)
        return;
    while (early_end < FIFO && (port_in8(COM1 + UART_LSR) & LSR_DATA))
        early[early_end++] = port_in8(COM1);    /* typed before we ran: turning the FIFO on would drop it */
    port_out8(COM1 + UART_LCR, 0x80);
    port_out8(COM1, 1);                     /* 115200 */
    port_out8(COM1 + UART_IER, 0);
    port_out8(COM1 + UART_LCR, 3);
    port_out8(COM1 + UART_FCR, 7);
    has_fifo = (port_in8(COM1 + UART_IIR) & IIR_FIFO) == IIR_FIFO;    /* not the 8250's and 16450's */
    port_out8(COM1 + UART_MCR, 0xb);        /* DTR, RTS, OUT2: the interrupt line */
    port_out8(COM1 + UART_IER, 1);          /* received data: one interrupt as the line rises, until all is read */
}

void arch_console_put(char c)
{
    if (!present)
        return;
    if (!room) {
        for (unsigned i = 0; i < SPINS_MAX && !(port_in8(COM1 + UART_LSR) & LSR_EMPTY); i++)
            arch_relax();
        room = has_fifo ? FIFO : 1;
    }
    room--;
    port_out8(COM1, (uint8_t)c);
}

int arch_console_get(void)
{
    if (early_begin < early_end)
        return early[early_begin++];
    if (!present || !(port_in8(COM1 + UART_LSR) & LSR_DATA))
        return -1;
    return port_in8(COM1);
}
