/* Owns: acpidump's text as a source of tables: a window of it at a time, so that only the tables stay in memory. */
#include "acpi/firmware/acpidump.h"
#include "cli/acpi_input_internal.h"
#include "cli/bytes.h"
#include <stdlib.h>
#include <string.h>

/* Where each table begins in the bytes, and on which line. */
struct place { size_t at; uint64_t address; unsigned line; };
enum { PLACES_MAX = ACPI_SET_MAX + 3 };
struct gathered { struct bytes bytes; struct place place[PLACES_MAX]; unsigned n; };

static bool keep(struct gathered *g, const struct acpidump *d, enum acpidump_kind kind, struct error *e)
{
    if (kind == ACPIDUMP_TABLE && g->n == PLACES_MAX)
        return fail(e, "line %u: more than %d tables: give the tables of one machine only", d->line, PLACES_MAX);
    if (kind == ACPIDUMP_TABLE)
        g->place[g->n++] = (struct place){ g->bytes.used, d->address, d->line };
    if (kind == ACPIDUMP_BYTES) {
        if (!bytes_reserve(&g->bytes, d->n))
            abort();
        memcpy(g->bytes.at + g->bytes.used, d->bytes, d->n);
        g->bytes.used += d->n;
    }
    return kind != ACPIDUMP_WRONG;
}

/* The next line of the window; left 0: there is none. */
static bool next_line(struct acpi_input *in, struct acpi_source *s, const struct acpidump *d, struct span *line, struct error *e)
{
    const uint8_t *end = memchr(s->window + s->at, '\n', s->have - s->at);
    if (!end && !s->ended) {
        if (!acpi_source_fill(in, s, e))
            return false;
        end = memchr(s->window, '\n', s->have);
        if (!end && s->have == ACPI_WINDOW)
            return fail(e, "line %u: is longer than %d KiB: give the text of acpidump, or tables as the firmware has them", d->line + 1,
                        ACPI_WINDOW >> 10);
    }
    size_t length = end ? (size_t)(end - (s->window + s->at)) + 1 : s->have - s->at;
    *line = span_of(s->window + s->at, length);
    s->at += length;
    return true;
}

static bool gather(struct acpi_input *in, struct acpi_source *s, struct gathered *g, struct error *e)
{
    struct acpidump d = { 0 };
    for (;;) {
        struct span line;
        if (!next_line(in, s, &d, &line, e))
            return false;
        if (!line.left)
            return acpidump_end(&d, e);
        if (!keep(g, &d, acpidump_line(&d, line, e), e))
            return false;
    }
}

/* Only now: while bytes grow they move. */
static bool add_all(struct acpi_input *in, const struct gathered *g, struct error *e)
{
    for (unsigned i = 0; i < g->n; i++) {
        const struct place *p = &g->place[i];
        size_t end = i + 1 < g->n ? g->place[i + 1].at : g->bytes.used;
        struct error of_table = { "" };
        if (!acpi_set_add(&in->set, span_of(g->bytes.at + p->at, end - p->at), p->address, p->address != 0, &of_table))
            return fail(e, "line %u: %s", p->line, of_table.text);
    }
    return true;
}

bool acpi_input_text(struct acpi_input *in, struct acpi_source *s, struct error *e)
{
    struct gathered *g = calloc(1, sizeof(*g));
    if (!g)
        abort();
    bool ok = gather(in, s, g, e);
    acpi_input_hold(in, g->bytes.at);
    ok = ok && add_all(in, g, e);
    free(g);
    return ok;
}
