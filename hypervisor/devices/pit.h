/*
 * An 8254 PIT with port 0x61's gate and OUT2. Time is handed in, ns, never running back. Channel 0 drives a wire, when
 * someone asks pit_due and calls pit_tick. Counting is binary only; a new count starts at once (also in modes 2 and 3).
 */
#ifndef HYPERVISOR_DEVICES_PIT_H
#define HYPERVISOR_DEVICES_PIT_H
#include "hypervisor/devices/wire.h"

struct pit_channel {
    uint16_t reload;                    /* 0: 65536 */
    uint8_t mode, access;               /* 0..5; 1: low byte, 2: high byte, 3: low then high */
    uint8_t write_low, status;
    uint16_t latch;
    bool gate, armed;                   /* armed: a count was written since the mode was, and it counts or did */
    bool write_second, read_second;     /* the high byte is next */
    bool latched, status_latched;
    uint64_t start;                     /* ns at which the count was `reload` */
    uint64_t held;                      /* ticks counted when the gate went low */
    uint64_t seen;                      /* ticks since start whose rises pit_tick has shown */
};
struct pit { struct pit_channel channel[3]; bool speaker; struct wire irq0; };
void pit_reset(struct pit *p);                                          /* keeps irq0 */
uint8_t pit_read(struct pit *p, unsigned port, uint64_t ns);            /* 0x40..0x43, 0x61 */
void pit_write(struct pit *p, unsigned port, uint8_t value, uint64_t ns);
uint64_t pit_due(const struct pit *p, uint64_t ns);                     /* next rise of channel 0's output, not before ns; UINT64_MAX: none */
void pit_tick(struct pit *p, uint64_t ns);                              /* shows the wire what happened up to ns: several rises are one */
#endif
