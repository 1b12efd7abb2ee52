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

/* The first TSC value at which arch_tsc_to_ns says `ns`, or a few after it: never one before. UINT64_MAX: further off than a TSC counts. */
uint64_t arch_ns_to_tsc(uint64_t ns)
{
    uint64_t d = mul_div(ns, UINT64_C(1) << 32, ns_mul), most = UINT64_MAX - base_tsc;
    unsigned left = ns_shift < 0 ? (unsigned)-ns_shift : 0;
    if (d >= most >> left)
        return UINT64_MAX;
    return base_tsc + (left ? (d + 1) << left : (d >> ns_shift) + 1);
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

/*
 * period: how far the APIC timer counts for one measurement: 10 ms at the 1 GHz of virtual machines, 0.1 s at a real bus's
 * 100 MHz. The PIT wraps after 55 ms, so it gets less.
 */
struct reference { uint32_t (*read)(void); uint32_t hz, mask, period; };
static const struct reference pm = { pm_read, PM_HZ, 0xffffff, 10000000 }, pit = { pit_read, PIT_HZ, 0xffff, 4000000 };

struct sample { uint64_t tsc; uint32_t reference, apic; };

/* Right after the reference's next tick, where reading it is quick enough to see one; of a few tries the one least disturbed. */
static struct sample take(const struct reference *r)
{
    enum { TRIES = 3, READS_MAX = 64 };
    struct sample best = { 0 };
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < TRIES; i++) {
        struct sample s = { 0 };
        uint64_t before, after;
        uint32_t last = r->read();
        unsigned reads = 0;
        do {
            before = tsc_read();
            s.reference = r->read();
            s.apic = apic_timer_count();
            after = tsc_read();
        } while (s.reference == last && ++reads < READS_MAX);
        s.tsc = before + (after - before) / 2;
        if (after - before < least) {
            least = after - before;
            best = s;
        }
    }
    return best;
}

/* The APIC timer's rate to a few percent, awake, in 50 us; 0: the reference stands still. */
static uint64_t rough_apic_hz(const struct reference *r)
{
    enum { READS_MAX = 20000 };
    uint32_t ticks = 0;
    apic_timer_once(UINT32_MAX);
    struct sample a = take(r), b = a;
    for (unsigned i = 0; i < READS_MAX && ticks < r->hz / 20000; i++) {
        b = take(r);
        ticks = (b.reference - a.reference) & r->mask;
    }
    apic_timer_once(0);
    return ticks ? (uint64_t)(a.apic - b.apic) * r->hz / ticks : 0;
}

/* What the three counted in the same time. */
struct turn { uint64_t tsc, reference, apic; };

/*
 * The APIC timer runs freely, periodic, and wakes us after one period, or after several where a virtual machine did not get
 * its CPU, or at once by an alarm left over from before: how often it began anew, the rough rate tells.
 */
static struct turn turn(const struct reference *r, uint64_t rough_hz)
{
    unsigned alarms = this_cpu()->alarms;
    apic_timer_periodic(r->period);
    struct sample a = take(r);
    while (*(volatile unsigned *)&this_cpu()->alarms == alarms)
        arch_idle();
    struct sample b = take(r);
    apic_timer_periodic(0);
    arch_interrupts();
    struct turn t = { b.tsc - a.tsc, (b.reference - a.reference) & r->mask, 0 };
    uint64_t expected = rough_hz * t.reference / r->hz, into = (uint64_t)r->period - b.apic, from = (uint64_t)r->period - a.apic;
    uint64_t periods = expected + from > into ? (expected + from - into + r->period / 2) / r->period : 0;
    t.apic = periods * r->period + into - from;
    return t;
}

/* False: the reference stands still. */
static bool measure(const struct reference *r, uint64_t known_tsc)
{
    enum { TURNS_MAX = 8, LEAST = 500 /* of a second: a turn this short was none */ };
    uint64_t apic_hz = rough_apic_hz(r);
    struct turn t = { 0 };
    for (unsigned i = 0; apic_hz && i < TURNS_MAX && t.reference < r->hz / LEAST; i++)
        t = turn(r, apic_hz);
    if (!t.reference)
        return false;
    apic_timer_rate(t.apic * r->hz / t.reference);
    set_scale(known_tsc ? known_tsc : t.tsc * r->hz / t.reference);
    return true;
}

/* CPUID 15h (core crystal clock ratio), or the leaf that several hypervisors share: TSC and APIC bus in kHz. 0: not told. */
struct told { uint64_t tsc, apic; };
static struct told told_hz(void)
{
    struct told t = { 0, 0 };
    struct x86_cpuid c = host_cpuid(0, 0);
    if (host_cpuid(1, 0).ecx >> 31 && host_cpuid(0x40000000, 0).eax >= 0x40000010) {
        struct x86_cpuid h = host_cpuid(0x40000010, 0);
        t = (struct told){ h.eax * UINT64_C(1000), h.ebx * UINT64_C(1000) };
    }
    if (!t.tsc && c.eax >= 0x15) {
        c = host_cpuid(0x15, 0);
        if (c.eax && c.ebx && c.ecx)
            t.tsc = (uint64_t)c.ecx * c.ebx / c.eax;
    }
    return t;
}

void clock_start(void)
{
    struct told told = told_hz();
    if (told.tsc && (told.apic || apic_has_deadline())) {
        set_scale(told.tsc);
        apic_timer_rate(told.apic);
    } else if (!firmware.pm_timer || !measure(&pm, told.tsc)) {
        pit_start();
        if (!measure(&pit, told.tsc)) {
            set_scale(told.tsc ? told.tsc : NS);    /* nothing to measure by: a wrong clock is better than none */
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
    uint8_t raw = cmos(4);
    unsigned hour = bcd ? (raw >> 4 & 7) * 10u + (raw & 15) : raw & 0x7fu;
    if (!(b & 2))
        hour = hour % 12 + (raw & 0x80 ? 12 : 0);   /* a 12-hour clock */
    at_start = days_since_1970(y, m, d) * 86400 + hour % 24 * 3600 + field(2, bcd) * 60 + field(0, bcd) - arch_clock() / NS;
    return at_start;
}
