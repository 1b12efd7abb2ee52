/* The host clock's arithmetic: nanoseconds to TSC and back at any rate, and the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hypervisor/x86/clock.c"           /* the file under test: it is not part of the host's library */

/* What clock.c needs to measure, which no test on a host can do. */
struct firmware firmware;
void arch_idle(void) { abort(); }
void arch_interrupts(void) { abort(); }
void arch_relax(void) { abort(); }
void arch_timer(uint64_t when) { (void)when; abort(); }
bool apic_has_deadline(void) { return true; }
uint32_t apic_timer_count(void) { abort(); }
void apic_timer_once(uint32_t count) { (void)count; abort(); }
void apic_timer_periodic(uint32_t count) { (void)count; abort(); }
void apic_timer_rate(uint64_t hz) { (void)hz; }

#define YEAR (UINT64_C(31557600) * NS)
static const uint64_t rates[] = { 24000000, 999999034, 1000000000, 1000000001, 1999999999, 2000000000, 2000000001, 2596123456, 4000000000, 5700000000 };
static const uint64_t times[] = { 0, 1, 2, 999, 1000, 123456789, NS, 3600 * NS, 86400 * NS, YEAR, 10 * YEAR };
enum { RATES = sizeof(rates) / sizeof(rates[0]), TIMES = sizeof(times) / sizeof(times[0]) };

/* An alarm set for arch_ns_to_tsc(ns) never finds that it is too early, and comes at most a few ticks late. */
static void never_early(void **state)
{
    (void)state;
    for (unsigned r = 0; r < RATES; r++)
        for (unsigned t = 0; t < TIMES; t++) {
            set_scale(rates[r]);
            base_tsc = 1000000 * r;
            uint64_t then = arch_tsc_to_ns(arch_ns_to_tsc(times[t]));
            assert_true(then >= times[t]);
            assert_true(then - times[t] <= 8 * (NS / rates[r] + 1));
        }
}

static void scale_is_exact(void **state)
{
    (void)state;
    for (unsigned r = 0; r < RATES; r++) {
        uint32_t mul;
        int8_t shift;
        uint64_t base, second;
        set_scale(rates[r]);
        base_tsc = 77;
        arch_clock_scale(&mul, &shift, &base);
        assert_true(mul >= 1u << 31);               /* no bit given away */
        assert_int_equal(base, 77);
        second = arch_tsc_to_ns(77 + rates[r]);
        assert_true(second <= NS && second >= NS - 2);
    }
}

static void before_and_after_all_time(void **state)
{
    (void)state;
    set_scale(2596123456);
    base_tsc = 1000;
    assert_int_equal(arch_tsc_to_ns(999), 0);       /* never back */
    assert_int_equal(arch_ns_to_tsc(UINT64_MAX), UINT64_MAX);
    assert_int_equal(arch_ns_to_tsc(UINT64_MAX / 2), UINT64_MAX);
}

static void calendar(void **state)
{
    (void)state;
    assert_int_equal(days_since_1970(1970, 1, 1), 0);
    assert_int_equal(days_since_1970(2000, 2, 29), 11016);
    assert_int_equal(days_since_1970(2000, 3, 1), 11017);
    assert_int_equal(days_since_1970(2026, 11, 21), 20778);
    assert_int_equal(days_since_1970(2099, 12, 31), 47481);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(never_early), cmocka_unit_test(scale_is_exact), cmocka_unit_test(before_and_after_all_time),
                                        cmocka_unit_test(calendar) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
