/*
 * Owns: how a value stands in a property: numbers big-endian in 4 or 8 bytes, texts with their NUL. Invariant: every
 * property is length-checked before it is read.
 */
#include "platform/property.h"
#include <libfdt.h>
#include <string.h>

/* fdt_getprop() checks every tag and name anew, which was most of what reading a guest took: the tree was checked as a whole (tree_check). */
bool property_find(const struct property_node *n, const char *property, struct span *value)
{
    const char *structure = (const char *)n->fdt + fdt_off_dt_struct(n->fdt), *strings = (const char *)n->fdt + fdt_off_dt_strings(n->fdt);
    int at = fdt_first_property_offset(n->fdt, n->at);
    while (at >= 0) {
        const struct fdt_property *p = (const struct fdt_property *)(structure + at);
        uint32_t tag = fdt32_ld(&p->tag), size;
        if (tag == FDT_NOP) {
            at += (int)FDT_TAGSIZE;
            continue;
        }
        if (tag != FDT_PROP)
            return false;
        size = fdt32_ld(&p->len);
        if (strcmp(strings + fdt32_ld(&p->nameoff), property) == 0) {
            *value = span_of(p->data, size);
            return true;
        }
        at += (int)(sizeof(*p) + ((size + FDT_TAGSIZE - 1) & ~(uint32_t)(FDT_TAGSIZE - 1)));
    }
    return false;
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

const char *property_node_name(const struct property_node *n)
{
    const char *name = fdt_get_name(n->fdt, n->at, NULL);
    return name ? name : "?";
}

/* The nearest of n and the nodes above it that has the property, an even walk: libfdt finds a parent only from the root on. */
static bool inherited(const struct property_node *n, const char *property, unsigned otherwise, unsigned *to)
{
    uint64_t x = otherwise;
    struct property_node at = *n;
    struct span v;
    while (at.at >= 0 && !property_find(&at, property, &v))
        at.at = fdt_parent_offset(n->fdt, at.at);
    if (at.at >= 0 && !property_number(&at, property, UINT32_MAX, &x))
        return false;
    *to = (unsigned)x;
    return x == 1 || x == 2 || fail(n->e, "guest %s: %s is %llu: give 1 or 2", n->guest, property, (unsigned long long)x);
}

bool property_cells(const struct property_node *n, struct property_cells *to)
{
    return inherited(n, "#address-cells", 2, &to->address) && inherited(n, "#size-cells", 1, &to->size);
}
