/* A 16550A UART: FIFOs, interrupt identification, modem lines tied to "ready", loopback. Transmits at once. Not locked. */
#ifndef HYPERVISOR_DEVICES_UART8250_H
#define HYPERVISOR_DEVICES_UART8250_H
#include "hypervisor/devices/wire.h"

enum { UART_FIFO = 16 };
struct uart8250 {
    uint8_t ier, iir, lcr, mcr, lsr, msr, scr, fcr;
    uint16_t divisor;
    uint8_t rx[UART_FIFO];
    uint8_t rx_head, rx_count;
    bool tx_empty_pending;              /* THRE interrupt not yet read */
    struct wire irq;
    void (*transmit)(void *owner, uint8_t byte);
    void *owner;
};
void uart8250_reset(struct uart8250 *u);
uint8_t uart8250_read(struct uart8250 *u, unsigned offset);     /* 0..7 */
void uart8250_write(struct uart8250 *u, unsigned offset, uint8_t value);
bool uart8250_receive(struct uart8250 *u, uint8_t byte);        /* false: no room, the caller keeps it or counts an overrun */
#endif
