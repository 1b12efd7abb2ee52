/*
 * The walk through a DSDT: an AML reader of its own for the encodings that the tables are written in, so that neither the
 * emitter nor acpi/namespace judges itself. What it does not know is a fault.
 */
#ifndef TESTS_GOLDEN_ACPI_WALK_AML_H
#define TESTS_GOLDEN_ACPI_WALK_AML_H
#include "tests/golden/acpi_walk_madt.h"

/* The innermost device that is open, or the scope's path only. */
struct walk_device { char path[64]; char hid[9]; uint64_t uid; bool has_uid; };

/* The rest of a package whose PkgLength stands at *s. */
static struct span take_package(struct span *s)
{
    size_t before = s->left;
    uint8_t lead = span_u8(s);
    uint64_t n = lead & (lead >> 6 ? 0x0f : 0x3f);
    for (unsigned i = 0; i < lead >> 6; i++)
        n |= (uint64_t)span_u8(s) << (4 + 8 * i);
    uint64_t taken = before - s->left;
    return span_take(s, n < taken ? UINT64_MAX : n - taken);
}

/* A name; its last segment goes to `name`. Absolute and upward paths do not occur where something is declared. */
static void take_name(struct span *s, char name[5])
{
    uint8_t lead = s->left ? s->at[0] : 0;
    unsigned segments = 1;
    while (lead == '\\' || lead == '^') {
        span_u8(s);
        lead = s->left ? s->at[0] : 0;
    }
    if (lead == 0x2e) {
        span_u8(s);
        segments = 2;
    } else if (lead == 0x2f) {
        span_u8(s);
        segments = span_u8(s);
    }
    struct span all = span_take(s, 4ull * segments);
    memset(name, 0, 5);
    if (!s->broken && segments)
        memcpy(name, all.at + 4 * (segments - 1), 4);
}

static bool take_integer(struct span *s, uint64_t *v)
{
    uint8_t op = span_u8(s);
    *v = op == 0xff ? UINT64_MAX : op;
    if (op <= 1 || op == 0xff)
        return true;
    unsigned size = op == 0x0a ? 1 : op == 0x0b ? 2 : op == 0x0c ? 4 : op == 0x0e ? 8 : 0;
    *v = size ? span_le(s, size) : 0;
    return size != 0;
}

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

/* One package of the device of channels: a text and a number or a text, whose first byte then is the value. */
static bool take_pair(struct span *s, const char **name, uint64_t *number, const char **text)
{
    if (span_u8(s) != 0x12)
        return false;
    struct span pair = take_package(s);
    bool two = span_u8(&pair) == 2 && span_u8(&pair) == 0x0d;
    const uint8_t *end = pair.left ? memchr(pair.at, 0, pair.left) : NULL;
    if (!two || !end)
        return false;
    *name = (const char *)span_take(&pair, (uint64_t)(end - pair.at) + 1).at;
    *text = "";
    *number = 0;
    if (!pair.left || pair.at[0] != 0x0d)
        return take_integer(&pair, number) && !pair.left;
    span_u8(&pair);
    *text = (const char *)pair.at;
    return pair.left && memchr(pair.at, 0, pair.left) == pair.at + pair.left - 1;
}

/* The pairs behind a UUID (a buffer of 16 bytes). */
static struct span take_pairs(struct span *s, uint8_t *count)
{
    if (span_u8(s) != 0x11 || take_package(s).left != 18 || span_u8(s) != 0x12)
        s->broken = true;
    struct span pairs = take_package(s);
    *count = span_u8(&pairs);
    return pairs;
}

/* A channel or a ring: a data node of the device EVTC. */
static void walk_data_node(struct walk *w, const char *node, struct span body)
{
    const char *name, *text, *peer = NULL, *label = "";
    uint64_t v, port = 0, page = 0, peer_port = 0;
    uint8_t two = span_u8(&body), count;
    struct span pairs = take_pairs(&body, &count);
    for (; count && take_pair(&pairs, &name, &v, &text); count--) {
        if (!strcmp(name, "port")) port = v;
        if (!strcmp(name, "page")) page = v;
        if (!strcmp(name, "peer-port")) peer_port = v;
        if (!strcmp(name, "peer")) peer = text;
        if (!strcmp(name, "label")) label = text;
    }
    if (two != 2 || count || pairs.left || body.left || pairs.broken || body.broken)
        fault(w, "EVTC.%s is no data node", node);
    claim(w, node[0] == 'C' ? CLAIM_CHANNEL : CLAIM_RING, node[0] == 'C' ? port : page, node[0] == 'C' ? peer_port : port);
    bool known = false;
    for (unsigned i = 0; peer && i < w->p->channels; i++)
        known = known || (w->p->channel[i].port == port && !strcmp(w->p->channel[i].peer, peer) && !strcmp(w->p->channel[i].label, label));
    for (unsigned i = 0; !peer && i < w->p->rings; i++)
        known = known || (w->p->ring[i].port == port && !strcmp(w->p->ring[i].of, label));
    if (!known)
        fault(w, "EVTC.%s tells another peer or label than the platform", node);
}

/* What _DSD counts, and that it names each data node once. */
static void walk_dsd(struct walk *w, struct span body)
{
    const char *name, *text;
    uint64_t v, counted = 0;
    uint8_t four = span_u8(&body), count, nodes;
    struct span pairs = take_pairs(&body, &count), list = take_pairs(&body, &nodes);
    while (count && take_pair(&pairs, &name, &v, &text) && count--)
        counted = counted << 8 | v;
    if (four != 4 || count || body.left || counted != (w->p->channels << 8 | w->p->rings) || nodes != w->p->channels + w->p->rings)
        fault(w, "EVTC._DSD does not count what there is");
    for (unsigned i = 0; i < nodes; i++) {
        char path[40];
        if (!take_pair(&list, &name, &v, &text) || !strchr(name, '@'))
            fault(w, "EVTC._DSD is cut");
        else if (snprintf(path, sizeof(path), "EVTC.%s;", text), !strstr(w->evaluate, path))
            fault(w, "EVTC._DSD names %s, which is not there", text);
    }
}

static void walk_package(struct walk *w, const char *name, struct span body, const struct walk_device *in)
{
    if (strcmp(in->hid, "BDPL0001") != 0)
        return;
    if (!strcmp(name, "_DSD"))
        walk_dsd(w, body);
    else
        walk_data_node(w, name, body);
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
