/* Owns: the text of a value and of a fault: bounded, always with its NUL. Numbers are put in by hand: a listing has very many of them. */
#include "acpi/show/describe_internal.h"
#include "lib/format.h"
#include <string.h>

static void put(struct telling *t, char c)
{
    if (t->used + 1 < TELL_VALUE) {
        t->value[t->used++] = c;
        t->value[t->used] = '\0';
    }
}

void tell_add_text(struct telling *t, const char *text)
{
    while (*text)
        put(t, *text++);
}

void tell_add(struct telling *t, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    t->used += (unsigned)format_v(t->value + t->used, TELL_VALUE - t->used, fmt, args);
    va_end(args);
}

static void put_number(struct telling *t, uint64_t v, unsigned base)
{
    char digits[24];
    unsigned n = sizeof(digits);
    digits[--n] = '\0';
    do {
        digits[--n] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v);
    tell_add_text(t, digits + n);
}

void tell_add_hex(struct telling *t, uint64_t v)
{
    tell_add_text(t, "0x");
    put_number(t, v, 16);
}

void tell_add_number(struct telling *t, uint64_t v) { put_number(t, v, 10); }

void tell_add_ascii(struct telling *t, const uint8_t *at, uint32_t n)
{
    put(t, '"');
    for (uint32_t i = 0; i < n && t->used < TELL_VALUE; i++)
        put(t, at[i] >= 0x20 && at[i] < 0x7f ? (char)at[i] : '.');
    put(t, '"');
}

void tell_add_bytes(struct telling *t, const uint8_t *at, uint32_t n)
{
    enum { SHOWN = 64 };
    for (uint32_t i = 0; i < n && i < SHOWN; i++) {
        if (i)
            put(t, ' ');
        put(t, "0123456789abcdef"[at[i] >> 4]);
        put(t, "0123456789abcdef"[at[i] & 15]);
    }
    if (n > SHOWN)
        tell_add(t, " and %u more", n - SHOWN);
}

void tell_add_words(struct telling *t, uint64_t v, const struct tell_word *words)
{
    uint64_t known = 0;
    bool first = true;
    for (const struct tell_word *w = words; w && w->mask; w++) {
        bool number = w->value == WORD_NUMBER;
        if (!number && (v & w->mask) != w->value)
            continue;
        known |= w->mask;
        if (!w->name)
            continue;
        tell_add_text(t, first ? ": " : ", ");
        tell_add_text(t, w->name);
        first = false;
        if (number) {
            put(t, ' ');
            tell_add_number(t, (v & w->mask) >> __builtin_ctzll(w->mask));
        }
    }
    if (v & ~known) {
        tell_add_text(t, first ? ": reserved " : ", reserved ");
        tell_add_hex(t, v & ~known);
        if (!t->newer)
            tell_wrong(t, "reserved bits 0x%llx are set", (unsigned long long)(v & ~known));
    }
}

void tell_wrong(struct telling *t, const char *fmt, ...)
{
    va_list args;
    if (t->wrong[0])
        return;
    va_start(args, fmt);
    format_v(t->wrong, sizeof(t->wrong), fmt, args);
    va_end(args);
}

void tell_table_wrong(struct telling *t, const char *fmt, ...)
{
    unsigned room = (unsigned)sizeof(t->late) - t->late_used;
    va_list args;
    if (room < TELL_FAULT)
        return;
    va_start(args, fmt);
    t->late_used += (unsigned)format_v(t->late + t->late_used, room, fmt, args) + 1;
    va_end(args);
}

/* All fields have been told: now the table's own faults. */
void tell_late(struct telling *t)
{
    for (unsigned at = 0; at < t->late_used; at += (unsigned)strlen(t->late + at) + 1) {
        t->faults++;
        t->l->fault(t->l->owner, t->late + at);
    }
    t->late_used = 0;
}

bool tell_seen(struct tell_seen *s, uint64_t v)
{
    if (v >= SEEN_MAX)
        return false;
    uint64_t bit = UINT64_C(1) << v % 64, *word = &s->bits[v / 64];
    bool before = *word & bit;
    *word |= bit;
    return before;
}
