/* An 8254 PIT with port 0x61's gate and OUT2. Time is handed in, ns. Channel 0 drives a wire, when someone asks pit_due and calls pit_tick. */
#ifndef HYPERVISOR_DEVICES_PIT_H
#define HYPERVISOR_DEVICES_PIT_H
#include "hypervisor/devices/wire.h"

struct pit_channel { uint16_t reload; uint8_t mode, access, write_low, read_high, latched, status; uint16_t latch; bool gate, armed, write_second, read_second, status_latched; uint64_t start; };
struct pit { struct pit_channel channel[3]; bool speaker; struct wire irq0; };
void pit_reset(struct pit *p);
uint8_t pit_read(struct pit *p, unsigned port, uint64_t ns);            /* 0x40..0x43, 0x61 */
void pit_write(struct pit *p, unsigned port, uint8_t value, uint64_t ns);
uint64_t pit_due(const struct pit *p, uint64_t ns);                     /* next rise of channel 0's output; UINT64_MAX: none */
void pit_tick(struct pit *p, uint64_t ns);
#endif
