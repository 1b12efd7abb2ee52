/*
 * The IOAPIC (82093AA) with the UART's line as its source.
 *
 * Claimed: it stands where the MADT says, has 24 pins, its entries read as they were written, reset masked. An edge of a
 * pin gives one interrupt, none while it is masked. A level-triggered pin sets its remote IRR until the EOI, and fires again
 * as long as the line stays high.
 */
#include "guests/lib/guest.h"

const char test_name[] = "ioapic", test_title[] = "the IOAPIC, edge and level, with the UART's line";

enum { COM1 = 0x3f8, IER = 1, IIR = 2, MCR = 4, IER_THRE = 2, PIN = 4, VECTOR = 0x70, MASKED = 1 << 16, LEVEL = 1 << 15, REMOTE_IRR = 1 << 14 };
static uint64_t base;
static volatile unsigned quiet_after;
static volatile bool irr_seen;

static uint32_t get(uint32_t index) { write32(base, index); return read32(base + 0x10); }
static void set(uint32_t index, uint32_t value) { write32(base, index); write32(base + 0x10, value); }
static void entry(uint32_t low)
{
    set(0x11 + 2 * PIN, cpus[0].apic_id << 24);
    set(0x10 + 2 * PIN, low);
}

static uint32_t count(void) { return *(volatile uint32_t *)&this_cpu()->interrupts[VECTOR]; }

/* The transmitter is empty, so enabling its interrupt raises the line; reading IIR lowers it. */
static void line_up(void) { outb(COM1 + IER, IER_THRE); }
static void line_down(void)
{
    outb(COM1 + IER, 0);
    (void)inb(COM1 + IIR);
}

static uint32_t taken(void)
{
    uint32_t before = count();
    interrupts_on();
    delay_us(2000);
    interrupts_off();
    return count() - before;
}

static void level(struct trap_frame *f)
{
    (void)f;
    irr_seen = irr_seen || (get(0x10 + 2 * PIN) & REMOTE_IRR);
    if (quiet_after && --quiet_after == 0)
        line_down();
    apic_write(APIC_EOI, 0);
}

void test_main(void)
{
    base = madt_ioapic();
    if (!base) {
        skip("no IOAPIC");
        return;
    }
    apic_enable(false);
    outb(COM1 + MCR, 8);            /* OUT2: on a PC it lets the line through */
    line_down();
    CHECK_EQ(get(1) >> 16 & 0xff, 23, "the highest entry");
    for (unsigned i = 0; i < 24; i++)
        CHECK(get(0x10 + 2 * i) & MASKED, "entry %u begins masked", i);
    entry(VECTOR | MASKED);
    CHECK_EQ(get(0x10 + 2 * PIN), VECTOR | MASKED, "an entry's lower half");
    CHECK_EQ(get(0x11 + 2 * PIN), cpus[0].apic_id << 24, "an entry's upper half");
    line_up();
    CHECK_EQ(taken(), 0, "interrupts of a masked pin");
    line_down();
    entry(VECTOR);
    line_up();
    CHECK_EQ(taken(), 1, "interrupts of one edge");
    CHECK_EQ(taken(), 0, "interrupts of a line that stays up");
    line_down();
    on_interrupt(VECTOR, level);
    entry(VECTOR | LEVEL);
    quiet_after = 3;
    line_up();
    CHECK_EQ(taken(), 3, "interrupts of a level until the line goes down");
    CHECK(irr_seen, "remote IRR while it is in service");
    CHECK(!(get(0x10 + 2 * PIN) & REMOTE_IRR), "remote IRR after EOI");
    entry(MASKED);
}
