/*
 * The walk through a DSDT: an AML reader of its own for the encodings that the tables are written in, so that neither the
 * emitter nor acpi/namespace judges itself. What it does not know is a fault.
 */
#ifndef TESTS_GOLDEN_ACPI_WALK_AML_H
#define TESTS_GOLDEN_ACPI_WALK_AML_H
#include "tests/golden/acpi_walk_channels.h"
#include "tests/golden/acpi_walk_madt.h"

/* EISA ids are numbers, big-endian: five bits a letter, four a digit. */
static void eisa_text(uint64_t v, char to[9])
{
    uint32_t x = __builtin_bswap32((uint32_t)v);
    snprintf(to, 9, "%c%c%c%04X", (char)('@' + (x >> 26 & 31)), (char)('@' + (x >> 21 & 31)), (char)('@' + (x >> 16 & 31)),
             x & 0xffff);
}

static void walk_address_space(struct walk *w, struct span d, unsigned width)
{
    static const enum claim_kind kind[] = { CLAIM_MEMORY, CLAIM_PORT, CLAIM_BUS };
    uint8_t type = span_u8(&d);
    span_le(&d, 2);
    span_le(&d, width);
    uint64_t first = span_le(&d, width), last = span_le(&d, width);
    uint64_t translation = span_le(&d, width), length = span_le(&d, width);
    if (d.broken || type > 2 || last < first || length != last - first + 1)
        fault(w, "an address space descriptor contradicts itself");
    else
        claim(w, kind[type], first, length);
    if (translation)                                    /* ports that the CPU reaches as memory; nothing else is translated */
        claim(w, type == 1 ? CLAIM_MEMORY : CLAIM_BUS, first + translation, length);
}

static void walk_large(struct walk *w, uint8_t tag, struct span d)
{
    if (tag == 0x86) {                                  /* Memory32Fixed */
        span_u8(&d);
        uint64_t base = span_le(&d, 4);
        claim(w, CLAIM_MEMORY, base, span_le(&d, 4));
    } else if (tag == 0x89) {                           /* extended interrupt */
        span_u8(&d);
        for (unsigned n = span_u8(&d); n; n--)
            claim(w, CLAIM_LINE, span_le(&d, 4), 0);
    } else if (tag == 0x87 || tag == 0x88 || tag == 0x8a) {
        walk_address_space(w, d, tag == 0x87 ? 4 : tag == 0x88 ? 2 : 8);
        return;
    } else {
        fault(w, "resource descriptor 0x%02x is not known to the walk", tag);
    }
    if (d.broken)
        fault(w, "resource descriptor 0x%02x is cut", tag);
}

static void walk_resources(struct walk *w, struct span s)
{
    for (;;) {
        uint8_t tag = span_u8(&s);
        struct span d = tag & 0x80 ? span_take(&s, span_le(&s, 2)) : span_take(&s, tag & 7);
        if (s.broken) {
            fault(w, "a resource template without an end");
            return;
        }
        if (tag == 0x79)
            return;
        if (tag == 0x47) {                              /* I/O: decode, lowest, highest, alignment, length */
            uint64_t first = span_le(&d, 3) >> 8;
            span_le(&d, 3);
            claim(w, CLAIM_PORT, first, span_u8(&d));
        } else if (tag & 0x80) {
            walk_large(w, tag, d);
        } else {
            fault(w, "resource descriptor 0x%02x is not known to the walk", tag);
        }
    }
}

static void walk_buffer(struct walk *w, const char *name, struct span body, const struct walk_device *in)
{
    uint64_t n;
    if (!take_integer(&body, &n) || n != body.left)
        fault(w, "%s.%s: a buffer of another size than it says", in->path, name);
    else if (!strcmp(name, "_CRS"))
        walk_resources(w, body);
    else if (!strcmp(name, "_MAT"))
        walk_madt_entries(w, body, true, in->uid);
}

static void note_name(struct walk *w, struct walk_device *in, const char *name, uint64_t v)
{
    if (!strcmp(name, "_UID")) {
        in->uid = v;
        in->has_uid = true;
    } else if (!strcmp(name, "_HID")) {
        eisa_text(v, in->hid);
    } else if (!strcmp(name, "_PXM") && in->uid < PLATFORM_VCPUS_MAX && !strcmp(in->hid, "ACPI0007") &&
               v != w->p->vcpu_node[in->uid]) {
        fault(w, "CPU %llu is said to be on node %llu", (unsigned long long)in->uid, (unsigned long long)v);
    }
}

/* What is the tables' own, and not one of the names that the specification gives a meaning to; methods with 1 for each argument. */
static void to_evaluate(struct walk *w, const char *path, const char *name, unsigned arguments)
{
    size_t n = strlen(w->evaluate), room = sizeof(w->evaluate) - n;
    if (name[0] == '_')
        return;
    if ((size_t)snprintf(w->evaluate + n, room, "evaluate %s.%s%.*s;", path, name, (int)arguments * 2, " 1 1 1 1 1 1 1") >= room)
        fault(w, "more names of its own than the walk has room for");
}

/* Name (name, object) */
static void walk_named(struct walk *w, struct span *s, struct walk_device *in)
{
    char name[5];
    uint64_t v;
    take_name(s, name);
    to_evaluate(w, in->path, name, 0);
    uint8_t op = s->left ? s->at[0] : 0;
    if (op == 0x0d) {                                   /* string */
        const uint8_t *end = memchr(s->at, 0, s->left);
        if (end && !strcmp(name, "_HID"))
            snprintf(in->hid, sizeof(in->hid), "%s", (const char *)s->at + 1);
        span_take(s, end ? (uint64_t)(end - s->at) + 1 : UINT64_MAX);
    } else if (op >= 0x11 && op <= 0x13) {              /* buffer, package, package of variable length */
        span_u8(s);
        struct span body = take_package(s);
        if (op == 0x11)
            walk_buffer(w, name, body, in);
        else
            walk_package(w, name, body, in);
    } else if (take_integer(s, &v)) {
        note_name(w, in, name, v);
    } else {
        fault(w, "%s.%s: an object of kind 0x%02x, which the walk does not know", in->path, name, op);
    }
}

static void walk_region(struct walk *w, struct span *s)
{
    char name[5];
    uint64_t base = 0, size = 0;
    take_name(s, name);
    uint8_t space = span_u8(s);
    if (!take_integer(s, &base) || !take_integer(s, &size) || space > 1)
        fault(w, "region %s is not known to the walk", name);
    else
        claim(w, space ? CLAIM_PORT : CLAIM_MEMORY, base, size);
}

static void walk_terms(struct walk *w, struct span s, struct walk_device *in, unsigned depth);

static void walk_inside(struct walk *w, struct span body, const struct walk_device *in, unsigned depth)
{
    struct walk_device d = { .hid = "" };
    char name[5];
    take_name(&body, name);
    snprintf(d.path, sizeof(d.path), "%.50s%s%s", in->path, in->path[1] ? "." : "", name);
    walk_terms(w, body, &d, depth + 1);
    if (!strcmp(d.hid, "PNP0501") || !strcmp(d.hid, "ARMH0011"))
        memcpy(w->uart, d.path, sizeof(w->uart));
    if (!strcmp(d.hid, "ACPI0007"))
        claim_cpu(w, CPU_DSDT, d.has_uid ? d.uid : UINT64_MAX);
}

/* 0x5b and a second byte: Device, OperationRegion, Field, Mutex. */
static void walk_extended(struct walk *w, struct span *s, struct walk_device *in, unsigned depth)
{
    char name[5];
    uint8_t op = span_u8(s);
    if (op == 0x82) {
        walk_inside(w, take_package(s), in, depth);
    } else if (op == 0x80) {
        walk_region(w, s);
    } else if (op == 0x81) {
        take_package(s);
    } else if (op == 0x01) {
        take_name(s, name);
        span_u8(s);
    } else {
        fault(w, "%s: AML 0x5b%02x is not known to the walk", in->path, op);
        s->broken = true;
    }
}

static void walk_terms(struct walk *w, struct span s, struct walk_device *in, unsigned depth)
{
    char name[5];
    while (s.left && !s.broken && !w->why[0] && depth < 16) {
        uint8_t op = span_u8(&s);
        if (op == 0x10) {
            walk_inside(w, take_package(&s), in, depth);
        } else if (op == 0x14) {                        /* a method is opaque: what it works on is declared outside */
            struct span method = take_package(&s);
            take_name(&method, name);
            to_evaluate(w, in->path, name, span_u8(&method) & 7);
        } else if (op == 0x08) {
            walk_named(w, &s, in);
        } else if (op == 0x5b) {
            walk_extended(w, &s, in, depth);
        } else {
            fault(w, "%s: AML 0x%02x is not known to the walk", in->path, op);
            return;
        }
    }
    if (s.broken || depth >= 16)
        fault(w, "%s: AML that is cut or too deep", in->path);
}

static void walk_dsdt(struct walk *w, struct span body)
{
    struct walk_device root = { .path = "\\" };
    walk_terms(w, body, &root, 0);
}
#endif
