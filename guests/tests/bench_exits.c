/*
 * Work for `make bench`: "cpuid=N" CPUIDs and "inb=N" INs from a port where nothing stands, each between two marks that the
 * counting plugin can tell apart (the addresses of mark_* in the symbol table), nothing else in between.
 */
#include "guests/lib/guest.h"

const char test_name[] = "bench_exits", test_title[] = "exits for counting";

void mark_cpuid(uint64_t n);
void mark_inb(uint64_t n);
void mark_end(uint64_t n);

/* Called where one stretch ends and the next begins. */
__attribute__((noinline)) void mark_cpuid(uint64_t n) { __asm__ volatile("" : : "r"(n) : "memory"); }
__attribute__((noinline)) void mark_inb(uint64_t n) { __asm__ volatile("" : : "r"(n) : "memory"); }
__attribute__((noinline)) void mark_end(uint64_t n) { __asm__ volatile("" : : "r"(n) : "memory"); }

void test_main(void)
{
    uint64_t cpuids = cmdline_number("cpuid", 10000), inbs = cmdline_number("inb", 10000);
    mark_cpuid(cpuids);
    for (uint64_t i = 0; i < cpuids; i++)
        (void)cpuid(0, 0);
    mark_inb(inbs);
    for (uint64_t i = 0; i < inbs; i++)
        (void)inb(0x5000);
    mark_end(0);
    CHECK(cpuids + inbs > 0, "something was done");
}
