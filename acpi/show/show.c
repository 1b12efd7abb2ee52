/* Owns: what a listing looks like. Invariant: in hex form each byte of a table is written once, in the line of the innermost field it belongs to. */
#include "acpi/show/show.h"
#include "lib/format.h"
#include <string.h>

enum { NAME_COLUMN = 30, WRAP = 140, HEX_FIRST = 8, HEX_MORE = 16, HEADER = 36 };

/* ---- a line, piece by piece ---- */

static void put(struct acpi_show *w, const char *text)
{
    size_t n = strlen(text), room = sizeof(w->text) - 1 - w->used;
    if (n > room)
        n = room;
    memcpy(w->text + w->used, text, n);
    w->used += (unsigned)n;
}

/* Blanks up to column `to`, and one at least. */
static void pad(struct acpi_show *w, unsigned to)
{
    do
        put(w, " ");
    while (w->used < to && w->used < ACPI_SHOW_LINE / 2);
}

static void put_hex(struct acpi_show *w, uint64_t v, unsigned digits)
{
    char text[20];
    unsigned n = sizeof(text);
    text[--n] = '\0';
    for (; v || digits; v >>= 4, digits -= digits != 0)
        text[--n] = "0123456789abcdef"[v & 15];
    put(w, text + n);
}

static void end_line(struct acpi_show *w)
{
    w->text[w->used] = '\0';
    if (w->used)
        w->line(w->owner, w->text);
    w->used = 0;
}

/* Faults wait until their line is out. */
static void hold_fault(struct acpi_show *w, const struct acpi_field *f)
{
    if (f->fault && w->fault_used + 1 < sizeof(w->fault)) {
        w->fault_used += (unsigned)format(w->fault + w->fault_used, sizeof(w->fault) - w->fault_used, "!      %s: %s", f->name, f->fault);
        if (w->fault_used + 1 < sizeof(w->fault))
            w->fault[++w->fault_used] = '\0';
    }
}

static void end_faults(struct acpi_show *w)
{
    for (unsigned at = 0; at < w->fault_used; at += (unsigned)strlen(w->fault + at) + 1)
        if (w->fault[at])
            w->line(w->owner, w->fault + at);
    w->fault_used = 0;
}

static void flush(struct acpi_show *w)
{
    end_line(w);
    end_faults(w);
    w->held = false;
}

/* ---- text ---- */

static void begin_text(struct acpi_show *w, const struct acpi_field *f)
{
    put(w, "  ");
    put_hex(w, f->offset, 3);
    put(w, "  ");
    for (unsigned i = 0; i < f->depth && i < 32; i++)
        put(w, "  ");
    put(w, f->name);
}

static void text_line(struct acpi_show *w, const struct acpi_field *f)
{
    flush(w);
    begin_text(w, f);
    if (f->value[0]) {
        if (w->aml && f->offset >= HEADER)
            put(w, " = ");
        else
            pad(w, 7 + NAME_COLUMN + 1 + f->depth * 2);
        put(w, f->value);
    }
    hold_fault(w, f);
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
        put(w, ";");
        end_line(w);
        w->first = true;
    } else if (!w->first) {
        put(w, ";");
    }
    if (w->first)
        pad(w, 7 + NAME_COLUMN + w->held_depth * 2);
    w->first = false;
    put(w, " ");
    put(w, f->name);
    put(w, " ");
    put(w, f->value);
    hold_fault(w, f);
}

/* ---- hex ---- */

static void hex_bytes(struct acpi_show *w, uint32_t n)
{
    const struct acpi_table *t = w->table;
    put_hex(w, w->shown + (t->placed ? t->at : 0), t->placed ? 8 : 6);
    put(w, " ");
    char text[3 * HEX_MORE + 1];
    unsigned used = 0;
    for (uint32_t i = 0; i < n && i < HEX_MORE; i++) {
        uint8_t b = t->bytes.at[w->shown + i];
        text[used++] = ' ';
        text[used++] = "0123456789abcdef"[b >> 4];
        text[used++] = "0123456789abcdef"[b & 15];
    }
    text[used] = '\0';
    put(w, text);
    w->shown += n;
}

/* Bytes as they stand, up to `end`: what follows the first row of a long field, and what of a structure no field tells. */
static void hex_rows(struct acpi_show *w, uint32_t end)
{
    while (w->shown < end) {
        hex_bytes(w, end - w->shown < HEX_MORE ? end - w->shown : HEX_MORE);
        end_line(w);
    }
}

/* A heading waits, for its line has the bytes in front of the first field in it. */
static void hex_release(struct acpi_show *w, uint32_t next)
{
    if (w->held) {
        char words[ACPI_SHOW_LINE];
        uint32_t end = w->held_at + w->held_size, n;
        memcpy(words, w->text, w->used + 1);
        w->used = 0;
        w->held = false;
        end = next < end ? next : end;
        n = end > w->shown ? end - w->shown : 0;
        hex_bytes(w, n > HEX_FIRST ? HEX_FIRST : n);
        pad(w, w->table->placed ? 36 : 34);
        put(w, words);
        end_line(w);
        hex_rows(w, end);
    } else {
        hex_rows(w, next);
    }
    end_faults(w);
}

/* The bytes in words are those of the line: then what they are as text is told instead. */
static bool is_bytes(const struct acpi_show *w, const struct acpi_field *f)
{
    const uint8_t *b = w->table->bytes.at + f->offset;
    static const char digit[] = "0123456789abcdef";
    return f->size > 1 && f->size <= HEX_MORE && strlen(f->value) == 3 * f->size - 1 && f->value[0] == digit[b[0] >> 4] &&
           f->value[1] == digit[b[0] & 15] && f->value[2] == ' ';
}

static void put_ascii(struct acpi_show *w, const uint8_t *b, uint32_t n)
{
    char text[HEX_MORE + 1];
    for (uint32_t i = 0; i < n; i++)
        text[i] = b[i] >= 0x20 && b[i] < 0x7f ? (char)b[i] : '.';
    text[n] = '\0';
    put(w, text);
}

/* Long ones as any dump has them: a row of bytes, and what they are as text. */
static void hex_dump(struct acpi_show *w, const struct acpi_field *f)
{
    hex_bytes(w, f->size);
    pad(w, (w->table->placed ? 36 : 34) + 3 * HEX_FIRST);
    put_ascii(w, w->table->bytes.at + f->offset, f->size);
    put(w, strcmp(f->name, "Data") ? "  " : "");
    put(w, strcmp(f->name, "Data") ? f->name : "");
    hold_fault(w, f);
    end_line(w);
    end_faults(w);
}

static void hex_field(struct acpi_show *w, const struct acpi_field *f)
{
    hex_release(w, f->offset);
    if (f->size > HEX_FIRST && is_bytes(w, f)) {
        hex_dump(w, f);
        return;
    }
    for (unsigned i = 0; i < f->depth && i < 32; i++)
        put(w, "  ");
    put(w, f->name);
    if (f->value[0] && w->aml && f->offset >= HEADER) {
        put(w, " = ");
    } else if (f->value[0]) {
        pad(w, NAME_COLUMN + 2);
    }
    if (f->value[0] && is_bytes(w, f))
        put_ascii(w, w->table->bytes.at + f->offset, f->size);
    else
        put(w, f->value);
    w->text[w->used] = '\0';
    w->held = true;
    w->held_at = f->offset;
    w->held_size = f->size;
    hold_fault(w, f);
}

/* ---- what is heard ---- */

static void end_table(struct acpi_show *w)
{
    if (w->table && w->form == ACPI_SHOW_HEX)
        hex_release(w, (uint32_t)w->table->bytes.left);
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
    put(w, rsdp ? "RSDP" : text);
    if (h->table->placed)
        put(w, " at 0x"), put_hex(w, h->table->at, 1);
    format(text, sizeof(text), ", %zu bytes", h->table->bytes.left);
    put(w, text);
    if (h->title[0])
        put(w, ": "), put(w, h->title), put(w, " ("), put(w, h->clause), put(w, ")");
    end_line(w);
}

static void hear_field(void *owner, const struct acpi_field *f)
{
    struct acpi_show *w = owner;
    if (w->form == ACPI_SHOW_HEX)
        hex_field(w, f);
    else
        text_field(w, f);
}

static void hear_fault(void *owner, const char *sentence)
{
    struct acpi_show *w = owner;
    end_table(w);
    put(w, "!      ");
    put(w, sentence);
    end_line(w);
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
