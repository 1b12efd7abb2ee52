/*
 * A guest that reboots again and again starts clean each time.
 *
 * Claimed: at each start RAM is zero where the life before left it full, the data segment is as in the file, and start
 * info is right. The domain's number, which grows with each start, counts: it powers off at "times=". At the first and at
 * the last start it waits for a byte on the console, so that the runner can ask the hypervisor for its free memory.
 */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/sched.h>

const char test_name[] = "reboot", test_title[] = "a clean start after each reboot";

static volatile uint32_t word = 0x600d600d;

/* Pages that hold something, of those that nobody placed anything in; then all are filled. */
static uint64_t pages(bool fill)
{
    uint64_t wrong = 0;
    struct ram r;
    for (unsigned i = 0; ram_range(i, &r); i++)
        for (uint64_t at = r.base; at + 4096 <= r.end; at += 4096) {
            if (placed_end(at))
                continue;
            if (fill)
                *(volatile uint64_t *)at = at | 1;
            else
                wrong += *(volatile uint64_t *)at != 0;
        }
    return wrong;
}

static void wait_for_byte(unsigned life)
{
    char c;
    print("life %u: press a key\n", life);
    CHECK(wait_for(ring_read(&c, 1) == 1, 30), "a byte on the console");
}

void test_main(void)
{
    uint32_t life = domain_number(), times = (uint32_t)cmdline_number("times", 3);
    if (!life) {
        skip("no domain number to count by");
        return;
    }
    CHECK(handed_well(), "what was handed over begins as it should");
    CHECK_EQ(word, 0x600d600d, "a word of the data segment");
    uint64_t wrong = pages(false);
    CHECK_EQ(wrong, 0, "pages that are not zero");
    word = 0;
    (void)pages(true);
    if (life == 1 || life > times)
        wait_for_byte(life);
    if (life > times || wrong)
        return;
    xen_shutdown(SHUTDOWN_reboot);
}
