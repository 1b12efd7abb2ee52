/* Owns: memcpy and its like, which the compiler calls; eight bytes at a time where it counts. The rest: lib/freestanding. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    void *d = to;
    size_t words = n / 8, rest = n % 8;
    __asm__ volatile("rep movsq\n\tmov %3, %%rcx\n\trep movsb" : "+D"(d), "+S"(from), "+c"(words) : "r"(rest) : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if ((uintptr_t)d - (uintptr_t)s >= n)
        return memcpy(to, from, n);
    while (n--)
        d[n] = s[n];
    return to;
}

void *memset(void *to, int c, size_t n)
{
    void *d = to;
    uint64_t word = (uint8_t)c * UINT64_C(0x0101010101010101);
    size_t words = n / 8, rest = n % 8;
    __asm__ volatile("rep stosq\n\tmov %2, %%rcx\n\trep stosb" : "+D"(d), "+c"(words) : "r"(rest), "a"(word) : "memory");
    return to;
}
