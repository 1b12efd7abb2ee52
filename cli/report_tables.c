/* Owns: the tables field by field, as HTML. */
#include "cli/report.h"

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
