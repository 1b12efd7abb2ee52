/*
 * Owns: AML in plain words as far as declarations go (ACPI 6.4, 20.2.5): scopes, devices, names, regions, fields, resources. What runs
 * (methods, conditions) is told as so many bytes of code, and from what is not understood on a package is code. Depth is bounded.
 */
#include "acpi/show/aml_text.h"
#include "lib/format.h"

enum { DEPTH = 32, INLINE = 64 };       /* the latter: bytes of a package that is told in one line */
typedef unsigned long long ull;

static void terms(struct telling *t);

static void code(struct telling *t, const char *name, uint32_t end)
{
    tell_add_number(t, end - t->at);
    tell_add_text(t, " bytes of code");
    tell_field(t, name, end - t->at, false);
}

/* ---- what has a package: Scope, Device, Processor, PowerResource, ThermalZone ---- */

struct opened { struct aml_words name; uint32_t body, end; };

/* The package and the name at `at`. A package that reaches out of what it stands in is told as such. */
static bool open_at(struct telling *t, uint32_t at, const char *what, struct opened *o)
{
    uint32_t end = 0;
    *o = (struct opened){ .name.used = 0 };
    aml_words_add(&o->name, "%s (", what);
    at = aml_package_at(t, at, t->end, &end);
    if (!at && end == t->end)
        tell_wrong(t, "%s: its PkgLength reaches beyond what it stands in", what);
    o->body = at ? aml_name_at(t, at, end, &o->name) : 0;
    o->end = end;
    aml_words_add(&o->name, ")");
    return o->body != 0;
}

/* skip: bytes between the name and what is declared inside. */
static bool block(struct telling *t, uint32_t at, const char *what, uint32_t skip)
{
    struct opened o;
    if (!open_at(t, at, what, &o) || o.end - o.body < skip || t->depth >= DEPTH)
        return false;
    if (skip == 6)
        aml_words_add(&o.name, ", id %llu", (ull)tell_get(t, o.body, 1));
    struct tell_outer outer = tell_open(t, o.name.text, o.end - t->at);
    t->at = o.body + skip;
    terms(t);
    tell_close(t, outer);
    return true;
}

static bool method(struct telling *t, uint32_t at)
{
    struct opened o;
    if (!open_at(t, at, "Method", &o) || o.body >= o.end)
        return false;
    uint8_t flags = t->bytes[o.body];
    tell_add(t, "%u argument%s%s, %u bytes of code", flags & 7, (flags & 7) == 1 ? "" : "s", flags & 8 ? ", serialized" : "", o.end - o.body - 1);
    tell_field(t, o.name.text, o.end - t->at, false);
    return true;
}

static bool conditional(struct telling *t, const char *what)
{
    uint32_t end;
    if (!aml_package_at(t, t->at + 1, t->end, &end))
        return false;
    code(t, what, end);
    return true;
}

/* ---- names ---- */

static void elements(struct telling *t, uint32_t end);

/* A package or a template that is too much for a line: a heading, and a field for each of its parts. */
static bool parts(struct telling *t, struct aml_words *w, uint32_t at)
{
    uint32_t end, body = at + 1 < t->end ? aml_package_at(t, at + 1, t->end, &end) : 0;
    uint64_t n = 0;
    bool list = body && t->bytes[at] == 0x12 && body < end && end - at > INLINE && t->depth < DEPTH, template = false;
    if (list) {
        n = t->bytes[body++];
    } else if (body && t->bytes[at] == 0x11) {
        body = aml_integer_at(t, body, end, &n);
        template = body && n == end - body && aml_is_template(t, body, end);
    }
    if (!list && !template)
        return false;
    if (list)
        aml_words_add(w, ", package of %llu", (ull)n);
    else
        aml_words_add(w, ", resources");
    struct tell_outer outer = tell_open(t, w->text, end - t->at);
    t->at = body;
    if (list)
        elements(t, end);
    else
        aml_tell_template(t, end);
    tell_close(t, outer);
    return true;
}

static void elements(struct telling *t, uint32_t end)
{
    for (unsigned i = 0; t->at < end; i++) {
        struct aml_words w = { .used = 0 };
        aml_words_add(&w, "[%u]", i);
        if (parts(t, &w, t->at))
            continue;
        uint32_t next = aml_object_at(t, t->at, end, false);
        if (!next) {
            t->used = 0;
            code(t, w.text, end);
            return;
        }
        tell_field(t, w.text, next - t->at, false);
    }
}

static bool is_id(const struct telling *t, uint32_t at)
{
    const uint8_t *b = t->bytes + at;
    return t->end - at >= 4 && b[0] == '_' && (b[1] == 'H' || b[1] == 'C') && b[2] == 'I' && b[3] == 'D';
}

static bool name(struct telling *t)
{
    struct aml_words w = { .used = 0 };
    aml_words_add(&w, "Name (");
    uint32_t at = t->at + 1, value = aml_name_at(t, at, t->end, &w), next;
    aml_words_add(&w, ")");
    if (!value)
        return false;
    if (parts(t, &w, value))
        return true;
    next = aml_object_at(t, value, t->end, is_id(t, at));
    if (!next)
        return false;
    tell_field(t, w.text, next - t->at, false);
    return true;
}

/* Names one behind the other, then n bytes. */
static bool plain(struct telling *t, const char *what, uint32_t at, unsigned names, uint32_t bytes)
{
    struct aml_words w = { .used = 0 };
    aml_words_add(&w, "%s (", what);
    for (unsigned i = 0; i < names && at; i++) {
        if (i)
            aml_words_add(&w, ", ");
        at = aml_name_at(t, at, t->end, &w);
    }
    aml_words_add(&w, ")");
    if (!at || t->end - at < bytes)
        return false;
    for (uint32_t i = 0; i < bytes; i++)
        tell_add(t, "%s%u", i ? ", " : "", t->bytes[at + i]);
    if (!bytes)
        tell_add_text(t, "declared");
    tell_field(t, w.text, at + bytes - t->at, false);
    return true;
}

/* CreateDWordField and its like: where from, which byte or bit, (how many bits,) its name. */
static bool create(struct telling *t, const char *what, uint32_t at, unsigned operands)
{
    struct aml_words w = { .used = 0 };
    for (unsigned i = 0; i < operands && at; i++) {
        if (i)
            tell_add_text(t, ", ");
        at = aml_object_at(t, at, t->end, false);
    }
    aml_words_add(&w, "%s (", what);
    at = at ? aml_name_at(t, at, t->end, &w) : 0;
    aml_words_add(&w, ")");
    if (at)
        tell_field(t, w.text, at - t->at, false);
    return at != 0;
}

/* ---- regions and fields ---- */

static bool region(struct telling *t)
{
    static const char *const space[] = { "memory", "I/O", "PCI configuration", "embedded controller", "SMBus", "CMOS", "PCI BAR", "IPMI", "GPIO", "serial bus", "PCC" };
    struct aml_words w = { .used = 0 };
    aml_words_add(&w, "OperationRegion (");
    uint32_t at = aml_name_at(t, t->at + 2, t->end, &w);
    aml_words_add(&w, ")");
    if (!at || at >= t->end)
        return false;
    uint8_t kind = t->bytes[at++];
    if (kind < sizeof(space) / sizeof(space[0]))
        tell_add_text(t, space[kind]);
    else
        tell_add(t, "space 0x%x", kind);
    tell_add_text(t, ", from ");
    at = aml_object_at(t, at, t->end, false);
    tell_add_text(t, ", bytes ");
    at = at ? aml_object_at(t, at, t->end, false) : 0;
    if (at)
        tell_field(t, w.text, at - t->at, false);
    return at != 0;
}

/* Bits of a unit are a PkgLength's number (20.2.5.2). */
static uint32_t unit_bits(const struct telling *t, uint32_t at, uint32_t end, uint32_t *bits)
{
    if (at >= end)
        return 0;
    uint32_t lead = t->bytes[at], more = lead >> 6;
    *bits = more ? lead & 0xf : lead & 0x3f;
    if (more >= end - at)
        return 0;
    for (uint32_t i = 0; i < more; i++)
        *bits |= (uint32_t)t->bytes[at + 1 + i] << (4 + 8 * i);
    return at + 1 + more;
}

/* "NAME 8" for each unit; false: something else is in there. */
static bool units(struct telling *t, uint32_t at, uint32_t end)
{
    uint32_t bits;
    uint64_t offset = 0;
    bool first = true;
    while (at && at < end) {
        struct aml_words w = { .used = 0 };
        uint8_t op = t->bytes[at];
        if (op == 0) {
            at = unit_bits(t, at + 1, end, &bits);
            offset += at ? bits : 0;
        } else if (op == 1 || op == 3) {
            at = end - at >= (op == 1 ? 3u : 4u) ? at + (op == 1 ? 3 : 4) : 0;
        } else {
            at = aml_name_at(t, at, end, &w);
            at = at ? unit_bits(t, at, end, &bits) : 0;
            if (!at)
                return false;
            tell_add(t, "%s%s from bit 0x%llx, %u", first ? "" : "; ", w.text, (ull)offset, bits);
            offset += bits;
            first = false;
        }
    }
    return at != 0;
}

/* names: how many stand before the flags; a bank's value after them is an object. */
static bool field(struct telling *t, const char *what, unsigned names, bool bank)
{
    struct aml_words w = { .used = 0 };
    uint32_t end, at = aml_package_at(t, t->at + 2, t->end, &end);
    aml_words_add(&w, "%s (", what);
    for (unsigned i = 0; i < names && at; i++) {
        if (i)
            aml_words_add(&w, ", ");
        at = aml_name_at(t, at, end, &w);
    }
    aml_words_add(&w, ")");
    if (at && bank) {
        tell_add_text(t, "bank ");
        at = aml_object_at(t, at, end, false);
        tell_add_text(t, ": ");
    }
    if (!at || at >= end || !units(t, at + 1, end))
        return false;
    if (!t->used)
        tell_add_text(t, "no units");
    tell_field(t, w.text, end - t->at, false);
    return true;
}

/* ---- terms ---- */

static bool extended(struct telling *t)
{
    uint32_t at = t->at + 2;
    switch (t->bytes[t->at + 1]) {
    case 0x01: return plain(t, "Mutex", at, 1, 1);
    case 0x02: return plain(t, "Event", at, 1, 0);
    case 0x13: return create(t, "CreateField", at, 3);
    case 0x80: return region(t);
    case 0x81: return field(t, "Field", 1, false);
    case 0x82: return block(t, at, "Device", 0);
    case 0x83: return block(t, at, "Processor", 6);
    case 0x84: return block(t, at, "PowerResource", 3);
    case 0x85: return block(t, at, "ThermalZone", 0);
    case 0x86: return field(t, "IndexField", 2, false);
    case 0x87: return field(t, "BankField", 2, true);
    default:   return false;
    }
}

static bool term(struct telling *t)
{
    uint32_t at = t->at + 1;
    switch (t->bytes[t->at]) {
    case 0x06: return plain(t, "Alias", at, 2, 0);
    case 0x08: return name(t);
    case 0x10: return block(t, at, "Scope", 0);
    case 0x14: return method(t, at);
    case 0x15: return plain(t, "External", at, 1, 2);
    case 0x5b: return at < t->end && extended(t);
    case 0x8a: return create(t, "CreateDWordField", at, 2);
    case 0x8b: return create(t, "CreateWordField", at, 2);
    case 0x8c: return create(t, "CreateByteField", at, 2);
    case 0x8d: return create(t, "CreateBitField", at, 2);
    case 0x8f: return create(t, "CreateQWordField", at, 2);
    case 0xa0: return conditional(t, "If");
    case 0xa1: return conditional(t, "Else");
    case 0xa2: return conditional(t, "While");
    default:   return false;
    }
}

static void terms(struct telling *t)
{
    while (t->at < t->end)
        if (!term(t)) {
            t->used = 0;
            code(t, t->wrong[0] ? "Damaged" : t->depth >= DEPTH ? "Nested deeper than is told" : "Code", t->end);
        }
}

const struct tell_kind_of tell_aml_kinds[] = {
    { .signature = "DSDT", .title = "Differentiated System Description Table", .clause = "ACPI 6.4, 5.2.11.1", .low = 1, .high = 2, .tell = terms },
    { .signature = "SSDT", .title = "Secondary System Description Table", .clause = "ACPI 6.4, 5.2.11.2", .low = 1, .high = 2, .tell = terms },
    { .signature = "PSDT", .title = "Persistent System Description Table", .clause = "ACPI 6.4, 5.2.11.3", .low = 1, .high = 2, .tell = terms },
    { .signature = "OSDT", .title = "Override System Description Table", .clause = "", .tell = terms },
    { .signature = NULL },
};
