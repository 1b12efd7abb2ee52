/* Owns: what a listing in words looks like, and the lines of both forms. */
#include "acpi/show/show_internal.h"
#include "lib/format.h"
#include <string.h>

enum { WRAP = 140 };

/* ---- a line, piece by piece ---- */

void show_put(struct acpi_show *w, const char *text)
{
    size_t n = strlen(text), room = sizeof(w->text) - 1 - w->used;
    if (n > room)
        n = room;
    memcpy(w->text + w->used, text, n);
    w->used += (unsigned)n;
}

void show_pad(struct acpi_show *w, unsigned to)
{
    do
        show_put(w, " ");
    while (w->used < to && w->used < ACPI_SHOW_LINE / 2);
}

void show_put_hex(struct acpi_show *w, uint64_t v, unsigned digits)
{
    char text[20];
    unsigned n = sizeof(text);
    text[--n] = '\0';
    for (; v || digits; v >>= 4, digits -= digits != 0)
        text[--n] = "0123456789abcdef"[v & 15];
    show_put(w, text + n);
}

void show_end_line(struct acpi_show *w)
{
    w->text[w->used] = '\0';
    if (w->used)
        w->line(w->owner, w->text);
    w->used = 0;
}

/* Faults wait until their line is out. */
void show_hold_fault(struct acpi_show *w, const struct acpi_field *f)
{
    if (f->fault && w->fault_used + 1 < sizeof(w->fault)) {
        w->fault_used += (unsigned)format(w->fault + w->fault_used, sizeof(w->fault) - w->fault_used, "!      %s: %s", f->name, f->fault);
        if (w->fault_used + 1 < sizeof(w->fault))
            w->fault[++w->fault_used] = '\0';
    }
}

void show_end_faults(struct acpi_show *w)
{
    for (unsigned at = 0; at < w->fault_used; at += (unsigned)strlen(w->fault + at) + 1)
        if (w->fault[at])
            w->line(w->owner, w->fault + at);
    w->fault_used = 0;
}

static void flush(struct acpi_show *w)
{
    show_end_line(w);
    show_end_faults(w);
    w->held = false;
}

/* ---- text ---- */

static void begin_text(struct acpi_show *w, const struct acpi_field *f)
{
    show_put(w, "  ");
    show_put_hex(w, f->offset, 3);
    show_put(w, "  ");
    for (unsigned i = 0; i < f->depth && i < 32; i++)
        show_put(w, "  ");
    show_put(w, f->name);
}

static void text_line(struct acpi_show *w, const struct acpi_field *f)
{
    flush(w);
    begin_text(w, f);
    if (f->value[0]) {
        if (w->aml && f->offset >= TABLE_HEADER)
            show_put(w, " = ");
        else
            show_pad(w, 7 + SHOW_NAMES + 1 + f->depth * 2);
        show_put(w, f->value);
    }
    show_hold_fault(w, f);
}

/* A structure's fields stand behind its heading in one line, which is folded when it is long. */
static void text_field(struct acpi_show *w, const struct acpi_field *f)
{
    bool inside = w->held && f->depth == w->held_depth + 1 && !w->aml && f->value[0];
    if (f->dull && !f->fault)
        return;
    if (!inside) {
        text_line(w, f);
        w->held = !f->value[0];
        w->held_depth = f->depth;
        w->first = true;
        return;
    }
    if (w->used + strlen(f->name) + strlen(f->value) + 3 > WRAP && !w->first) {
        show_put(w, ";");
        show_end_line(w);
        w->first = true;
    } else if (!w->first) {
        show_put(w, ";");
    }
    if (w->first)
        show_pad(w, 7 + SHOW_NAMES + w->held_depth * 2);
    w->first = false;
    show_put(w, " ");
    show_put(w, f->name);
    show_put(w, " ");
    show_put(w, f->value);
    show_hold_fault(w, f);
}

/* ---- what is heard ---- */

static void end_table(struct acpi_show *w)
{
    if (w->table && w->form == ACPI_SHOW_HEX)
        show_hex_release(w, (uint32_t)w->table->bytes.left);
    flush(w);
}

static void hear_table(void *owner, const struct acpi_heading *h)
{
    struct acpi_show *w = owner;
    char text[256];
    end_table(w);
    if (w->table)
        w->line(w->owner, "");
    w->table = h->table;
    w->shown = 0;
    w->aml = acpi_is(h->table, "DSDT") || acpi_is(h->table, "SSDT") || acpi_is(h->table, "PSDT") || acpi_is(h->table, "OSDT");
    bool rsdp = acpi_is(h->table, "RSD ");
    format(text, sizeof(text), "%.4s", h->table->bytes.left >= 4 ? (const char *)h->table->bytes.at : "?");
    for (char *c = text; *c; c++)
        *c = *c >= 0x20 && *c < 0x7f ? *c : '.';
    show_put(w, rsdp ? "RSDP" : text);
    if (h->table->placed)
        show_put(w, " at 0x"), show_put_hex(w, h->table->at, 1);
    format(text, sizeof(text), ", %zu bytes", h->table->bytes.left);
    show_put(w, text);
    if (h->title[0])
        show_put(w, ": "), show_put(w, h->title), show_put(w, " ("), show_put(w, h->clause), show_put(w, ")");
    show_end_line(w);
}

static void hear_field(void *owner, const struct acpi_field *f)
{
    struct acpi_show *w = owner;
    if (w->form == ACPI_SHOW_HEX)
        show_hex_field(w, f);
    else
        text_field(w, f);
}

static void hear_fault(void *owner, const char *sentence)
{
    struct acpi_show *w = owner;
    end_table(w);
    show_put(w, "!      ");
    show_put(w, sentence);
    show_end_line(w);
}

struct acpi_listener acpi_show_begin(struct acpi_show *w, enum acpi_show_form form, acpi_show_line *line, void *owner)
{
    memset(w, 0, sizeof(*w));
    w->line = line;
    w->owner = owner;
    w->form = form;
    return (struct acpi_listener){ hear_table, hear_field, hear_fault, w };
}

void acpi_show_end(struct acpi_show *w) { end_table(w); }
