/* Owns: messages between local APICs: what ICR sends, who a message is for, what it does there. */
#include "hypervisor/devices/lapic_internal.h"

/* SDM 10.6.1. The trigger mode counts for INIT only: other IPIs are edge-triggered whatever ICR says (table 10-3, note 3). */
void lapic_send(struct lapic *l, struct lapic_effect *effect)
{
    uint32_t low = (uint32_t)l->icr;
    struct apic_message m = {
        .vector = (uint8_t)low, .mode = low >> 8 & 7, .shorthand = low >> 18 & 3, .logical = low >> 11 & 1,
        .assert_ = true, .x2 = lapic_x2(l), .destination = (uint32_t)(l->icr >> (lapic_x2(l) ? 32 : 56)),
    };
    bool fixed = m.mode == APIC_FIXED || m.mode == APIC_LOWEST;
    if (m.mode == 3 || m.mode == APIC_EXTINT)
        return;                             /* reserved in ICR */
    if (m.mode == APIC_INIT && (low & 0xc000) == 0x8000)
        return;                             /* INIT level de-assert: no such thing since the Pentium 4 */
    if (fixed && m.vector < VECTOR_LEGAL) {
        lapic_error(l, ESR_SEND_VECTOR);
        return;
    }
    if (m.shorthand == APIC_TO_SELF) {
        lapic_take(l, &m);
        return;
    }
    effect->send = true;
    effect->message = m;
}

void lapic_send_self(struct lapic *l, uint8_t vector)
{
    if (vector < VECTOR_LEGAL)
        lapic_error(l, ESR_SEND_VECTOR);
    else
        lapic_raise(l, vector, false);
}

/* x2APIC: LDR follows from the ID (SDM 10.12.10.2): cluster in 31:16, one bit of 16 below. */
static bool match_logical_x2(const struct lapic *l, uint32_t destination)
{
    return destination >> 16 == l->id >> 4 && (destination & 0xffff) & 1u << (l->id & 15);
}

/* SDM 10.6.2.2: the flat model compares bits, the cluster model (DFR 31:28 = 0) a cluster number and 4 bits of members. */
static bool match_logical(const struct lapic *l, uint8_t destination)
{
    uint8_t own = (uint8_t)(l->ldr >> 24);
    if (l->dfr >> 28 == 0xf)
        return own & destination;
    if (l->dfr >> 28)
        return false;
    return (destination >> 4 == 0xf || destination >> 4 == own >> 4) && own & destination & 0xf;
}

bool lapic_matches(const struct lapic *l, const struct apic_message *m)
{
    uint32_t to = m->x2 ? m->destination : m->destination & 0xff;
    if (!(l->base & 0x800))
        return false;
    if (m->shorthand == APIC_TO_ALL || m->shorthand == APIC_TO_OTHERS)
        return true;
    if (to == (m->x2 ? 0xffffffff : 0xff) && !(m->logical && !lapic_x2(l) && !m->x2))
        return true;                        /* a logical 0xff to an xAPIC compares bits like any other */
    if (!m->logical)
        return to == (m->x2 || lapic_x2(l) ? l->id : l->id & 0xff);
    if (lapic_x2(l))
        return match_logical_x2(l, to);
    return to <= 0xff && match_logical(l, (uint8_t)to);
}

/* NMI, INIT and SIPI are taken even while the APIC is disabled by software (SDM 10.4.7.2). There is no SMM and no 8259 here. */
void lapic_take(struct lapic *l, const struct apic_message *m)
{
    if (!(l->base & 0x800))
        return;
    switch (m->mode) {
    case APIC_FIXED:
    case APIC_LOWEST:
        lapic_raise(l, m->vector, m->level);
        break;
    case APIC_NMI:
        l->nmi = true;
        break;
    case APIC_INIT:
        if (m->level && !m->assert_)
            break;
        l->init = true;
        l->startup = -1;
        break;
    case APIC_STARTUP:
        l->startup = m->vector;
        break;
    default:
        break;
    }
}
