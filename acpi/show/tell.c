/* Owns: how rows become fields: the order, the ends, the words. Bounded by the table's bytes; no row is told beyond the end of its structure. */
#include "acpi/show/describe_internal.h"
#include <string.h>

bool tell_zero(const uint8_t *at, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (at[i])
            return false;
    return true;
}

uint64_t tell_get(const struct telling *t, uint32_t offset, unsigned size)
{
    uint64_t v = 0;
    if (offset > t->size || size > t->size - offset)
        return 0;
    for (unsigned i = size; i-- > 0;)
        v = v << 8 | t->bytes[offset + i];
    return v;
}

uint64_t tell_own(const struct telling *t, uint32_t offset, unsigned size)
{
    uint32_t there = t->end - t->from;
    return offset > there || size > there - offset ? 0 : tell_get(t, t->from + offset, size);
}

void tell_field(struct telling *t, const char *name, uint32_t n, bool dull)
{
    const struct acpi_field f = {
        .name = name, .offset = t->at, .size = n, .depth = t->depth, .value = t->value, .fault = t->wrong[0] ? t->wrong : NULL,
        .dull = dull && !t->wrong[0],
    };
    t->faults += f.fault != NULL;
    t->l->field(t->l->owner, &f);
    t->at += n;
    t->used = 0;
    t->value[0] = t->wrong[0] = '\0';
}

struct tell_outer tell_open(struct telling *t, const char *name, uint32_t n)
{
    struct tell_outer outer = { t->from, t->end };
    uint32_t at = t->at;
    tell_field(t, name, n, false);
    t->at = t->from = at;
    t->end = at + n;
    t->depth++;
    return outer;
}

void tell_close(struct telling *t, struct tell_outer outer)
{
    t->at = t->end;
    t->from = outer.from;
    t->end = outer.end;
    t->depth--;
}

void tell_data(struct telling *t, uint32_t end, const char *name)
{
    while (t->at < end) {
        uint32_t n = end - t->at < 16 ? end - t->at : 16;
        tell_add_bytes(t, t->bytes + t->at, n);
        tell_field(t, name, n, tell_zero(t->bytes + t->at, n));
    }
}

void tell_string(struct telling *t, uint32_t end, const char *name)
{
    const uint8_t *from = t->bytes + t->at, *nul = end > t->at ? memchr(from, 0, end - t->at) : NULL;
    uint32_t n = nul ? (uint32_t)(nul - from) : end - t->at;
    tell_add_ascii(t, from, n);
    if (!nul)
        tell_wrong(t, "the text has no end");
    tell_field(t, name, n + (nul != NULL), false);
}

/* A number's words, and its check. */
static void add_number(struct telling *t, const struct tell_row *row, uint64_t v)
{
    switch (row->kind & ~TELL_DULL) {
    case TELL_NUMBER: case TELL_LENGTH:
        tell_add_number(t, v);
        break;
    case TELL_DEVICE:
        tell_add(t, "%02x:%02x.%u", (unsigned)(v >> 8), (unsigned)(v >> 3 & 31), (unsigned)(v & 7));
        break;
    case TELL_BITS:
        tell_add_hex(t, v);
        tell_add_words(t, v, row->words);
        break;
    case TELL_WORD:
        tell_add_hex(t, v);
        for (const struct tell_word *w = row->words; w->mask; w++)
            if (w->value == v) {
                tell_add_text(t, ": ");
                tell_add_text(t, w->name);
                break;
            }
        break;
    default:
        tell_add_hex(t, v);
    }
}

/* A generic address structure: which kinds of address space there are, and how wide an access is. */
static void add_register(struct telling *t, const uint8_t *b)
{
    static const char *const space[] = {
        "memory", "I/O port", "PCI configuration", "embedded controller", "SMBus", "CMOS", "PCI BAR", "IPMI", "GPIO", "serial bus", "PCC",
    };
    static const char *const access[] = { "any width", "bytes", "words", "double words", "quad words" };
    uint64_t at = tell_get(t, t->at + 4, 8);
    if (tell_zero(b, 12)) {
        tell_add_text(t, "none");
        return;
    }
    if (b[0] < sizeof(space) / sizeof(space[0]))
        tell_add_text(t, space[b[0]]);
    else if (b[0] == 0x7f)
        tell_add_text(t, "fixed hardware");
    else
        tell_add(t, "space 0x%x", b[0]);
    tell_add_text(t, " ");
    tell_add_hex(t, at);
    tell_add(t, ", %u bits", b[1]);
    if (b[2])
        tell_add(t, " from bit %u", b[2]);
    if (b[3] < 5 && b[3])
        tell_add(t, ", by %s", access[b[3]]);
    if (b[0] > 10 && b[0] != 0x7f && b[0] < 0xc0)
        tell_wrong(t, "address space 0x%x is reserved", b[0]);
    else if (b[3] > 4 && b[0] < 2)
        tell_wrong(t, "access size %u does not exist: 0 to 4 do", b[3]);
    else if (b[0] == 1 && at > 0xffff)
        tell_wrong(t, "no I/O port is above 0xffff");
}

static void add_uuid(struct telling *t, const uint8_t *b)
{
    tell_add(t, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6],
             b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* What is no number. */
static void add_other(struct telling *t, const struct tell_row *row, const uint8_t *b, uint32_t n)
{
    unsigned kind = row->kind & (unsigned)~TELL_DULL;
    if (kind == TELL_TEXT) {
        while (n && (b[n - 1] == 0))
            n--;
        tell_add_ascii(t, b, n);
    } else if (kind == TELL_REGISTER) {
        add_register(t, b);
    } else if (kind == TELL_UUID) {
        add_uuid(t, b);
    } else if (tell_zero(b, n)) {
        tell_add_text(t, "0");
    } else {
        tell_add_bytes(t, b, n);
        if (kind == TELL_RESERVED && !t->newer)
            tell_wrong(t, "has to be zero");
    }
}

static bool is_number(unsigned kind)
{
    return kind == TELL_HEX || kind == TELL_NUMBER || kind == TELL_WORD || kind == TELL_BITS || kind == TELL_DEVICE || kind == TELL_TYPE ||
           kind == TELL_LENGTH;
}

static void tell_row(struct telling *t, const struct tell_row *row, uint32_t n)
{
    unsigned kind = row->kind & (unsigned)~TELL_DULL;
    uint64_t v = 0;
    if (is_number(kind)) {
        v = tell_get(t, t->at, n);
        add_number(t, row, v);
    } else {
        add_other(t, row, t->bytes + t->at, n);
    }
    if (row->check)
        row->check(t, v);
    bool hollow = kind == TELL_RESERVED || kind == TELL_UNUSED || row->kind & TELL_DULL;
    tell_field(t, row->name, n, kind == TELL_TYPE || kind == TELL_LENGTH || (hollow && tell_zero(t->bytes + t->at, n)));
}

void tell_rows(struct telling *t, const struct tell_row *rows)
{
    for (const struct tell_row *row = rows; row && row->kind != TELL_END && t->at < t->end; row++) {
        uint32_t left = t->end - t->at, n = row->size == TELL_REST ? left : row->size;
        if (n > left) {
            tell_add_bytes(t, t->bytes + t->at, left);
            tell_wrong(t, "ends inside of %s, which has %u bytes", row->name, n);
            tell_field(t, row->name, left, false);
            return;
        }
        tell_row(t, row, n);
    }
}

uint32_t tell_rows_size(const struct tell_row *rows)
{
    uint32_t n = 0;
    for (; rows && rows->kind != TELL_END; rows++)
        n += rows->size == TELL_REST ? 0 : rows->size;
    return n;
}
