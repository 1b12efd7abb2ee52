/* Owns: lists of facts about a machine, and the pairing of two of them. */
#include "cli/report.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void fact_add(struct facts *f, const char *name, const char *fmt, ...)
{
    va_list args;
    if (f->n == f->room) {
        f->room = f->room ? 2 * f->room : 32;
        f->fact = realloc(f->fact, f->room * sizeof(*f->fact));
        if (!f->fact)
            abort();
    }
    struct fact *to = &f->fact[f->n++];
    *to = (struct fact){ .paired = false };
    (void)snprintf(to->name, sizeof(to->name), "%s", name);
    va_start(args, fmt);
    if (vasprintf(&to->value, fmt, args) < 0)
        abort();
    va_end(args);
}

void facts_free(struct facts *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->fact[i].value);
    free(f->fact);
    *f = (struct facts){ 0 };
}

/* The first fact of that name in f that is nobody's yet; with a value, one that says the same. */
static struct fact *partner(const struct facts *f, const char *name, const char *value)
{
    for (size_t i = 0; i < f->n; i++)
        if (!f->fact[i].paired && strcmp(f->fact[i].name, name) == 0 && (!value || strcmp(f->fact[i].value, value) == 0))
            return &f->fact[i];
    return NULL;
}

/* Those that are in both go first, so that one more of a name (RAM, say) does not make all behind it differ. */
static void pair_equals(struct facts *a, const struct facts *b)
{
    for (size_t i = 0; i < a->n; i++) {
        struct fact *x = &a->fact[i], *y = partner(b, x->name, x->value);
        if (y)
            x->paired = y->paired = true;
    }
}

void facts_compare(struct facts *a, struct facts *b, void (*tell)(void *owner, const struct fact *a, const struct fact *b), void *owner)
{
    pair_equals(a, b);
    for (size_t i = 0; i < a->n; i++) {
        struct fact *x = &a->fact[i], *y = x->paired ? NULL : partner(b, x->name, NULL);
        if (x->paired)
            continue;
        if (y)
            y->paired = true;
        tell(owner, x, y);
    }
    for (size_t i = 0; i < b->n; i++)
        if (!b->fact[i].paired)
            tell(owner, NULL, &b->fact[i]);
}
