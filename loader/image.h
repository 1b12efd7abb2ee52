/*
 * An arm64 Image (Linux: Documentation/arch/arm64/booting). Its header says where in RAM it wants to stand and how much
 * it will use. Bounds-checked; fuzzed.
 */
#ifndef LOADER_IMAGE_H
#define LOADER_IMAGE_H
#include "lib/error.h"
#include "lib/span.h"

struct image {
    uint64_t text_offset;       /* from a 2 MiB boundary of RAM */
    uint64_t file_size, memory_size;    /* memory_size >= file_size: with its BSS */
    bool anywhere;              /* flags bit 3: any 2 MiB boundary will do, else near the start of RAM */
    unsigned page_kib;          /* 4, 16, 64; 0: not told */
};

bool image_is(struct span file);        /* carries the magic "ARM\x64" at 0x38 */
/* False with a sentence: cut short, big endian, no size. `name`: what to call the file. */
bool image_read(struct image *i, struct span file, const char *name, struct error *e);
#endif
