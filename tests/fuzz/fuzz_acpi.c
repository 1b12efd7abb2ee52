/*
 * Tables for whatever platform the checks let through, in a buffer of any size, and the pretty-printer over damaged
 * ones. The first bytes say which platform; the rest is written over the image before it is shown.
 */
#include "acpi/acpi.h"
#include "acpi/show/show.h"
#include "platform/pc_map.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear(void *owner, const char *line)
{
    *(size_t *)owner += strlen(line);
}

static struct platform platform_of(struct span *s)
{
    struct platform p = { .vcpus = 1 + (unsigned)span_le(s, 2) % PLATFORM_VCPUS_MAX, .acpi = true, .cmdline = "" };
    uint64_t bits = span_le(s, 1);
    p.xen = bits & 1;
    p.lapic = bits & 2;
    p.ioapic = p.lapic && bits & 4;
    p.uart = (struct platform_uart){ bits & 8, (uint16_t)span_le(s, 2), (uint8_t)span_le(s, 1) };
    return p;
}

/* The rest of the input: an offset and a byte to write there, as often as it goes. */
static void damage(uint8_t *image, uint64_t n, struct span s)
{
    while (n && !s.broken && s.left >= 3) {
        uint64_t at = span_le(&s, 2);
        image[at % n] = (uint8_t)span_le(&s, 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    struct span s = span_of(data, length);
    struct platform p = platform_of(&s);
    uint64_t whole = acpi_size(&p), size = span_le(&s, 2), used = 0, at = span_le(&s, 1) & 1 ? PC_ACPI_BASE : span_le(&s, 4) << 12;
    size_t told = 0;
    gpa_t rsdp = gpa(0);
    if (size > whole || size & 1)
        size = whole;
    uint8_t *image = malloc(size ? size : 1);
    bool fits = acpi_build(&p, gpa(at), image, size, &used, &rsdp);
    if (fits && (used > size || rsdp.v != at))
        abort();
    if (!fits && size == whole && at <= PC_ACPI_BASE)
        abort();
    if (fits) {
        damage(image, used, s);
        (void)acpi_show(span_of(image, used), at, hear, &told);
        if (!told)
            abort();
    }
    free(image);
    (void)acpi_show(span_of(data, length), 0, hear, &told);
    return 0;
}
