/* Owns: the tool's way of speaking: one sentence for a fault, colours on a terminal only. */
#include "cli/cli.h"
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_MAX = 72 };

int complain(int code, const char *fmt, ...)
{
    va_list args;
    char *sentence;
    (void)fflush(stdout);
    va_start(args, fmt);
    if (vasprintf(&sentence, fmt, args) < 0)
        abort();
    va_end(args);
    for (char *c = sentence; *c; c++)       /* what a file brings is not to steer the terminal */
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    (void)fprintf(stderr, "bedplate: %s\n", sentence);
    free(sentence);
    return code;
}

int complain_error(int code, const struct error *e)
{
    return complain(code, "%s", e->text);
}

int complain_option(const char *name, char **argv)
{
    return complain(EXIT_USAGE, "%s: %s is no option of it or lacks its value: see `bedplate %s --help`", name,
                    argv[optind > 1 ? optind - 1 : 1], name);
}

const char *shown(const char *path)
{
    static char buffer[4][SHOWN_MAX + 4];
    static unsigned next;
    size_t length = strlen(path);
    if (length <= SHOWN_MAX)
        return path;
    char *to = buffer[next++ % 4];
    (void)snprintf(to, sizeof(buffer[0]), "...%s", path + length - SHOWN_MAX);
    return to;
}

static bool colours(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

const char *bold(void) { return colours() ? "\033[1m" : ""; }
const char *plain(void) { return colours() ? "\033[0m" : ""; }
