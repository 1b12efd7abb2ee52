/* Owns: JSON (RFC 8259) on stdout, indented for people. Invariant: it is UTF-8, whatever the texts are; U+FFFD stands for each byte that is not. */
#include "cli/json.h"
#include <stdio.h>

enum { DEPTH_MAX = 16 };

static struct { char close[DEPTH_MAX]; unsigned depth; bool some; } state;

/* How many bytes the character of UTF-8 at s has, none of them behind the text's end; 0: it is none (RFC 3629: nor overlong, nor a surrogate). */
static unsigned utf8_length(const unsigned char *s)
{
    unsigned n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    for (unsigned i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

static void string(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    (void)putchar('"');
    while (*s) {
        unsigned n = utf8_length(s);
        if (*s == '"' || *s == '\\')
            (void)printf("\\%c", *s);
        else if (*s < 0x20 || *s == 0x7f)
            (void)printf("\\u%04x", *s);
        else if (!n)
            (void)fputs("\\ufffd", stdout);
        else
            (void)fwrite(s, 1, n, stdout);
        s += n ? n : 1;
    }
    (void)putchar('"');
}

static void line(void) { (void)printf("\n%*s", (int)(2 * state.depth), ""); }

static void begin(const char *name)
{
    if (state.some)
        (void)putchar(',');
    if (state.depth)
        line();
    if (name) {
        string(name);
        (void)fputs(": ", stdout);
    }
    state.some = true;
}

void json_open(const char *name, char bracket)
{
    begin(name);
    (void)putchar(bracket);
    if (state.depth < DEPTH_MAX)
        state.close[state.depth++] = bracket == '{' ? '}' : ']';
    state.some = false;
}

void json_close(void)
{
    char close = state.close[--state.depth];
    if (state.some)
        line();
    (void)putchar(close);
    state.some = state.depth != 0;
    if (!state.depth)
        (void)putchar('\n');
}

void json_text(const char *name, const char *v)
{
    begin(name);
    string(v);
}

void json_number(const char *name, uint64_t v)
{
    begin(name);
    (void)printf("%llu", (unsigned long long)v);
}

void json_toggle(const char *name, bool v)
{
    begin(name);
    (void)fputs(v ? "true" : "false", stdout);
}
