/*
 * Any sequence of register accesses, messages, deliveries and times: the vector sets keep their invariants, no vector
 * below 16 is ever delivered, and one alarm never asks for the next at the same time.
 */
#include <stdlib.h>
#include <string.h>
#include "hypervisor/devices/lapic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int top(const uint32_t set[8])
{
    for (int v = 255; v >= 0; v--) {
        if (set[v / 32] >> v % 32 & 1)
            return v;
    }
    return -1;
}

static void check(const struct lapic *l)
{
    int pending = lapic_pending(l);
    if ((l->irr[0] | l->isr[0]) & 0xffff || l->irr_top != top(l->irr) || l->isr_top != top(l->isr))
        abort();
    if (pending != -1 && (pending != l->irr_top || pending / 16 <= l->isr_top / 16 || (uint32_t)pending >> 4 <= l->tpr >> 4))
        abort();
    if (l->esr & ~0xe0u || l->tpr > 255 || l->startup < -1 || l->startup > 255)
        abort();
    if ((l->lvt[0] & 0x40000) ? l->timer_due != UINT64_MAX : l->tsc_deadline != 0)
        abort();
    if (!(l->svr & 0x100) && (l->lvt[0] & l->lvt[1] & l->lvt[2] & l->lvt[3] & l->lvt[4] & l->lvt[5] & 0x10000) == 0)
        abort();
    if ((l->base & 0xc00) == 0x400)
        abort();
}

static void step(struct lapic *l, const uint8_t *d, uint64_t *ns)
{
    uint32_t value;
    uint64_t wide;
    struct lapic_effect e = { 0 };
    struct apic_message m = { .vector = d[1], .mode = d[2] & 7, .logical = d[2] & 8, .level = d[2] & 16, .assert_ = d[2] & 32, .x2 = d[2] & 64, .destination = d[3] };
    memcpy(&value, d + 2, sizeof(value));
    switch (d[0] % 9) {
    case 0: lapic_write(l, (unsigned)d[1] << 4 | (d[0] > 250), value, *ns, &e); break;
    case 1: (void)lapic_read(l, (unsigned)d[1] << 4, *ns); break;
    case 2: (void)lapic_msr_write(l, 0x800u + d[1], d[6] & 1 ? value : (uint64_t)value << 8, *ns, &e); break;
    case 3: (void)lapic_msr_read(l, 0x800u + d[1], *ns, &wide); break;
    case 4: (void)lapic_set_base(l, 0xfee00000u | (uint64_t)(d[1] & 15) << 8 | (d[2] & 1)); break;
    case 5:
        if (lapic_matches(l, &m))
            lapic_take(l, &m);
        break;
    case 6: {
        int v = lapic_pending(l);
        if (v >= 0)
            lapic_accept(l, (uint8_t)v);
        break;
    }
    case 7: {
        *ns += value >> (d[1] & 31);
        lapic_tick(l, *ns, *ns);
        uint64_t tsc, due = lapic_due(l, &tsc);
        if (due <= *ns || (tsc && tsc <= *ns))
            abort();
        break;
    }
    default:
        if (d[1] & 1)
            lapic_set_deadline(l, value);
        else if (d[1] & 2)
            lapic_init(l);
        else
            lapic_accept(l, (uint8_t)(d[1] | 16));
    }
    if (e.send && (e.message.mode == 3 || (e.message.mode < 2 && e.message.vector < 16) || e.message.shorthand == APIC_TO_SELF))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lapic l;
    uint64_t ns = 1000;
    struct lapic_effect e;
    lapic_reset(&l, size ? data[0] * 3u : 0, size & 1);
    lapic_write(&l, 0xf0, 0x1ff, ns, &e);
    for (; size >= 7; data += 7, size -= 7) {
        step(&l, data, &ns);
        check(&l);
    }
    return 0;
}
