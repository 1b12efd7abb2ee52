/* Owns: resource descriptors (ACPI 6.4, section 6.4) in words, one a field. */
#include "acpi/show/aml_text.h"

enum { END_TAG = 0x79 };

/* Bytes of the descriptor at `at`, tag included; 0: it does not fit. */
static uint32_t length_at(const struct telling *t, uint32_t at, uint32_t end)
{
    uint32_t left = end - at, n;
    if (!left)
        return 0;
    if (t->bytes[at] & 0x80)
        n = left < 3 ? left + 1 : 3 + (uint32_t)tell_get(t, at + 1, 2);
    else
        n = 1 + (t->bytes[at] & 7u);
    return n > left ? 0 : n;
}

bool aml_is_template(const struct telling *t, uint32_t at, uint32_t end)
{
    while (at < end) {
        if (t->bytes[at] == END_TAG)
            return end - at == 2;
        uint32_t n = length_at(t, at, end);
        if (!n)
            return false;
        at += n;
    }
    return false;
}

static uint64_t own(const struct telling *t, uint32_t offset, unsigned size) { return tell_get(t, t->at + offset, size); }

static void add_range(struct telling *t, uint64_t first, uint64_t last)
{
    tell_add_hex(t, first);
    if (last != first) {
        tell_add_text(t, "..");
        tell_add_hex(t, last);
    }
}

static void add_mode(struct telling *t, bool edge, bool low, bool shared)
{
    tell_add(t, ", %s, active %s, %s", edge ? "edge" : "level", low ? "low" : "high", shared ? "shared" : "exclusive");
}

static const char *ports(struct telling *t, uint32_t n)
{
    uint64_t low = own(t, 2, 2), high = own(t, 4, 2), align = own(t, 6, 1), count = own(t, 7, 1);
    if (n != 8)
        return NULL;
    add_range(t, low, count ? high + count - 1 : high);
    if (low != high)
        tell_add(t, ", any %llu of them, aligned to %llu", (unsigned long long)count, (unsigned long long)align);
    if (!count)
        tell_add_text(t, ", none of them");
    return "Ports";
}

static const char *bits(struct telling *t, uint64_t v, const char *what)
{
    bool first = true;
    for (unsigned i = 0; i < 16; i++)
        if (v >> i & 1) {
            tell_add(t, "%s%u", first ? "" : " ", i);
            first = false;
        }
    if (first)
        tell_add_text(t, "none");
    return what;
}

static const char *irq(struct telling *t, uint32_t n)
{
    uint64_t flags = n > 3 ? own(t, 3, 1) : 1;
    (void)bits(t, own(t, 1, 2), "");
    add_mode(t, flags & 1, flags & 8, flags & 16);
    return "IRQ";
}

static const char *interrupts(struct telling *t, uint32_t n)
{
    uint64_t flags = own(t, 3, 1), count = own(t, 4, 1);
    if (n < 5 + 4 * count)
        return NULL;
    tell_add_text(t, "GSI");
    for (uint32_t i = 0; i < count && i < 32; i++)
        tell_add(t, " %llu", (unsigned long long)own(t, 5 + 4 * i, 4));
    add_mode(t, flags & 2, flags & 4, flags & 8);
    return "Interrupt";
}

static const char *memory_fixed(struct telling *t, uint32_t n)
{
    uint64_t base = own(t, 4, 4), length = own(t, 8, 4);
    if (n != 12)
        return NULL;
    add_range(t, base, length ? base + length - 1 : base);
    tell_add_text(t, own(t, 3, 1) & 1 ? ", read and write" : ", read only");
    return length ? "Memory" : "Memory (no byte of it)";
}

/* Word, double word and quad word ranges (6.4.3.5): the same six numbers of 2, 4 or 8 bytes. */
static const char *range(struct telling *t, uint32_t n, unsigned size)
{
    static const char *const kind[] = { "Memory range", "I/O range", "Bus range" };
    uint64_t type = own(t, 3, 1), first = own(t, 6 + size, size), last = own(t, 6 + 2 * size, size), offset = own(t, 6 + 3 * size, size);
    if (n < 6 + 5 * size)
        return NULL;
    add_range(t, first, last);
    if (offset)
        tell_add(t, ", plus 0x%llx on the other side", (unsigned long long)offset);
    tell_add_text(t, own(t, 4, 1) & 1 ? ", used by itself" : ", handed on");
    if (last < first && own(t, 6 + 4 * size, size))
        tell_wrong(t, "ends before it begins");
    return type < 3 ? kind[type] : "Vendor-defined range";
}

static const char *large(struct telling *t, uint32_t n)
{
    static const char *const serial[] = { "Serial bus", "I2C", "SPI", "UART", "CSI-2" };
    switch (own(t, 0, 1) & 0x7f) {
    case 0x01: return "Memory, 24 bits";
    case 0x02: return "Register";
    case 0x04: return "Vendor-defined";
    case 0x05: return "Memory, 32 bits";
    case 0x06: return memory_fixed(t, n);
    case 0x07: return range(t, n, 4);
    case 0x08: return range(t, n, 2);
    case 0x09: return interrupts(t, n);
    case 0x0a: return range(t, n, 8);
    case 0x0b: return "Extended range";
    case 0x0c: return own(t, 4, 1) ? "GPIO" : "GPIO interrupt";
    case 0x0d: return "Pin function";
    case 0x0e: return own(t, 5, 1) < 5 ? serial[own(t, 5, 1)] : "Serial bus";
    default:   return NULL;
    }
}

static const char *small(struct telling *t, uint32_t n)
{
    switch (own(t, 0, 1) >> 3 & 15) {
    case 0x4: return irq(t, n);
    case 0x5: return bits(t, own(t, 1, 1), "DMA channel");
    case 0x6: return "Either (start of dependent functions)";
    case 0x7: return "End of dependent functions";
    case 0x8: return ports(t, n);
    case 0x9: add_range(t, own(t, 1, 2), own(t, 1, 2) + own(t, 3, 1) - 1); return "Ports, 10 bits";
    case 0xa: tell_add(t, "request %llu, channel %llu", (unsigned long long)own(t, 1, 2), (unsigned long long)own(t, 3, 2)); return "DMA, fixed";
    case 0xe: return "Vendor-defined";
    case 0xf: return "End";
    default:  return NULL;
    }
}

void aml_tell_template(struct telling *t, uint32_t end)
{
    while (t->at < end) {
        bool last = t->bytes[t->at] == END_TAG;
        uint32_t n = last ? 2 : length_at(t, t->at, end);
        const char *name = t->bytes[t->at] & 0x80 ? large(t, n) : small(t, n);
        if (!t->used)
            tell_add_bytes(t, t->bytes + t->at, n);
        tell_field(t, name ? name : "Descriptor", n, last);
    }
}
