/* Owns: the walk from the RSDP to every table, and how a field becomes a line. */
#include "acpi/show_internal.h"
#include "lib/format.h"
#include <string.h>

enum { HEADER = 36, TABLES_SHOWN = 64 };     /* the latter bounds what a damaged root table can ask for */
#define COUNT(a) ((unsigned)(sizeof(a) / sizeof((a)[0])))

void show_add(struct show_text *t, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    t->used += format_v(t->text + t->used, sizeof(t->text) - t->used, fmt, args);
    va_end(args);
}

void show_line(const struct show *s, const char *fmt, ...)
{
    char text[SHOW_TEXT];
    va_list args;
    va_start(args, fmt);
    format_v(text, sizeof(text), fmt, args);
    va_end(args);
    s->line(s->owner, text);
}

static void add_ascii(struct show_text *t, struct span v)
{
    show_add(t, "\"");
    for (size_t i = 0; i < v.left; i++)
        show_add(t, "%c", v.at[i] >= 0x20 && v.at[i] < 0x7f ? v.at[i] : '.');
    show_add(t, "\"");
}

static void add_bits(struct show_text *t, uint64_t v, const char *const *names)
{
    bool first = true;
    for (unsigned i = 0; i < 32; i++) {
        if (!(v >> i & 1))
            continue;
        show_add(t, first ? ": " : ", ");
        first = false;
        if (names[i])
            show_add(t, "%s", names[i]);
        else
            show_add(t, "bit %u", i);
    }
}

/* A generic address structure (ACPI 6.4, 5.2.3.2). */
static void add_register(struct show_text *t, struct span v)
{
    static const char *const space[] = { "memory", "I/O port", "PCI configuration", "embedded controller", "SMBus" };
    uint64_t id = span_le(&v, 1), bits = span_le(&v, 1), offset = span_le(&v, 1), access = span_le(&v, 1), at = span_le(&v, 8);
    if (!id && !bits && !offset && !access && !at) {
        show_add(t, "none");
        return;
    }
    if (id < COUNT(space))
        show_add(t, "%s", space[id]);
    else
        show_add(t, "space 0x%llx", (unsigned long long)id);
    show_add(t, " 0x%llx, %llu bits, access size %llu", (unsigned long long)at, (unsigned long long)bits, (unsigned long long)access);
    if (offset)
        show_add(t, ", from bit %llu", (unsigned long long)offset);
}

static void add_value(struct show_text *t, const struct show_field *f, struct span v)
{
    if (f->kind == SHOW_ASCII) {
        add_ascii(t, v);
    } else if (f->kind == SHOW_REGISTER) {
        add_register(t, v);
    } else {
        unsigned long long n = span_le(&v, f->size);
        show_add(t, f->kind == SHOW_NUMBER ? "%llu" : "0x%llx", n);
        if (f->kind == SHOW_BITS)
            add_bits(t, n, f->bits);
    }
}

static bool all_zero(struct span v)
{
    for (size_t i = 0; i < v.left; i++)
        if (v.at[i])
            return false;
    return true;
}

void show_fields(const struct show *s, struct span *from, unsigned offset, const struct show_field *f, unsigned n)
{
    for (unsigned i = 0; i < n; i++, f++) {
        struct span v = span_take(from, f->size);
        struct show_text t = { .used = 0 };
        if (v.broken) {
            show_line(s, "  damaged: ends before %s at offset 0x%x", f->name, offset);
            return;
        }
        if (f->kind != SHOW_SKIP && (f->kind != SHOW_NONZERO || !all_zero(v))) {
            show_add(&t, "  %03x  %-26s ", offset, f->name);
            add_value(&t, f, v);
            s->line(s->owner, t.text);
        }
        offset += f->size;
    }
}

static bool sums_to_zero(struct span v)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < v.left; i++)
        sum = (uint8_t)(sum + v.at[i]);
    return !sum;
}

static void show_header(const struct show *s, struct span table, uint64_t at)
{
    static const struct show_field fields[] = {
        { "Signature", 4, SHOW_ASCII, 0 }, { "Length", 4, SHOW_NUMBER, 0 }, { "Revision", 1, SHOW_NUMBER, 0 },
        { "Checksum", 1, SHOW_HEX, 0 }, { "OEM id", 6, SHOW_ASCII, 0 }, { "OEM table id", 8, SHOW_ASCII, 0 },
        { "OEM revision", 4, SHOW_NUMBER, 0 }, { "Creator id", 4, SHOW_ASCII, 0 }, { "Creator revision", 4, SHOW_HEX, 0 },
    };
    show_line(s, "%s", "");
    show_line(s, "%.4s at 0x%llx, %llu bytes, checksum %s", (const char *)table.at, (unsigned long long)at,
              (unsigned long long)table.left, sums_to_zero(table) ? "good" : "WRONG");
    show_fields(s, &table, 0, fields, COUNT(fields));
}

/* The table at guest address `at` with as many bytes as its header says; broken when it is not whole in the image. */
static struct span find_table(const struct show *s, uint64_t at)
{
    struct span header = span_slice(s->image, at - s->at, HEADER), length = span_slice(header, 4, 4);
    struct span table = span_slice(s->image, at - s->at, span_le(&length, 4));
    if (at < s->at || table.left < HEADER)
        table.broken = true;
    return table;
}

static bool is(struct span table, const char *signature) { return !memcmp(table.at, signature, 4); }

static void show_pointers(const struct show *s, struct span body, unsigned size)
{
    for (unsigned offset = HEADER; body.left >= size; offset += size)
        show_line(s, "  %03x  Table                      0x%llx", offset, (unsigned long long)span_le(&body, size));
    if (body.left)
        show_line(s, "  damaged: %zu bytes left over", body.left);
}

static void show_hex(const struct show *s, struct span body)
{
    for (unsigned offset = HEADER; body.left; offset += 16) {
        struct span row = span_take(&body, body.left < 16 ? body.left : 16);
        struct show_text t = { .used = 0 };
        show_add(&t, "  %03x ", offset);
        for (size_t i = 0; i < row.left; i++)
            show_add(&t, " %02x", row.at[i]);
        s->line(s->owner, t.text);
    }
}

/* The FACS has a header of its own and no checksum (5.2.10). */
static void show_facs_of(const struct show *s, struct span fadt)
{
    static const struct show_field fields[] = {
        { "Signature", 4, SHOW_ASCII, 0 }, { "Length", 4, SHOW_NUMBER, 0 }, { "Hardware signature", 4, SHOW_HEX, 0 },
        { "Waking vector", 4, SHOW_HEX, 0 }, { "Global lock", 4, SHOW_HEX, 0 }, { "Flags", 4, SHOW_HEX, 0 },
        { "Waking vector, 64 bits", 8, SHOW_HEX, 0 }, { "Version", 1, SHOW_NUMBER, 0 },
    };
    struct span old = span_slice(fadt, 36, 4), wide = span_slice(fadt, 132, 8);
    uint64_t low = span_le(&old, 4), high = span_le(&wide, 8), at = high ? high : low;
    struct span table = span_slice(s->image, at - s->at, 64);
    if (!at)
        return;
    if (at < s->at || table.broken || !is(table, "FACS")) {
        show_line(s, "  damaged: no FACS where the FADT points");
        return;
    }
    show_line(s, "%s", "");
    show_line(s, "FACS at 0x%llx", (unsigned long long)at);
    show_fields(s, &table, 0, fields, COUNT(fields));
}

static void show_table(const struct show *s, uint64_t at);

/* The FADT's DSDT is X_DSDT when it has one, else the 32-bit field. */
static void show_dsdt_of(const struct show *s, struct span fadt)
{
    struct span old = span_slice(fadt, 40, 4), wide = span_slice(fadt, 140, 8);
    uint64_t at = span_le(&wide, 8);
    struct span table = find_table(s, at ? at : span_le(&old, 4));
    if (table.broken || !is(table, "DSDT"))
        show_line(s, "  damaged: no DSDT where the FADT points");
    else
        show_table(s, at ? at : span_le(&old, 4));
}

static void show_table(const struct show *s, uint64_t at)
{
    struct span table = find_table(s, at), body;
    if (table.broken) {
        show_line(s, "damaged: no whole table at 0x%llx", (unsigned long long)at);
        return;
    }
    show_header(s, table, at);
    body = span_slice(table, HEADER, table.left - HEADER);
    if (is(table, "FACP")) {
        show_fadt(s, body);
        show_facs_of(s, table);
        show_dsdt_of(s, table);
    } else if (is(table, "APIC")) {
        show_madt(s, body);
    } else if (is(table, "DSDT") || is(table, "SSDT")) {
        show_aml(s, body);
    } else {
        show_hex(s, body);
    }
}

/* A root table, and with `follow` all that it points at. */
static void show_root(const struct show *s, uint64_t at, unsigned size, bool follow)
{
    struct span table = find_table(s, at), body;
    if (table.broken || (!is(table, "RSDT") && !is(table, "XSDT"))) {
        show_line(s, "damaged: no root table at 0x%llx", (unsigned long long)at);
        return;
    }
    body = span_slice(table, HEADER, table.left - HEADER);
    show_header(s, table, at);
    show_pointers(s, body, size);
    for (unsigned i = 0; follow && body.left >= size && i < TABLES_SHOWN; i++)
        show_table(s, span_le(&body, size));
}

static struct span find_rsdp(const struct show *s, uint64_t *offset)
{
    for (*offset = 0; *offset + 20 <= s->image.left; *offset += 16)
        if (!memcmp(s->image.at + *offset, "RSD PTR ", 8))
            return span_slice(s->image, *offset, s->image.left - *offset < HEADER ? 20 : HEADER);
    return (struct span){ NULL, 0, true };
}

void acpi_show(struct span image, uint64_t at, void (*line)(void *, const char *), void *owner)
{
    static const struct show_field fields[] = {
        { "Signature", 8, SHOW_ASCII, 0 }, { "Checksum", 1, SHOW_HEX, 0 }, { "OEM id", 6, SHOW_ASCII, 0 },
        { "Revision", 1, SHOW_NUMBER, 0 }, { "RSDT", 4, SHOW_HEX, 0 }, { "Length", 4, SHOW_NUMBER, 0 },
        { "XSDT", 8, SHOW_HEX, 0 }, { "Extended checksum", 1, SHOW_HEX, 0 }, { "Reserved", 3, SHOW_NONZERO, 0 },
    };
    const struct show s = { image, at, line, owner };
    uint64_t offset;
    struct span rsdp = find_rsdp(&s, &offset), fields_of = rsdp, v = span_slice(rsdp, 15, 1);
    if (rsdp.broken) {
        show_line(&s, "damaged: no RSDP");
        return;
    }
    bool two = span_le(&v, 1) >= 2 && rsdp.left == HEADER;
    struct span v1 = span_slice(rsdp, 0, 20);
    show_line(&s, "RSDP at 0x%llx, checksums %s", (unsigned long long)(at + offset),
              sums_to_zero(v1) && (!two || sums_to_zero(rsdp)) ? "good" : "WRONG");
    show_fields(&s, &fields_of, 0, fields, two ? COUNT(fields) : 5);
    struct span rsdt = span_slice(rsdp, 16, 4), xsdt = span_slice(rsdp, 24, 8);
    show_root(&s, span_le(&rsdt, 4), 4, !two);
    if (two)
        show_root(&s, span_le(&xsdt, 8), 8, true);
}
