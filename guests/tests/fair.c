/*
 * More vCPUs than CPUs: all get on.
 *
 * Claimed: when one vCPU has counted to a given number, no other that wants to run has counted to less than a quarter of
 * it. Counted, not timed: a slow machine does not matter. Each counts alone, never gives up its CPU by itself.
 */
#include "guests/lib/guest.h"

const char test_name[] = "fair", test_title[] = "equal shares for more vCPUs than CPUs";

enum { LAPS = 4000 };               /* each some 100,000 instructions: many time slices */
static volatile uint64_t laps[CPUS_MAX];
static volatile bool go, stop;

static void count(unsigned me)
{
    while (!stop) {
        for (volatile unsigned i = 0; i < 20000; i++)
            ;
        laps[me]++;
        if (laps[me] >= LAPS)
            stop = true;
    }
}

static void other(struct cpu *c)
{
    while (!go)
        pause();
    count(c->number);
}

void test_main(void)
{
    unsigned n = (unsigned)cmdline_number("vcpus", 1);
    if (n < 2 || !has_xen()) {
        skip("needs vcpus=2 or more, and a way to start them that is no device's");
        return;
    }
    for (unsigned i = 1; i < n; i++)
        CHECK(cpu_start(i, other), "vCPU %u comes up", i);
    go = true;
    count(0);
    for (unsigned i = 0; i < n; i++) {
        print("  vCPU %u: %llu laps\n", i, (unsigned long long)laps[i]);
        CHECK(laps[i] >= LAPS / 4, "vCPU %u has %llu laps of %u", i, (unsigned long long)laps[i], (unsigned)LAPS);
    }
}
