/*
 * Memory is clean: whoever had it before, this guest sees nothing of it.
 *
 * Claimed: every byte of RAM is zero at the start, but for the program, start info with what it names, and what we
 * ourselves have used.
 */
#include "guests/lib/guest.h"

const char test_name[] = "zero", test_title[] = "all RAM is zero but for what was placed";

static uint64_t wrong_words(uint64_t from, uint64_t to)
{
    uint64_t wrong = 0;
    for (uint64_t at = from; at + 8 <= to; at += 8) {
        uint64_t end = placed_end(at);
        if (end) {
            at = ((end + 7) & ~UINT64_C(7)) - 8;
            continue;
        }
        if (*(const volatile uint64_t *)at) {
            if (!wrong)
                print("  first at %#llx: %#llx\n", (unsigned long long)at, (unsigned long long)*(const volatile uint64_t *)at);
            wrong++;
        }
    }
    return wrong;
}

void test_main(void)
{
    struct ram r;
    CHECK(ram_range(0, &r), "there is RAM in the memory map");
    for (unsigned i = 0; ram_range(i, &r); i++)
        CHECK_EQ(wrong_words(r.base, r.end), 0, "words of RAM that are not zero");
}
