/* Owns: the copy of what acpi_describe tells, and the pairing of fields of two tables. */
#include "cli/acpi_fields.h"
#include "cli/acpi_name.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grown(void *p, size_t n, size_t each)
{
    p = realloc(p, n * each);
    if (!p)
        abort();
    return p;
}

static char *copy(const char *s)
{
    char *to = strdup(s ? s : "");
    if (!to)
        abort();
    return to;
}

static unsigned of_its_kind(const struct fields *f, const char *signature)
{
    unsigned n = 0;
    for (size_t i = 0; i < f->tables; i++)
        n += memcmp(f->table[i].key, signature, 4) == 0;
    return n;
}

static void hear_table(void *owner, const struct acpi_heading *h)
{
    struct fields *f = owner;
    char name[ACPI_NAME];
    acpi_name(h->table, name);
    unsigned nth = of_its_kind(f, name);
    f->table = grown(f->table, f->tables + 1, sizeof(*f->table));
    struct fields_table *t = &f->table[f->tables++];
    *t = (struct fields_table){ .title = copy(h->title), .clause = copy(h->clause), .table = h->table };
    if (nth)
        (void)snprintf(t->key, sizeof(t->key), "%s %u", name, nth + 1);
    else
        (void)snprintf(t->key, sizeof(t->key), "%s", name);
}

static void hear_field(void *owner, const struct acpi_field *from)
{
    struct fields *f = owner;
    struct fields_table *t = &f->table[f->tables - 1];
    if (t->fields == t->room) {
        t->room = t->room ? 2 * t->room : 32;
        t->field = grown(t->field, t->room, sizeof(*t->field));
    }
    t->field[t->fields++] = (struct field){
        copy(from->name), copy(from->value), from->fault ? copy(from->fault) : NULL, from->offset, from->size, from->depth, from->dull,
    };
    f->faults += from->fault != NULL;
}

/* Faults of the set as a whole come after the last table, and are told with it. */
static void hear_fault(void *owner, const char *sentence)
{
    struct fields *f = owner;
    if (!f->tables)
        return;
    struct fields_table *t = &f->table[f->tables - 1];
    t->fault = grown(t->fault, t->faults + 1, sizeof(*t->fault));
    t->fault[t->faults++] = copy(sentence);
    f->faults++;
}

void fields_collect(struct fields *f, const struct acpi_set *s)
{
    const struct acpi_listener l = { hear_table, hear_field, hear_fault, f };
    *f = (struct fields){ 0 };
    (void)acpi_describe_set(s, &l);
}

void fields_free(struct fields *f)
{
    for (size_t i = 0; i < f->tables; i++) {
        struct fields_table *t = &f->table[i];
        for (size_t n = 0; n < t->fields; n++) {
            free(t->field[n].name);
            free(t->field[n].value);
            free(t->field[n].fault);
        }
        for (size_t n = 0; n < t->faults; n++)
            free(t->fault[n]);
        free(t->fault);
        free(t->field);
        free(t->title);
        free(t->clause);
    }
    free(f->table);
    *f = (struct fields){ 0 };
}

const struct fields_table *fields_find(const struct fields *f, const char *key)
{
    for (size_t i = 0; i < f->tables; i++)
        if (strcmp(f->table[i].key, key) == 0)
            return &f->table[i];
    return NULL;
}

/* Checksums, lengths and the FADT's pointers follow from the rest: they say nothing of their own. */
static bool follows(const struct field *f)
{
    static const char *const names[] = { "Length", "Checksum", "Extended Checksum", "DSDT", "X_DSDT", "FIRMWARE_CTRL", "X_FIRMWARE_CTRL" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

static bool same_kind(const struct field *a, const struct field *b)
{
    return a->depth == b->depth && strcmp(a->name, b->name) == 0;
}

struct pairing { struct field_difference *found; size_t n, room; };

static void note(struct pairing *p, const struct field *a, const struct field *b)
{
    if (a && b && strcmp(a->value, b->value) == 0)
        return;
    if (follows(a ? a : b))
        return;
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 16;
        p->found = grown(p->found, p->room, sizeof(*p->found));
    }
    p->found[p->n++] = (struct field_difference){ a, b };
}

/* How far ahead `in`, from `from` on, a field stands that is the same as `f`, value and all; `limit` when it is not near. */
static size_t distance(const struct fields_table *in, size_t from, const struct field *f, size_t limit)
{
    size_t n = 0;
    while (n < limit && from + n < in->fields &&
           !(same_kind(&in->field[from + n], f) && strcmp(in->field[from + n].value, f->value) == 0))
        n++;
    return from + n < in->fields ? n : limit;
}

/*
 * A walk through both: fields of one name are a pair; where names differ, whichever side finds its counterpart sooner waits.
 * Looking ahead is bounded, so that two large tables that have nothing in common take no quadratic time.
 */
size_t fields_compare(const struct fields_table *a, const struct fields_table *b, struct field_difference **to)
{
    enum { AHEAD = 256 };
    struct pairing p = { 0 };
    size_t i = 0, j = 0, na = a ? a->fields : 0, nb = b ? b->fields : 0;
    while (i < na && j < nb) {
        const struct field *x = &a->field[i], *y = &b->field[j];
        if (same_kind(x, y) && (*x->value || strcmp(x->value, y->value) == 0)) {
            note(&p, x, y);
            i++;
            j++;
            continue;
        }
        size_t skip_b = distance(b, j, x, AHEAD), skip_a = distance(a, i, y, AHEAD);
        if (skip_b < skip_a)
            note(&p, NULL, &b->field[j++]);
        else
            note(&p, &a->field[i++], NULL);
    }
    while (i < na)
        note(&p, &a->field[i++], NULL);
    while (j < nb)
        note(&p, NULL, &b->field[j++]);
    *to = p.found;
    return p.n;
}
