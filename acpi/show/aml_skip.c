/*
 * Owns: where an expression or a statement ends, so that what is declared behind it can be told. A call ends behind its arguments,
 * whose number stands in the method's declaration: those of this table are gathered first, by their last name. What other tables
 * declare has none here, which at worst takes arguments for statements; acpi/namespace knows all tables and each scope.
 */
#include "acpi/namespace/opcode.h"
#include "acpi/namespace/tree.h"
#include "acpi/show/aml_text.h"

enum { PENDING = 48 };
static const char arguments[] = "ttttttt";

static uint32_t slot_of(uint32_t name) { return (name * 2654435761u) >> 21; }

static void learn(struct aml_methods *m, uint32_t name, uint8_t n)
{
    if (!n || m->n >= AML_METHODS * 3 / 4)
        return;
    uint32_t i = slot_of(name);
    while (m->slot[i].name && m->slot[i].name != name)
        i = (i + 1) % AML_METHODS;
    if (!m->slot[i].name) {
        m->slot[i].name = name;
        m->slot[i].n = n;
        m->n++;
    }
}

static unsigned known(const struct aml_methods *m, uint32_t name)
{
    uint32_t i = slot_of(name);
    while (m->slot[i].name && m->slot[i].name != name)
        i = (i + 1) % AML_METHODS;
    return m->slot[i].n;
}

/* What the specification names is of its kind: of those that AML calls, these have arguments. */
static void learn_predefined(struct aml_methods *m)
{
    static const struct { uint8_t name[4], n; } predefined[] = { { "_OSI", 1 }, { "_OSC", 4 }, { "_DSM", 4 } };
    for (unsigned i = 0; i < sizeof(predefined) / sizeof(predefined[0]); i++) {
        struct span s = span_of(predefined[i].name, 4);
        learn(m, (uint32_t)span_le(&s, 4), predefined[i].n);
    }
}

/* Anything that looks like Method (name, n) or External (name, MethodObj, n): that bytes of data do is rare, and harmless. */
void aml_learn_methods(struct aml_methods *m, const struct telling *t)
{
    learn_predefined(m);
    const uint8_t *b = t->bytes;
    for (uint32_t at = TABLE_HEADER, all = t->end; at < all; at++) {
        if ((b[at] & 0xfe) != 0x14)
            continue;
        uint32_t end = all, name = at + 1;
        if (b[at] == 0x14)
            name = aml_package_at(t, at + 1, t->end, &end);
        uint32_t flags = name ? aml_name_at(t, name, end, NULL) : 0;
        if (flags < TABLE_HEADER + 4 || flags >= end)
            continue;
        uint8_t n = t->bytes[flags];
        if (t->bytes[at] == 0x15)
            n = n == 8 && flags + 1 < end ? t->bytes[flags + 1] : 0;
        if (t->bytes[flags - 4] != '_')
            learn(m, (uint32_t)tell_get(t, flags - 4, 4), n & 7);
    }
}

struct skip { const struct telling *t; const struct aml_methods *m; uint32_t at, end; unsigned depth; const char *pending[PENDING]; };

static bool push(struct skip *s, const char *follows)
{
    if (s->depth == PENDING)
        return false;
    s->pending[s->depth++] = follows;
    return true;
}

static bool bytes(struct skip *s, uint32_t n)
{
    s->at += n;
    return s->at <= s->end;
}

static bool name(struct skip *s, bool call)
{
    uint32_t next = aml_name_at(s->t, s->at, s->end, NULL);
    if (!next)
        return false;
    s->at = next;
    return !call || push(s, arguments + 7 - known(s->m, (uint32_t)tell_get(s->t, next - 4, 4)));
}

static bool term(struct skip *s, bool call)
{
    if (s->at >= s->end)
        return false;
    if (aml_begins_name(s->t->bytes[s->at]))
        return name(s, call);
    struct span v = span_of(s->t->bytes + s->at, s->end - s->at);
    size_t left = v.left;
    const struct aml_shape *shape = aml_take_opcode(&v);
    if (!shape || shape->declares)
        return false;
    s->at += (uint32_t)(left - v.left);
    return push(s, shape->follows);
}

/* A package ends where it says, whatever is in it. */
static bool package(struct skip *s)
{
    uint32_t end;
    if (!aml_package_at(s->t, s->at, s->end, &end))
        return false;
    s->at = end;
    s->depth--;
    return true;
}

static bool text(struct skip *s)
{
    while (s->at < s->end && s->t->bytes[s->at])
        s->at++;
    return bytes(s, 1);
}

static bool step(struct skip *s, char c)
{
    switch (c) {
    case 'p': return package(s);
    case 't': return term(s, true);
    case 'r': return term(s, false);
    case 'b': return bytes(s, 1);
    case 'w': return bytes(s, 2);
    case 'd': return bytes(s, 4);
    case 'q': return bytes(s, 8);
    case 's': return text(s);
    default:  return false;
    }
}

uint32_t aml_term_end(const struct telling *t, const struct aml_methods *m, uint32_t at, uint32_t limit)
{
    struct skip s = { .t = t, .m = m, .at = at, .end = limit, .depth = 1, .pending = { "t" } };
    while (s.depth) {
        const char *next = s.pending[s.depth - 1];
        if (!*next) {
            s.depth--;
            continue;
        }
        s.pending[s.depth - 1]++;
        if (!step(&s, *next))
            return 0;
    }
    return s.at;
}
