/*
 * Owns: AML in plain words, as far as declarations go: scopes, devices, names, packages, buffers, resource templates.
 * What it does not know it shows as bytes and leaves the package it is in. Depth is bounded.
 */
#include "acpi/show_internal.h"

enum { DEPTH_MAX = 8, BYTES_SHOWN = 16 };

static void block(const struct show *s, struct span body, unsigned depth);

/* PkgLength (ACPI 6.4, 20.2.4), and the window it spans after itself. */
static struct span take_package(struct span *s)
{
    size_t before = s->left;
    uint64_t lead = span_le(s, 1), more = lead >> 6;
    uint64_t length = more ? (lead & 0xf) | span_le(s, (unsigned)more) << 4 : lead & 0x3f;
    uint64_t used = before - s->left;
    return span_take(s, length < used ? UINT64_MAX : length - used);
}

/* A name of one segment, with the root's '\' perhaps. */
static void add_name(struct show_text *t, struct span *s)
{
    if (s->left && *s->at == '\\') {
        show_add(t, "\\");
        (void)span_take(s, 1);
    }
    struct span segment = span_take(s, 4);
    for (size_t i = 0; i < segment.left; i++) {
        uint8_t c = segment.at[i];
        bool good = c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        show_add(t, "%c", good ? c : '?');
        if (!good)
            s->broken = true;
    }
}

static void add_bytes(struct show_text *t, struct span v)
{
    for (size_t i = 0; i < v.left && i < BYTES_SHOWN; i++)
        show_add(t, " %02x", v.at[i]);
    if (v.left > BYTES_SHOWN)
        show_add(t, " and %zu more", v.left - BYTES_SHOWN);
}

/* An EISA id is a big-endian number of three 5-bit letters and four hex digits (19.6.36). */
static void add_eisa(struct show_text *t, uint64_t v)
{
    uint32_t id = __builtin_bswap32((uint32_t)v);
    if (v > 0xffffffff || !(id >> 26 & 31) || id >> 31)
        return;
    show_add(t, " (%c%c%c%04X)", (int)('@' + (id >> 26 & 31)), (int)('@' + (id >> 21 & 31)), (int)('@' + (id >> 16 & 31)), id & 0xffff);
}

/* Descriptors of a resource template (6.4); false: something else is in there. */
static bool add_resources(struct show_text *t, struct span v)
{
    for (bool first = true; v.left; first = false) {
        uint64_t tag = span_le(&v, 1);
        if (tag == 0x79)                /* the end, and a checksum */
            return v.left == 1;
        show_add(t, first ? "" : ", ");
        if (tag == 0x47) {
            uint64_t wide = span_le(&v, 1), low = span_le(&v, 2), high = span_le(&v, 2), align = span_le(&v, 1), n = span_le(&v, 1);
            show_add(t, n == 1 ? "port 0x%llx" : "ports 0x%llx..0x%llx", (unsigned long long)low, (unsigned long long)(high + n - 1));
            if (!(wide & 1) || low != high || align != 1)
                return false;
        } else if (tag == 0x89) {
            uint64_t size = span_le(&v, 2), flags = span_le(&v, 1), n = span_le(&v, 1), gsi = span_le(&v, 4);
            show_add(t, "GSI %llu, %s, active %s, %s", (unsigned long long)gsi, flags & 2 ? "edge" : "level",
                     flags & 4 ? "low" : "high", flags & 8 ? "shared" : "exclusive");
            if (size != 6 || n != 1)
                return false;
        } else {
            return false;
        }
    }
    return false;
}

static void add_integer(struct show_text *t, uint64_t v, bool id)
{
    show_add(t, v < 10 ? "%llu" : "0x%llx", (unsigned long long)v);
    if (id)
        add_eisa(t, v);
}

/* The integer object at the head of s; breaks s when there is none. */
static uint64_t take_integer(struct span *s, uint64_t op)
{
    switch (op) {
    case 0x00: return 0;
    case 0x01: return 1;
    case 0xff: return UINT64_MAX;
    case 0x0a: return span_le(s, 1);
    case 0x0b: return span_le(s, 2);
    case 0x0c: return span_le(s, 4);
    case 0x0e: return span_le(s, 8);
    default:
        s->broken = true;
        return 0;
    }
}

static void add_string(struct show_text *t, struct span *s)
{
    show_add(t, "\"");
    for (uint64_t c = span_le(s, 1); c && !s->broken; c = span_le(s, 1))
        show_add(t, "%c", c >= 0x20 && c < 0x7f ? (int)c : '.');
    show_add(t, "\"");
}

static void add_buffer(struct show_text *t, struct span *s)
{
    struct span v = take_package(s);
    uint64_t op = span_le(&v, 1), size = take_integer(&v, op);
    struct show_text resources = { .used = 0 };
    if (v.broken) {
        s->broken = true;
    } else if (v.left == size && add_resources(&resources, v)) {
        show_add(t, "resources: %s", resources.text);
    } else {
        show_add(t, "buffer of %llu:", (unsigned long long)size);
        add_bytes(t, v);
    }
}

static void add_object(struct show_text *t, struct span *s, bool id, unsigned depth)
{
    uint64_t op = span_le(s, 1);
    if (op == 0x0d) {
        add_string(t, s);
    } else if (op == 0x11) {
        add_buffer(t, s);
    } else if (op == 0x12 && depth < DEPTH_MAX) {
        struct span v = take_package(s);
        show_add(t, "package of %llu:", (unsigned long long)span_le(&v, 1));
        while (v.left && !v.broken) {
            show_add(t, " ");
            add_object(t, &v, false, depth + 1);
        }
        s->broken |= v.broken;
    } else {
        uint64_t v = take_integer(s, op);
        if (!s->broken)
            add_integer(t, v, id);
    }
}

static void show_scope(const struct show *s, const char *what, struct span *body, struct show_text *t, unsigned depth)
{
    struct span v = take_package(body);
    show_add(t, "%s ", what);
    add_name(t, &v);
    if (v.broken || depth >= DEPTH_MAX) {
        body->broken = true;
        return;
    }
    s->line(s->owner, t->text);
    block(s, v, depth + 1);
}

static void show_name(const struct show *s, struct span *body, struct show_text *t, unsigned depth)
{
    struct span name = span_slice(*body, 0, 4);
    bool id = !name.broken && name.at[0] == '_' && (name.at[1] == 'H' || name.at[1] == 'C') && name.at[2] == 'I' && name.at[3] == 'D';
    add_name(t, body);
    show_add(t, " = ");
    add_object(t, body, id, depth);
    if (!body->broken)
        s->line(s->owner, t->text);
}

/* The terms of one package, each on its line. */
static void block(const struct show *s, struct span body, unsigned depth)
{
    while (body.left) {
        struct span before = body;
        struct show_text t = { .used = 0 };
        show_add(&t, "  %*s", (int)depth * 2, "");
        uint64_t op = span_le(&body, 1);
        if (op == 0x10) {
            show_scope(s, "Scope", &body, &t, depth);
        } else if (op == 0x08) {
            show_name(s, &body, &t, depth);
        } else if (op == 0x5b && body.left && *body.at == 0x82) {
            (void)span_take(&body, 1);
            show_scope(s, "Device", &body, &t, depth);
        } else {
            body.broken = true;
        }
        if (body.broken) {
            t.used = 0;
            show_add(&t, "  %*sbytes:", (int)depth * 2, "");
            add_bytes(&t, before);
            s->line(s->owner, t.text);
            return;
        }
    }
}

void show_aml(const struct show *s, struct span body)
{
    block(s, body, 0);
}
