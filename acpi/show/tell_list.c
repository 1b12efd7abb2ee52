/*
 * Owns: lists of structures that begin with a type and a length, as most tables have them: where one ends, and what is wrong when it
 * cannot be so. Invariant: each turn tells at least a byte, so a list of n bytes ends after n turns.
 */
#include "acpi/show/describe_internal.h"
#include "lib/format.h"

/* The rows of kind `kind` in a head, where they begin; NULL: there is none. */
static const struct tell_row *row_of(const struct tell_row *head, unsigned kind, uint32_t *offset)
{
    *offset = 0;
    for (; head && head->kind != TELL_END; head++) {
        if (head->kind == kind)
            return head;
        *offset += head->size;
    }
    return NULL;
}

static const struct tell_sub *sub_of(const struct tell_list *list, uint32_t type, bool typed)
{
    for (const struct tell_sub *s = list->subs; s->name; s++)
        if (!typed || s->type == type)
            return s;
    return NULL;
}

/* How long the structure at t->at says it is, and what is wrong with that. */
struct extent { uint32_t type, said, n, least; bool typed, sized; };

static struct extent measure(struct telling *t, const struct tell_list *list, const struct tell_sub **sub)
{
    uint32_t type_at, length_at, left = t->end - t->at;
    const struct tell_row *type = row_of(list->head, TELL_TYPE, &type_at), *length = row_of(list->head, TELL_LENGTH, &length_at);
    struct extent x = { .typed = type != NULL, .sized = length != NULL };
    uint32_t head = tell_rows_size(list->head);
    if (type && type_at + type->size <= left)
        x.type = (uint32_t)tell_get(t, t->at + type_at, type->size);
    *sub = sub_of(list, x.type, x.typed);
    x.least = (list->head_in_rows ? 0 : head) + (*sub ? tell_rows_size((*sub)->rows) : 0);
    if (*sub && (*sub)->least)
        x.least = (*sub)->least;
    if (length)
        x.said = length_at + length->size <= left ? (uint32_t)tell_get(t, t->at + length_at, length->size) : 0;
    else
        x.said = list->length ? list->length(t, x.type) : x.least;
    x.n = x.said > left ? left : x.said;
    return x;
}

/* Told beside the length, or at the heading where there is no length. */
static void judge(struct telling *t, const struct extent *x, const char *name, uint32_t left)
{
    if (x->said > left)
        tell_wrong(t, "it has %u bytes, but only %u are left here", x->said, left);
    else if (x->said < x->least)
        tell_wrong(t, "%u bytes are too few: a %s has at least %u", x->said, name, x->least);
}

static void tell_one(struct telling *t, const struct tell_list *list)
{
    const struct tell_sub *sub;
    uint32_t left = t->end - t->at;
    struct extent x = measure(t, list, &sub);
    char other[TELL_NAME];
    const char *name = sub ? sub->name : other;
    format(other, sizeof(other), "%s of type 0x%x", list->other ? list->other : "Structure", x.type);
    if (!x.n || (list->head && x.said < tell_rows_size(list->head))) {
        tell_wrong(t, "a length of %u cannot be: where the next structure begins is not known", x.said);
        struct tell_outer outer = tell_open(t, name, left);
        tell_data(t, t->end, "Data");
        tell_close(t, outer);
        return;
    }
    judge(t, &x, name, left);
    struct tell_outer outer = tell_open(t, name, x.n);
    if (!list->head_in_rows)
        tell_rows(t, list->head);
    if (sub) {
        tell_rows(t, sub->rows);
        if (sub->tell)
            sub->tell(t);
        else if (sub->list)
            tell_list(t, sub->list, UINT32_MAX);
    }
    tell_data(t, t->end, "Data");
    tell_close(t, outer);
}

void tell_list(struct telling *t, const struct tell_list *list, uint32_t most)
{
    for (; t->at < t->end && most; most--)
        tell_one(t, list);
}
