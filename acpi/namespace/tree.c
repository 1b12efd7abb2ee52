/*
 * Owns: the tree of names. Invariants: every node but the root hangs in its parent's list (a foreseen one: not yet) and in the hash of
 * (parent, name) just once; no path has more than AML_NAMES_MAX names, so every walk upwards ends soon and every path has room in
 * AML_PATH_MAX. The hash's heads lie in the nodes themselves: node [i] keeps that of bucket i.
 */
#include "acpi/namespace/tree.h"
#include <string.h>

enum { BUCKETS_MAX = 4096, ALIASES_MAX = 8 };

static uint32_t bucket_of(const struct aml_namespace *ns, int parent, const uint8_t *segment)
{
    uint32_t name = (uint32_t)segment[0] | (uint32_t)segment[1] << 8 | (uint32_t)segment[2] << 16 | (uint32_t)segment[3] << 24;
    uint32_t mixed = (name ^ (uint32_t)parent * 0x9e3779b1u) * 0x85ebca6bu;
    return (mixed ^ mixed >> 17) & (ns->buckets - 1);
}

int aml_child_at(const struct aml_namespace *ns, int parent, const uint8_t *segment)
{
    int i = ns->node[bucket_of(ns, parent, segment)].bucket;
    while (i != AML_NONE && (ns->node[i].parent != parent || memcmp(ns->node[i].name, segment, 4) != 0))
        i = ns->node[i].chain;
    return i;
}

void aml_settle(struct aml_namespace *ns, int node)
{
    struct aml_node *n = &ns->node[node], *parent = &ns->node[n->parent];
    if (parent->last == AML_NONE)
        parent->first = node;
    else
        ns->node[parent->last].next = node;
    parent->last = node;
    n->foreseen = false;
}

static int add(struct aml_namespace *ns, int parent, const uint8_t *segment, bool foresee)
{
    if (ns->n == ns->max) {
        ns->full = true;
        return AML_NONE;
    }
    if (ns->node[parent].depth >= AML_NAMES_MAX)
        return AML_NONE;
    int node = (int)ns->n++;
    struct aml_node *n = &ns->node[node], *head = &ns->node[bucket_of(ns, parent, segment)];
    int bucket = n->bucket;
    *n = (struct aml_node){
        .parent = parent, .first = AML_NONE, .next = AML_NONE, .last = AML_NONE, .bucket = bucket, .chain = head->bucket, .kind = AML_SCOPE,
        .depth = (uint8_t)(ns->node[parent].depth + 1), .conditional = true, .foreseen = true, .table = (uint16_t)ns->tables,
    };
    memcpy(n->name, segment, 4);
    head->bucket = node;
    if (!foresee)
        aml_settle(ns, node);
    return node;
}

void aml_namespace_init(struct aml_namespace *ns, struct aml_node *node, unsigned max)
{
    static const char predefined[AML_PREDEFINED - 1][5] = { "_GPE", "_PR_", "_SB_", "_SI_", "_TZ_" };   /* 5.3.1 */
    *ns = (struct aml_namespace){ .node = node, .n = 1, .max = max, .buckets = 16 };
    while (ns->buckets < BUCKETS_MAX && ns->buckets * 2 <= max)
        ns->buckets *= 2;
    for (unsigned i = 0; i < ns->buckets; i++)
        node[i].bucket = AML_NONE;
    node[AML_ROOT] = (struct aml_node){
        .name = { '\\', '_', '_', '_' }, .parent = AML_NONE, .first = AML_NONE, .next = AML_NONE, .last = AML_NONE, .bucket = AML_NONE,
        .chain = AML_NONE, .kind = AML_SCOPE,
    };
    for (unsigned i = 0; i < AML_PREDEFINED - 1; i++) {
        int at = add(ns, AML_ROOT, (const uint8_t *)predefined[i], false);
        node[at].conditional = false;
    }
}

static bool is_lead(uint8_t c) { return c == '_' || (c >= 'A' && c <= 'Z'); }

bool aml_begins_name(uint8_t c) { return is_lead(c) || c == '\\' || c == '^' || c == 0x2e || c == 0x2f; }

static bool is_segment(const uint8_t *c)
{
    if (!is_lead(c[0]))
        return false;
    for (unsigned i = 1; i < 4; i++)
        if (!is_lead(c[i]) && !(c[i] >= '0' && c[i] <= '9'))
            return false;
    return true;
}

struct aml_name aml_take_name(struct span *s)
{
    struct aml_name name = { .n = 1 };
    if (s->left && *s->at == '\\') {
        name.root = true;
        (void)span_u8(s);
    }
    for (; s->left && *s->at == '^' && !name.root; name.up++)
        (void)span_u8(s);
    uint8_t lead = s->left ? *s->at : 0xff;
    if (lead == 0x00 || lead == 0x2e || lead == 0x2f) {
        (void)span_u8(s);
        name.n = lead == 0x2f ? span_u8(s) : lead == 0x2e ? 2 : 0;
        if (lead == 0x2f && !name.n)
            s->broken = true;
    }
    struct span segments = span_take(s, (uint64_t)name.n * 4);
    name.segment = segments.at;
    for (unsigned i = 0; i < name.n && !s->broken; i++)
        if (!is_segment(segments.at + 4 * i))
            s->broken = true;
    return name;
}

/* Where a name's first segment is looked for; AML_NONE: above the root. */
static int start_of(const struct aml_namespace *ns, int scope, struct aml_name name)
{
    if (name.root)
        return AML_ROOT;
    for (unsigned i = 0; i < name.up && scope != AML_NONE; i++)
        scope = ns->node[scope].parent;
    return scope;
}

/* A single segment without a prefix: the one kind of name that is searched upwards. */
static bool is_searched(struct aml_name name) { return name.n == 1 && !name.root && !name.up; }

static int search(const struct aml_namespace *ns, int scope, const uint8_t *segment)
{
    int found = AML_NONE;
    for (; scope != AML_NONE && found == AML_NONE; scope = ns->node[scope].parent)
        found = aml_child_at(ns, scope, segment);
    return found;
}

/* One step of an alias; its name stands in the scope that declares it. */
static int step(const struct aml_namespace *ns, int node)
{
    struct span data = ns->node[node].data;
    struct aml_name name = aml_take_name(&data);
    int at = ns->node[node].parent;
    if (data.broken)
        return AML_NONE;
    if (is_searched(name))
        return search(ns, at, name.segment);
    at = start_of(ns, at, name);
    for (unsigned i = 0; i < name.n && at != AML_NONE; i++)
        at = aml_child_at(ns, at, name.segment + 4 * i);
    return at;
}

int aml_target(const struct aml_namespace *ns, int node)
{
    for (unsigned i = 0; node != AML_NONE && ns->node[node].kind == AML_ALIAS; i++)
        node = i < ALIASES_MAX ? step(ns, node) : AML_NONE;
    return node;
}

int aml_resolve(const struct aml_namespace *ns, int scope, struct aml_name name)
{
    if (is_searched(name))
        return search(ns, scope, name.segment);
    int at = start_of(ns, scope, name);
    for (unsigned i = 0; i < name.n && at != AML_NONE; i++) {
        at = aml_target(ns, at);
        at = at == AML_NONE ? AML_NONE : aml_child_at(ns, at, name.segment + 4 * i);
    }
    return at;
}

/* Known by name only: a Scope() of something unknown, or an External. */
static bool is_hearsay(const struct aml_namespace *ns, int node)
{
    unsigned kind = ns->node[node].kind;
    return kind == AML_EXTERNAL || (kind == AML_SCOPE && node >= AML_PREDEFINED);
}

static void set(struct aml_namespace *ns, int node, const struct aml_declaration *d)
{
    struct aml_node *n = &ns->node[node];
    n->kind = (uint8_t)d->kind;
    n->conditional = d->conditional || ns->node[n->parent].conditional;
    n->arguments = d->arguments;
    n->data = d->data;
    n->table = (uint16_t)ns->tables;
}

/* An External says no more than that it is somewhere, and how many arguments it takes. */
static void hear(struct aml_namespace *ns, int node, const struct aml_declaration *d)
{
    struct aml_node *n = &ns->node[node];
    if (!is_hearsay(ns, node) || (d->kind == AML_SCOPE && n->kind == AML_EXTERNAL))
        return;
    n->kind = (uint8_t)d->kind;
    if (d->arguments > n->arguments)
        n->arguments = d->arguments;
}

int aml_declare(struct aml_namespace *ns, int scope, const struct aml_declaration *d, bool foresee)
{
    int node = start_of(ns, scope, d->name);
    for (unsigned i = 0; i < d->name.n && node != AML_NONE; i++) {
        int parent = aml_target(ns, node);
        node = parent == AML_NONE ? AML_NONE : aml_child_at(ns, parent, d->name.segment + 4 * i);
        if (node == AML_NONE && parent != AML_NONE)
            node = add(ns, parent, d->name.segment + 4 * i, foresee);
    }
    if (node == AML_NONE)
        return AML_NONE;
    bool first = ns->node[node].foreseen;
    for (int i = node; i != AML_NONE && !foresee; i = ns->node[i].parent)
        if (ns->node[i].foreseen)
            aml_settle(ns, i);
    if (d->kind == AML_EXTERNAL || d->kind == AML_SCOPE)
        hear(ns, node, d);
    else if ((first && !foresee) || is_hearsay(ns, node))
        set(ns, node, d);
    else if (!d->conditional && !ns->node[ns->node[node].parent].conditional)
        ns->node[node].conditional = false;
    return node;
}
