/* Owns: the tables field by field, and the differences of two sets, as HTML. */
#include "cli/report.h"
#include <stdlib.h>
#include <string.h>

enum { BYTES_SHOWN = 16 };

/* "SSDT 2" as a name that a link can have. */
static void anchor(FILE *f, const char *key)
{
    for (; *key; key++)
        (void)fputc((*key >= 'A' && *key <= 'Z') || (*key >= '0' && *key <= '9') ? *key : '-', f);
}

static void bytes(FILE *f, const struct acpi_table *t, const struct field *d)
{
    for (uint32_t i = 0; i < d->size && i < BYTES_SHOWN && d->offset + i < t->bytes.left; i++)
        (void)fprintf(f, i ? " %02x" : "%02x", t->bytes.at[d->offset + i]);
    if (d->size > BYTES_SHOWN)
        (void)fprintf(f, " ... %u", d->size);
}

static void field(FILE *f, const struct fields_table *t, const struct field *d)
{
    bool head = !*d->value;
    (void)fprintf(f, "<tr class=\"%s%s\"><td class=\"o\">%03x</td><td style=\"padding-left:%uem\">", d->dull ? "dull " : "", head ? "head" : "",
                  d->offset, d->depth);
    page_text(f, d->name);
    (void)fputs("</td><td class=\"v\">", f);
    page_text(f, d->value);
    if (d->fault) {
        (void)fputs("<div class=\"f\">", f);
        page_text(f, d->fault);
        (void)fputs("</div>", f);
    }
    (void)fputs("</td><td class=\"h\">", f);
    if (!head)
        bytes(f, t->table, d);
    (void)fputs("</td></tr>\n", f);
}

static size_t faults_of(const struct fields_table *t)
{
    size_t n = t->faults;
    for (size_t i = 0; i < t->fields; i++)
        n += t->field[i].fault != NULL;
    return n;
}

static void table(FILE *f, const struct fields_table *t)
{
    size_t faults = faults_of(t);
    (void)fputs("<details id=\"", f);
    anchor(f, t->key);
    (void)fprintf(f, "\"><summary><b>%s</b> ", t->key);
    page_text(f, t->title);
    (void)fputs("<span>", f);
    page_text(f, t->clause);
    (void)fprintf(f, "</span><span>%zu bytes", t->table->bytes.left);
    if (t->table->placed)
        (void)fprintf(f, " at %#llx", (unsigned long long)t->table->at);
    (void)fputs("</span>", f);
    if (faults)
        (void)fprintf(f, "<span class=\"bad\">%zu fault%s</span>", faults, faults == 1 ? "" : "s");
    (void)fputs("</summary><div class=\"scroll\">", f);
    for (size_t i = 0; i < t->faults; i++) {
        (void)fputs("<p class=\"fault\">", f);
        page_text(f, t->fault[i]);
        (void)fputs("</p>", f);
    }
    (void)fputs("<table><thead><tr><th>offset</th><th>field</th><th>says</th><th>bytes</th></tr></thead><tbody>\n", f);
    for (size_t i = 0; i < t->fields; i++)
        field(f, t, &t->field[i]);
    (void)fputs("</tbody></table></div></details>\n", f);
}

void page_tables(FILE *f, const struct fields *set)
{
    char faults[32] = "no faults";
    if (set->faults)
        (void)snprintf(faults, sizeof(faults), "%u fault%s", set->faults, set->faults == 1 ? "" : "s");
    (void)fprintf(f, "<section id=\"tables\"><h2>Tables</h2><p class=\"note\">%zu tables, %s. Open one to read it field by field.</p>\n"
                  "<div class=\"tools\"><input type=\"search\" id=\"search\" placeholder=\"search fields and values\" aria-label=\"search\">"
                  "<label><input type=\"checkbox\" id=\"dull\"> reserved and empty fields too</label></div>\n", set->tables, faults);
    for (size_t i = 0; i < set->tables; i++)
        table(f, &set->table[i]);
    (void)fputs("</section>\n", f);
}

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
    size_t n = fields_compare(a, b, &d);
    for (size_t i = 0; i < n; i++) {
        const struct field *named = d[i].a ? d[i].a : d[i].b;
        if (named->dull)
            continue;
        (void)fprintf(f, "<tr><td class=\"o\">%s</td><td>", a ? a->key : b->key);
        page_text(f, named->name);
        (void)fputs("</td>", f);
        cell(f, "old", d[i].a);
        cell(f, "new", d[i].b);
        (void)fputs("</tr>\n", f);
    }
    free(d);
    return n;
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
