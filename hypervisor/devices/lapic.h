/*
 * A local APIC (Intel SDM vol. 3 ch. 10; AMD APM vol. 2 ch. 16), xAPIC and x2APIC. Not locked: the machine does that.
 * Time is the guest's TSC value, handed in; the timer's bus clock is 1 GHz in `ns` handed in.
 */
#ifndef HYPERVISOR_DEVICES_LAPIC_H
#define HYPERVISOR_DEVICES_LAPIC_H
#include "hypervisor/devices/wire.h"

struct lapic {
    uint32_t id;                        /* x2APIC ID; xAPIC ID register shows the low 8 bits */
    bool bsp;
    uint64_t base;                      /* IA32_APIC_BASE: address, BSP, X2, ENABLE bits */
    uint32_t version, tpr, ldr, dfr, svr, esr, esr_pending;
    uint32_t irr[8], isr[8], tmr[8];
    int16_t irr_top, isr_top;           /* highest bit set in irr and isr, -1: none; kept exact, so that lapic_pending is cheap */
    uint64_t icr;
    uint32_t lvt[6];                    /* timer, thermal, perf, lint0, lint1, error */
    uint32_t timer_initial, timer_divide;
    uint64_t timer_due;                 /* ns of the next expiry; UINT64_MAX: not counting */
    uint64_t tsc_deadline;              /* guest TSC value, 0: disarmed */
    bool nmi;                           /* an NMI waits */
    bool init;                          /* an INIT waits: the vCPU is to be reset, lapic_init called, and then wait for a SIPI */
    int startup;                        /* SIPI vector that waits, -1: none. A newer INIT drops it; lapic_init does not */
};
/* What a register write asks the machine to do, once its lock is given back. */
struct lapic_effect {
    bool send; struct apic_message message;     /* an IPI */
    bool eoi; uint8_t eoi_vector;               /* a level-triggered vector ended: tell the IOAPIC */
    bool timer;                                 /* timer_due / tsc_deadline changed: set the alarm anew */
};
/* State after RESET (SDM 10.4.7.1). INIT keeps id and base. */
void lapic_reset(struct lapic *l, uint32_t id, bool bsp);
void lapic_init(struct lapic *l);
/* xAPIC MMIO: offset 0..0xfff, 32-bit aligned accesses. x2APIC: register = (msr - 0x800) << 4, 64 bits wide where ICR is. */
uint32_t lapic_read(struct lapic *l, unsigned offset, uint64_t ns);
void lapic_write(struct lapic *l, unsigned offset, uint32_t value, uint64_t ns, struct lapic_effect *effect);
/* False: #GP is due (reserved bits, read-only or absent register, not in x2APIC mode). */
bool lapic_msr_read(struct lapic *l, uint32_t msr, uint64_t ns, uint64_t *value);
bool lapic_msr_write(struct lapic *l, uint32_t msr, uint64_t value, uint64_t ns, struct lapic_effect *effect);
bool lapic_set_base(struct lapic *l, uint64_t value);           /* IA32_APIC_BASE; false: #GP (illegal transition) */
void lapic_set_deadline(struct lapic *l, uint64_t guest_tsc);   /* IA32_TSC_DEADLINE; ignored unless the timer is in that mode */
static inline bool lapic_x2(const struct lapic *l) { return (l->base & 0xc00) == 0xc00; }
static inline bool lapic_enabled(const struct lapic *l) { return (l->base & 0x800) && (l->svr & 0x100); }
/* Does this APIC accept the message? (destination matching: physical, logical flat and cluster, x2 logical, broadcast).
   A message to all or to all others matches everyone: the caller leaves out the sender. To self never comes here: lapic_write has taken it. */
bool lapic_matches(const struct lapic *l, const struct apic_message *m);
/* Takes a message addressed to it. Lowest priority counts as fixed here: who gets it was decided before. */
void lapic_take(struct lapic *l, const struct apic_message *m);
/* The vector to deliver now, by IRR, ISR and TPR; -1: none. lapic_accept moves it from IRR to ISR. */
int lapic_pending(const struct lapic *l);
void lapic_accept(struct lapic *l, uint8_t vector);
/* When the timer next fires, in ns (one-shot, periodic); UINT64_MAX: not by ns. *tsc: the guest TSC at which it fires in deadline mode, else 0. */
uint64_t lapic_due(const struct lapic *l, uint64_t *tsc);
/* The time is now ns (and the guest's TSC is tsc): raises the timer's vector if it is due and sets up the next period. */
void lapic_tick(struct lapic *l, uint64_t ns, uint64_t tsc);
#endif
