/* Any sequence of accesses and input: the wire always says what IIR says, and the FIFO keeps its bounds and order. */
#include <stdlib.h>
#include <string.h>
#include "hypervisor/devices/uart8250.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool high;
static void line(void *owner, unsigned number, bool level)
{
    (void)owner;
    (void)number;
    if (high == level)
        abort();                /* told only when it changes */
    high = level;
}
static void transmit(void *owner, uint8_t byte)
{
    (void)owner;
    (void)byte;
}

static void check(const struct uart8250 *u)
{
    struct uart8250 copy = *u;
    copy.irq.set = NULL;
    uint8_t iir = uart8250_read(&copy, 2);
    if (!(iir & 1) != high || (iir & 0x30) || u->rx_count > (u->fcr & 1 ? UART_FIFO : 1) || u->rx_head >= UART_FIFO)
        abort();
    if (!(uart8250_read(&copy, 5) & 1) != !u->rx_count || u->ier > 15 || u->mcr > 0x1f)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct uart8250 u;
    memset(&u, 0, sizeof(u));
    u.irq.set = line;
    u.transmit = transmit;
    high = false;
    uart8250_reset(&u);
    for (; size >= 2; data += 2, size -= 2) {
        if (data[0] & 0x40) {
            bool room = uart8250_room(&u) && !(u.mcr & 0x10);
            if (uart8250_receive(&u, data[1]) != room)
                abort();
        } else if (data[0] & 0x80) {
            (void)uart8250_read(&u, data[0] & 15);
        } else {
            uart8250_write(&u, data[0] & 15, data[1]);
        }
        check(&u);
    }
    return 0;
}
