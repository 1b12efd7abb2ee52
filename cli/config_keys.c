/* Owns: what a value of a configuration may look like: texts, numbers, toggles, actions, lists. */
#include "cli/config_reader.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool config_text(const struct config_reader *r, const char *key, const char **to)
{
    *to = NULL;
    if (xlu_cfg_get_string(r->xlu, key, to, 1) == EINVAL)
        return fail(r->e, "%s: %s is a list: give one value", r->file, key);
    return true;
}

/* A 0 before it does not make a number octal: docs/configuration.md knows decimal and 0x. */
static int base_of(const char *text)
{
    text += strspn(text, " \t+-");
    return text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10;
}

bool config_number_of(const struct config_reader *r, const char *key, const char *text, uint64_t max, uint64_t *to)
{
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, base_of(text));
    if (end == text || *end)
        return fail(r->e, "%s: %s is \"%.20s\", which is no number: give a whole number", r->file, key, text);
    if (n < 0)
        return fail(r->e, "%s: %s is negative (%.20s): give a number from 0 to %llu", r->file, key, text,
                    (unsigned long long)max);
    if (errno || (uint64_t)n > max)
        return fail(r->e, "%s: %s is %.20s: give at most %llu", r->file, key, text, (unsigned long long)max);
    *to = (uint64_t)n;
    return true;
}

bool config_number(const struct config_reader *r, const char *key, uint64_t max, uint64_t *to)
{
    const char *text;
    return config_text(r, key, &text) && (!text || config_number_of(r, key, text, max, to));
}

bool config_toggle(const struct config_reader *r, const char *key, bool otherwise, bool *to)
{
    uint64_t n = otherwise;
    if (!config_number(r, key, 1, &n))
        return false;
    *to = n != 0;
    return true;
}

bool config_action(const struct config_reader *r, const char *key, enum platform_action otherwise, enum platform_action *to)
{
    static const char *const word[] = {
        [ACTION_DESTROY] = "destroy", [ACTION_RESTART] = "restart", [ACTION_PRESERVE] = "preserve",
    };
    const char *text;
    if (!config_text(r, key, &text))
        return false;
    *to = otherwise;
    if (!text)
        return true;
    for (unsigned i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        if (strcmp(text, word[i]) == 0) {
            *to = (enum platform_action)i;
            return true;
        }
    return fail(r->e, "%s: %s is \"%.20s\": give \"destroy\", \"restart\" or \"preserve\"", r->file, key, text);
}

bool config_list(const struct config_reader *r, const char *key, const char *form, XLU_ConfigList **to, int *count)
{
    int found = xlu_cfg_get_list(r->xlu, key, to, count, 1);
    if (found == EINVAL)
        return fail(r->e, "%s: %s is no list: write %s", r->file, key, form);
    if (found != 0)
        *count = 0;
    return true;
}
