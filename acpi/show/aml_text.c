/* Owns: names, numbers and constants of AML (ACPI 6.4, 20.2.2 to 20.2.4) as words. Nothing is read at or beyond the limit it is given. */
#include "acpi/show/aml_text.h"
#include "lib/format.h"

enum { NESTED = 4, LISTED = 256 };

void aml_words_add(struct aml_words *w, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    w->used += (unsigned)format_v(w->text + w->used, sizeof(w->text) - w->used, fmt, args);
    va_end(args);
}

static void put(struct aml_words *w, char c)
{
    if (w && w->used + 1 < sizeof(w->text)) {
        w->text[w->used++] = c;
        w->text[w->used] = '\0';
    }
}

void aml_words_put(struct aml_words *w, const char *text)
{
    while (*text)
        put(w, *text++);
}

uint32_t aml_package_at(const struct telling *t, uint32_t at, uint32_t limit, uint32_t *end)
{
    if (at >= limit)
        return 0;
    uint32_t lead = t->bytes[at], more = lead >> 6, n = more ? lead & 0xf : lead & 0x3f;
    if (more >= limit - at)
        return 0;
    for (uint32_t i = 0; i < more; i++)
        n |= (uint32_t)t->bytes[at + 1 + i] << (4 + 8 * i);
    *end = n <= limit - at ? at + n : limit;
    return n > more && n <= limit - at ? at + 1 + more : 0;
}

static bool is_lead(uint8_t c) { return c == '_' || (c >= 'A' && c <= 'Z'); }

/* Four characters, told without the underscores that only fill them up. */
static uint32_t segment(const struct telling *t, uint32_t at, uint32_t limit, struct aml_words *w)
{
    const uint8_t *b = t->bytes + at;
    unsigned n = 4;
    if (limit - at < 4 || !is_lead(b[0]))
        return 0;
    for (unsigned i = 1; i < 4; i++)
        if (!is_lead(b[i]) && !(b[i] >= '0' && b[i] <= '9'))
            return 0;
    while (n > 1 && b[n - 1] == '_')
        n--;
    for (unsigned i = 0; i < n; i++)
        put(w, (char)b[i]);
    return at + 4;
}

uint32_t aml_name_at(const struct telling *t, uint32_t at, uint32_t limit, struct aml_words *w)
{
    unsigned n = 1;
    while (at < limit && (t->bytes[at] == '\\' || t->bytes[at] == '^'))
        put(w, (char)t->bytes[at++]);
    if (at >= limit)
        return 0;
    if (t->bytes[at] == 0)
        return at + 1;
    if (t->bytes[at] == 0x2e) {
        at++, n = 2;
    } else if (t->bytes[at] == 0x2f) {
        if (limit - at < 2)
            return 0;
        n = t->bytes[at + 1], at += 2;
    }
    for (unsigned i = 0; i < n; i++) {
        if (i)
            put(w, '.');
        at = at < limit ? segment(t, at, limit, w) : 0;
        if (!at)
            return 0;
    }
    return n ? at : 0;
}

uint32_t aml_integer_at(const struct telling *t, uint32_t at, uint32_t limit, uint64_t *v)
{
    if (at >= limit)
        return 0;
    uint8_t op = t->bytes[at];
    unsigned n = op == 0x0a ? 1 : op == 0x0b ? 2 : op == 0x0c ? 4 : op == 0x0e ? 8 : 0;
    *v = op == 0xff ? UINT64_MAX : op;
    if (op == 0 || op == 1 || op == 0xff)
        return at + 1;
    if (!n || n >= limit - at)
        return 0;
    *v = tell_get(t, at + 1, n);
    return at + 1 + n;
}

/* An EISA id is a big-endian number of three 5-bit letters and four hex digits (19.6.36). */
static void add_eisa(struct telling *t, uint64_t v)
{
    uint32_t id = __builtin_bswap32((uint32_t)v);
    unsigned a = id >> 26 & 31, b = id >> 21 & 31, c = id >> 16 & 31;
    if (v <= UINT32_MAX && a && b && c && a < 27 && b < 27 && c < 27 && !(id >> 31))
        tell_add(t, " (%c%c%c%04X)", (int)('@' + a), (int)('@' + b), (int)('@' + c), id & 0xffff);
}

static uint32_t string_at(struct telling *t, uint32_t at, uint32_t limit)
{
    uint32_t end = at;
    while (end < limit && t->bytes[end])
        end++;
    if (end == limit)
        return 0;
    tell_add_ascii(t, t->bytes + at, end - at);
    return end + 1;
}

static uint32_t buffer_at(struct telling *t, uint32_t at, uint32_t limit)
{
    uint32_t end;
    uint64_t size;
    at = aml_package_at(t, at, limit, &end);
    at = at ? aml_integer_at(t, at, end, &size) : 0;
    if (!at)
        return 0;
    tell_add(t, "buffer of %llu: ", (unsigned long long)size);
    tell_add_bytes(t, t->bytes + at, end - at);
    return end;
}

static uint32_t object_at(struct telling *t, uint32_t at, uint32_t limit, bool id, unsigned depth);

/* 0x12, or 0x13 where the number of elements is an expression: then only a constant is understood. */
static uint32_t list_at(struct telling *t, uint32_t at, uint32_t limit, bool variable, unsigned depth)
{
    uint32_t end;
    uint64_t n = 0;
    at = aml_package_at(t, at, limit, &end);
    if (!at || at >= end || depth >= NESTED)
        return 0;
    if (variable)
        at = aml_integer_at(t, at, end, &n);
    else
        n = t->bytes[at++];
    tell_add(t, "package of %llu:", (unsigned long long)n);
    for (unsigned i = 0; at && at < end; i++) {
        tell_add_text(t, i ? ", " : " ");
        if (i == LISTED)
            return end;
        at = object_at(t, at, end, false, depth + 1);
    }
    return at;
}

static uint32_t object_at(struct telling *t, uint32_t at, uint32_t limit, bool id, unsigned depth)
{
    uint64_t v;
    uint32_t next = aml_integer_at(t, at, limit, &v);
    if (next) {
        if (v < 10)
            tell_add_number(t, v);
        else
            tell_add_hex(t, v);
        if (id)
            add_eisa(t, v);
        return next;
    }
    if (at >= limit)
        return 0;
    uint8_t op = t->bytes[at];
    if (op == 0x0d)
        return string_at(t, at + 1, limit);
    if (op == 0x11)
        return buffer_at(t, at + 1, limit);
    if (op == 0x12 || op == 0x13)
        return list_at(t, at + 1, limit, op == 0x13, depth);
    if (op >= 0x60 && op <= 0x6e) {
        tell_add(t, op < 0x68 ? "Local%u" : "Arg%u", op & 7u);
        return at + 1;
    }
    struct aml_words w = { .used = 0 };
    next = aml_name_at(t, at, limit, &w);
    if (next)
        tell_add_text(t, w.text);
    return next;
}

uint32_t aml_object_at(struct telling *t, uint32_t at, uint32_t limit, bool id) { return object_at(t, at, limit, id, 0); }
