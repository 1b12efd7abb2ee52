/* Owns: the words of the command line, and the order in which the runtime comes up once the architecture has begun. */
#include "guests/lib/guest.h"
#include <string.h>

bool cmdline_word(const char *key, char *to, size_t size)
{
    size_t n = strlen(key);
    for (const char *c = cmdline(); *c;) {
        while (*c == ' ')
            c++;
        bool found = strncmp(c, key, n) == 0 && (c[n] == '=' || c[n] == ' ' || c[n] == '\0');
        if (found) {
            size_t i = 0;
            c += n + (c[n] == '=');
            while (*c && *c != ' ' && i + 1 < size)
                to[i++] = *c++;
            to[i] = '\0';
            return true;
        }
        while (*c && *c != ' ')
            c++;
    }
    return false;
}

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 99;
}

uint64_t number(const char *text)
{
    unsigned base = 10;
    uint64_t n = 0;
    if (text[0] == '0' && text[1] == 'x') {
        base = 16;
        text += 2;
    }
    while (digit(*text) < base)
        n = n * base + digit(*text++);
    return n;
}

uint64_t cmdline_number(const char *key, uint64_t otherwise)
{
    char text[24];
    return cmdline_word(key, text, sizeof(text)) ? number(text) : otherwise;
}

uint64_t ram_end(void)
{
    struct ram r = { 0, 0 };
    for (unsigned i = 0; ram_range(i, &r); i++)
        ;
    return r.end;
}

_Noreturn void guest_main(void)
{
    (void)xen_init();
    console_init();
    print("%s: %s\n", test_name, test_title);
    test_main();
    test_end();
}
