/* The UART: Linux's probes as its 8250 driver makes them, interrupts by priority, FIFOs, loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/devices/uart8250.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR, FCR = IIR };
static struct uart8250 u;
static char sent[64];
static unsigned sent_count, rises;
static bool high;

static void transmit(void *owner, uint8_t byte)
{
    (void)owner;
    sent[sent_count++ % sizeof(sent)] = (char)byte;
}
static void line(void *owner, unsigned number, bool now)
{
    (void)owner;
    assert_int_equal(number, 4);
    rises += now && !high;
    high = now;
}
static int fresh(void **state)
{
    (void)state;
    memset(&u, 0, sizeof(u));
    u.irq = (struct wire){ line, NULL, 4 };
    u.transmit = transmit;
    uart8250_reset(&u);
    sent_count = rises = 0;
    high = false;
    return 0;
}
static void put(unsigned at, uint8_t value) { uart8250_write(&u, at, value); }
static uint8_t get(unsigned at) { return uart8250_read(&u, at); }

/* drivers/tty/serial/8250: autoconfig(), autoconfig_16550a() */
static void test_linux_probe(void **state)
{
    (void)state;
    put(IER, 0);
    assert_int_equal(get(IER) & 0xf, 0);
    put(IER, 0xff);
    assert_int_equal(get(IER), 0x0f);                   /* no sleep, low-power, UUE bits: not a 16750, not an XScale */
    put(IER, 0);
    put(MCR, 0x1a);                                     /* LOOP, OUT2, RTS come back as DCD and CTS */
    assert_int_equal(get(MSR) & 0xf0, 0x90);
    put(MCR, 0);
    put(LCR, 0xbf);                                     /* an EFR would be here: 16650 and later */
    put(FCR, 0);
    put(LCR, 0);
    put(FCR, 1);
    assert_int_equal(get(IIR) >> 6, 3);                 /* 16550A */
    put(LCR, 0x80);
    assert_int_not_equal(get(IIR), 0);
    put(FCR, 0x21);                                     /* 64-byte mode of the 16750 is not there */
    assert_int_equal(get(IIR) >> 5, 6);
    put(FCR, 0);
    put(LCR, 0);
    assert_int_equal(get(IIR) >> 6, 0);
    put(SCR, 0x5a);
    assert_int_equal(get(SCR), 0x5a);
    assert_int_equal(get(LSR), 0x60);
}

/* serial8250_do_startup(): the THRE and TXEN tests */
static void test_linux_startup(void **state)
{
    (void)state;
    put(IER, 2);
    assert_int_equal(get(IIR), 2);
    put(IER, 0);
    put(IER, 2);
    assert_int_equal(get(IIR), 2);                      /* it comes back each time */
    assert_int_equal(get(IIR), 1);                      /* reading took it */
    put(IER, 0);
    put(IER, 2);
    assert_true(get(LSR) & 0x40 && !(get(IIR) & 1));
}

static void test_transmit(void **state)
{
    (void)state;
    put(IER, 2);
    assert_true(high && rises == 1);
    (void)get(IIR);
    assert_false(high);
    put(DATA, 'h');
    put(DATA, 'i');
    assert_true(sent_count == 2 && !memcmp(sent, "hi", 2));
    assert_true(high && rises >= 2);
    (void)get(IIR);
    put(IER, 0);
    put(DATA, '!');
    assert_true(!high && sent_count == 3);
    put(LCR, 0x83);
    put(DATA, 0x34);
    put(IER, 0x12);
    assert_true(get(DATA) == 0x34 && get(IER) == 0x12 && sent_count == 3);
    put(LCR, 3);
    assert_int_equal(get(IER), 0);
}

static void test_receive(void **state)
{
    (void)state;
    put(IER, 5);
    assert_true(uart8250_receive(&u, 'a'));
    assert_true(high);
    assert_int_equal(get(IIR), 4);
    assert_false(uart8250_room(&u));                    /* no FIFO: one byte */
    assert_false(uart8250_receive(&u, 'b'));
    assert_int_equal(get(IIR), 6);                      /* line status comes first */
    assert_int_equal(get(LSR), 0x63);
    assert_int_equal(get(LSR), 0x61);
    assert_int_equal(get(DATA), 'b');                   /* the newer one has overwritten it */
    assert_false(high);
    put(FCR, 0x81);                                     /* trigger at 8 */
    for (unsigned i = 0; i < 7; i++)
        assert_true(uart8250_receive(&u, (uint8_t)i));
    assert_int_equal(get(IIR), 0xcc);                   /* timed out */
    assert_true(uart8250_receive(&u, 7));
    assert_int_equal(get(IIR), 0xc4);
    for (unsigned i = 8; i < 16; i++)
        assert_true(uart8250_receive(&u, (uint8_t)i));
    assert_false(uart8250_receive(&u, 99));
    for (unsigned i = 0; i < 16; i++) {
        assert_true(get(LSR) & 1);
        assert_int_equal(get(DATA), i);
    }
    assert_true(!(get(LSR) & 1) && get(IIR) == 0xc1 && !high);
    assert_true(uart8250_receive(&u, 'x'));
    put(FCR, 0x83);                                     /* clear the receive FIFO */
    assert_true(!(get(LSR) & 1) && !high);
}

static void test_loopback(void **state)
{
    (void)state;
    put(FCR, 1);
    (void)get(MSR);
    put(IER, 8);
    put(MCR, 0x10);                                     /* DCD, DSR, CTS fall */
    assert_true(high);
    assert_int_equal(get(IIR), 0xc0);
    assert_int_equal(get(MSR), 0x0b);
    assert_false(high);
    put(MCR, 0x14);                                     /* OUT1 is RI: its rise is no event ... */
    assert_int_equal(get(MSR), 0x40);
    put(MCR, 0x10);                                     /* ... its fall is */
    assert_int_equal(get(MSR), 0x04);
    put(IER, 1);
    put(DATA, 'q');
    assert_int_equal(sent_count, 0);
    assert_false(uart8250_receive(&u, 'z'));            /* nobody else gets in */
    assert_true(high);
    assert_int_equal(get(DATA), 'q');
    put(MCR, 0);
    assert_int_equal(get(MSR) & 0xf0, 0xb0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, fresh)
    const struct CMUnitTest tests[] = { T(test_linux_probe), T(test_linux_startup), T(test_transmit), T(test_receive), T(test_loopback) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
