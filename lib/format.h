/*
 * printf for places without a C library. Understands %s %c %d %i %u %x %X %p
 * %% with the flags 0, - and #, a width, a precision for %s (both also as *), and the
 * lengths hh h l ll z j. From what it does not understand on it prints the format as it stands.
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H
#include <stdarg.h>
#include <stddef.h>

/* Writes at most size-1 bytes and a NUL (size > 0). Returns the bytes written without the NUL: never what would have been. */
size_t format_v(char *to, size_t size, const char *fmt, va_list args) __attribute__((format(printf, 3, 0)));
size_t format(char *to, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
#endif
