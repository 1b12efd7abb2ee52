/* Many interrupts, vCPUs and senders: urgency, more than there are list registers for, and what is written while one stands in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "tests/unit/gic_maker.h"

static void test_urgency(void **state)
{
    (void)state;
    make_ready(3, 1);
    for (unsigned n = 40; n < 50; n++) {
        edge(n);
        dist_write(0, IPRIORITYR + n, 1, (58 - n) * 8);
        pulse(n);
    }
    assert_true(exchange(0));
    for (unsigned n = 46; n < 50; n++)
        assert_int_equal(state_of(0, n), LR_PENDING);
    assert_int_equal(acknowledge(0), 49);
    dist_write(0, IPRIORITYR + 40, 1, 0);
    assert_true(exchange(0));
    assert_true(state_of(0, 49) == LR_ACTIVE && state_of(0, 40) == LR_PENDING && state_of(0, 48) && state_of(0, 47) && !state_of(0, 46));
    assert_int_equal(acknowledge(0), 40);
    assert_true(end_of_interrupt(0, 40) && end_of_interrupt(0, 49));
    unsigned seen = 2;
    for (unsigned n; (n = acknowledge(0)) != SPURIOUS; seen++) {
        assert_int_equal(n, 50 - seen);
        assert_true(end_of_interrupt(0, n));
        if (valid(0) <= 1)
            exchange(0);                                    /* the exit for "at most one left" */
    }
    assert_int_equal(seen, 10);
}

/* Handlers that interrupt each other, deeper than there are list registers: each finds its own when it ends. */
static void test_nested(void **state)
{
    (void)state;
    make_ready(3, 1);
    for (unsigned n = 40; n < 48; n++) {
        edge(n);
        dist_write(0, IPRIORITYR + n, 1, (60 - n) * 8);
        pulse(n);
        exchange(0);
        assert_int_equal(acknowledge(0), n);
    }
    exchange(0);
    assert_int_equal(valid(0), MADE_LRS);
    assert_true(made_cpu[0].more);
    for (unsigned n = 47; n >= 40; n--) {
        assert_true(end_of_interrupt(0, n));
        if (valid(0) <= 1)
            exchange(0);
    }
    exchange(0);
    assert_int_equal(valid(0), 0);
    assert_int_equal(dist_read(0, ISACTIVER + 4, 4), 0);
}

/* EOImode 1: many are active with their priority dropped. Another one is still delivered, and any of them can be ended. */
static void test_dropped(void **state)
{
    (void)state;
    make_ready(3, 1);
    for (unsigned n = 40; n < 48; n++) {
        edge(n);
        dist_write(0, IPRIORITYR + n, 1, 0x80);
        pulse(n);
        exchange(0);
        assert_int_equal(acknowledge(0), n);
    }
    for (unsigned n = 40; n < 48; n++) {
        exchange(0);
        gic_deactivate(&g, 0, n);
        assert_int_equal(dist_read(0, ISACTIVER + 4, 4), 0xff00 & 0xfe00u << (n - 40));
    }
    exchange(0);
    assert_int_equal(valid(0), 0);
}

static void test_many_sources(void **state)
{
    (void)state;
    make_ready(2, 3);
    dist_write(2, SGIR, 4, 1 << 16 | 3);
    dist_write(1, SGIR, 4, 1 << 16 | 3);
    dist_write(0, SGIR, 4, 1 << 16 | 3);
    exchange(0);
    for (unsigned source = 0; source < 3; source++) {
        assert_true(valid(0) == 1 && lr_of(0, 3)->source == source && lr_of(0, 3)->eoi == (source < 2));
        assert_int_equal(acknowledge(0), 3);
        exchange(0);
        assert_true(state_of(0, 3) == LR_ACTIVE && lr_of(0, 3)->source == source);
        assert_true(end_of_interrupt(0, 3));
        exchange(0);
    }
    assert_int_equal(valid(0), 0);
    dist_write(1, SGIR, 4, 1 << 16 | 3);
    exchange(0);
    dist_write(0, CPENDSGIR + 3, 1, 2);                     /* out of the list register again */
    exchange(0);
    assert_int_equal(valid(0), 0);
    dist_write(1, SGIR, 4, 1 << 16 | 3);
    exchange(0);
    acknowledge(0);
    dist_write(1, SGIR, 4, 1 << 16 | 3);                    /* the same source may stand beside the active one */
    exchange(0);
    assert_int_equal(state_of(0, 3), LR_ACTIVE | LR_PENDING);
}

/* What is pending goes with its target; what is active stays where it was taken, until it is ended there. */
static void test_moves(void **state)
{
    (void)state;
    make_ready(3, 3);
    edge(40);
    pulse(40);
    exchange(0);
    dist_write(2, IROUTER + 8 * 40, 8, 1);
    assert_true(woken[0] == 2 && made_cpu[0].dirty);
    exchange(1);
    assert_int_equal(valid(1), 0);
    exchange(0);
    assert_true(valid(0) == 0 && woken[1] == 1);
    exchange(1);
    assert_int_equal(acknowledge(1), 40);
    exchange(1);
    dist_write(2, IROUTER + 8 * 40, 8, 2);
    pulse(40);
    exchange(1);
    exchange(2);
    assert_true(state_of(1, 40) == LR_ACTIVE && lr_of(1, 40)->eoi && valid(2) == 0);
    assert_true(end_of_interrupt(1, 40));
    exchange(1);
    assert_true(valid(1) == 0 && woken[2] == 1);
    exchange(2);
    assert_int_equal(state_of(2, 40), LR_PENDING);
}

/* Writes of one vCPU to what stands in a list register of another. */
static void test_from_outside(void **state)
{
    (void)state;
    make_ready(3, 2);
    edge(40);
    pulse(40);
    exchange(0);
    dist_write(1, ICENABLER + 4, 4, 0x100);
    exchange(0);
    assert_int_equal(valid(0), 0);
    assert_int_equal(dist_read(1, ISPENDR + 4, 4), 0x100);  /* still pending */
    dist_write(1, ISENABLER + 4, 4, 0x100);
    exchange(0);
    assert_int_equal(dist_read(1, ISPENDR + 4, 4), 0x100);
    assert_int_equal(acknowledge(0), 40);
    unsigned before = woken[0];
    assert_int_equal(dist_read(1, ISACTIVER + 4, 4), 0);    /* not known yet, but asked for */
    assert_true(woken[0] == before + 1);
    exchange(0);
    assert_int_equal(dist_read(1, ISACTIVER + 4, 4), 0x100);
    assert_int_equal(dist_read(1, ISPENDR + 4, 4), 0);
    dist_write(1, ICACTIVER + 4, 4, 0x100);
    exchange(0);
    assert_int_equal(valid(0), 0);
    dist_write(1, ISACTIVER + 4, 4, 0x100);                 /* as a hypervisor restores it */
    pulse(40);
    exchange(0);
    assert_int_equal(state_of(0, 40), LR_ACTIVE | LR_PENDING);
    dist_write(0, 0, 4, 0);                                 /* the distributor is off: what is active stays */
    exchange(0);
    assert_int_equal(state_of(0, 40), LR_ACTIVE);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
    const struct CMUnitTest tests[] = {
        T(test_urgency), T(test_nested), T(test_dropped), T(test_many_sources), T(test_moves), T(test_from_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
