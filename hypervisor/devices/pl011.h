/*
 * A PL011 (DDI 0183, r1p5), which is also what the SBSA's generic UART asks for: FIFOs of 32, trigger levels, raw and masked
 * interrupts, overrun. Pure state: it knows no vCPU and reads no clock; the receive timeout comes with the read that finds less than a
 * level's worth: RTRIS is set whenever there are bytes below the level. Whoever calls holds one lock around each call.
 */
#ifndef HYPERVISOR_DEVICES_PL011_H
#define HYPERVISOR_DEVICES_PL011_H
#include <stdbool.h>
#include <stdint.h>

enum { PL011_FIFO = 32 };

struct pl011 {
    uint8_t receive[PL011_FIFO]; unsigned first, count;
    uint8_t transmit[PL011_FIFO]; unsigned out_first, out_count;   /* used only while the far end does not take */
    uint32_t fbrd, ibrd, lcr, control, levels, mask, raw, errors, dma, low_power;
    bool overrun, line;
    /* A byte leaves. False: the far end has no room; pl011_drain tries again. */
    bool (*put)(void *owner, uint8_t byte);
    void (*interrupt)(void *owner, bool high);         /* the one line (UARTINTR), called when it changes */
    void *owner;
};

void pl011_init(struct pl011 *u, bool (*put)(void *owner, uint8_t byte), void (*interrupt)(void *owner, bool high), void *owner);
void pl011_reset(struct pl011 *u);                     /* enabled, as firmware leaves it */
/* offset 0..0xfff; size 1, 2 or 4: SBSA lets drivers use any. */
void pl011_access(struct pl011 *u, uint32_t offset, unsigned size, bool write, uint64_t *value);
bool pl011_room(const struct pl011 *u);                /* it takes input now, and the receive FIFO has room for one more */
void pl011_receive(struct pl011 *u, uint8_t byte);     /* without room: overrun, as hardware */
void pl011_drain(struct pl011 *u);                     /* the far end may have room again */
#endif
