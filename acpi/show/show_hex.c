/* Owns: what a listing in hex looks like. Invariant: each byte of a table is written once, in the line of the innermost field it belongs to. */
#include "acpi/show/show_internal.h"
#include <string.h>

enum { HEX_FIRST = 8, HEX_MORE = 16 };

static void hex_bytes(struct acpi_show *w, uint32_t n)
{
    const struct acpi_table *t = w->table;
    show_put_hex(w, w->shown + (t->placed ? t->at : 0), t->placed ? 8 : 6);
    show_put(w, " ");
    char text[3 * HEX_MORE + 1];
    unsigned used = 0;
    for (uint32_t i = 0; i < n && i < HEX_MORE; i++) {
        uint8_t b = t->bytes.at[w->shown + i];
        text[used++] = ' ';
        text[used++] = "0123456789abcdef"[b >> 4];
        text[used++] = "0123456789abcdef"[b & 15];
    }
    text[used] = '\0';
    show_put(w, text);
    w->shown += n;
}

/* Bytes as they stand, up to `end`: what follows the first row of a long field, and what of a structure no field tells. */
static void hex_rows(struct acpi_show *w, uint32_t end)
{
    while (w->shown < end) {
        hex_bytes(w, end - w->shown < HEX_MORE ? end - w->shown : HEX_MORE);
        show_end_line(w);
    }
}

/* A heading waits, for its line has the bytes in front of the first field in it. */
void show_hex_release(struct acpi_show *w, uint32_t next)
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
        show_pad(w, w->table->placed ? 36 : 34);
        show_put(w, words);
        show_end_line(w);
        hex_rows(w, end);
    } else {
        hex_rows(w, next);
    }
    show_end_faults(w);
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
    show_put(w, text);
}

/* Long ones as any dump has them: a row of bytes, and what they are as text. */
static void hex_dump(struct acpi_show *w, const struct acpi_field *f)
{
    hex_bytes(w, f->size);
    show_pad(w, (w->table->placed ? 36 : 34) + 3 * HEX_FIRST);
    put_ascii(w, w->table->bytes.at + f->offset, f->size);
    show_put(w, strcmp(f->name, "Data") ? "  " : "");
    show_put(w, strcmp(f->name, "Data") ? f->name : "");
    show_hold_fault(w, f);
    show_end_line(w);
    show_end_faults(w);
}

void show_hex_field(struct acpi_show *w, const struct acpi_field *f)
{
    show_hex_release(w, f->offset);
    if (f->size > HEX_FIRST && is_bytes(w, f)) {
        hex_dump(w, f);
        return;
    }
    for (unsigned i = 0; i < f->depth && i < 32; i++)
        show_put(w, "  ");
    show_put(w, f->name);
    if (f->value[0] && w->aml && f->offset >= TABLE_HEADER) {
        show_put(w, " = ");
    } else if (f->value[0]) {
        show_pad(w, SHOW_NAMES + 2);
    }
    if (f->value[0] && is_bytes(w, f))
        put_ascii(w, w->table->bytes.at + f->offset, f->size);
    else
        show_put(w, f->value);
    w->text[w->used] = '\0';
    w->held = true;
    w->held_at = f->offset;
    w->held_size = f->size;
    show_hold_fault(w, f);
}
