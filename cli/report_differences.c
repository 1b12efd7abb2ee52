/* Owns: how two machines differ, as HTML: settings, memory map and interrupts, then their tables field by field. */
#include "cli/report.h"
#include <stdlib.h>
#include <string.h>

static void cell(FILE *f, const char *kind, const struct field *d)
{
    (void)fprintf(f, "<td class=\"v %s\">", d ? kind : "");
    page_text(f, !d ? "" : *d->value ? d->value : "present");
    (void)fputs("</td>", f);
}

/* One table's differences; how many rows were written. */
static size_t compare(FILE *f, const struct fields_table *a, const struct fields_table *b)
{
    struct field_difference *d;
    size_t n = fields_compare(a, b, &d), rows = 0;
    for (size_t i = 0; i < n; i++) {
        const struct field *x = d[i].a, *y = d[i].b;
        if ((!x || x->dull) && (!y || y->dull))
            continue;           /* what was empty and is not any more is as telling as the other way round */
        (void)fprintf(f, "<tr><td class=\"o\">%s</td><td>", a->key);
        page_text(f, (x ? x : y)->name);
        (void)fputs("</td>", f);
        cell(f, "old", x);
        cell(f, "new", y);
        (void)fputs("</tr>\n", f);
        rows++;
    }
    free(d);
    return rows;
}

static bool is_root(const struct fields_table *t)
{
    return strcmp(t->key, "RSDP") == 0 || strcmp(t->key, "RSDT") == 0 || strcmp(t->key, "XSDT") == 0;
}

/* A table that only one side has is one row. */
static size_t only(FILE *f, const struct fields_table *t, bool in_new)
{
    (void)fprintf(f, "<tr><td class=\"o\">%s</td><td>the table</td><td class=\"v %s\">%s</td><td class=\"v %s\">%s</td></tr>\n", t->key,
                  in_new ? "" : "old", in_new ? "" : "present", in_new ? "new" : "", in_new ? "present" : "");
    return 1;
}

static size_t differing_tables(FILE *f, const struct fields *a, const struct fields *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->tables; i++) {
        const struct fields_table *other = fields_find(b, a->table[i].key);
        if (other && is_root(other))
            continue;           /* which tables there are is told by them */
        n += other ? compare(f, &a->table[i], other) : only(f, &a->table[i], false);
    }
    for (size_t i = 0; i < b->tables; i++)
        if (!fields_find(a, b->table[i].key))
            n += only(f, &b->table[i], true);
    return n;
}

/*
 * Where facts are written to, and what they are of. both: only what both tell. So a guest and a machine are compared, because tables alone
 * tell less of a machine than a configuration does of a guest.
 */
struct rows { FILE *f; const char *part; bool both; size_t n; };

static void fact_cell(FILE *f, const char *kind, const struct fact *x)
{
    (void)fprintf(f, "<td class=\"v %s\">", x ? kind : "");
    page_text(f, !x ? "" : *x->value ? x->value : "none");
    (void)fputs("</td>", f);
}

static void fact_row(void *owner, const struct fact *a, const struct fact *b)
{
    struct rows *r = owner;
    if (r->both && (!a || !b))
        return;
    (void)fprintf(r->f, "<tr><td class=\"o\">%s</td><td>", r->part);
    page_text(r->f, (a ? a : b)->name);
    (void)fputs("</td>", r->f);
    fact_cell(r->f, "old", a);
    fact_cell(r->f, "new", b);
    (void)fputs("</tr>\n", r->f);
    r->n++;
}

static void settings(struct facts *to, const struct model *m)
{
    char chip[48];
    chip_text(m, chip, sizeof(chip));
    fact_add(to, "processors", "%u", m->cpus);
    fact_add(to, "processors at most", "%u", m->cpus_told);
    if (!m->arm || m->gic)      /* a guest with the host's GIC has none to compare */
        fact_add(to, "interrupt chip", "%s", chip);
    fact_add(to, "local APIC", "%s", m->lapic ? "yes" : "no");
    for (size_t i = 0; i < m->settings.n; i++)
        fact_add(to, m->settings.fact[i].name, "%s", m->settings.fact[i].value);
}

/* Where a machine's firmware has put each of its tables is no difference of its own. */
static void regions(struct facts *to, const struct model *m)
{
    char text[96];
    for (unsigned i = 0; i < m->regions; i++) {
        if (m->region[i].kind == REGION_ACPI && !m->guest)
            continue;
        region_text(&m->region[i], text, sizeof(text));
        fact_add(to, m->region[i].label, "%s", text);
    }
}

static void lines(struct facts *to, const struct model *m)
{
    char text[64];
    for (unsigned i = 0; i < m->lines; i++) {
        line_text(m, &m->line[i], text, sizeof(text));
        fact_add(to, m->line[i].source, "%s", text);
    }
}

/* What of the machines differs: settings, then what the pictures show. */
static size_t differing_machines(FILE *f, const struct model *a, const struct model *b)
{
    static const struct { const char *name; void (*of)(struct facts *, const struct model *); } part[] = {
        { "setting", settings }, { "memory", regions }, { "interrupt", lines },
    };
    struct rows rows = { .f = f, .both = a->guest != b->guest };
    for (unsigned i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
        struct facts x = { 0 }, y = { 0 };
        rows.part = part[i].name;
        part[i].of(&x, a);
        part[i].of(&y, b);
        facts_compare(&x, &y, fact_row, &rows);
        facts_free(&x);
        facts_free(&y);
    }
    return rows.n;
}

void page_differences(FILE *f, const struct told *a, const struct told *b, const char *b_name)
{
    (void)fputs("<section id=\"differences\"><h2>Differences</h2><p class=\"note\">What ", f);
    page_text(f, b_name);
    (void)fprintf(f, " has otherwise. Of its tables, lengths, checksums and addresses that follow from the rest are left out%s.</p>\n"
                  "<div class=\"scroll\"><table><thead><tr><th>of</th><th>what</th><th>here</th><th>there</th></tr></thead><tbody>\n",
                  a->model.guest == b->model.guest ? "" : "; of a guest, what tables alone do not tell of a machine");
    size_t n = differing_machines(f, &a->model, &b->model);
    n += differing_tables(f, &a->fields, &b->fields);
    (void)fprintf(f, "</tbody></table></div>%s</section>\n", n ? "" : "<p>None: both tell the same.</p>");
}
