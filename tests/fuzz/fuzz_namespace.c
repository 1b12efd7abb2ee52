/*
 * The AML namespace reader on anything: up to three tables (a byte 0xfe parts them, after a first byte that says how many nodes there
 * are), read from memory of just their size, so that the sanitizer sees a byte too many. What is asked for of every tree: it is
 * one, paths lead back to their nodes, and values end.
 */
#include "acpi/namespace/namespace.h"
#include "acpi/namespace/tree.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES_MAX = 4096, TABLES_MAX = 3 };
static struct aml_node nodes[NODES_MAX];

static void expect(bool ok)
{
    if (!ok)
        abort();
}

/* Every node but the root is in its parent's list once, and the lists hold nothing else. */
static void expect_tree(const struct aml_namespace *ns)
{
    unsigned listed = 0;
    for (unsigned i = 0; i < ns->n; i++) {
        int last = AML_NONE;
        expect(!ns->node[i].foreseen && ns->node[i].depth <= AML_NAMES_MAX);
        for (int c = ns->node[i].first; c != AML_NONE; last = c, c = ns->node[c].next, listed++)
            expect(c > 0 && (unsigned)c < ns->n && ns->node[c].parent == (int)i && listed < ns->n);
        expect(ns->node[i].last == last);
    }
    expect(listed + 1 == ns->n);
}

static size_t touch(struct span s)
{
    size_t sum = 0;
    expect(!s.broken);
    for (size_t i = 0; i < s.left; i++)
        sum += s.at[i];
    return sum;
}

/* The way back: through aliases a path may lead elsewhere, else to the node itself. */
static void expect_path(const struct aml_namespace *ns, int node)
{
    char path[AML_PATH_MAX];
    bool aliased = false;
    expect(aml_path(ns, node, path, sizeof(path)));
    for (int i = ns->node[node].parent; i != AML_NONE; i = ns->node[i].parent)
        aliased |= ns->node[i].kind == AML_ALIAS;
    expect(aliased || aml_find(ns, path) == node);
    expect(aml_path(ns, node, path, 7) == (ns->node[node].depth < 2));
    expect(strlen(path) < 7);
}

static size_t ask(const struct aml_namespace *ns, int node)
{
    char text[64];
    uint64_t v = 0;
    size_t told = 0;
    expect(aml_target(ns, node) < (int)ns->n);
    told += aml_integer_value(ns, node, &v);
    told += aml_string_value(ns, node, text, sizeof(text)) && strlen(text) < sizeof(text);
    for (unsigned which = 0; which < 300 && aml_device_id(ns, node, which, text, sizeof(text)); which++)
        told += strlen(text);
    return told;
}

static size_t ask_all(const struct aml_namespace *ns)
{
    uint8_t a, b;
    size_t told = 0;
    for (unsigned i = 0; i < ns->n; i++) {
        if (i < 64 || i % 16 == 0)              /* paths are as long as the tree is deep */
            expect_path(ns, (int)i);
        told += ask(ns, (int)i) + (ns->node[i].data.at ? touch(ns->node[i].data) & 1 : 0);
    }
    for (unsigned n = 0; n < 7; n++)
        told += aml_sleep_type(ns, n, &a, &b);
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span s = span_of(data, size);
    struct aml_namespace ns;
    uint8_t *copy[TABLES_MAX] = { NULL };
    aml_namespace_init(&ns, nodes, span_u8(&s) & 1 ? 16 + size % 64 : NODES_MAX);
    for (unsigned t = 0; t < TABLES_MAX && s.left; t++) {
        const uint8_t *end = memchr(s.at, 0xfe, s.left);
        struct span body = span_take(&s, end && t + 1 < TABLES_MAX ? (uint64_t)(end - s.at) : s.left);
        (void)(s.left && span_u8(&s));
        copy[t] = malloc(body.left ? body.left : 1);
        expect(copy[t] != NULL);
        if (body.left)
            memcpy(copy[t], body.at, body.left);
        unsigned skipped = ns.skipped;
        bool well = aml_read(&ns, span_of(copy[t], body.left));
        expect(well == (ns.skipped == skipped && !ns.full) && ns.tables == t + 1);
        expect(skipped || !ns.skipped || (ns.first.table == t && ns.first.at <= body.left));
    }
    expect(ns.n >= AML_PREDEFINED && ns.n <= ns.max);
    expect_tree(&ns);
    (void)ask_all(&ns);
    for (unsigned t = 0; t < TABLES_MAX; t++)
        free(copy[t]);
    return 0;
}
