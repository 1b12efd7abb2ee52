/* Owns: ChaCha20's block function, with a counter and nonce of 0: no key is used twice. Its first half is the next key, the rest is given out. */
#include "lib/random.h"
#include <string.h>

static uint32_t rotate(uint32_t v, unsigned n) { return v << n | v >> (32 - n); }

static void quarter(uint32_t s[16], unsigned a, unsigned b, unsigned c, unsigned d)
{
    s[a] += s[b]; s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d]; s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b]; s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d]; s[b] = rotate(s[b] ^ s[c], 7);
}

static void block(const uint32_t key[8], uint32_t out[16])
{
    uint32_t start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };    /* "expand 32-byte k" */
    memcpy(start + 4, key, 8 * sizeof(*key));
    memcpy(out, start, sizeof(start));
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < 4; i++)
            quarter(out, i, 4 + i, 8 + i, 12 + i);
        for (unsigned i = 0; i < 4; i++)
            quarter(out, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (unsigned i = 0; i < 16; i++)
        out[i] += start[i];
}

void random_take(struct random *r, void *to, size_t n)
{
    uint32_t out[16];
    block(r->key, out);
    memcpy(r->key, out, sizeof(r->key));
    memcpy(to, out + 8, n < RANDOM_SEED ? n : RANDOM_SEED);
}

void random_seed(struct random *r, const void *bytes, size_t n)
{
    const uint8_t *from = bytes;
    uint8_t key[RANDOM_SEED], unused;
    for (size_t done = 0; done < n; done += RANDOM_SEED) {
        memcpy(key, r->key, sizeof(key));
        for (size_t i = 0; i < RANDOM_SEED && done + i < n; i++)
            key[i] ^= from[done + i];
        memcpy(r->key, key, sizeof(key));
        random_take(r, &unused, sizeof(unused));
    }
}
