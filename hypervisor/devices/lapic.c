/*
 * Owns: a local APIC's life (reset, INIT, enabling) and its three vector sets. Invariant: irr_top and isr_top are the
 * highest bits of irr and isr, and no vector below 16 is ever in either.
 */
#include "hypervisor/devices/lapic_internal.h"
#include <string.h>

#define BASE_ADDRESS UINT64_C(0x000ffffffffff000)

static bool has(const uint32_t set[8], unsigned vector) { return set[vector / 32] >> vector % 32 & 1; }
static void put(uint32_t set[8], unsigned vector) { set[vector / 32] |= 1u << vector % 32; }
static void drop(uint32_t set[8], unsigned vector) { set[vector / 32] &= ~(1u << vector % 32); }

static int16_t top(const uint32_t set[8])
{
    for (int i = 6; i >= 0; i -= 2) {
        uint64_t two = (uint64_t)set[i + 1] << 32 | set[i];
        if (two)
            return (int16_t)(i * 32 + 63 - __builtin_clzll(two));
    }
    return -1;
}

/* SDM 10.4.7.1 and 10.4.7.3: all but ID, base and mode, and what waits for the vCPU itself. */
void lapic_init(struct lapic *l)
{
    struct lapic fresh = {
        .id = l->id, .bsp = l->bsp, .base = l->base, .startup = l->startup,
        .version = 0x14 | (LVT_COUNT - 1) << 16, .dfr = 0xffffffff, .svr = 0xff, .irr_top = -1, .isr_top = -1,
    };
    for (unsigned i = 0; i < LVT_COUNT; i++)
        fresh.lvt[i] = LVT_MASKED;
    *l = fresh;
    lapic_timer_stop(l);
}

void lapic_reset(struct lapic *l, uint32_t id, bool bsp)
{
    memset(l, 0, sizeof(*l));
    l->id = id;
    l->bsp = bsp;
    l->base = UINT64_C(0xfee00000) | 0x800 | (bsp ? 0x100 : 0);
    l->startup = -1;
    lapic_init(l);
}

/* SDM 10.12.5, figure 10-27: off -> xAPIC -> x2APIC -> off are the ways; there is none from x2APIC to xAPIC nor from off to x2APIC. */
bool lapic_set_base(struct lapic *l, uint64_t value)
{
    unsigned from = (unsigned)(l->base >> 10) & 3, to = (unsigned)(value >> 10) & 3;   /* bit 1: enabled, bit 0: x2APIC */
    if (value & ~(BASE_ADDRESS | 0xd00) || to == 1 || (from == 3 && to == 2) || (from == 0 && to == 3))
        return false;
    l->base = (value & ~UINT64_C(0x100)) | (l->bsp ? 0x100 : 0);
    if (!to && from)
        lapic_init(l);      /* once enabled again it is as after INIT (SDM 10.4.3) */
    return true;
}

void lapic_error(struct lapic *l, uint32_t bit)
{
    bool first = !l->esr_pending;
    uint8_t vector = (uint8_t)l->lvt[LVT_ERROR];
    l->esr_pending |= bit;
    if (!first || l->lvt[LVT_ERROR] & LVT_MASKED)
        return;
    if (vector >= VECTOR_LEGAL)
        lapic_raise(l, vector, false);
    else
        l->esr_pending |= ESR_RECEIVE_VECTOR;
}

void lapic_raise(struct lapic *l, uint8_t vector, bool level)
{
    if (!lapic_enabled(l))
        return;
    if (vector < VECTOR_LEGAL) {
        lapic_error(l, ESR_RECEIVE_VECTOR);
        return;
    }
    put(l->irr, vector);
    if (vector > l->irr_top)
        l->irr_top = vector;
    if (level)
        put(l->tmr, vector);
    else
        drop(l->tmr, vector);
}

/* SDM 10.8.3.1. */
uint8_t lapic_ppr(const struct lapic *l)
{
    unsigned service = l->isr_top < 0 ? 0 : (unsigned)l->isr_top & 0xf0;
    return (uint8_t)((l->tpr & 0xf0) >= service ? l->tpr : service);
}

/* What is in IRR is still delivered while the APIC is disabled by software (SDM 10.4.7.2); IRR is empty when it is off. */
int lapic_pending(const struct lapic *l)
{
    if (l->irr_top < 0)
        return -1;
    return (l->irr_top & 0xf0) > (lapic_ppr(l) & 0xf0) ? l->irr_top : -1;
}

void lapic_accept(struct lapic *l, uint8_t vector)
{
    if (!has(l->irr, vector))
        return;
    drop(l->irr, vector);
    if (vector == l->irr_top)
        l->irr_top = top(l->irr);
    put(l->isr, vector);
    if (vector > l->isr_top)
        l->isr_top = vector;
}

void lapic_end(struct lapic *l, struct lapic_effect *effect)
{
    if (l->isr_top < 0)
        return;
    uint8_t vector = (uint8_t)l->isr_top;
    drop(l->isr, vector);
    l->isr_top = top(l->isr);
    if (has(l->tmr, vector)) {
        effect->eoi = true;
        effect->eoi_vector = vector;
    }
}
