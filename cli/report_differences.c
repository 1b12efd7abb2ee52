/* Owns: the differences of two sets of tables, as HTML. */
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

void page_differences(FILE *f, const struct fields *a, const struct fields *b, const char *b_name)
{
    size_t n = 0;
    (void)fputs("<section id=\"differences\"><h2>Differences</h2><p class=\"note\">What ", f);
    page_text(f, b_name);
    (void)fputs(" has otherwise. Lengths, checksums and addresses that follow from it are left out.</p>\n<div class=\"scroll\"><table><thead><tr>"
                "<th>table</th><th>field</th><th>here</th><th>there</th></tr></thead><tbody>\n", f);
    for (size_t i = 0; i < a->tables; i++) {
        const struct fields_table *other = fields_find(b, a->table[i].key);
        if (other && is_root(other))
            continue;           /* which tables there are is told by them */
        n += other ? compare(f, &a->table[i], other) : only(f, &a->table[i], false);
    }
    for (size_t i = 0; i < b->tables; i++)
        if (!fields_find(a, b->table[i].key))
            n += only(f, &b->table[i], true);
    (void)fprintf(f, "</tbody></table></div>%s</section>\n", n ? "" : "<p>None: both tell the same.</p>");
}
