/* Any bytes as an arm64 Image: an answer with a sentence, or numbers that keep what image.h promises. */
#include <stdlib.h>
#include <string.h>
#include "loader/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image i;
    struct error e = { "" };
    bool good = image_read(&i, span_of(data, size), "Image", &e);
    must(good != failed(&e));
    must(good || strncmp(e.text, "Image: ", 7) == 0);
    if (!good)
        return 0;
    must(image_is(span_of(data, size)) && size >= 64);
    must(i.file_size > 0 && i.file_size <= size && i.file_size <= i.memory_size);
    must(i.text_offset < 0x200000 && i.text_offset + i.memory_size <= UINT64_C(1) << 40);
    must(i.page_kib == 0 || i.page_kib == 4 || i.page_kib == 16 || i.page_kib == 64);
    return 0;
}
