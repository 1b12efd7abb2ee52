/*
 * Owns: time. Nanoseconds are the TSC scaled by a 32-bit fraction, the same numbers that guests are given for their pvclock.
 * The TSC's rate is told by CPUID or measured against the ACPI PM timer or the PIT, asleep: waiting costs no instructions.
 */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"

enum { PM_HZ = 3579545, PIT_HZ = 1193182 };
#define NS UINT64_C(1000000000)

static uint64_t base_tsc, tsc_hz;
static uint32_t ns_mul = 1u << 31;
static int8_t ns_shift = 1;

uint64_t arch_tsc(void) { return tsc_read(); }
uint64_t clock_tsc_hz(void) { return tsc_hz; }

uint64_t arch_tsc_to_ns(uint64_t tsc)
{
    uint64_t d = tsc > base_tsc ? tsc - base_tsc : 0;
    d = ns_shift >= 0 ? d << ns_shift : d >> -ns_shift;
    return (uint64_t)((unsigned __int128)d * ns_mul >> 32);
}


uint64_t arch_ns_to_tsc(uint64_t ns)
{
    uint64_t d = mul_div(ns, tsc_hz, NS);
    return d > UINT64_MAX - base_tsc ? UINT64_MAX : base_tsc + d;
}


uint64_t arch_clock(void) { return arch_tsc_to_ns(tsc_read()); }

void arch_clock_scale(uint32_t *mul, int8_t *shift, uint64_t *base)
{
    *mul = ns_mul;
    *shift = ns_shift;
    *base = base_tsc;
}

/* ns = (tsc << shift) * mul >> 32, with mul as large as fits: the most exact of such pairs. */
static void set_scale(uint64_t hz)
{
    uint64_t rate = hz;
    tsc_hz = hz;
    ns_shift = 0;
    while (rate > 2 * NS) {
        rate >>= 1;
        ns_shift--;
    }
    while (rate <= NS) {
        rate <<= 1;
        ns_shift++;
    }
    ns_mul = (uint32_t)((NS << 32) / rate);
}

/* ---- references --------------------------------------------------------------------------------- */

static uint32_t pm_read(void) { return port_in32(firmware.pm_timer) & 0xffffff; }

/* Channel 2, mode 2, counting down from 65536; the gate is on, the speaker off. */
static void pit_start(void)
{
    port_out8(0x61, (uint8_t)((port_in8(0x61) & ~2) | 1));
    port_out8(0x43, 0xb4);
    port_out8(0x42, 0);
    port_out8(0x42, 0);
}

static uint32_t pit_read(void)
{
    port_out8(0x43, 0x80);
    uint32_t low = port_in8(0x42);
    return 0x10000 - (low | (uint32_t)port_in8(0x42) << 8);
}

struct reference { uint32_t (*read)(void); uint32_t hz, mask; };
static const struct reference pm = { pm_read, PM_HZ, 0xffffff }, pit = { pit_read, PIT_HZ, 0xffff };

struct sample { uint64_t tsc; uint32_t reference, apic; };

/* Of a few readings the one that was least disturbed. */
static struct sample take(const struct reference *r)
{
    struct sample best = { 0 };
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < 4; i++) {
        uint64_t before = tsc_read();
        struct sample s = { .reference = r->read(), .apic = apic_timer_count() };
        uint64_t after = tsc_read();
        s.tsc = before + (after - before) / 2;
        if (after - before < least) {
            least = after - before;
            best = s;
        }
    }
    return best;
}

/*
 * The APIC timer runs freely, periodic, and wakes us after one period: 10 ms at 1 GHz, at most 0.2 s on old slow buses. What
 * it counted and what the TSC did meanwhile are measured by the reference. False: the reference stands still.
 */
static bool measure(const struct reference *r, uint64_t known_tsc)
{
    enum { COUNT = 10000000 };
    apic_timer_periodic(COUNT);
    struct sample a = take(r);
    arch_idle();
    struct sample b = take(r);
    apic_timer_periodic(0);
    uint64_t ticks = (b.reference - a.reference) & r->mask;
    uint64_t apic = a.apic + COUNT - (uint64_t)b.apic;
    if (!ticks)
        return false;
    apic_timer_rate(apic * r->hz / ticks);
    set_scale(known_tsc ? known_tsc : (b.tsc - a.tsc) * r->hz / ticks);
    return true;
}

/* CPUID 15h (core crystal clock ratio), or the leaf that several hypervisors share. 0: not told. */
static uint64_t told_tsc_hz(void)
{
    struct x86_cpuid c = host_cpuid(0, 0);
    if (c.eax >= 0x15) {
        c = host_cpuid(0x15, 0);
        if (c.eax && c.ebx && c.ecx)
            return (uint64_t)c.ecx * c.ebx / c.eax;
    }
    if (host_cpuid(1, 0).ecx >> 31 && host_cpuid(0x40000000, 0).eax >= 0x40000010)
        return (uint64_t)host_cpuid(0x40000010, 0).eax * 1000;
    return 0;
}

void clock_start(void)
{
    uint64_t told = told_tsc_hz();
    if (!firmware.pm_timer || !measure(&pm, told)) {
        pit_start();
        if (!measure(&pit, told)) {
            set_scale(told ? told : NS);        /* nothing to measure by: a wrong clock is better than none */
            apic_timer_rate(NS);
        }
    }
    base_tsc = tsc_read();
}

void clock_sleep(uint64_t ns)
{
    uint64_t until = arch_clock() + ns;
    while (arch_clock() < until) {
        arch_timer(until);
        arch_idle();
    }
    arch_timer(UINT64_MAX);
}

/* ---- the day, from the RTC (MC146818) -------------------------------------------------------------- */

static uint8_t cmos(uint8_t at)
{
    port_out8(0x70, at);
    return port_in8(0x71);
}

static unsigned field(uint8_t at, bool bcd)
{
    uint8_t v = cmos(at);
    return bcd ? (v >> 4) * 10u + (v & 15) : v;
}

static uint64_t days_since_1970(unsigned y, unsigned m, unsigned d)
{
    y -= m <= 2;
    unsigned era_year = y % 400, day = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    return (uint64_t)(y / 400) * 146097 + era_year * 365 + era_year / 4 - era_year / 100 + day - 719468;
}

uint64_t arch_wallclock(void)
{
    static uint64_t at_start;
    if (at_start)
        return at_start;
    for (unsigned i = 0; i < 1000 && (cmos(0x0a) & 0x80); i++)
        arch_relax();       /* an update is in progress: 244 us at most */
    uint8_t b = cmos(0x0b);
    bool bcd = !(b & 4);
    unsigned m = field(8, bcd), d = field(7, bcd), y = 2000 + field(9, bcd);
    if (m < 1 || m > 12 || d < 1 || d > 31)
        return 0;
    unsigned hour = field(4, bcd) & 0x7f;
    at_start = days_since_1970(y, m, d) * 86400 + hour % 24 * 3600 + field(2, bcd) * 60 + field(0, bcd) - arch_clock() / NS;
    return at_start;
}
