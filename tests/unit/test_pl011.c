/* The PL011: identity, what Linux's two drivers do, interrupts by level, overrun, loopback, a far end without room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/devices/pl011.h"

enum { DR = 0, RSR = 4, FR = 0x18, ILPR = 0x20, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34, IMSC = 0x38, RIS = 0x3c,
       MIS = 0x40, ICR = 0x44, DMACR = 0x48 };
enum { CTS = 1, DSR = 2, DCD = 4, BUSY = 8, RXFE = 0x10, TXFF = 0x20, RXFF = 0x40, TXFE = 0x80, RI = 0x100, READY = CTS | DSR | DCD };
enum { RX = 0x10, TX = 0x20, RT = 0x40, OE = 0x400 };
static struct pl011 u;
static char sent[128];
static unsigned sent_count, room;
static bool high;

static bool put(void *owner, uint8_t byte)
{
    (void)owner;
    if (!room)
        return false;
    room--;
    sent[sent_count++ % sizeof(sent)] = (char)byte;
    return true;
}
static void line(void *owner, bool now)
{
    (void)owner;
    assert_true(high != now);
    high = now;
}
static int fresh(void **state)
{
    (void)state;
    sent_count = 0;
    room = 1000;
    high = false;
    pl011_init(&u, put, line, NULL);
    return 0;
}
static void set(unsigned at, uint64_t value) { pl011_access(&u, at, 4, true, &value); }
static unsigned get_n(unsigned at, unsigned size)
{
    uint64_t value = UINT64_MAX;
    pl011_access(&u, at, size, false, &value);
    return (unsigned)value;
}
static unsigned get(unsigned at) { return get_n(at, 4); }
static void type(const char *text)
{
    for (; *text; text++)
        pl011_receive(&u, (uint8_t)*text);
}

/* The AMBA bus of Linux: periphid 0x00341011, cid 0xb105f00d. */
static void test_identity(void **state)
{
    (void)state;
    unsigned pid = 0, cid = 0;
    for (unsigned i = 0; i < 4; i++) {
        pid |= (get(0xfe0 + 4 * i) & 255) << i * 8;
        cid |= (get(0xff0 + 4 * i) & 255) << i * 8;
    }
    assert_int_equal(pid, 0x00341011);
    assert_int_equal(cid, 0xb105f00d);
    assert_int_equal(get(0xfdc), 0);
    assert_int_equal(get(0x800), 0);
    assert_int_equal(get(FR), READY | RXFE | TXFE);
    assert_int_equal(get(CR), 0x301);
    assert_int_equal(get(LCR_H), 0x70);
    assert_int_equal(get(IFLS), 0x12);
    assert_int_equal(get(RIS), 0);
}

static void test_registers(void **state)
{
    (void)state;
    static const struct { unsigned at; uint32_t kept; } all[] = {
        { ILPR, 0xff }, { IBRD, 0xffff }, { FBRD, 0x3f }, { LCR_H, 0xff }, { CR, 0xff87 }, { IFLS, 0x3f }, { IMSC, 0x7ff }, { DMACR, 7 },
    };
    for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
        set(all[i].at, 0xffffffff);
        assert_int_equal(get(all[i].at), all[i].kept);
        assert_int_equal(get_n(all[i].at, 1), all[i].kept & 0xff);
        assert_int_equal(get_n(all[i].at + 1, 1), all[i].kept >> 8);
        assert_int_equal(get_n(all[i].at, 2), all[i].kept);
        set(all[i].at, 0);
        assert_int_equal(get(all[i].at), 0);
    }
    pl011_reset(&u);
    assert_int_equal(get(CR), 0x301);
}

/* sbsa_uart_startup() and its console: no control register is ever written. */
static void test_sbsa(void **state)
{
    (void)state;
    set(ICR, 0x7f0);
    set(IMSC, RX | RT);
    for (const char *c = "hi\n"; *c; c++) {
        while (get(FR) & TXFF)
            ;
        set(DR, (uint8_t)*c);
    }
    assert_false(get(FR) & BUSY);
    assert_true(sent_count == 3 && !memcmp(sent, "hi\n", 3));
    assert_false(high);
    type("x");
    assert_true(high);
    assert_int_equal(get(MIS), RT);
    assert_int_equal(get_n(DR, 2), 'x');
    assert_false(high);
    assert_int_equal(get(FR) & RXFE, RXFE);
}

static void test_transmit_interrupt(void **state)
{
    (void)state;
    set(IMSC, TX);
    assert_false(high);                         /* nothing has passed the level yet */
    set(DR, 'a');
    assert_true(high);
    set(ICR, TX);
    assert_false(high);
    set(CR, 0);
    set(DR, 'b');
    assert_true(sent_count == 1 && !high && get(FR) & BUSY);
    set(CR, 0x301);
    assert_true(sent_count == 2 && high && !(get(FR) & BUSY));
    set(LCR_H, 0x60);                           /* one byte */
    set(ICR, TX);
    room = 0;
    set(DR, 'c');
    assert_int_equal(get(FR) & (TXFF | TXFE | BUSY), TXFF | BUSY);
    assert_false(high);
    room = 1;
    pl011_drain(&u);
    assert_true(high && sent[2] == 'c');
}

/* The far end is full: the FIFO fills, then bytes are lost; as it takes again the interrupt comes at the level. */
static void test_far_end_full(void **state)
{
    (void)state;
    room = 0;
    set(IMSC, TX);
    for (unsigned i = 0; i < 40; i++) {
        assert_int_equal(get(FR) & TXFF, i < 32 ? 0 : TXFF);
        set(DR, i);
    }
    room = 15;
    pl011_drain(&u);
    assert_true(!high && sent_count == 15 && !(get(FR) & TXFF));
    room = 1;
    pl011_drain(&u);                            /* 16 left: half */
    assert_true(high);
    set(ICR, TX);
    room = 100;
    pl011_drain(&u);
    assert_int_equal(sent_count, 32);
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(sent[i], i);
    assert_int_equal(get(FR) & (TXFE | BUSY), TXFE);
}

static void test_receive_levels(void **state)
{
    (void)state;
    static const unsigned full[8] = { 4, 8, 16, 24, 28, 28, 28, 28 };
    for (unsigned sel = 0; sel < 8; sel++) {
        set(IFLS, sel << 3);
        for (unsigned i = 1; i <= 32; i++) {
            pl011_receive(&u, (uint8_t)i);
            assert_int_equal(get(RIS) & (RX | RT), i < full[sel] ? RT : RX | RT);
        }
        assert_true(get(FR) & RXFF && !pl011_room(&u));
        for (unsigned i = 1; i <= 32; i++) {
            assert_int_equal(get(DR), i);
            unsigned left = 32 - i;
            assert_int_equal(get(RIS) & (RX | RT), !left ? 0 : left < full[sel] ? RT : RX | RT);
        }
    }
    assert_int_equal(get(DR), 0);
    type("ab");
    set(ICR, RT);                               /* cleared, until something happens */
    assert_int_equal(get(RIS), 0);
    assert_int_equal(get(DR), 'a');
    assert_int_equal(get(RIS), RT);
}

static void test_overrun(void **state)
{
    (void)state;
    set(LCR_H, 0x60);
    set(IMSC, OE);
    type("a");
    assert_int_equal(get(RIS), RX);
    assert_false(pl011_room(&u));
    type("b");
    assert_true(high);
    assert_int_equal(get(RSR), 8);
    assert_int_equal(get(DR), 0x800 | 'a');     /* what was there stays, unlike in a 16550 */
    type("c");
    assert_int_equal(get(DR), 'c');
    assert_int_equal(get(RSR), 8);              /* until it is written, with anything */
    set(RSR, 0);
    assert_int_equal(get(RSR), 0);
    assert_true(high);
    set(ICR, OE);
    assert_false(high);
}

static void test_disabled(void **state)
{
    (void)state;
    set(CR, 0x101);
    assert_false(pl011_room(&u));
    type("a");
    assert_int_equal(get(FR) & RXFE, RXFE);
    set(CR, 0x301);
    assert_true(pl011_room(&u));
    type("abc");
    set(LCR_H, 0x60);                           /* FIFOs off and on: empty */
    assert_int_equal(get(FR) & RXFE, RXFE);
    assert_int_equal(get(RIS), 0);
    set(LCR_H, 0x70);
    assert_int_equal(get(FR) & RXFE, RXFE);
}

static void test_loopback(void **state)
{
    (void)state;
    set(CR, 0x381);
    assert_int_equal(get(FR), RXFE | TXFE);
    assert_int_equal(get(RIS), 0x0e);           /* CTS, DCD, DSR fell */
    set(ICR, 0x0f);
    assert_false(pl011_room(&u));
    type("z");
    set(DR, 'q');
    assert_int_equal(sent_count, 0);
    assert_int_equal(get(DR), 'q');
    assert_int_equal(get(FR) & RXFE, RXFE);
    set(CR, 0x381 | 0x3c00);                    /* DTR, RTS, Out1, Out2 come back as DSR, CTS, DCD, RI */
    assert_int_equal(get(FR), CTS | DSR | DCD | RI | RXFE | TXFE);
    assert_int_equal(get(RIS) & 0x0f, 0x0f);
    set(CR, 0x8381);                            /* waits for CTS, which nobody gives */
    set(DR, 'r');
    assert_true(get(FR) & BUSY && get(FR) & RXFE);
    set(CR, 0x8b81);
    assert_int_equal(get(DR), 'r');
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, fresh)
    const struct CMUnitTest tests[] = {
        T(test_identity), T(test_registers), T(test_sbsa), T(test_transmit_interrupt), T(test_far_end_full), T(test_receive_levels),
        T(test_overrun), T(test_disabled), T(test_loopback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
