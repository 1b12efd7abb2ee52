/*
 * A guest that reboots again and again starts clean each time.
 *
 * Claimed: at each start RAM is zero where the life before left it full, the data segment is as in the file, and start
 * info is right. The domain's number, which grows with each start, counts: it powers off at "times=". At the first and at
 * the last start it waits for a byte on the console, so that the runner can ask the hypervisor for its free memory.
 */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/sched.h>

const char test_name[] = "reboot", test_title[] = "a clean start after each reboot";

static volatile uint32_t word = 0x600d600d;

static void wait_for_byte(unsigned life)
{
    char c;
    print("life %u: press a key\n", life);
    CHECK(wait_for(ring_read(&c, 1) == 1, 30), "a byte on the console");
}

void test_main(void)
{
    uint32_t life = has_xen() ? cpuid(xen_base() + 4, 0).ecx : 0, times = (uint32_t)cmdline_number("times", 3);
    uint64_t from = (((uintptr_t)guest_end | (handed_end() - 1)) + 0x200000) & ~UINT64_C(0x1fffff), wrong = 0;
    if (!life) {
        skip("no domain number to count by");
        return;
    }
    CHECK_EQ(start_info()->magic, XEN_HVM_START_MAGIC_VALUE, "start info magic");
    CHECK_EQ(word, 0x600d600d, "a word of the data segment");
    for (uint64_t at = from; at + 4096 <= ram_end(); at += 4096)
        wrong += *(volatile uint64_t *)at != 0;
    CHECK_EQ(wrong, 0, "pages that are not zero");
    word = 0;
    for (uint64_t at = from; at + 4096 <= ram_end(); at += 4096)
        *(volatile uint64_t *)at = at | 1;
    if (life == 1 || life > times)
        wait_for_byte(life);
    if (life > times || wrong)
        return;
    xen_shutdown(SHUTDOWN_reboot);
}
