/* An I/O APIC (82093AA; version 0x20 with the EOI register). Not locked: the machine does that. */
#ifndef HYPERVISOR_DEVICES_IOAPIC_H
#define HYPERVISOR_DEVICES_IOAPIC_H
#include "hypervisor/devices/wire.h"

enum { IOAPIC_PINS = 24 };
struct ioapic {
    uint32_t select;
    uint8_t id;
    uint64_t entry[IOAPIC_PINS];
    uint32_t high;                      /* pins whose wire is asserted now (polarity is the wire's business) */
    /* A redirection entry fires. Called with the machine's IOAPIC lock held. */
    void (*send)(void *owner, const struct apic_message *m);
    void *owner;
};
void ioapic_reset(struct ioapic *io, uint8_t id);               /* keeps send, owner and the wires */
uint32_t ioapic_read(struct ioapic *io, unsigned offset);       /* offset 0x00 IOREGSEL, 0x10 IOWIN, 0x40 EOI */
void ioapic_write(struct ioapic *io, unsigned offset, uint32_t value);
void ioapic_line(struct ioapic *io, unsigned pin, bool high);
void ioapic_eoi(struct ioapic *io, uint8_t vector);             /* Remote IRR clears; a line still high fires again */
#endif
