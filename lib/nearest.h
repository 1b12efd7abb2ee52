/* Which known word somebody meant: for refusals that name the way out. */
#ifndef LIB_NEAREST_H
#define LIB_NEAREST_H
#include <stddef.h>

/* The one of known[0..count) that is fewest letters (changed, missing, too many) away from word; NULL when none is near. */
const char *nearest(const char *word, const char *const *known, size_t count);
#endif
