/*
 * Owns: the functions of <string.h> and <stdlib.h> that the compiler and libfdt call and no architecture has a faster way for, where
 * there is no libc. Those that copy and set are each architecture's (hypervisor/x86/string.c, hypervisor/arm/string.c).
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t strnlen(const char *s, size_t max);     /* POSIX's: where only C11's are asked for, the header has it not */

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const uint8_t *p = s;
    for (size_t i = 0; i < n; i++)
        if (p[i] == (uint8_t)c)
            return (void *)(uintptr_t)&p[i];
    return NULL;
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n])
        n++;
    return n;
}

size_t strlen(const char *s) { return strnlen(s, SIZE_MAX); }

int strncmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i])
            return (uint8_t)a[i] < (uint8_t)b[i] ? -1 : 1;
        if (!a[i])
            break;
    }
    return 0;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, SIZE_MAX); }

char *strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c)
            return (char *)(uintptr_t)s;
        if (!*s)
            return NULL;
    }
}

char *strrchr(const char *s, int c)
{
    char *last = NULL;
    for (char *at = strchr(s, c); at; at = *at ? strchr(at + 1, c) : NULL)
        last = at;
    return last;
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base)
{
    unsigned long v = 0;
    for (; *s >= '0' && *s <= '9' && base == 10; s++)
        v = v * 10 + (unsigned long)(*s - '0');
    if (end)
        *end = (char *)(uintptr_t)s;
    return v;
}
