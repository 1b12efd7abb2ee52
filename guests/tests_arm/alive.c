/*
 * The state at the first instruction, and that this runtime works (DEN 0022, Linux's Documentation/arch/arm64/booting.rst).
 *
 * Claimed: EL1, exceptions masked, MMU and caches off, the tree in x0 and 0 in x1..x3; the tree has one CPU node for each of
 * "vcpus=", with different affinities, ours first; faults are caught; the clock counts.
 */
#include "guests/lib/guest.h"

const char test_name[] = "alive", test_title[] = "the state at the start";

static void undefined(void *arg) { (void)arg; __asm__ volatile(".inst 0x00000000"); }
static void nowhere(void *arg) { (void)*(volatile uint32_t *)arg; }

void test_main(void)
{
    uint64_t mpidr[CPUS_MAX];
    unsigned n = tree_cpus(mpidr, CPUS_MAX);
    CHECK_EQ(entry_state.current_el, 4, "CurrentEL");
    CHECK_EQ(entry_state.daif, 0x3c0, "DAIF");
    CHECK_EQ(entry_state.sctlr & 0x1005, 0, "SCTLR_EL1's M, C and I");
    CHECK_EQ(entry_state.x0 & 7, 0, "x0 modulo 8");
    CHECK(handed_well(), "x0 is a device tree, x1..x3 are 0");
    CHECK_EQ(entry_state.begin & 0x1fffff, 0, "the Image's place, modulo 2 MiB");
    CHECK_EQ(n, cmdline_number("vcpus", 1), "CPU nodes");
    for (unsigned i = 0; i < n && i < CPUS_MAX; i++)
        for (unsigned k = 0; k < i; k++)
            CHECK(mpidr[i] != mpidr[k], "CPUs %u and %u have one affinity", i, k);
    CHECK_EQ(mpidr[0], this_cpu()->mpidr, "our own affinity");
    CHECK_EQ(read_sysreg("mpidr_el1") >> 31 & 1, 1, "MPIDR_EL1's bit 31");
    CHECK_EQ(try(undefined, NULL).ec, EC_UNKNOWN, "the class of an undefined instruction");
    CHECK_EQ(try(nowhere, (void *)UINT64_C(0x7000000000)).ec, EC_DATA_ABORT, "the class of an access to nowhere");
    uint64_t before = ticks();
    delay_us(100);
    CHECK(ticks() > before, "the counter counts");
    CHECK(read_sysreg("cntfrq_el0") >= 1000000, "CNTFRQ_EL0 is %llu", (unsigned long long)read_sysreg("cntfrq_el0"));
}
