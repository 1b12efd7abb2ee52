/*
 * A read-only window on untrusted bytes with one sticky verdict: read on, ask
 * `broken` once at the end. Every byte that comes from outside (kernels,
 * notes, firmware tables, bundles) is read through this.
 */
#ifndef LIB_SPAN_H
#define LIB_SPAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span { const uint8_t *at; size_t left; bool broken; };

static inline struct span span_of(const void *p, size_t n) { return (struct span){ p, n, false }; }

/* The next n bytes as their own window; breaks the parent if there are too few. */
static inline struct span span_take(struct span *s, uint64_t n)
{
    if (s->broken || n > s->left) {
        s->broken = true;
        return (struct span){ NULL, 0, true };
    }
    struct span head = { s->at, (size_t)n, false };
    s->at += n;
    s->left -= (size_t)n;
    return head;
}

/* n bytes at offset off of s (a copy: s itself does not move). */
static inline struct span span_slice(struct span s, uint64_t off, uint64_t n)
{
    (void)span_take(&s, off);
    return span_take(&s, n);
}

/* The next little-endian number of 1..8 bytes; 0 when broken. */
static inline uint64_t span_le(struct span *s, unsigned size)
{
    struct span v = span_take(s, size);
    uint64_t x = 0;
    for (size_t i = v.left; i-- > 0;)
        x = x << 8 | v.at[i];
    return x;
}

/* The next byte; 0 when broken. */
static inline uint8_t span_u8(struct span *s)
{
    if (s->broken || !s->left) {
        s->broken = true;
        return 0;
    }
    s->left--;
    return *s->at++;
}
#endif
