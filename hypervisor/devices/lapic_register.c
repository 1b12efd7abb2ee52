/*
 * Owns: the register file of a local APIC, as MMIO shows it and as MSRs do. Which registers each shows, and which bits
 * may be written, stands in one table; what a write does, in one switch.
 */
#include "hypervisor/devices/lapic_internal.h"

/* May be read (R) and written (W) as xAPIC MMIO (X) or as x2APIC MSR (2). */
#define RX 1u
#define WX 2u
#define R2 4u
#define W2 8u
#define RW (RX | WX | R2 | W2)

struct row { uint8_t access; uint32_t bits; };  /* bits: those that x2APIC does not hold reserved */

/* SDM tables 10-1 and 10-6. Rows left out are reserved. */
static const struct row rows[REG_COUNT] = {
    [REG_ID]       = { RX | WX | R2, 0 },
    [REG_VERSION]  = { RX | WX | R2, 0 },
    [REG_TPR]      = { RW, 0xff },
    [REG_APR]      = { RX | WX, 0 },
    [REG_PPR]      = { RX | WX | R2, 0 },
    [REG_EOI]      = { RX | WX | W2, 0 },
    [REG_RRD]      = { RX | WX, 0 },
    [REG_LDR]      = { RX | WX | R2, 0 },
    [REG_DFR]      = { RX | WX, 0 },
    [REG_SVR]      = { RW, 0x3ff },
    [REG_ISR ... REG_ISR + 7] = { RX | WX | R2, 0 },
    [REG_TMR ... REG_TMR + 7] = { RX | WX | R2, 0 },
    [REG_IRR ... REG_IRR + 7] = { RX | WX | R2, 0 },
    [REG_ESR]      = { RW, 0 },
    [REG_ICR]      = { RW, 0x000cdfff },
    [REG_ICR_HIGH] = { RX | WX, 0 },
    [REG_LVT + LVT_TIMER]   = { RW, 0x710ff },
    [REG_LVT + LVT_THERMAL] = { RW, 0x117ff },
    [REG_LVT + LVT_PERF]    = { RW, 0x117ff },
    [REG_LVT + LVT_LINT0]   = { RW, 0x1f7ff },
    [REG_LVT + LVT_LINT1]   = { RW, 0x1f7ff },
    [REG_LVT + LVT_ERROR]   = { RW, 0x110ff },
    [REG_INITIAL]  = { RW, 0xffffffff },
    [REG_CURRENT]  = { RX | WX | R2, 0 },
    [REG_DIVIDE]   = { RW, 0xb },
    [REG_SELF_IPI] = { W2, 0xff },
};
#define LVT_READ_ONLY 0x5000u   /* delivery status, remote IRR */

/* SDM 10.6.2.4 (P6): kept for xAPIC though nothing here arbitrates by it. */
static uint32_t arbitration(const struct lapic *l)
{
    uint32_t tpr = l->tpr >> 4, irr = l->irr_top < 0 ? 0 : (uint32_t)l->irr_top >> 4, isr = l->isr_top < 0 ? 0 : (uint32_t)l->isr_top >> 4;
    if (tpr >= irr && tpr > isr)
        return l->tpr;
    return ((tpr & isr) > irr ? tpr & isr : irr) << 4;
}

static uint32_t get(const struct lapic *l, unsigned reg, uint64_t ns)
{
    bool x2 = lapic_x2(l);
    switch (reg) {
    case REG_ID:        return x2 ? l->id : l->id << 24;
    case REG_VERSION:   return l->version;
    case REG_TPR:       return l->tpr;
    case REG_APR:       return arbitration(l);
    case REG_PPR:       return lapic_ppr(l);
    case REG_LDR:       return x2 ? l->id >> 4 << 16 | 1u << (l->id & 15) : l->ldr;
    case REG_DFR:       return l->dfr;
    case REG_SVR:       return l->svr;
    case REG_ISR ... REG_ISR + 7: return l->isr[reg - REG_ISR];
    case REG_TMR ... REG_TMR + 7: return l->tmr[reg - REG_TMR];
    case REG_IRR ... REG_IRR + 7: return l->irr[reg - REG_IRR];
    case REG_ESR:       return l->esr;
    case REG_ICR:       return (uint32_t)l->icr;
    case REG_ICR_HIGH:  return (uint32_t)(l->icr >> 32);
    case REG_LVT ... REG_LVT_END: return l->lvt[reg - REG_LVT];
    case REG_INITIAL:   return l->timer_initial;
    case REG_CURRENT:   return lapic_timer_count(l, ns);
    case REG_DIVIDE:    return l->timer_divide;
    default:            return 0;
    }
}

/* While the APIC is disabled by software all LVTs are masked and stay so (SDM 10.4.7.2). */
static void put_svr(struct lapic *l, uint32_t value)
{
    l->svr = value & 0x3ff;
    for (unsigned i = 0; !(value & SVR_ENABLE) && i < LVT_COUNT; i++)
        l->lvt[i] |= LVT_MASKED;
}

static void put_lvt(struct lapic *l, unsigned reg, uint32_t value, struct lapic_effect *effect)
{
    uint32_t *lvt = &l->lvt[reg - REG_LVT], old = *lvt;
    *lvt = (value & rows[reg].bits & ~LVT_READ_ONLY) | (l->svr & SVR_ENABLE ? 0 : LVT_MASKED);
    if (reg == REG_LVT + LVT_TIMER && (old ^ *lvt) & LVT_MODE_TIMER) {
        lapic_timer_mode(l, old, *lvt);
        effect->timer = true;
    }
}

static void put_icr(struct lapic *l, uint64_t value, struct lapic_effect *effect)
{
    l->icr = value & (UINT64_C(0xffffffff00000000) | (0x000cdfff & ~0x1000u));  /* delivery status: always idle */
    lapic_send(l, effect);
}

static void put(struct lapic *l, unsigned reg, uint32_t value, uint64_t ns, struct lapic_effect *effect)
{
    switch (reg) {
    case REG_TPR:       l->tpr = value & 0xff; return;
    case REG_EOI:       lapic_end(l, effect); return;
    case REG_LDR:       l->ldr = value & 0xff000000; return;
    case REG_DFR:       l->dfr = value | 0x0fffffff; return;
    case REG_SVR:       put_svr(l, value); return;
    case REG_ESR:       /* a write latches what was logged since the one before, and arms the error interrupt anew (SDM 10.5.3) */
        l->esr = l->esr_pending;
        l->esr_pending = 0;
        return;
    case REG_ICR:       put_icr(l, (l->icr & UINT64_C(0xffffffff00000000)) | value, effect); return;
    case REG_ICR_HIGH:  l->icr = (uint32_t)l->icr | (uint64_t)(value & 0xff000000) << 32; return;
    case REG_LVT ... REG_LVT_END: put_lvt(l, reg, value, effect); return;
    case REG_INITIAL:
        lapic_timer_initial(l, value, ns);
        effect->timer = true;
        return;
    case REG_DIVIDE:
        lapic_timer_divide(l, value & 0xb, ns);
        effect->timer = true;
        return;
    case REG_SELF_IPI:  lapic_send_self(l, (uint8_t)value); return;
    default:            return;     /* read-only */
    }
}

/* The MMIO page answers in xAPIC mode only (SDM 10.12.2). Registers are 16 bytes apart; the 12 bytes between read as 0. */
static bool is_mmio(const struct lapic *l) { return (l->base & 0xc00) == 0x800; }

uint32_t lapic_read(struct lapic *l, unsigned offset, uint64_t ns)
{
    unsigned reg = offset >> 4;
    if (!is_mmio(l))
        return 0xffffffff;
    if (offset & 15)
        return 0;
    if (reg >= REG_COUNT || !(rows[reg].access & RX)) {
        lapic_error(l, ESR_REGISTER);
        return 0;
    }
    return get(l, reg, ns);
}

void lapic_write(struct lapic *l, unsigned offset, uint32_t value, uint64_t ns, struct lapic_effect *effect)
{
    unsigned reg = offset >> 4;
    *effect = (struct lapic_effect){ .send = false };
    if (!is_mmio(l) || offset & 15)
        return;
    if (reg >= REG_COUNT || !(rows[reg].access & WX))
        lapic_error(l, ESR_REGISTER);
    else
        put(l, reg, value, ns, effect);
}

bool lapic_msr_read(struct lapic *l, uint32_t msr, uint64_t ns, uint64_t *value)
{
    unsigned reg = msr - 0x800;
    if (!lapic_x2(l) || reg >= REG_COUNT || !(rows[reg].access & R2))
        return false;
    *value = reg == REG_ICR ? l->icr : get(l, reg, ns);
    return true;
}

bool lapic_msr_write(struct lapic *l, uint32_t msr, uint64_t value, uint64_t ns, struct lapic_effect *effect)
{
    unsigned reg = msr - 0x800;
    *effect = (struct lapic_effect){ .send = false };
    if (!lapic_x2(l) || reg >= REG_COUNT || !(rows[reg].access & W2))
        return false;
    if ((reg == REG_ICR ? (uint32_t)value : value) & ~(uint64_t)rows[reg].bits)
        return false;
    if (reg == REG_ICR)
        put_icr(l, value, effect);
    else
        put(l, reg, (uint32_t)value, ns, effect);
    return true;
}
