/* Owns: formatted text without a C library. The output is always NUL-terminated and never longer than told. */
#include "lib/format.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct out { char *to; size_t size, used; };
struct spec { bool left, zero, prefix; int width, precision; char length; };

static void put(struct out *o, char c)
{
    if (o->used + 1 < o->size)
        o->to[o->used++] = c;
}

/* before: a sign or 0x, which stands in front of padding zeroes but behind padding blanks. */
static void put_field(struct out *o, const char *before, const char *text, size_t n, const struct spec *s)
{
    size_t width = s->width > 0 ? (size_t)s->width : 0, all = strlen(before) + n;
    size_t pad = all < width ? width - all : 0;
    for (size_t i = 0; !s->left && !s->zero && i < pad; i++)
        put(o, ' ');
    for (; *before; before++)
        put(o, *before);
    for (size_t i = 0; !s->left && s->zero && i < pad; i++)
        put(o, '0');
    for (size_t i = 0; i < n; i++)
        put(o, text[i]);
    for (size_t i = 0; s->left && i < pad; i++)
        put(o, ' ');
}

static void put_number(struct out *o, uint64_t v, const char *before, unsigned base, bool upper, const struct spec *s)
{
    char text[24];
    size_t at = sizeof(text);
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    do {
        text[--at] = digits[v % base];
        v /= base;
    } while (v);
    put_field(o, before, text + at, sizeof(text) - at, s);
}

static void put_hex(struct out *o, uint64_t v, bool upper, const struct spec *s)
{
    put_number(o, v, s->prefix && v ? upper ? "0X" : "0x" : "", 16, upper, s);
}

static uint64_t take_unsigned(char length, va_list *args)
{
    switch (length) {
    case 'l': return va_arg(*args, unsigned long);
    case 'q': return va_arg(*args, unsigned long long);
    case 'z': return va_arg(*args, size_t);
    case 'j': return va_arg(*args, uintmax_t);
    case 'H': return (unsigned char)va_arg(*args, unsigned);
    case 'h': return (unsigned short)va_arg(*args, unsigned);
    default:  return va_arg(*args, unsigned);
    }
}

static int64_t take_signed(char length, va_list *args)
{
    switch (length) {
    case 'l': return va_arg(*args, long);
    case 'q': return va_arg(*args, long long);
    case 'z': return (int64_t)va_arg(*args, size_t);
    case 'j': return va_arg(*args, intmax_t);
    case 'H': return (signed char)va_arg(*args, int);
    case 'h': return (short)va_arg(*args, int);
    default:  return va_arg(*args, int);
    }
}

static int take_count(const char **f, va_list *args)
{
    int n = 0;
    if (**f == '*') {
        ++*f;
        return va_arg(*args, int);
    }
    while (**f >= '0' && **f <= '9' && n < 10000)
        n = n * 10 + (*(*f)++ - '0');
    return n;
}

/* Reads what stands between % and the conversion. */
static struct spec take_spec(const char **f, va_list *args)
{
    struct spec s = { .precision = -1 };
    for (; **f == '-' || **f == '0' || **f == '#'; ++*f) {
        s.left = s.left || **f == '-';
        s.zero = s.zero || **f == '0';
        s.prefix = s.prefix || **f == '#';
    }
    s.width = take_count(f, args);
    if (s.width < 0) {
        s.left = true;
        s.width = s.width < -10000 ? 10000 : -s.width;
    }
    if (**f == '.') {
        ++*f;
        s.precision = take_count(f, args);
    }
    if (**f == 'l' || **f == 'h' || **f == 'z' || **f == 'j') {
        s.length = *(*f)++;
        if (**f == s.length && (s.length == 'l' || s.length == 'h'))
            s.length = *(*f)++ == 'l' ? 'q' : 'H';
    }
    if (s.left)
        s.zero = false;
    return s;
}

static void put_text(struct out *o, const char *text, struct spec *s)
{
    size_t n = 0;
    if (!text)
        text = "(null)";
    while ((s->precision < 0 || n < (size_t)s->precision) && text[n])
        n++;
    s->zero = false;
    put_field(o, "", text, n, s);
}

/* False: not understood, and nothing was taken from args. */
static bool put_conversion(struct out *o, char c, struct spec *s, va_list *args)
{
    switch (c) {
    case 'd': case 'i': {
        int64_t v = take_signed(s->length, args);
        put_number(o, v < 0 ? -(uint64_t)v : (uint64_t)v, v < 0 ? "-" : "", 10, false, s);
        return true;
    }
    case 'u': put_number(o, take_unsigned(s->length, args), "", 10, false, s); return true;
    case 'x': case 'X': put_hex(o, take_unsigned(s->length, args), c == 'X', s); return true;
    case 'p': put_number(o, (uintptr_t)va_arg(*args, void *), "0x", 16, false, s); return true;
    case 'c': {
        char byte = (char)va_arg(*args, int);
        s->zero = false;
        put_field(o, "", &byte, 1, s);
        return true;
    }
    case 's': put_text(o, va_arg(*args, const char *), s); return true;
    case '%': put(o, '%'); return true;
    default: return false;
    }
}

size_t format_v(char *to, size_t size, const char *fmt, va_list args)
{
    struct out o = { to, size, 0 };
    va_list mine;
    va_copy(mine, args);
    while (*fmt) {
        const char *from = fmt;
        if (*fmt != '%') {
            put(&o, *fmt++);
            continue;
        }
        fmt++;
        struct spec s = take_spec(&fmt, &mine);
        if (*fmt && put_conversion(&o, *fmt, &s, &mine)) {
            fmt++;
            continue;
        }
        /* Whose argument comes next is unknown now: the rest is shown as it stands, so that no number is taken for a text. */
        for (fmt = from; *fmt; fmt++)
            put(&o, *fmt);
    }
    va_end(mine);
    to[o.used] = '\0';
    return o.used;
}

size_t format(char *to, size_t size, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    size_t n = format_v(to, size, fmt, args);
    va_end(args);
    return n;
}
