/*
 * Owns: how a value stands in a property: numbers big-endian in 4 or 8 bytes, texts with their NUL. Invariant: every
 * property is length-checked before it is read.
 */
#include "platform/property.h"
#include <libfdt.h>
#include <string.h>

bool property_find(const struct property_node *n, const char *property, struct span *value)
{
    int size = 0;
    const void *at = fdt_getprop(n->fdt, n->at, property, &size);
    if (!at || size < 0)
        return false;
    *value = span_of(at, (size_t)size);
    return true;
}

uint64_t property_be(struct span *s, unsigned size)
{
    struct span v = span_take(s, size);
    uint64_t x = 0;
    for (size_t i = 0; i < v.left; i++)
        x = x << 8 | v.at[i];
    return x;
}

bool property_number(const struct property_node *n, const char *property, uint64_t max, uint64_t *to)
{
    struct span v;
    if (!property_find(n, property, &v))
        return true;
    if (v.left != 4 && v.left != 8)
        return fail(n->e, "guest %s: property %s has %zu bytes: give a number of 4 or 8 bytes", n->guest, property, v.left);
    uint64_t x = property_be(&v, (unsigned)v.left);
    if (x > max)
        return fail(n->e, "guest %s: property %s is %llu: give at most %llu", n->guest, property, (unsigned long long)x,
                    (unsigned long long)max);
    *to = x;
    return true;
}

bool property_toggle(const struct property_node *n, const char *property, bool otherwise, bool *to)
{
    struct span v;
    uint64_t x = otherwise;
    if (property_find(n, property, &v) && v.left == 0)
        x = 1;
    else if (!property_number(n, property, 1, &x))
        return false;
    *to = x != 0;
    return true;
}

bool property_text(const struct property_node *n, const char *property, const char **to)
{
    struct span v;
    if (!property_find(n, property, &v))
        return true;
    if (v.left == 0 || memchr(v.at, '\0', v.left) != v.at + v.left - 1)
        return fail(n->e, "guest %s: property %s is no text: give one string with its NUL at the end", n->guest, property);
    *to = (const char *)v.at;
    return true;
}

bool property_action(const struct property_node *n, const char *property, enum platform_action otherwise,
                     enum platform_action *to)
{
    static const char *const word[] = {
        [ACTION_DESTROY] = "destroy", [ACTION_RESTART] = "restart", [ACTION_PRESERVE] = "preserve",
    };
    const char *text = word[otherwise];
    if (!property_text(n, property, &text))
        return false;
    for (unsigned i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        if (strcmp(text, word[i]) == 0) {
            *to = (enum platform_action)i;
            return true;
        }
    return fail(n->e, "guest %s: property %s is \"%.20s\": give destroy, restart or preserve", n->guest, property, text);
}
