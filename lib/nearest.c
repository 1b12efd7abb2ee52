/* Owns: the edit distance (Levenshtein) between short words. */
#include "lib/nearest.h"
#include <string.h>

enum { WORD_MAX = 63 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* row[j]: the distance of the part of a seen so far to the first j letters of b. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[WORD_MAX + 1];
    unsigned n = (unsigned)strlen(b);
    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 0; a[i]; i++) {
        unsigned corner = row[0];
        row[0] = i + 1;
        for (unsigned j = 1; j <= n; j++) {
            unsigned above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, corner + (a[i] != b[j - 1]));
            corner = above;
        }
    }
    return row[n];
}

const char *nearest(const char *word, const char *const *known, size_t count)
{
    const char *best = NULL;
    size_t length = strlen(word);
    unsigned best_distance = (unsigned)(length / 3 > 2 ? length / 3 : 2) + 1;   /* farther off is another word */
    for (size_t i = 0; i < count && length <= WORD_MAX; i++) {
        if (strlen(known[i]) > WORD_MAX)
            continue;
        unsigned d = distance(word, known[i]);
        if (d < best_distance && d < length) {
            best_distance = d;
            best = known[i];
        }
    }
    return best;
}
