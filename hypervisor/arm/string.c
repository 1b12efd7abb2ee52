/* Owns: memmove, beside what copy.S has of its like. The rest of <string.h>: lib/freestanding. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if ((uintptr_t)d - (uintptr_t)s >= n)
        return memcpy(to, from, n);     /* which goes forward and loads each piece before it stores it */
    for (; n >= 8; n -= 8) {
        uint64_t v;
        __builtin_memcpy(&v, s + n - 8, 8);
        __builtin_memcpy(d + n - 8, &v, 8);
    }
    while (n--)
        d[n] = s[n];
    return to;
}
