/* What chips are handed: wires to drive. A chip knows no domain, no vCPU, no bus, and reads no clock. */
#ifndef HYPERVISOR_DEVICES_WIRE_H
#define HYPERVISOR_DEVICES_WIRE_H
#include <stdbool.h>
#include <stdint.h>

struct wire { void (*set)(void *owner, unsigned line, bool high); void *owner; unsigned line; };
static inline void wire_set(const struct wire *w, bool high) { if (w->set) w->set(w->owner, w->line, high); }

/* A message on the APIC bus (SDM 10.6.1 ICR, 82093AA redirection entry): who, what, how. */
enum { APIC_FIXED = 0, APIC_LOWEST = 1, APIC_SMI = 2, APIC_NMI = 4, APIC_INIT = 5, APIC_STARTUP = 6, APIC_EXTINT = 7 };
enum { APIC_TO_DESTINATION = 0, APIC_TO_SELF = 1, APIC_TO_ALL = 2, APIC_TO_OTHERS = 3 };
struct apic_message {
    uint8_t vector, mode, shorthand;    /* APIC_FIXED.., APIC_TO_.. */
    bool logical, level, assert_;       /* destination mode; trigger; level: asserted (INIT de-assert is ignored) */
    bool x2;                            /* destination is 32 bits wide */
    uint32_t destination;
};
#endif
