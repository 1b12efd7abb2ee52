/*
 * The generic timers of EL1 (DDI 0487, D11).
 *
 * Claimed: the virtual and the physical timer raise their PPI when the counter has reached CompareValue and never before, at
 * level: as long as the condition holds it comes again; masked by IMASK or disabled it does not; a WFI is woken; TimerValue is
 * the difference to CompareValue; the counters only go forward, and at one pace on all CPUs.
 */
#include "guests/lib/guest.h"

const char test_name[] = "timer_arm", test_title[] = "CNTV and CNTP";

enum { ENABLE = 1, IMASK = 2, ISTATUS = 4, PPI_VIRT = 27, PPI_PHYS = 30 };
static bool physical;
static volatile unsigned fired;
static volatile uint64_t when;
static volatile bool keep;

static uint64_t now(void) { isb(); return physical ? read_sysreg("cntpct_el0") : read_sysreg("cntvct_el0"); }
static uint64_t ctl(void) { return physical ? read_sysreg("cntp_ctl_el0") : read_sysreg("cntv_ctl_el0"); }
static uint64_t cval(void) { return physical ? read_sysreg("cntp_cval_el0") : read_sysreg("cntv_cval_el0"); }
static uint64_t tval(void) { return physical ? read_sysreg("cntp_tval_el0") : read_sysreg("cntv_tval_el0"); }

static void set_ctl(uint64_t v)
{
    if (physical)
        write_sysreg("cntp_ctl_el0", v);
    else
        write_sysreg("cntv_ctl_el0", v);
    isb();
}

static void set_cval(uint64_t v)
{
    if (physical)
        write_sysreg("cntp_cval_el0", v);
    else
        write_sysreg("cntv_cval_el0", v);
    isb();
}

static void set_tval(uint64_t v)
{
    if (physical)
        write_sysreg("cntp_tval_el0", v);
    else
        write_sysreg("cntv_tval_el0", v);
    isb();
}

static void on_timer(unsigned intid)
{
    (void)intid;
    when = now();
    fired++;
    if (!keep || fired >= 3)
        set_ctl(ENABLE | IMASK);
}

static void comes(void)
{
    uint64_t at = now() + ticks_hz() / 500;
    fired = 0;
    keep = false;
    set_cval(at);
    set_ctl(ENABLE);
    CHECK_EQ(cval(), at, "CompareValue as written");
    interrupts_on();
    CHECK(wait_for(fired, 5), "it comes");
    interrupts_off();
    CHECK(when >= at, "not before its time");
    CHECK_EQ(fired, 1, "times it came");
    CHECK_EQ(ctl(), ENABLE | IMASK | ISTATUS, "CTL: enabled, masked, condition met");
    CHECK((int64_t)(int32_t)tval() < 0, "TimerValue is negative after that: %lld", (long long)(int32_t)tval());
}

static void is_a_level(void)
{
    fired = 0;
    keep = true;
    set_cval(now());
    set_ctl(ENABLE);
    interrupts_on();
    CHECK(wait_for(fired == 3, 5), "while its condition holds it comes again: %u", fired);
    interrupts_off();
    keep = false;
}

static void stays_away(void)
{
    fired = 0;
    set_cval(now() - 1);
    set_ctl(ENABLE | IMASK);
    interrupts_on();
    delay_us(1000);
    CHECK_EQ(fired, 0, "interrupts while masked");
    set_ctl(0);
    delay_us(1000);
    CHECK_EQ(fired, 0, "interrupts while disabled");
    set_cval(now() + ticks_hz() * 1000);
    set_ctl(ENABLE);
    delay_us(1000);
    interrupts_off();
    CHECK_EQ(fired, 0, "interrupts of a far future");
    CHECK_EQ(ctl() & ISTATUS, 0, "its condition");
    set_ctl(0);
}

static void values(void)
{
    set_ctl(ENABLE | IMASK);
    uint64_t before = now();
    set_tval(1000000);
    uint64_t after = now();
    CHECK(cval() >= before + 1000000 && cval() <= after + 1000000, "a TimerValue becomes a CompareValue");
    set_tval(UINT64_C(0xfffffff0));
    CHECK(ctl() & ISTATUS, "a negative TimerValue has its condition met");
    set_ctl(0);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t a = now(), b = now();
        CHECK(b >= a, "the counter goes back: %llu", (unsigned long long)(a - b));
    }
}

static void wakes(void)
{
    for (unsigned i = 0; i < 20; i++) {
        uint64_t at = now() + ticks_hz() / 2000;
        fired = 0;
        set_cval(at);
        set_ctl(ENABLE);
        for (unsigned k = 0; k < 100000 && !fired; k++)
            sleep_until_interrupt();
        CHECK_EQ(fired, 1, "interrupts that woke WFI");
        CHECK(when >= at, "WFI's timer not before its time");
    }
}

static volatile uint64_t other_count;
static volatile bool stop;
static void other(struct cpu *c)
{
    (void)c;
    while (!stop)
        __atomic_store_n(&other_count, ticks(), __ATOMIC_RELEASE);
}

void test_main(void)
{
    static const unsigned ppi[2] = { PPI_VIRT, PPI_PHYS };
    if (!gic_version()) {
        skip("no GIC in the tree");
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        physical = i;
        print("  %s\n", i ? "CNTP" : "CNTV");
        on_interrupt(ppi[i], on_timer);
        set_ctl(0);
        gic_enable(ppi[i], true);
        values();
        comes();
        is_a_level();
        stays_away();
        wakes();
        gic_enable(ppi[i], false);
    }
    if (cmdline_number("vcpus", 1) < 2)
        return;
    CHECK(cpu_start(1, other), "CPU 1 comes up");
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t before = __atomic_load_n(&other_count, __ATOMIC_ACQUIRE), mine = ticks();
        CHECK(mine >= before, "our counter is %llu behind that of CPU 1", (unsigned long long)(before - mine));
    }
    stop = true;
}
