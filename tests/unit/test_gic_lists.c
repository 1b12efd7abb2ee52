/* What stands in list registers: urgency, more than fits, lines, SGIs, and what other registers do to it meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "tests/unit/gic_maker.h"

enum { ISENABLER = 0x100, ICENABLER = 0x180, ISPENDR = 0x200, ICPENDR = 0x280, ISACTIVER = 0x300, ICACTIVER = 0x380, IPRIORITYR = 0x400,
       ITARGETSR = 0x800, ICFGR = 0xc00, SGIR = 0xf00, CPENDSGIR = 0xf10, IROUTER = 0x6000, SGI_FRAME = 0x10000 };

/* All enabled, and all SPIs for vCPU 0. */
static void make_ready(unsigned version, unsigned cpus)
{
    make_gic(version, cpus);
    dist_write(0, 0, 4, 3);
    for (unsigned i = 0; i < cpus; i++) {
        if (version == 2)
            dist_write(i, ISENABLER, 4, 0xffffffff);
        else
            redist_write(i, SGI_FRAME | ISENABLER, 4, 0xffffffff);
    }
    for (unsigned n = 1; n < 3; n++)
        dist_write(0, ISENABLER + 4 * n, 4, 0xffffffff);
    for (unsigned n = 8; version == 2 && n < 24; n++)
        dist_write(0, ITARGETSR + 4 * n, 4, 0x01010101);
}
static void edge(unsigned intid)
{
    uint32_t at = ICFGR + intid / 16 * 4;
    dist_write(0, at, 4, dist_read(0, at, 4) | UINT64_C(2) << intid % 16 * 2);
}
static void pulse(unsigned intid)
{
    gic_line(&g, 0, intid, true);
    gic_line(&g, 0, intid, false);
}
static unsigned valid(unsigned cpu)
{
    unsigned n = 0;
    for (unsigned i = 0; i < MADE_LRS; i++)
        n += lr[cpu][i].state != 0;
    return n;
}

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
        T(test_edge), T(test_level), T(test_upcall), T(test_timer), T(test_host_end), T(test_urgency), T(test_nested), T(test_dropped),
        T(test_many_sources), T(test_moves), T(test_from_outside), T(test_cpu_reset), T(test_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
