/*
 * Owns: time. Nanoseconds are CNTPCT_EL0 scaled by a fraction; alarms are the hypervisor's own physical timer, CNTHP. The counter is one
 * for all CPUs (DDI 0487, D11.1.2).
 */
#include "hypervisor/arch_arm.h"
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/host.h"

enum { CTL_ENABLE = 1 };
#define NS UINT64_C(1000000000)

static uint64_t base, hz, mul, back, day;   /* ns = ticks * mul >> 32; ticks = ns * back >> 32 */

/* The ISB keeps it from being read early. */
uint64_t arch_counter(void)
{
    isb();
    return sysreg_get(cntpct_el0);
}

uint64_t arch_counter_to_ns(uint64_t ticks)
{
    uint64_t d = ticks > base ? ticks - base : 0;
    return (uint64_t)((unsigned __int128)d * mul >> 32);
}

static uint64_t scaled(uint64_t v, uint64_t by) { return (uint64_t)((unsigned __int128)v * by >> 32); }

/* The first tick at which arch_counter_to_ns says `ns`, or one after it: never one before. UINT64_MAX: further off than it counts. */
uint64_t arch_ns_to_counter(uint64_t ns)
{
    if (ns > UINT64_MAX >> 8)
        return UINT64_MAX;
    uint64_t t = scaled(ns, back);
    while (scaled(t, mul) < ns)             /* both fractions are rounded down: once or twice */
        t += scaled(ns - scaled(t, mul), back) + 1;
    return base + t;
}

uint64_t arch_clock(void) { return arch_counter_to_ns(arch_counter()); }

void arch_timer(uint64_t at)
{
    if (at == UINT64_MAX) {
        sysreg_set(cnthp_ctl_el2, 0);
    } else {
        sysreg_set(cnthp_cval_el2, arch_ns_to_counter(at));
        sysreg_set(cnthp_ctl_el2, CTL_ENABLE);
    }
    isb();
}

/* Its line is high for as long as it is enabled: one shot is enough. */
void clock_alarm_taken(void)
{
    sysreg_set(cnthp_ctl_el2, 0);
    isb();
}

void clock_cpu_start(void) { arch_timer(UINT64_MAX); }

bool clock_start(uint32_t told_hz)
{
    hz = told_hz ? told_hz : sysreg_get(cntfrq_el0);
    bool known = hz != 0;
    if (!known)
        hz = NS;
    mul = (NS << 32) / hz;
    back = (hz << 32) / NS;
    base = arch_counter();
    return known;
}

uint64_t clock_hz(void) { return hz; }

void clock_day(volatile uint8_t *pl031)
{
    enum { RTC_DR = 0 };
    if (pl031)
        day = mmio_get32(pl031 + RTC_DR) - arch_clock() / NS;
}

uint64_t arch_wallclock(void) { return day; }
