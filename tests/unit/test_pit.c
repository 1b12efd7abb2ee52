/* The PIT: calibrations as Linux makes them, modes, latches, and channel 0's interrupts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/devices/pit.h"

#define HZ 1193182
static struct pit p;
static uint64_t now;
static unsigned rises;
static bool high;

static void line(void *owner, unsigned number, bool level)
{
    (void)owner;
    (void)number;
    rises += level && !high;
    high = level;
}
static int fresh(void **state)
{
    (void)state;
    memset(&p, 0, sizeof(p));
    p.irq0.set = line;
    pit_reset(&p);
    now = 123456789;
    rises = 0;
    high = true;
    return 0;
}
/* Each access takes a microsecond, as ports do. */
static uint8_t in(unsigned port) { return pit_read(&p, port, now += 1000); }
static void out(unsigned port, uint8_t value) { pit_write(&p, port, value, now += 1000); }
static uint64_t ns_of(uint64_t ticks) { return (ticks * 1000000000 + HZ - 1) / HZ; }

/* arch/x86/kernel/tsc.c: quick_pit_calibrate(): the high byte counts down by one every 256 ticks, read without a latch. */
static void test_linux_quick(void **state)
{
    (void)state;
    out(0x61, (uint8_t)((in(0x61) & ~2) | 1));
    out(0x43, 0xb0);
    out(0x42, 0xff);
    out(0x42, 0xff);
    (void)in(0x42);
    (void)in(0x42);
    uint64_t start = now, last = now;
    for (unsigned i = 1; i <= 50; i++) {
        unsigned reads = 0;
        do {
            (void)in(0x42);
            reads++;
        } while (in(0x42) != 0xff - i);
        assert_true(reads > 5);                         /* Linux wants to have seen each value several times */
        last = now;
    }
    uint64_t wanted = ns_of(50 * 256);
    assert_true(last - start > wanted - 20000 && last - start < wanted + 20000);
}

/* pit_calibrate_tsc(): OUT2 rises after the count, and no sooner. */
static void test_linux_slow(void **state)
{
    (void)state;
    unsigned latch = HZ / 20;                           /* 50 ms */
    out(0x61, (uint8_t)((in(0x61) & ~2) | 1));
    out(0x43, 0xb0);
    out(0x42, latch & 0xff);
    out(0x42, (uint8_t)(latch >> 8));
    uint64_t start = now;
    while (!(in(0x61) & 0x20))
        assert_true(now - start < 60000000);
    assert_true(now - start >= 49999000 && now - start < 50010000);
}

static void test_gate(void **state)
{
    (void)state;
    out(0x61, 1);
    out(0x43, 0xb0);
    out(0x42, 0x00);
    out(0x42, 0x80);
    now += ns_of(0x1000);
    out(0x61, 0);                                       /* stops */
    out(0x43, 0x80);
    unsigned a = in(0x42), b = in(0x42);
    now += 100000000;
    out(0x43, 0x80);
    assert_int_equal(in(0x42), a);
    assert_int_equal(in(0x42), b);
    assert_true(b == 0x6f || b == 0x70);
    assert_false(in(0x61) & 0x20);
    out(0x61, 1);                                       /* goes on */
    now += ns_of(0x7010);
    assert_true(in(0x61) & 0x20);
}

static void test_latch(void **state)
{
    (void)state;
    out(0x43, 0x34);                                    /* channel 0, mode 2 */
    out(0x40, 0x00);
    out(0x40, 0x10);
    out(0x43, 0x00);
    now += ns_of(100);
    out(0x43, 0x00);                                    /* a second latch changes nothing */
    unsigned count = in(0x40);
    count |= (unsigned)in(0x40) << 8;
    assert_true(count <= 0x1000 && count > 0x1000 - 10);
    out(0x43, 0xc2);                                    /* read back: status, then count */
    assert_int_equal(in(0x40), 0x80 | 0x34);
    count = in(0x40);
    count |= (unsigned)in(0x40) << 8;
    assert_true(count < 0x1000 - 90 && count > 0x1000 - 130);
    out(0x43, 0x30);
    out(0x43, 0xe2);
    assert_int_equal(in(0x40), 0x40 | 0x30);            /* mode 0, no count yet: OUT low, null count */
    out(0x43, 0x10);                                    /* low byte only */
    out(0x40, 200);
    now += ns_of(50);
    assert_true(in(0x40) < 151 && in(0x40) > 130);
    assert_int_equal(in(0x43), 0xff);
}

static void test_interrupts(void **state)
{
    (void)state;
    assert_true(pit_due(&p, now) == UINT64_MAX);
    out(0x43, 0x34);
    out(0x40, (HZ / 1000) & 0xff);
    out(0x40, (uint8_t)(HZ / 1000 >> 8));               /* 1193 ticks */
    uint64_t start = now;
    rises = 0;
    for (unsigned i = 1; i <= 1000; i++) {
        uint64_t due = pit_due(&p, now);
        assert_true(due == start + ns_of((uint64_t)i * 1193));
        pit_tick(&p, due - 1);
        assert_int_equal(rises, i - 1);
        pit_tick(&p, due);
        assert_int_equal(rises, i);
        now = due;
    }
    now += 100000000;
    pit_tick(&p, now);
    pit_tick(&p, now);
    assert_int_equal(rises, 1001);                      /* a hundred missed are one */
    out(0x43, 0x38);                                    /* mode 4: Linux's one-shot */
    out(0x40, 0xe8);
    out(0x40, 0x03);
    assert_true(pit_due(&p, now) == now + ns_of(1001));
    now += ns_of(1001);
    pit_tick(&p, now);
    assert_int_equal(rises, 1002);
    assert_true(pit_due(&p, now) == UINT64_MAX);
    out(0x43, 0x30);                                    /* mode 0 */
    assert_false(high);
    out(0x40, 10);
    out(0x40, 0);
    pit_tick(&p, now + ns_of(10));
    assert_true(high && pit_due(&p, now) == UINT64_MAX);
    out(0x43, 0x14);
    out(0x40, 2);
    pit_tick(&p, now + 5000);
    assert_true(pit_due(&p, now + 5000) > now + 15000);  /* 1.7 us would leave the CPU no time */
}

/* Mode 3: a square wave, counted down by two. */
static void test_square(void **state)
{
    (void)state;
    out(0x61, 1);
    out(0x43, 0xb6);
    out(0x42, 0xe8);
    out(0x42, 0x03);                                    /* 1000 ticks */
    uint64_t start = now;
    for (unsigned t = 5; t < 3000; t += 10) {
        now = start + ns_of(t);
        assert_int_equal(pit_read(&p, 0x61, now) & 0x20, t % 1000 < 500 ? 0x20 : 0);
        pit_write(&p, 0x43, 0x80, now);
        unsigned count = pit_read(&p, 0x42, now);
        count |= (unsigned)pit_read(&p, 0x42, now) << 8;
        assert_int_equal(count, 1000 - 2 * (t % 500));
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, fresh)
    const struct CMUnitTest tests[] = { T(test_linux_quick), T(test_linux_slow), T(test_gate), T(test_latch), T(test_interrupts), T(test_square) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
