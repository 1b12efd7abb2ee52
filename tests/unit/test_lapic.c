/* The local APIC against the SDM's chapter 10: registers, priorities, IPIs, destinations, the three timer modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/devices/lapic.h"

enum { ID = 0x20, VERSION = 0x30, TPR = 0x80, PPR = 0xa0, EOI = 0xb0, LDR = 0xd0, DFR = 0xe0, SVR = 0xf0, ISR = 0x100, TMR = 0x180,
       IRR = 0x200, ESR = 0x280, ICR = 0x300, ICR2 = 0x310, LVTT = 0x320, LVTPC = 0x340, LINT0 = 0x350, LVTERR = 0x370,
       TMICT = 0x380, TMCCT = 0x390, TDCR = 0x3e0 };
static struct lapic l;
static struct lapic_effect effect;

static void put(unsigned at, uint32_t value, uint64_t ns) { lapic_write(&l, at, value, ns, &effect); }
static uint32_t get(unsigned at) { return lapic_read(&l, at, 0); }

static int fresh(void **state)
{
    (void)state;
    lapic_reset(&l, 0x13, true);
    put(SVR, 0x1ff, 0);
    return 0;
}

static void enter_x2(void) { assert_true(lapic_set_base(&l, l.base | 0xc00)); }

static void fixed(uint8_t vector, bool level)
{
    struct apic_message m = { .vector = vector, .mode = APIC_FIXED, .level = level, .assert_ = true, .destination = 0x13 };
    lapic_take(&l, &m);
}

/* SDM 10.4.7.1 */
static void test_reset(void **state)
{
    (void)state;
    lapic_reset(&l, 0x13, true);
    assert_int_equal(get(ID), 0x13000000);
    assert_int_equal(get(VERSION), 0x00050014);
    assert_int_equal(get(SVR), 0xff);
    assert_int_equal(get(DFR), 0xffffffff);
    for (unsigned at = LVTT; at <= LVTERR; at += 0x10)
        assert_int_equal(get(at), 0x10000);
    assert_true(l.base == 0xfee00900);
    put(LINT0, 0x700, 0);                               /* the mask cannot be taken off while disabled by software */
    assert_int_equal(get(LINT0), 0x10700);
    put(SVR, 0x1ff, 0);
    put(LINT0, 0x700, 0);
    assert_int_equal(get(LINT0), 0x700);
    put(SVR, 0xff, 0);
    assert_int_equal(get(LINT0), 0x10700);
}

static void test_priority(void **state)
{
    (void)state;
    assert_int_equal(lapic_pending(&l), -1);
    fixed(0x41, false);
    fixed(0x55, true);
    fixed(0x42, false);
    assert_int_equal(lapic_pending(&l), 0x55);
    assert_int_equal(get(IRR + 0x20), 1u << 0x15 | 1u << 1 | 1u << 2);
    assert_int_equal(get(TMR + 0x20), 1u << 0x15);
    lapic_accept(&l, 0x55);
    assert_int_equal(get(PPR), 0x50);
    assert_int_equal(lapic_pending(&l), -1);            /* 0x42 is of a lower class than what is in service */
    fixed(0x5f, false);
    assert_int_equal(lapic_pending(&l), -1);            /* nor does one of the same class come through */
    fixed(0x61, false);
    put(TPR, 0x60, 0);
    assert_int_equal(lapic_pending(&l), -1);
    assert_int_equal(get(PPR), 0x60);
    put(TPR, 0x5f, 0);
    assert_int_equal(lapic_pending(&l), 0x61);
    put(TPR, 0, 0);
    lapic_accept(&l, 0x61);
    put(EOI, 0, 0);
    assert_false(effect.eoi);                           /* 0x61 was edge-triggered */
    put(EOI, 0, 0);
    assert_true(effect.eoi);
    assert_int_equal(effect.eoi_vector, 0x55);
    assert_int_equal(lapic_pending(&l), 0x5f);
    put(EOI, 0, 0);
    assert_false(effect.eoi);                           /* nothing in service: nothing ends */
}

/* SDM 10.5.2, 10.5.3 */
static void test_errors(void **state)
{
    (void)state;
    put(LVTERR, 0xfe, 0);
    put(ICR, 0x0000000f, 0);                            /* send vector 15 */
    assert_false(effect.send);
    assert_int_equal(lapic_pending(&l), 0xfe);
    assert_int_equal(get(ESR), 0);                      /* it is latched by a write */
    put(ESR, 0, 0);
    assert_int_equal(get(ESR), 0x20);
    put(ESR, 0, 0);
    assert_int_equal(get(ESR), 0);
    lapic_accept(&l, 0xfe);
    put(EOI, 0, 0);
    fixed(3, false);
    (void)get(0x40);                                    /* reserved: a second error before the write raises nothing more */
    assert_int_equal(lapic_pending(&l), 0xfe);
    lapic_accept(&l, 0xfe);
    put(EOI, 0, 0);
    (void)get(0x500);
    assert_int_equal(lapic_pending(&l), -1);
    put(ESR, 0, 0);
    assert_int_equal(get(ESR), 0xc0);
    put(LVTERR, 0x5, 0);                                /* an error vector that is illegal itself ends there */
    fixed(1, false);
    assert_int_equal(lapic_pending(&l), -1);
}

static void test_ipi(void **state)
{
    (void)state;
    put(ICR2, 0x05000000, 0);
    put(ICR, 0x0000c8fd & ~0x8000u, 0);                 /* fixed, logical, assert */
    assert_true(effect.send);
    assert_int_equal(effect.message.vector, 0xfd);
    assert_true(effect.message.logical && !effect.message.level && !effect.message.x2);
    assert_int_equal(effect.message.destination, 5);
    assert_int_equal(get(ICR), 0x48fd);
    put(ICR, 0x0000c500, 0);                            /* INIT, level assert, as Linux sends it */
    assert_true(effect.send && effect.message.mode == APIC_INIT);
    put(ICR, 0x00008500, 0);                            /* and takes it back: nothing */
    assert_false(effect.send);
    put(ICR, 0x0000069a, 0);
    assert_true(effect.send && effect.message.mode == APIC_STARTUP && effect.message.vector == 0x9a);
    put(ICR, 0x000c0400, 0);
    assert_true(effect.send && effect.message.mode == APIC_NMI && effect.message.shorthand == APIC_TO_OTHERS);
    put(ICR, 0x000400f1, 0);                            /* to self: taken at once */
    assert_false(effect.send);
    assert_int_equal(lapic_pending(&l), 0xf1);
}

static void test_startup(void **state)
{
    (void)state;
    struct apic_message init = { .mode = APIC_INIT, .assert_ = true }, sipi = { .mode = APIC_STARTUP, .vector = 0x9a };
    put(SVR, 0xff, 0);                                  /* INIT, SIPI and NMI come through a disabled APIC, fixed does not */
    fixed(0x50, false);
    assert_int_equal(lapic_pending(&l), -1);
    lapic_take(&l, &init);
    lapic_take(&l, &sipi);
    assert_true(l.init && l.startup == 0x9a);
    lapic_init(&l);
    assert_true(!l.init && l.startup == 0x9a);          /* the SIPI that came meanwhile is not lost */
    lapic_take(&l, &init);
    assert_int_equal(l.startup, -1);
    assert_int_equal(get(ID), 0x13000000);
}

static bool reaches(uint32_t destination, bool logical, bool x2)
{
    struct apic_message m = { .vector = 0x40, .logical = logical, .x2 = x2, .destination = destination };
    return lapic_matches(&l, &m);
}

static void test_destinations(void **state)
{
    (void)state;
    assert_true(reaches(0x13, false, false) && reaches(0xff, false, false) && !reaches(3, false, false));
    assert_false(reaches(0xff, true, false));           /* LDR is 0 */
    put(LDR, 0x04123456, 0);
    assert_int_equal(get(LDR), 0x04000000);
    assert_true(reaches(0x06, true, false) && reaches(0xff, true, false) && !reaches(0x03, true, false));
    put(DFR, 0, 0);                                     /* cluster model */
    put(LDR, 0x24000000, 0);
    assert_int_equal(get(DFR), 0x0fffffff);
    assert_true(reaches(0x26, true, false) && reaches(0xf4, true, false));
    assert_false(reaches(0x14, true, false) || reaches(0x23, true, false));
    assert_true(reaches(0xffffffff, true, true) && reaches(0x13, false, true) && !reaches(0x113, false, true));
    enter_x2();
    assert_true(reaches(0x00010008, true, true) && reaches(0xffffffff, false, true) && reaches(0xff, false, false));
    assert_false(reaches(0x00010004, true, true) || reaches(0x00000008, true, true) || reaches(0xff, false, true));
    l.base = 0;
    assert_false(reaches(0x13, false, false));
}

static bool msr_put(uint32_t msr, uint64_t value) { return lapic_msr_write(&l, msr, value, 0, &effect); }
static uint64_t msr_get(uint32_t msr)
{
    uint64_t v = 0;
    assert_true(lapic_msr_read(&l, msr, 0, &v));
    return v;
}

static void test_x2(void **state)
{
    (void)state;
    uint64_t v;
    assert_false(lapic_msr_read(&l, 0x802, 0, &v));     /* not in this mode */
    enter_x2();
    assert_int_equal(msr_get(0x802), 0x13);
    assert_int_equal(msr_get(0x80d), 0x00010008);
    static const uint32_t absent[] = { 0x800, 0x809, 0x80b, 0x80c, 0x80e, 0x831, 0x83f, 0x840, 0x8ff };
    for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        assert_false(lapic_msr_read(&l, absent[i], 0, &v));
    static const uint32_t fixed_ones[] = { 0x802, 0x803, 0x80a, 0x80d, 0x80e, 0x810, 0x820, 0x839, 0x831 };
    for (unsigned i = 0; i < sizeof(fixed_ones) / sizeof(fixed_ones[0]); i++)
        assert_false(msr_put(fixed_ones[i], 0));
    assert_false(msr_put(0x80b, 1) || msr_put(0x828, 1) || msr_put(0x808, 0x100) || msr_put(0x83e, 4) ||
                 msr_put(0x832, 0x80000) || msr_put(0x830, 0x2000) || msr_put(0x838, UINT64_C(1) << 32));
    assert_true(msr_put(0x80b, 0) && msr_put(0x828, 0) && msr_put(0x808, 0xff) && msr_put(0x808, 0));
    assert_true(msr_put(0x830, UINT64_C(0x00020001000008fc)));
    assert_true(effect.send && effect.message.x2 && effect.message.logical);
    assert_int_equal(effect.message.destination, 0x00020001);
    assert_true(msr_get(0x830) == UINT64_C(0x00020001000008fc));
    assert_true(msr_put(0x83f, 0x77));
    assert_int_equal(lapic_pending(&l), 0x77);
    assert_true(lapic_read(&l, ID, 0) == 0xffffffff);   /* MMIO does not answer */
}

/* SDM 10.12.5 */
static void test_base(void **state)
{
    (void)state;
    uint64_t base = 0xfee00000;
    assert_false(lapic_set_base(&l, base | 0x400));
    assert_true(lapic_set_base(&l, base | 0xc00));
    assert_true(l.base == (base | 0xd00));              /* BSP says what this CPU is */
    assert_false(lapic_set_base(&l, base | 0x800));
    assert_true(lapic_set_base(&l, base));
    assert_int_equal(l.svr, 0xff);
    assert_false(lapic_set_base(&l, base | 0xc00));
    assert_true(lapic_set_base(&l, base | 0x800));
    assert_false(lapic_set_base(&l, base | 0x801) || lapic_set_base(&l, base | 0xa00));
}

static void test_one_shot(void **state)
{
    (void)state;
    uint64_t tsc;
    put(LVTT, 0xec, 0);
    put(TDCR, 3, 0);                                    /* by 16 */
    put(TMICT, 1000, 50);
    assert_true(effect.timer && lapic_due(&l, &tsc) == 50 + 16000 && tsc == 0);
    assert_int_equal(lapic_read(&l, TMCCT, 50), 1000);
    assert_int_equal(lapic_read(&l, TMCCT, 50 + 8000), 500);
    assert_int_equal(lapic_read(&l, TMCCT, 50 + 15999), 1);
    lapic_tick(&l, 50 + 15999, 0);
    assert_int_equal(lapic_pending(&l), -1);
    lapic_tick(&l, 50 + 16000, 0);
    assert_int_equal(lapic_pending(&l), 0xec);
    assert_true(lapic_due(&l, &tsc) == UINT64_MAX);
    assert_int_equal(lapic_read(&l, TMCCT, 99999), 0);
    put(TMICT, 1000, 0);
    put(TDCR, 0xb, 8000);                               /* half is gone; the other half goes on undivided */
    assert_int_equal(lapic_read(&l, TMCCT, 8000), 500);
    assert_true(lapic_due(&l, &tsc) == 8500);
    put(TMICT, 0, 8100);
    assert_true(lapic_due(&l, &tsc) == UINT64_MAX);
}

/* However late it is looked at, expiries stay on the grid, and many missed ones are one interrupt. */
static void test_periodic(void **state)
{
    (void)state;
    uint64_t tsc;
    put(LVTT, 0x200ec, 0);
    put(TDCR, 0xb, 0);
    put(TMICT, 1000000, 7);
    lapic_tick(&l, 1000007 + 300, 0);
    assert_int_equal(lapic_pending(&l), 0xec);
    lapic_accept(&l, 0xec);
    assert_true(lapic_due(&l, &tsc) == 2000007);
    lapic_tick(&l, 5600007, 0);
    assert_true(lapic_due(&l, &tsc) == 6000007);
    assert_int_equal(lapic_read(&l, TMCCT, 5600007), 400000);
    put(EOI, 0, 0);
    assert_int_equal(lapic_pending(&l), 0xec);
    lapic_accept(&l, 0xec);
    put(EOI, 0, 0);
    assert_int_equal(lapic_pending(&l), -1);
    put(LVTT, 0x300ec, 0);                              /* masked: counts on, raises nothing */
    lapic_tick(&l, 6000007, 0);
    assert_int_equal(lapic_pending(&l), -1);
    assert_true(lapic_due(&l, &tsc) == 7000007);
    put(TMICT, 1, 100);                                 /* 1 ns: the CPU gets a rest between alarms */
    lapic_tick(&l, 200, 0);
    assert_true(lapic_due(&l, &tsc) > 200 + 10000);
}

static void test_deadline(void **state)
{
    (void)state;
    uint64_t tsc;
    lapic_set_deadline(&l, 500);
    assert_true(lapic_due(&l, &tsc) == UINT64_MAX && tsc == 0);     /* not in this mode: ignored */
    put(TMICT, 100, 0);
    put(LVTT, 0x400ec, 0);
    assert_true(effect.timer && lapic_due(&l, &tsc) == UINT64_MAX);
    put(TMICT, 100, 0);
    assert_true(get(TMICT) == 0 && get(TMCCT) == 0);
    lapic_set_deadline(&l, 500);
    assert_true(lapic_due(&l, &tsc) == UINT64_MAX && tsc == 500);
    lapic_tick(&l, 1000000, 499);
    assert_int_equal(lapic_pending(&l), -1);
    lapic_tick(&l, 0, 500);
    assert_int_equal(lapic_pending(&l), 0xec);
    assert_true(l.tsc_deadline == 0);
    lapic_set_deadline(&l, 900);
    put(LVTT, 0xec, 0);
    assert_true(l.tsc_deadline == 0);                   /* leaving the mode disarms */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, fresh)
    const struct CMUnitTest tests[] = {
        T(test_reset), T(test_priority), T(test_errors), T(test_ipi), T(test_startup), T(test_destinations), T(test_x2),
        T(test_base), T(test_one_shot), T(test_periodic), T(test_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
