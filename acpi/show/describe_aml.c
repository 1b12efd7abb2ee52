/*
 * Owns: AML in plain words as far as declarations go (ACPI 6.4, 20.2.5): scopes, devices, names, regions, fields, resources. What runs
 * (methods, statements) is told as so many bytes of code, and from what is not understood on a package is code. Depth is bounded.
 */
#include "acpi/namespace/namespace.h"
#include "acpi/show/aml_text.h"
#include <string.h>

enum { DEPTH = AML_DEPTH_MAX, INLINE = 64 };        /* the latter: bytes of a package that is told in one line */
typedef unsigned long long ull;

static void terms(struct telling *t);

static void code(struct telling *t, const char *name, uint32_t end)
{
    tell_add_number(t, end - t->at);
    tell_add_text(t, " bytes of code");
    tell_field(t, name, end - t->at, false);
}

/* What lies deeper than is told: where it ends is known, what it declares is not. */
static bool too_deep(struct telling *t, const char *name, uint32_t end)
{
    tell_wrong(t, "nested deeper than %d: what it declares is not told", DEPTH);
    code(t, name, end);
    return true;
}

/* ---- what has a package: Scope, Device, Processor, PowerResource, ThermalZone ---- */

struct opened { struct aml_words name; uint32_t body, end; };

/* The package and the name at `at`. A package that reaches out of what it stands in is told as such. */
static bool open_at(struct telling *t, uint32_t at, const char *what, struct opened *o)
{
    uint32_t end = 0;
    *o = (struct opened){ .name.used = 0 };
    aml_words_put(&o->name, what);
    aml_words_put(&o->name, " (");
    at = aml_package_at(t, at, t->end, &end);
    if (!at && end == t->end)
        tell_wrong(t, "%s: its PkgLength reaches beyond what it stands in", what);
    o->body = at ? aml_name_at(t, at, end, &o->name) : 0;
    o->end = end;
    aml_words_put(&o->name, ")");
    return o->body != 0;
}

/* skip: bytes between the name and what is declared inside. */
static bool block(struct telling *t, uint32_t at, const char *what, uint32_t skip)
{
    struct opened o;
    if (!open_at(t, at, what, &o) || o.end - o.body < skip)
        return false;
    if (t->depth >= DEPTH)
        return too_deep(t, o.name.text, o.end);
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
    tell_add_number(t, flags & 7);
    tell_add_text(t, (flags & 7) == 1 ? " argument" : " arguments");
    tell_add_text(t, flags & 8 ? ", serialized, " : ", ");
    tell_add_number(t, o.end - o.body - 1);
    tell_add_text(t, " bytes of code");
    tell_field(t, o.name.text, o.end - t->at, false);
    return true;
}

/* If, Else, While: what they declare is there or not. */
static bool conditional(struct telling *t, const char *what, bool asks)
{
    uint32_t end, body = aml_package_at(t, t->at + 1, t->end, &end);
    if (body && asks)
        body = aml_term_end(t, t->own, body, end);
    if (!body)
        return false;
    if (t->depth >= DEPTH)
        return too_deep(t, what, end);
    struct tell_outer outer = tell_open(t, what, end - t->at);
    t->at = body;
    terms(t);
    tell_close(t, outer);
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
    aml_words_put(&w, "Name (");
    uint32_t at = t->at + 1, value = aml_name_at(t, at, t->end, &w), next;
    aml_words_put(&w, ")");
    if (!value)
        return false;
    if (parts(t, &w, value))
        return true;
    next = aml_object_at(t, value, t->end, is_id(t, at));
    if (!next) {
        t->used = 0;
        next = aml_operand_at(t, value, t->end);
    }
    if (!next)
        return false;
    tell_field(t, w.text, next - t->at, false);
    return true;
}

/* Names one behind the other, then n bytes. */
static bool plain(struct telling *t, const char *what, uint32_t at, unsigned names, uint32_t bytes)
{
    struct aml_words w = { .used = 0 };
    aml_words_put(&w, what);
    aml_words_put(&w, " (");
    for (unsigned i = 0; i < names && at; i++) {
        if (i)
            aml_words_put(&w, ", ");
        at = aml_name_at(t, at, t->end, &w);
    }
    aml_words_put(&w, ")");
    if (!at || t->end - at < bytes)
        return false;
    for (uint32_t i = 0; i < bytes; i++) {
        tell_add_text(t, i ? ", " : "");
        tell_add_number(t, t->bytes[at + i]);
    }
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
        at = aml_operand_at(t, at, t->end);
    }
    aml_words_put(&w, what);
    aml_words_put(&w, " (");
    at = at ? aml_name_at(t, at, t->end, &w) : 0;
    aml_words_put(&w, ")");
    if (at)
        tell_field(t, w.text, at - t->at, false);
    return at != 0;
}

/* ---- terms ---- */

static bool extended(struct telling *t)
{
    uint32_t at = t->at + 2;
    switch (t->bytes[t->at + 1]) {
    case 0x01: return plain(t, "Mutex", at, 1, 1);
    case 0x02: return plain(t, "Event", at, 1, 0);
    case 0x13: return create(t, "CreateField", at, 3);
    case 0x80: return aml_tell_region(t);
    case 0x81: return aml_tell_fields(t, "Field", 1, false);
    case 0x82: return block(t, at, "Device", 0);
    case 0x83: return block(t, at, "Processor", 6);
    case 0x84: return block(t, at, "PowerResource", 3);
    case 0x85: return block(t, at, "ThermalZone", 0);
    case 0x86: return aml_tell_fields(t, "IndexField", 2, false);
    case 0x87: return aml_tell_fields(t, "BankField", 2, true);
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
    case 0xa0: return conditional(t, "If", true);
    case 0xa1: return conditional(t, "Else", false);
    case 0xa2: return conditional(t, "While", true);
    default:   return false;
    }
}

/* Statements one behind the other are one field. */
static uint32_t statements(const struct telling *t)
{
    uint32_t end = t->at, next;
    while (end < t->end && (next = t->bytes[end] < 0xa0 || t->bytes[end] > 0xa2 ? aml_term_end(t, t->own, end, t->end) : 0))
        end = next;
    return end;
}

static void terms(struct telling *t)
{
    while (t->at < t->end)
        if (!term(t)) {
            uint32_t end = t->wrong[0] ? 0 : statements(t);
            t->used = 0;
            code(t, t->wrong[0] ? "Damaged" : "Code", end > t->at ? end : t->end);
        }
}

static void tell_aml(struct telling *t)
{
    struct aml_methods m;
    memset(&m, 0, sizeof(m));
    aml_learn_methods(&m, t);
    t->own = &m;
    terms(t);
    t->own = NULL;
}

const struct tell_kind_of tell_aml_kinds[] = {
    { .signature = "DSDT", .title = "Differentiated System Description Table", .clause = "ACPI 6.4, 5.2.11.1", .low = 1, .high = 2, .tell = tell_aml },
    { .signature = "SSDT", .title = "Secondary System Description Table", .clause = "ACPI 6.4, 5.2.11.2", .low = 1, .high = 2, .tell = tell_aml },
    { .signature = "PSDT", .title = "Persistent System Description Table", .clause = "ACPI 6.4, 5.2.11.3", .low = 1, .high = 2, .tell = tell_aml },
    { .signature = "OSDT", .title = "Override System Description Table", .clause = "", .tell = tell_aml },
    { .signature = NULL },
};
