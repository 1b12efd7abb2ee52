/* Owns: memcpy and its like, and the stack guard, which the compiler and libfdt take for granted. The rest: lib/freestanding. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void __stack_chk_fail(void);
uintptr_t __stack_chk_guard = 0x5afe;
void __stack_chk_fail(void) { __builtin_trap(); }

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    while (n-- > 0)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int value, size_t n)
{
    unsigned char *t = to;
    while (n-- > 0)
        *t++ = (unsigned char)value;
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    if (t <= f || t >= f + n)
        return memcpy(to, from, n);
    while (n-- > 0)
        t[n] = f[n];
    return to;
}
