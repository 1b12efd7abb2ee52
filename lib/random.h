/* Random numbers from a seed that somebody else gave: ChaCha20 (RFC 8439, 2.3) whose key is replaced at each use, so that what was told is not found out later. */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H
#include <stddef.h>
#include <stdint.h>

enum { RANDOM_SEED = 32 };              /* bytes: a seed has as many at least, random_take gives as many at most */
struct random { uint32_t key[8]; };     /* zero at first, and worth nothing until it is seeded */

void random_seed(struct random *r, const void *bytes, size_t n);
void random_take(struct random *r, void *to, size_t n);
#endif
