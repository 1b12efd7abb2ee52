/* Owns: names, numbers and constants of AML (ACPI 6.4, 20.2.2 to 20.2.4) as words. Nothing is read at or beyond the limit it is given. */
#include "acpi/namespace/opcode.h"
#include "acpi/namespace/tree.h"
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

static struct span from(const struct telling *t, uint32_t at, uint32_t limit) { return span_of(t->bytes + at, at < limit ? limit - at : 0); }

uint32_t aml_package_at(const struct telling *t, uint32_t at, uint32_t limit, uint32_t *end)
{
    struct span s = from(t, at, limit);
    uint64_t n = aml_take_length(&s);
    uint32_t body = limit - (uint32_t)s.left;
    if (s.broken)
        return 0;
    *end = n <= limit - at ? at + (uint32_t)n : limit;
    return n >= body - at && n <= limit - at ? body : 0;
}

/* Four characters, told without the underscores that only fill them up. */
static void put_segment(struct aml_words *w, const uint8_t *b)
{
    unsigned n = 4;
    while (n > 1 && b[n - 1] == '_')
        n--;
    for (unsigned i = 0; i < n; i++)
        put(w, (char)b[i]);
}

uint32_t aml_name_at(const struct telling *t, uint32_t at, uint32_t limit, struct aml_words *w)
{
    struct span s = from(t, at, limit);
    struct aml_name name = aml_take_name(&s);
    if (s.broken)
        return 0;
    if (w && name.root)
        put(w, '\\');
    for (unsigned i = 0; w && i < name.up; i++)
        put(w, '^');
    for (unsigned i = 0; w && i < name.n; i++) {
        if (i)
            put(w, '.');
        put_segment(w, name.segment + 4 * i);
    }
    return limit - (uint32_t)s.left;
}

uint32_t aml_integer_at(const struct telling *t, uint32_t at, uint32_t limit, uint64_t *v)
{
    struct span s = from(t, at, limit);
    return aml_take_integer(&s, v) ? limit - (uint32_t)s.left : 0;
}

static void add_eisa(struct telling *t, uint64_t v)
{
    char id[8];
    if (aml_eisa_text(v, id, sizeof(id)))
        tell_add(t, " (%s)", id);
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
