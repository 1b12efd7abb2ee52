/* A 16550A UART: FIFOs, interrupt identification, modem lines tied to "ready", loopback. Transmits at once. Not locked. */
#ifndef HYPERVISOR_DEVICES_UART8250_H
#define HYPERVISOR_DEVICES_UART8250_H
#include "hypervisor/devices/wire.h"

enum { UART_FIFO = 16 };
struct uart8250 {
    uint8_t ier, lcr, mcr, msr, scr, fcr;
    uint16_t divisor;
    uint8_t rx[UART_FIFO];
    uint8_t rx_head, rx_count;
    bool overrun;                       /* LSR's OE, until LSR is read */
    bool tx_empty_pending;              /* THRE interrupt not yet read */
    bool high;                          /* what irq was last set to */
    struct wire irq;
    void (*transmit)(void *owner, uint8_t byte);
    void *owner;
};
void uart8250_reset(struct uart8250 *u);                        /* keeps irq, transmit and owner */
uint8_t uart8250_read(struct uart8250 *u, unsigned offset);     /* 0..7 */
void uart8250_write(struct uart8250 *u, unsigned offset, uint8_t value);
/* A byte came in. False: there was no room, it is lost, and LSR says so. Who can hold bytes back asks for room first. */
bool uart8250_receive(struct uart8250 *u, uint8_t byte);
static inline bool uart8250_room(const struct uart8250 *u) { return u->rx_count < (u->fcr & 1 ? UART_FIFO : 1); }
#endif
