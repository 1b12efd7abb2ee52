/* Owns: a small pool of pages. */
#include "guests/lib/guest.h"
#include <string.h>

enum { POOL = 128 };
static uint8_t pool[POOL][4096] __attribute__((aligned(4096)));
static unsigned used;

void *page_take(void)
{
    unsigned i = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);
    if (i >= POOL) {
        error("the runtime's pool of pages is exhausted");
        test_end();
    }
    memset(pool[i], 0, sizeof(pool[i]));
    return pool[i];
}
