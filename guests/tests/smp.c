/*
 * All CPUs started through INIT and SIPI, and messages between them in both modes of the local APIC.
 *
 * Claimed: as many processors as the MADT names come up at the page a startup IPI names, in real mode; each has the APIC
 * id that the MADT gives it, in both modes. Fixed IPIs arrive once for each time they were sent: physical, logical (flat
 * and cluster in xAPIC mode, cluster in x2APIC mode), self, all, all but self. An NMI arrives with interrupts off.
 */
#include "guests/lib/guest.h"

const char test_name[] = "smp", test_title[] = "INIT, SIPI and IPIs in xAPIC and x2APIC mode";

enum { VECTOR = 0x50, ICR_ASSERT = 0x4000, ICR_LOGICAL = 0x800, ICR_NMI = 0x400, TO_SELF = 1 << 18, TO_ALL = 2 << 18, TO_OTHERS = 3 << 18 };
enum { DFR_FLAT = 0xffffffff, DFR_CLUSTER = 0x0fffffff };
static unsigned n;
static volatile bool x2, stop;
static volatile uint32_t dfr = DFR_FLAT, ready, generation;
static volatile uint32_t nmis[CPUS_MAX], ids[CPUS_MAX];

static uint32_t logical(unsigned cpu) { return dfr == DFR_FLAT ? 1u << (cpu & 7) : (cpu / 4) << 4 | 1u << (cpu & 3); }

static void set_mode(struct cpu *c)
{
    apic_enable(x2);
    ids[c->number] = c->apic_id;
    if (!x2) {
        apic_write(APIC_DFR, dfr);
        apic_write(APIC_LDR, logical(c->number) << 24);
    }
}

static void nmi(struct trap_frame *f)
{
    (void)f;
    nmis[this_cpu()->number]++;
}

static void other(struct cpu *c)
{
    uint32_t seen = 0;
    while (!stop) {
        if (seen != generation) {
            seen = generation;
            interrupts_off();
            set_mode(c);
            __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
        }
        interrupts_on();
        pause();
    }
}

static bool everyone(bool to_x2, uint32_t to_dfr)
{
    x2 = to_x2;
    dfr = to_dfr;
    ready = 0;
    interrupts_off();
    set_mode(this_cpu());
    __atomic_fetch_add(&generation, 1, __ATOMIC_SEQ_CST);
    return wait_for(ready == n - 1, 10);
}

static uint32_t count(unsigned cpu) { return *(volatile uint32_t *)&cpus[cpu].interrupts[VECTOR]; }

/* Sends, and holds that exactly the CPUs of `want` (bit n = CPU n) got one. */
static void expect(uint32_t destination, uint32_t low, uint64_t want, const char *what)
{
    uint32_t before[CPUS_MAX];
    uint64_t got = 0;
    for (unsigned i = 0; i < n; i++)
        before[i] = count(i);
    interrupts_on();
    apic_send(destination, low | ICR_ASSERT | VECTOR);
    for (unsigned i = 0; i < n; i++)
        if (want >> i & 1)
            (void)wait_for(count(i) != before[i], 10);
    delay_us(2000);
    interrupts_off();
    for (unsigned i = 0; i < n; i++) {
        CHECK(count(i) - before[i] <= 1, "%s: CPU %u got it %u times", what, i, count(i) - before[i]);
        got |= (uint64_t)(count(i) != before[i]) << i;
    }
    CHECK(got == want, "%s: CPUs %#llx got it, not %#llx", what, (unsigned long long)got, (unsigned long long)want);
}

static void messages(const char *mode)
{
    uint64_t all = (UINT64_C(1) << n) - 1;
    print("  %s\n", mode);
    for (unsigned i = 0; i < n; i++)
        expect(ids[i], 0, UINT64_C(1) << i, "physical");
    expect(0, TO_SELF, 1, "to self");
    expect(0, TO_ALL, all, "to all");
    expect(0, TO_OTHERS, all & ~UINT64_C(1), "to all but self");
    expect(x2 ? 0xffffffff : 0xff, 0, all, "physical broadcast");
}

static void logical_messages(void)
{
    uint64_t pair = n > 1 ? 3 : 1;
    if (x2) {
        uint32_t id = ids[n - 1], ldr = (id >> 4) << 16 | 1u << (id & 15);
        expect(ldr, ICR_LOGICAL, UINT64_C(1) << (n - 1), "x2APIC logical");
        CHECK_EQ(apic_read(APIC_LDR), (ids[0] >> 4) << 16 | 1u << (ids[0] & 15), "the x2APIC logical id");
        return;
    }
    for (unsigned i = 0; i < n; i++)
        expect(logical(i), ICR_LOGICAL, UINT64_C(1) << i, "logical");
    expect(logical(0) | logical(n > 1 ? 1 : 0), ICR_LOGICAL, pair, "logical, two at once");
    expect(0xff, ICR_LOGICAL, (UINT64_C(1) << n) - 1, "logical broadcast");
}

static void to_nmi(void)
{
    for (unsigned i = 1; i < n; i++) {
        uint32_t before = nmis[i];
        apic_send(ids[i], ICR_ASSERT | ICR_NMI);
        CHECK(wait_for(nmis[i] != before, 10), "CPU %u gets an NMI", i);
    }
}

void test_main(void)
{
    uint32_t id[CPUS_MAX];
    if (!has_apic()) {
        skip("no local APIC");
        return;
    }
    n = madt_cpus(id, CPUS_MAX);
    if (n == 0) {
        error("no MADT to tell the processors");
        return;
    }
    CHECK_EQ(n, cmdline_number("vcpus", n), "processors in the MADT");
    on_interrupt(2, nmi);
    apic_enable(false);
    for (unsigned i = 1; i < n; i++)
        CHECK(ap_start(i, AP_BY_SIPI, other), "CPU %u comes up", i);
    CHECK(everyone(false, DFR_FLAT), "all in xAPIC mode");
    for (unsigned i = 0; i < n; i++)
        CHECK_EQ(ids[i], id[i], "a CPU's APIC id against the MADT");
    messages("xAPIC, flat");
    logical_messages();
    if (everyone(false, DFR_CLUSTER)) {
        print("  xAPIC, cluster\n");
        logical_messages();
    }
    to_nmi();
    if (!(cpuid(1, 0).ecx >> 21 & 1))
        return;
    CHECK(everyone(true, DFR_FLAT), "all in x2APIC mode");
    for (unsigned i = 0; i < n; i++)
        CHECK_EQ(ids[i], id[i], "a CPU's x2APIC id against the MADT");
    messages("x2APIC");
    logical_messages();
    to_nmi();
}
