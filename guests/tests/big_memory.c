/*
 * A guest with more than 4 GiB: RAM below and above the hole for devices.
 *
 * Claimed: the memory map's RAM adds up to "memory=" MiB, some of it above 4 GiB; a word of each 64 KiB is zero at the
 * start, can be written, and keeps what was written to it alone: no two addresses share a page.
 */
#include "guests/lib/guest.h"

const char test_name[] = "big_memory", test_title[] = "RAM below and above the hole";

enum { STEP = 65536 };

static bool ours(uint64_t at) { return at < 0x1000 || placed_end(at); }

static uint64_t each(bool write)
{
    uint64_t wrong = 0, probed = 0;
    struct ram r;
    for (unsigned i = 0; ram_range(i, &r); i++)
        for (uint64_t at = r.base; at + STEP <= r.end; at += STEP) {
            volatile uint64_t *word = (volatile uint64_t *)(at + (at >> 13 & 0xff8));
            if (ours((uintptr_t)word))
                continue;
            probed++;
            wrong += *word != (write ? 0 : (uintptr_t)word);
            if (write)
                *word = (uintptr_t)word;
        }
    CHECK_EQ(wrong, 0, write ? "words that are not zero at the start" : "words that lost what was written");
    return probed;
}

void test_main(void)
{
    uint64_t end = ram_end(), want = cmdline_number("memory", 0), sum = 0;
    struct ram r;
    if (end <= UINT64_C(0x100000000)) {
        skip("no RAM above 4 GiB");
        return;
    }
    for (unsigned i = 0; ram_range(i, &r); i++)
        sum += r.end - r.base;
    CHECK_EQ(sum, (want << 20) - RAM_WITHOUT, "RAM in the memory map");
    for (unsigned gib = 4; (uint64_t)gib << 30 < end; gib++)
        CHECK(map_gib(gib), "GiB %u can be mapped", gib);
    uint64_t probed = each(true);
    (void)each(false);
    print("  %llu words up to %#llx\n", (unsigned long long)probed, (unsigned long long)end);
    CHECK(probed > want * 15, "enough was probed");
}
