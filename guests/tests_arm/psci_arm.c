/*
 * PSCI 1.1 (DEN 0022), used well and misused.
 *
 * Claimed: the version is 1.1 or later, FEATURES knows what is there; a CPU is off, comes on with its context in x0, is on, goes off
 * and comes on again; one that is on is not started twice; affinities and addresses that are none are refused; CPU_SUSPEND comes
 * back at an interrupt; calls that are none give "not supported" and harm nobody; numbers of other services too, by HVC and SMC.
 */
#include "guests/lib/guest.h"

const char test_name[] = "psci_arm", test_title[] = "PSCI, used and misused";

enum { ON = 0, OFF = 1 };
static uint64_t mpidr[CPUS_MAX];
static unsigned vcpus;
static volatile unsigned lives;
static volatile bool stay;

static void waits(struct cpu *c) { (void)c; lives++; while (stay) pause(); (void)psci(PSCI_CPU_OFF, 0, 0, 0); lives = 1000; }

static void versions(void)
{
    static const uint32_t there[] = { PSCI_CPU_SUSPEND, PSCI_CPU_OFF, PSCI_CPU_ON, PSCI_AFFINITY_INFO, PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET, PSCI_FEATURES, PSCI_VERSION,
                                      0x84000003, 0x84000004 };
    int32_t v = psci(PSCI_VERSION, 0, 0, 0);
    CHECK(v >= 0x10000, "PSCI_VERSION is %#x", (unsigned)v);
    for (unsigned i = 0; i < sizeof(there) / sizeof(*there); i++)
        CHECK(psci(PSCI_FEATURES, there[i], 0, 0) >= 0, "PSCI_FEATURES of %#x", there[i]);
    CHECK_EQ(psci(PSCI_FEATURES, 0x8400001f, 0, 0), PSCI_NOT_SUPPORTED, "PSCI_FEATURES of a number beyond");
    CHECK_EQ(psci(PSCI_FEATURES, 0x12345678, 0, 0), PSCI_NOT_SUPPORTED, "PSCI_FEATURES of a number that is none");
    int32_t smccc_version = psci(0x80000000, 0, 0, 0);
    CHECK(smccc_version == PSCI_NOT_SUPPORTED || smccc_version >= 0x10001, "SMCCC_VERSION is %#x", (unsigned)smccc_version);
    int32_t type = psci(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0);
    CHECK(type == 2 || type == PSCI_NOT_SUPPORTED, "MIGRATE_INFO_TYPE is %d: no Trusted OS", (int)type);
}

static void unknown(void)
{
    static const uint32_t none[] = { 0x8400001e, 0xc4000100, 0x85000000, 0xbf00ff01, 0x86000000, 0x00000000, 0xffffffff, 0xc4000000, 0x04000001 };
    for (unsigned i = 0; i < sizeof(none) / sizeof(*none); i++) {
        int32_t r = psci(none[i], 1, 2, 3);
        if (none[i] != 0xc4000000)
            CHECK(r == PSCI_NOT_SUPPORTED || r >= 0, "call %#x gives %d", none[i], (int)r);
    }
}

static void by_smc(void *arg)
{
    register uint64_t x0 __asm__("x0") = PSCI_VERSION;
    __asm__ volatile("smc #0" : "+r"(x0) : : "memory", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17");
    *(uint64_t *)arg = x0;
}

static void smc(void)
{
    uint64_t r = 0;
    struct fault f = try(by_smc, &r);
    CHECK(f.ec == EC_UNKNOWN || (int32_t)r >= 0x10000 || (int32_t)r == PSCI_NOT_SUPPORTED, "SMC: class %#x, result %#llx", f.ec, (unsigned long long)r);
}

static void misuse(void)
{
    CHECK_EQ(psci(PSCI_CPU_ON, mpidr[0], (uintptr_t)ap_begin, 0), PSCI_ALREADY_ON, "CPU_ON of ourselves");
    CHECK_EQ(psci(PSCI_CPU_ON, UINT64_C(0xff00ff), (uintptr_t)ap_begin, 0), PSCI_INVALID, "CPU_ON of no CPU");
    CHECK_EQ(psci(PSCI_CPU_ON, mpidr[0] | UINT64_C(1) << 40, (uintptr_t)ap_begin, 0), PSCI_INVALID, "CPU_ON with a bit where there is none");
    CHECK_EQ(psci(PSCI_AFFINITY_INFO, mpidr[0], 0, 0), ON, "AFFINITY_INFO of ourselves");
    CHECK_EQ(psci(PSCI_AFFINITY_INFO, UINT64_C(0xff00ff), 0, 0), PSCI_INVALID, "AFFINITY_INFO of no CPU");
    if (has_xen())                      /* QEMU's own PSCI has no such check */
        CHECK_EQ(psci(PSCI_AFFINITY_INFO, mpidr[0], 9, 0), PSCI_INVALID, "AFFINITY_INFO at level 9");
}

static bool off(unsigned n) { return psci(PSCI_AFFINITY_INFO, mpidr[n], 0, 0) == OFF; }

static void come_and_go(unsigned n)
{
    CHECK(off(n), "CPU %u is off", n);
    for (unsigned life = 1; life <= 5; life++) {
        lives = 0;
        stay = true;
        CHECK(cpu_start(n, waits), "CPU %u comes on, life %u", n, life);
        CHECK(wait_for(lives == 1, 5), "and works");
        CHECK_EQ(cpus[n].number, n, "its context");
        CHECK_EQ(cpus[n].mpidr, mpidr[n], "its affinity");
        CHECK_EQ(psci(PSCI_AFFINITY_INFO, mpidr[n], 0, 0), ON, "AFFINITY_INFO of a CPU that is on");
        CHECK_EQ(psci(PSCI_CPU_ON, mpidr[n], (uintptr_t)ap_begin, n), PSCI_ALREADY_ON, "CPU_ON of a CPU that is on");
        stay = false;
        CHECK(wait_for(off(n), 5), "it goes off");
        CHECK_EQ(lives, 1, "CPU_OFF does not come back");
    }
    int32_t r = psci(PSCI_CPU_ON, mpidr[n], UINT64_C(0x3), 0);
    CHECK(r == PSCI_ADDRESS || r == PSCI_INVALID || r == PSCI_OK, "CPU_ON at an address that is no instruction's: %d", (int)r);
}

static void tick(unsigned intid) { (void)intid; write_sysreg("cntv_ctl_el0", 2); lives++; }

static void suspend(void)
{
    on_interrupt(27, tick);
    gic_enable(27, true);
    for (unsigned i = 0; i < 10; i++) {
        lives = 0;
        write_sysreg("cntv_tval_el0", ticks_hz() / 1000);
        write_sysreg("cntv_ctl_el0", 1);
        int32_t r = psci(PSCI_CPU_SUSPEND, 0, 0, 0);                /* standby: comes back behind the call */
        CHECK(r == PSCI_OK || r == PSCI_INVALID || r == PSCI_DENIED, "CPU_SUSPEND: %d", (int)r);
        CHECK(wait_for(({ interrupt_window(); lives == 1; }), 5), "what woke it is taken");
    }
}

void test_main(void)
{
    vcpus = tree_cpus(mpidr, CPUS_MAX);
    versions();
    unknown();
    misuse();
    if (has_xen())
        smc();
    if (gic_version())
        suspend();
    for (unsigned n = 1; n < vcpus && n < 4; n++)
        come_and_go(n);
}
