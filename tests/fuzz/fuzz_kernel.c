/* Any bytes as a kernel file: an answer with a sentence, or a kernel that keeps what kernel.h promises, moved ones included. */
#include <stdlib.h>
#include <string.h>
#include "lib/checked.h"
#include "loader/kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct kernel *k, size_t size)
{
    bool entry = false;
    must(k->segments > 0 && k->segments <= KERNEL_SEGMENTS_MAX);
    for (unsigned i = 0; i < k->segments; i++) {
        const struct kernel_segment *s = &k->segment[i];
        must(s->memory_size > 0 && s->file_size <= s->memory_size && range_within(s->offset, s->file_size, 0, size));
        must(s->at + s->memory_size >= s->at || s->at + s->memory_size == 0);
        must(range_within(s->at, s->memory_size, k->low, k->high - k->low));
        must(i == 0 || s->at >= k->segment[i - 1].at + k->segment[i - 1].memory_size);
        entry |= range_within(k->entry, 1, s->at, s->file_size);
    }
    must(entry);
    must(memchr(k->guest_os, 0, sizeof(k->guest_os)) && memchr(k->guest_version, 0, sizeof(k->guest_version)));
}

static void move(struct kernel k, uint64_t low, size_t size)
{
    uint64_t span = k.high - k.low;
    if (!kernel_move(&k, low))
        return;
    must(k.relocatable && k.low == low && k.high - k.low == span && low >= k.reloc_min);
    must(low % k.reloc_align == 0 && k.high - 1 <= k.reloc_max);
    check(&k, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kernel k;
    struct error e = { "" };
    char notes[64];
    bool good = kernel_read(&k, span_of(data, size), "fuzz", &e);
    must(good != failed(&e));
    if (!good) {
        must(strncmp(e.text, "fuzz: ", 6) == 0);
        return 0;
    }
    check(&k, size);
    kernel_notes_text(&k, notes, sizeof(notes));
    must(strstr(notes, "none") == NULL);
    move(k, k.reloc_min, size);
    move(k, round_up(k.reloc_min, 0x200000), size);
    move(k, UINT64_C(0xffe00000), size);
    return 0;
}
