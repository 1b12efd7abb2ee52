/*
 * A guest that breaks down: a triple fault on a PC, a shutdown that says "crash" on Arm.
 *
 * Claimed, by the runner: the hypervisor names the guest, the vCPU and the cause, does what on_crash asks, and the tool's
 * exit code says that a guest crashed. Nothing else happens.
 */
#include "guests/lib/guest.h"

const char test_name[] = "crash", test_title[] = "a crash ends this guest and nothing else";

void test_main(void)
{
    CHECK(true, "alive so far");
    test_verdict();
    break_down();
}
