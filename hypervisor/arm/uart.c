/*
 * Owns: the host's UART, a PL011 (DDI 0183) or the SBSA's part of it. Where there is none, output goes nowhere. Its line stays high until
 * all input is read, which is not done where the interrupt is taken: so that masks it, and the read that finds nothing more unmasks it.
 */
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/host.h"

enum { UARTDR = 0, UARTFR = 0x18, UARTLCR_H = 0x2c, UARTCR = 0x30, UARTIFLS = 0x34, UARTIMSC = 0x38, UARTICR = 0x44 };
enum { FR_RXFE = 1 << 4, FR_TXFF = 1 << 5, LCR_8N1_FIFO = 0x70, CR_ON = 0x301, INPUT = 1 << 4 | 1 << 6 /* level, timeout */, SPINS_MAX = 1000000 };
enum { EARLY_MAX = 16 };

static volatile uint8_t *uart;
static bool masked;
static uint8_t early[EARLY_MAX];
static unsigned early_begin, early_end;

void uart_start(volatile uint8_t *at, bool sbsa)
{
    if (!at)
        return;
    /* Typed before we ran: turning the FIFOs on would drop it. */
    while (early_end < EARLY_MAX && !(mmio_get32(at + UARTFR) & FR_RXFE))
        early[early_end++] = (uint8_t)mmio_get32(at + UARTDR);
    mmio_set32(at + UARTIMSC, 0);
    mmio_set32(at + UARTICR, 0x7ff);
    if (!sbsa) {
        mmio_set32(at + UARTCR, 0);
        mmio_set32(at + UARTIFLS, 0);
        mmio_set32(at + UARTLCR_H, LCR_8N1_FIFO);       /* the rate stays as firmware left it */
        mmio_set32(at + UARTCR, CR_ON);
    }
    mmio_set32(at + UARTIMSC, INPUT);
    uart = at;
}

void uart_irq(void)
{
    masked = true;
    mmio_set32(uart + UARTIMSC, 0);
}

void arch_console_put(char c)
{
    if (!uart)
        return;
    for (unsigned i = 0; i < SPINS_MAX && mmio_get32(uart + UARTFR) & FR_TXFF; i++)
        arch_relax();
    mmio_set32(uart + UARTDR, (uint8_t)c);
}

int arch_console_get(void)
{
    if (early_begin < early_end)
        return early[early_begin++];
    if (!uart)
        return -1;
    if (!(mmio_get32(uart + UARTFR) & FR_RXFE))
        return (uint8_t)mmio_get32(uart + UARTDR);
    if (masked) {
        masked = false;
        mmio_set32(uart + UARTIMSC, INPUT);
    }
    return -1;
}
