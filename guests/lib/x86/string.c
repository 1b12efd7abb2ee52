/* Owns: memcpy and its like, which the compiler takes for granted. The rest: lib/freestanding. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    return start;
}

void *memset(void *to, int value, size_t n)
{
    void *start = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
    return start;
}

void *memmove(void *to, const void *from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    if (t <= f || t >= f + n)
        return memcpy(to, from, n);
    for (size_t i = n; i-- > 0;)
        ((volatile unsigned char *)t)[i] = f[i];
    return to;
}
