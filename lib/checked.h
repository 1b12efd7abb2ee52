/* Sums and sizes of untrusted numbers: each returns false where the result would not fit, and then *r is not to be used. */
#ifndef LIB_CHECKED_H
#define LIB_CHECKED_H
#include <stdbool.h>
#include <stdint.h>

static inline bool add_ok(uint64_t a, uint64_t b, uint64_t *r) { return !__builtin_add_overflow(a, b, r); }
static inline bool mul_ok(uint64_t a, uint64_t b, uint64_t *r) { return !__builtin_mul_overflow(a, b, r); }

/* The next multiple of `unit` (a power of two) at or above a. */
static inline bool round_up_ok(uint64_t a, uint64_t unit, uint64_t *r)
{
    if (!add_ok(a, unit - 1, r))
        return false;
    *r &= ~(unit - 1);
    return true;
}
/* For numbers already known to be small enough. */
static inline uint64_t round_up(uint64_t a, uint64_t unit) { return (a + unit - 1) & ~(unit - 1); }
static inline uint64_t round_down(uint64_t a, uint64_t unit) { return a & ~(unit - 1); }

/* [a, a+an) and [b, b+bn) share a byte. Neither may wrap. */
static inline bool ranges_meet(uint64_t a, uint64_t an, uint64_t b, uint64_t bn)
{
    return an && bn && a < b + bn && b < a + an;
}
/* [a, a+an) lies within [b, b+bn). b+bn may not wrap; a and an may be anything. */
static inline bool range_within(uint64_t a, uint64_t an, uint64_t b, uint64_t bn)
{
    return a >= b && an <= bn && a - b <= bn - an;
}
#endif
