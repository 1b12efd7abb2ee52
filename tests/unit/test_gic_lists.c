/* One interrupt and its list register: edges, levels, the host's behind it, a vCPU that starts anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "tests/unit/gic_maker.h"

static void test_edge(void **state)
{
    (void)state;
    make_ready(3, 1);
    edge(40);
    dist_write(0, IPRIORITYR + 40, 1, 0xa0);
    assert_false(exchange(0));
    assert_int_equal(valid(0), 0);
    pulse(40);
    assert_false(exchange(0));
    assert_int_equal(state_of(0, 40), LR_PENDING);
    assert_true(lr_of(0, 40)->priority == 0xa0 && lr_of(0, 40)->group1 && !lr_of(0, 40)->hw && !lr_of(0, 40)->eoi);
    pulse(40);                                  /* one more while it is pending is the same */
    exchange(0);
    assert_int_equal(acknowledge(0), 40);
    exchange(0);
    assert_int_equal(state_of(0, 40), LR_ACTIVE);
    pulse(40);                                  /* and while it is active another */
    exchange(0);
    assert_int_equal(state_of(0, 40), LR_ACTIVE | LR_PENDING);
    assert_true(end_of_interrupt(0, 40));
    exchange(0);
    assert_int_equal(acknowledge(0), 40);
    pulse(40);                                  /* between two exchanges: taken, one more came, ended */
    assert_true(end_of_interrupt(0, 40));
    exchange(0);
    assert_int_equal(acknowledge(0), 40);
    assert_true(end_of_interrupt(0, 40));
    exchange(0);
    assert_int_equal(valid(0), 0);
}

static void test_level(void **state)
{
    (void)state;
    make_ready(3, 1);
    gic_line(&g, 0, 32, true);
    exchange(0);
    assert_true(state_of(0, 32) == LR_PENDING && lr_of(0, 32)->eoi);
    gic_line(&g, 0, 32, false);                 /* fell before it was taken */
    exchange(0);
    assert_int_equal(valid(0), 0);
    gic_line(&g, 0, 32, true);
    exchange(0);
    assert_int_equal(acknowledge(0), 32);
    gic_line(&g, 0, 32, false);                 /* the handler makes it fall */
    exchange(0);
    assert_true(state_of(0, 32) == LR_ACTIVE && !lr_of(0, 32)->eoi);
    assert_true(end_of_interrupt(0, 32));
    exchange(0);
    assert_int_equal(valid(0), 0);
    gic_line(&g, 0, 32, true);
    exchange(0);
    assert_int_equal(acknowledge(0), 32);
    assert_true(end_of_interrupt(0, 32));       /* the handler does not: it is there again */
    exchange(0);
    assert_int_equal(state_of(0, 32), LR_PENDING);
    assert_int_equal(acknowledge(0), 32);
    dist_write(0, ICENABLER + 4, 4, 1);
    exchange(0);
    assert_int_equal(state_of(0, 32), LR_ACTIVE);
    assert_true(end_of_interrupt(0, 32));
    exchange(0);
    assert_int_equal(valid(0), 0);
    dist_write(0, ISENABLER + 4, 4, 1);
    exchange(0);
    assert_int_equal(state_of(0, 32), LR_PENDING);
}

/* The event channels' upcall: while it is active and the line high it is pending as well, and its end costs no exit. */
static void test_upcall(void **state)
{
    (void)state;
    make_ready(3, 2);
    gic_line(&g, 1, 31, true);
    assert_int_equal(woken[1], 1);
    exchange(1);
    exchange(0);
    assert_true(valid(0) == 0 && state_of(1, 31) == LR_PENDING && !lr_of(1, 31)->eoi);
    assert_int_equal(acknowledge(1), 31);
    gic_line(&g, 1, 31, false);
    exchange(1);
    gic_line(&g, 1, 31, true);
    exchange(1);
    assert_int_equal(state_of(1, 31), LR_ACTIVE | LR_PENDING);
    gic_line(&g, 1, 31, false);
    exchange(1);
    assert_int_equal(state_of(1, 31), LR_ACTIVE);
    assert_true(end_of_interrupt(1, 31));
    exchange(1);
    assert_int_equal(valid(1), 0);
}

static void test_timer(void **state)
{
    (void)state;
    make_ready(3, 1);
    gic_raise_hw(&g, 0, 27, 27);
    exchange(0);
    assert_true(state_of(0, 27) == LR_PENDING && lr_of(0, 27)->hw && lr_of(0, 27)->host == 27 && !lr_of(0, 27)->eoi);
    redist_write(0, SGI_FRAME | ICPENDR, 4, 1u << 27);      /* the timer still holds its line */
    exchange(0);
    assert_int_equal(acknowledge(0), 27);
    exchange(0);
    assert_int_equal(state_of(0, 27), LR_ACTIVE);
    gic_raise_hw(&g, 0, 27, 27);
    exchange(0);
    assert_int_equal(state_of(0, 27), LR_ACTIVE);           /* never active and pending with hw */
    assert_true(end_of_interrupt(0, 27));
    exchange(0);
    assert_true(state_of(0, 27) == LR_PENDING && lr_of(0, 27)->hw);
    acknowledge(0);
    assert_true(end_of_interrupt(0, 27));
    exchange(0);
    assert_true(valid(0) == 0 && !ended && !made_cpu[0].irq[27].hw);
    redist_write(0, SGI_FRAME | ISPENDR, 4, 1u << 27);      /* and without the host's behind it: no hw */
    exchange(0);
    assert_true(state_of(0, 27) == LR_PENDING && !lr_of(0, 27)->hw);
}

/* A host's SPI that the guest clears by the distributor would stay active in the host. */
static void test_host_end(void **state)
{
    (void)state;
    make_ready(3, 2);
    gic_raise_hw(&g, 0, 50, 77);
    dist_write(0, ICPENDR + 4, 4, 1u << 18);                /* not in a list register yet */
    assert_true(ended == 1 && ended_host == 77);
    exchange(0);
    assert_int_equal(valid(0), 0);
    gic_raise_hw(&g, 0, 50, 78);
    exchange(0);
    dist_write(1, ICPENDR + 4, 4, 1u << 18);                /* pending in one */
    assert_int_equal(ended, 1);
    exchange(0);
    assert_true(ended == 2 && ended_host == 78 && valid(0) == 0);
    gic_raise_hw(&g, 0, 50, 79);
    exchange(0);
    acknowledge(0);
    exchange(0);
    dist_write(1, ICACTIVER + 4, 4, 1u << 18);              /* active in one, as kexec does */
    exchange(0);
    assert_true(ended == 3 && ended_host == 79 && valid(0) == 0);
    gic_raise_hw(&g, 0, 50, 80);
    exchange(0);
    acknowledge(0);
    exchange(0);
    memset(lr[0], 0, sizeof(lr[0]));                        /* the vCPU starts anew */
    gic_cpu_reset(&g, 0);
    exchange(0);
    assert_true(ended == 4 && valid(0) == 0);
}

static void test_cpu_reset(void **state)
{
    (void)state;
    make_ready(3, 2);
    edge(40);
    edge(41);
    pulse(40);
    pulse(41);
    gic_line(&g, 0, 31, true);
    gic_send_sgi(&g, 1, 1, true);
    exchange(0);
    assert_int_equal(valid(0), 4);
    lr_of(0, 40)->state = LR_ACTIVE;
    exchange(0);
    memset(lr[0], 0, sizeof(lr[0]));
    gic_cpu_reset(&g, 0);
    exchange(0);
    assert_true(valid(0) == 1 && state_of(0, 41) == LR_PENDING);
    assert_int_equal(redist_read(0, SGI_FRAME | ISENABLER, 4), 0);
    assert_int_equal(redist_read(0, SGI_FRAME | ISPENDR, 4), 0x80000000);   /* nobody let go of the wire */
    assert_int_equal(dist_read(0, ISACTIVER + 4, 4), 0);
}

/* Nothing new: the list registers are left alone. */
static void test_unchanged(void **state)
{
    (void)state;
    make_ready(3, 1);
    gic_line(&g, 0, 33, true);
    gic_line(&g, 0, 34, true);
    exchange(0);
    struct gic_lr was[LRS_MAX];
    memcpy(was, lr[0], sizeof(was));
    exchange(0);
    gic_line(&g, 0, 33, true);
    assert_false(made_cpu[0].dirty);
    exchange(0);
    assert_memory_equal(was, lr[0], sizeof(was));
    assert_true(gic_deliverable(&g, 0, lr[0], MADE_LRS, 0xff));
    assert_false(gic_deliverable(&g, 0, lr[0], MADE_LRS, 0));
    acknowledge(0);
    acknowledge(0);
    assert_false(gic_deliverable(&g, 0, lr[0], MADE_LRS, 0xff));
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
    const struct CMUnitTest tests[] = {
        T(test_edge), T(test_level), T(test_upcall), T(test_timer), T(test_host_end), T(test_cpu_reset), T(test_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
