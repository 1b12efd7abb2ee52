/*
 * Owns: the keys whose values are lists of their own shape: vnuma (xl.cfg(5), "vnuma") and hide. Invariant: what the words
 * say is in struct platform, complete; whether it makes sense is platform_check's question.
 */
#include "cli/config_reader.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_NO_NODE = 0xff, PNODE_MAX = 1023 };
static const char vnuma_form[] = "vnuma=[ [ \"pnode=0\", \"size=256\", \"vcpus=0-1\", \"vdistances=10,20\" ], ... ]";
static const char hide_form[] = "hide=[ \"\\\\_SB.COM1\", ... ]";

/* One node while its words are read. */
struct node { const struct config_reader *r; unsigned index, count; uint64_t mib; bool vcpus, distances; };

/* "N" or "N-M" at *at; moves over it. */
static bool read_range(const char **at, unsigned long *first, unsigned long *last)
{
    char *end;
    if (!isdigit((unsigned char)**at))
        return false;
    *first = *last = strtoul(*at, &end, 10);
    if (*end == '-') {
        if (!isdigit((unsigned char)end[1]))
            return false;
        *last = strtoul(end + 1, &end, 10);
    }
    *at = end;
    return *first <= *last && (*end == ',' || *end == '\0');
}

static bool take_vcpus(struct node *n, const char *text)
{
    struct platform *p = &n->r->c->platform;
    const unsigned told = platform_vcpus_told(p);
    const char *at = text;
    n->vcpus = true;
    for (bool more = true; more; at += more) {
        unsigned long first, last;
        if (!read_range(&at, &first, &last))
            return fail(n->r->e, "%s: vnuma: vcpus of node %u are \"%.40s\": write numbers and ranges as \"0-3,5\"", n->r->file, n->index,
                        text);
        if (last >= told)
            return fail(n->r->e, "%s: vnuma: vcpus of node %u are \"%.40s\", but the guest has vCPUs 0 to %u: name those, or give it more "
                        "(maxvcpus)", n->r->file, n->index, text, told - 1);
        for (; first <= last; first++) {
            if (p->vcpu_node[first] != IN_NO_NODE)
                return fail(n->r->e, "%s: vnuma: vCPU %lu is in node %u and in node %u: put it into one", n->r->file, first,
                            p->vcpu_node[first], n->index);
            p->vcpu_node[first] = (uint8_t)n->index;
        }
        more = *at == ',';
    }
    return true;
}

static bool take_distances(struct node *n, const char *text)
{
    struct platform_node *to = &n->r->c->platform.node[n->index];
    const char *at = text;
    unsigned got = 0;
    n->distances = true;
    for (bool more = true; more; at += more) {
        unsigned long d, last;
        if (!read_range(&at, &d, &last) || d != last || d > UINT8_MAX)
            return fail(n->r->e, "%s: vnuma: vdistances of node %u are \"%.40s\": write numbers from 10 to 254 as \"10,20\"", n->r->file,
                        n->index, text);
        if (got < n->count)
            to->distance[got] = (uint8_t)d;
        got++;
        more = *at == ',';
    }
    return got == n->count || fail(n->r->e, "%s: vnuma: node %u has %u vdistances for %u nodes: give one for each, itself included",
                                   n->r->file, n->index, got, n->count);
}

/* pnode is checked and then left: where the memory of a guest comes from is not promised. */
static bool take_pnode(struct node *n, const char *text)
{
    uint64_t pnode = 0;
    return config_number_of(n->r, "vnuma: pnode", text, PNODE_MAX, &pnode);
}

static bool take_size(struct node *n, const char *text)
{
    struct platform_node *to = &n->r->c->platform.node[n->index];
    if (!config_number_of(n->r, "vnuma: size", text, UINT64_C(1) << 40, &n->mib))
        return false;
    to->size = n->mib << 20;
    return true;
}

static bool read_word(struct node *n, const char *word, unsigned *seen)
{
    static const struct { const char *key; bool (*take)(struct node *, const char *); } known[] = {
        { "pnode=", take_pnode }, { "size=", take_size }, { "vcpus=", take_vcpus }, { "vdistances=", take_distances },
    };
    for (unsigned i = 0; word && i < sizeof(known) / sizeof(known[0]); i++) {
        size_t length = strlen(known[i].key);
        if (strncmp(word, known[i].key, length) != 0)
            continue;
        if (*seen >> i & 1)
            return fail(n->r->e, "%s: vnuma: node %u says %s twice: keep one", n->r->file, n->index, known[i].key);
        *seen |= 1u << i;
        return known[i].take(n, word + length);
    }
    return fail(n->r->e, "%s: vnuma: node %u says \"%.40s\", which is none of pnode= size= vcpus= vdistances=: write %s", n->r->file,
                n->index, word ? word : "[", vnuma_form);
}

static bool read_node(struct node *n, XLU_ConfigValue *value)
{
    XLU_ConfigList *words;
    unsigned seen = 0;
    const char *word;
    if (!value || xlu_cfg_value_get_list(n->r->xlu, value, &words, 1) != 0)
        return fail(n->r->e, "%s: vnuma: node %u is no list: write %s", n->r->file, n->index, vnuma_form);
    for (int i = 0; xlu_cfg_get_listitem2(words, i); i++) {
        word = xlu_cfg_get_listitem(words, i);
        if (!read_word(n, word, &seen))
            return false;
    }
    if (!n->mib)
        return fail(n->r->e, "%s: vnuma: node %u has no memory: give it MiB as \"size=256\"", n->r->file, n->index);
    for (unsigned to = 0; !n->distances && to < n->count; to++)
        n->r->c->platform.node[n->index].distance[to] = to == n->index ? 10 : 20;
    return true;
}

bool config_vnuma(const struct config_reader *r)
{
    struct platform *p = &r->c->platform;
    XLU_ConfigList *list;
    int count;
    if (!config_list(r, "vnuma", vnuma_form, &list, &count))
        return false;
    if (count > PLATFORM_NODES_MAX)
        return fail(r->e, "%s: vnuma has %d nodes, more than %d: give fewer", r->file, count, PLATFORM_NODES_MAX);
    if (count == 0 || platform_vcpus_told(p) == 0 || platform_vcpus_told(p) > PLATFORM_VCPUS_MAX)
        return true;                        /* platform_check refuses such numbers of vCPUs */
    memset(p->vcpu_node, IN_NO_NODE, sizeof(p->vcpu_node));
    for (int i = 0; i < count; i++) {
        struct node n = { .r = r, .index = (unsigned)i, .count = (unsigned)count };
        if (!read_node(&n, xlu_cfg_get_listitem2(list, i)))
            return false;
    }
    for (unsigned i = 0; i < platform_vcpus_told(p); i++)
        if (p->vcpu_node[i] == IN_NO_NODE)
            return fail(r->e, "%s: vnuma: vCPU %u is in no node: name it in the vcpus= of one", r->file, i);
    p->nodes = (unsigned)count;
    return true;
}

/* With or without the backslash that stands for the root: in quotes it must be doubled, which is easily forgotten. */
bool config_hide(const struct config_reader *r)
{
    struct platform *p = &r->c->platform;
    XLU_ConfigList *list;
    int count;
    if (!config_list(r, "hide", hide_form, &list, &count))
        return false;
    if (count > PLATFORM_HIDDEN_MAX)
        return fail(r->e, "%s: hide names %d devices, more than %d: name fewer", r->file, count, PLATFORM_HIDDEN_MAX);
    for (int i = 0; i < count; i++) {
        const char *path = xlu_cfg_get_listitem(list, i);
        if (!path)
            return fail(r->e, "%s: hide has an entry that is no text: write %s", r->file, hide_form);
        if (asprintf(&r->c->hidden[i], "%s%s", *path == '\\' ? "" : "\\", path) < 0)
            abort();
        p->hidden[i] = r->c->hidden[i];
        p->hiddens++;
    }
    return true;
}
