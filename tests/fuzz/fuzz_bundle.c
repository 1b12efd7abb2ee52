/* Any bytes as a boot bundle: an answer with a sentence; what is accepted gives payloads and guests that lie within it. */
#include <stdlib.h>
#include <string.h>
#include "loader/bundle.h"
#include "platform/platform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Touches first and last byte, for the sanitizer to judge. */
static void touch(const struct bundle *b, struct payload f)
{
    struct span s = bundle_payload(b, f.offset, f.size);
    if (s.broken)
        return;
    must(s.left == f.size && s.at >= b->all.at && s.left <= b->all.left);
    volatile uint8_t byte = s.left ? s.at[0] : 0;
    byte = s.left ? s.at[s.left - 1] : 0;
    (void)byte;
}

static void read_guests(const struct bundle *b)
{
    for (unsigned i = 0; i < b->guests; i++) {
        struct platform p;
        struct error e = { "" };
        bool good = platform_from_node(&p, b->fdt, b->guest[i], BOARD_PC, &e);
        must(good != failed(&e));
        if (!good)
            continue;
        touch(b, p.kernel);
        for (unsigned m = 0; m < p.modules; m++)
            touch(b, p.module[m].file);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle b;
    struct error e = { "" };
    uint8_t *copy = malloc(size ? size : 1);        /* aligned, as a loader's page is */
    memcpy(copy, data, size);
    bool good = bundle_read(&b, span_of(copy, size), &e);
    must(good != failed(&e));
    if (good) {
        must(b.guests > 0 && b.guests <= BUNDLE_GUESTS_MAX && b.all.left <= size);
        touch(&b, (struct payload){ 0, size });
        touch(&b, (struct payload){ 4096, 1 });
        read_guests(&b);
    }
    free(copy);
    return 0;
}
