/*
 * Atomic changes of words that a guest may write at any time. Where they are pairs of exclusive loads and stores (Armv8.0), a guest
 * whose other CPU writes there without a pause can make them fail for ever; so each is tried a bounded number of times. After that
 * ours is written over whatever stands there: the guest spoils its own word, and nobody waits for it.
 */
#ifndef HYPERVISOR_XEN_SHARED_H
#define HYPERVISOR_XEN_SHARED_H
#include <stdbool.h>
#include <stdint.h>

enum { SHARED_TRIES = 1024 };           /* a guest that uses the word as it should is in the way once or twice */

/* One try. False: it was not *old, which now says what it is, or for no reason. */
static inline bool shared_try(uint32_t *w, uint32_t *old, uint32_t new)
{
    return __atomic_compare_exchange_n(w, old, new, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* (*w & keep) | set. Returns what it was. */
static inline uint32_t shared_change(uint32_t *w, uint32_t keep, uint32_t set)
{
    uint32_t old = __atomic_load_n(w, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < SHARED_TRIES; i++)
        if (shared_try(w, &old, (old & keep) | set))
            return old;
    __atomic_store_n(w, (old & keep) | set, __ATOMIC_SEQ_CST);
    return old;
}
static inline uint32_t shared_or(uint32_t *w, uint32_t bits) { return shared_change(w, UINT32_MAX, bits); }
static inline uint32_t shared_clear(uint32_t *w, uint32_t bits) { return shared_change(w, ~bits, 0); }

static inline uint64_t shared_or64(uint64_t *w, uint64_t bits)
{
    uint64_t old = __atomic_load_n(w, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < SHARED_TRIES; i++)
        if (__atomic_compare_exchange_n(w, &old, old | bits, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return old;
    __atomic_store_n(w, old | bits, __ATOMIC_SEQ_CST);
    return old;
}
#endif
