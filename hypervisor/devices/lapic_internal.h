/* What the files of the local APIC share. */
#ifndef HYPERVISOR_DEVICES_LAPIC_INTERNAL_H
#define HYPERVISOR_DEVICES_LAPIC_INTERNAL_H
#include "hypervisor/devices/lapic.h"

/* Register numbers: MMIO offset >> 4, MSR - 0x800 (SDM tables 10-1 and 10-6). */
enum {
    REG_ID = 0x02, REG_VERSION = 0x03, REG_TPR = 0x08, REG_APR = 0x09, REG_PPR = 0x0a, REG_EOI = 0x0b, REG_RRD = 0x0c,
    REG_LDR = 0x0d, REG_DFR = 0x0e, REG_SVR = 0x0f, REG_ISR = 0x10, REG_TMR = 0x18, REG_IRR = 0x20, REG_ESR = 0x28,
    REG_ICR = 0x30, REG_ICR_HIGH = 0x31, REG_LVT = 0x32, REG_LVT_END = 0x37, REG_INITIAL = 0x38, REG_CURRENT = 0x39,
    REG_DIVIDE = 0x3e, REG_SELF_IPI = 0x3f, REG_COUNT = 0x40,
};
enum { LVT_TIMER, LVT_THERMAL, LVT_PERF, LVT_LINT0, LVT_LINT1, LVT_ERROR, LVT_COUNT };

#define LVT_MASKED       0x10000u
#define LVT_MODE_TIMER   0x60000u
#define LVT_PERIODIC     0x20000u
#define LVT_DEADLINE     0x40000u
#define SVR_ENABLE       0x100u
#define ESR_SEND_VECTOR    0x20u
#define ESR_RECEIVE_VECTOR 0x40u
#define ESR_REGISTER       0x80u
#define VECTOR_LEGAL     16         /* SDM 10.5.2: 0..15 are illegal */

/* Logs an ESR bit, and raises the error LVT's vector unless errors are waiting already (SDM 10.5.3). */
void lapic_error(struct lapic *l, uint32_t bit);
/* An interrupt of this APIC's own, or one that reached it: into IRR, if the APIC is enabled. */
void lapic_raise(struct lapic *l, uint8_t vector, bool level);
/* Ends the highest vector in service. */
void lapic_end(struct lapic *l, struct lapic_effect *effect);
uint8_t lapic_ppr(const struct lapic *l);
/* Sends what ICR holds; or a fixed interrupt to itself. */
void lapic_send(struct lapic *l, struct lapic_effect *effect);
void lapic_send_self(struct lapic *l, uint8_t vector);

void lapic_timer_stop(struct lapic *l);
uint32_t lapic_timer_count(const struct lapic *l, uint64_t ns);
void lapic_timer_initial(struct lapic *l, uint32_t value, uint64_t ns);
void lapic_timer_divide(struct lapic *l, uint32_t value, uint64_t ns);
void lapic_timer_mode(struct lapic *l, uint32_t old_lvt, uint32_t new_lvt);
#endif
