/* Owns: JSON (RFC 8259) on stdout, indented for people. Bytes that are no UTF-8 are the writer's affair but control characters are not. */
#include "cli/json.h"
#include <stdio.h>

enum { DEPTH_MAX = 16 };

static struct { char close[DEPTH_MAX]; unsigned depth; bool some; } state;

static void string(const char *s)
{
    (void)putchar('"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            (void)printf("\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            (void)printf("\\u%04x", c);
        else
            (void)putchar(c);
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
