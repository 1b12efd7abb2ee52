/*
 * Owns: the difference between a table of the machine's and the one told instead, in words. Each of the two is told by acpi_describe;
 * what stands at depth 0 is one entry, with what is inside it, and the entries are compared as texts, wherever they stand. Header fields
 * are left out: the maker and the checksum always differ.
 */
#include "acpi/show/describe.h"
#include "acpi/table.h"
#include "cli/acpi_mangle.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry { char *name, *text; bool paired; };
struct entries { struct entry *entry; unsigned n, room; };

static char *joined(char *a, const char *b, const char *c)
{
    char *to;
    if (asprintf(&to, "%s%s%s", a ? a : "", b, c) < 0)
        abort();
    free(a);
    return to;
}

static void on_field(void *owner, const struct acpi_field *f)
{
    struct entries *to = owner;
    if (f->offset < TABLE_HEADER)
        return;
    if (f->depth == 0) {
        if (to->n == to->room) {
            to->room = to->room ? 2 * to->room : 64;
            to->entry = realloc(to->entry, to->room * sizeof(*to->entry));
            if (!to->entry)
                abort();
        }
        to->entry[to->n++] = (struct entry){ joined(NULL, f->name, ""), joined(NULL, f->value, ""), false };
    } else if (to->n && !f->dull && f->depth == 1) {
        struct entry *e = &to->entry[to->n - 1];
        char value[256];
        (void)snprintf(value, sizeof(value), "%s %s", f->name, f->value);
        e->text = joined(e->text, *e->text ? ", " : "", value);
    }
}

static void on_table(void *owner, const struct acpi_heading *h) { (void)owner; (void)h; }
static void on_fault(void *owner, const char *sentence) { (void)owner; (void)sentence; }

static struct entries read_table(const struct acpi_set *s, const struct acpi_table *t)
{
    struct entries to = { 0 };
    const struct acpi_listener l = { on_table, on_field, on_fault, &to };
    acpi_describe(s, t, &l);
    return to;
}

static void free_entries(struct entries *e)
{
    for (unsigned i = 0; i < e->n; i++) {
        free(e->entry[i].name);
        free(e->entry[i].text);
    }
    free(e->entry);
}

enum verdict { GONE, NEW, CHANGED };

/* Of one kind of entry that all go the same way, one behind the other, only the first few are told one by one. */
struct telling { const char *table; void (*line)(void *, const char *); void *owner; unsigned most; const char *name; enum verdict verdict; unsigned n; };

static void tell_rest(struct telling *t)
{
    static const char *const words[] = { "is gone", "is new", "is changed" }, *const many[] = { "are gone", "are new", "are changed" };
    char text[200];
    if (t->n > t->most) {
        unsigned rest = t->n - t->most;
        (void)snprintf(text, sizeof(text), "%s  %.100s: %u more %s", t->table, t->name, rest, (rest == 1 ? words : many)[t->verdict]);
        t->line(t->owner, text);
    }
    t->n = 0;
}

static void tell(struct telling *t, enum verdict verdict, const struct entry *e, const struct entry *new)
{
    char text[700];
    if (t->n && (t->verdict != verdict || strcmp(t->name, e->name) != 0))
        tell_rest(t);
    t->name = e->name;
    t->verdict = verdict;
    if (t->n++ >= t->most)
        return;
    if (verdict == CHANGED)
        (void)snprintf(text, sizeof(text), "%s  %.100s: %.250s becomes %.250s", t->table, e->name, e->text, new->text);
    else
        (void)snprintf(text, sizeof(text), "%s  %.100s%s%.250s %s", t->table, e->name, *e->text ? ": " : "", e->text, verdict == GONE ? "is gone" : "is new");
    t->line(t->owner, text);
}

/* The first entry of that name that has no counterpart yet; `text` NULL: whatever it says. */
static struct entry *counterpart(const struct entries *in, const char *name, const char *text)
{
    for (unsigned i = 0; i < in->n; i++) {
        struct entry *e = &in->entry[i];
        if (!e->paired && strcmp(e->name, name) == 0 && (!text || strcmp(e->text, text) == 0))
            return e;
    }
    return NULL;
}

/* What is the same in both, wherever it stands, is no change; then entries of one name are taken for one another in order. */
static void compare(struct telling *t, const struct entries *a, const struct entries *b)
{
    for (unsigned i = 0; i < a->n; i++) {
        struct entry *other = counterpart(b, a->entry[i].name, a->entry[i].text);
        if (other)
            other->paired = a->entry[i].paired = true;
    }
    for (unsigned i = 0; i < a->n; i++) {
        if (a->entry[i].paired)
            continue;
        struct entry *other = counterpart(b, a->entry[i].name, NULL);
        tell(t, other ? CHANGED : GONE, &a->entry[i], other);
        if (other)
            other->paired = true;
    }
    for (unsigned i = 0; i < b->n; i++)
        if (!b->entry[i].paired)
            tell(t, NEW, &b->entry[i], NULL);
    tell_rest(t);
}

/* The root tables hold addresses alone, all of which are new. */
static bool is_told(const struct mangle_decision *d)
{
    static const char told[][5] = { "APIC", "FACP", "STAO" };
    for (unsigned i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        if (strcmp(d->signature, told[i]) == 0)
            return d->action == ACPI_REPLACE;
    return false;
}

void mangle_changes(const struct mangle *m, gpa_t at, const uint8_t *image, unsigned most, void (*line)(void *owner, const char *text), void *owner)
{
    for (unsigned i = 0; i < m->decisions; i++) {
        const struct mangle_decision *d = &m->decision[i];
        if (!is_told(d))
            continue;
        const struct acpi_table new = { .bytes = mangle_bytes(d, image), .at = mangle_address(m, d, at), .placed = true };
        struct telling t = { .table = d->signature, .line = line, .owner = owner, .most = most };
        struct entries a = read_table(m->set, d->table), b = read_table(m->set, &new);
        if (a.n < 4096 && b.n < 4096)
            compare(&t, &a, &b);
        free_entries(&a);
        free_entries(&b);
    }
}
