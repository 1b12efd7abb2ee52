/* Owns: what people and code ask the tree: nodes by path, paths of nodes, constant values. Nothing here changes it. */
#include "acpi/namespace/opcode.h"
#include "acpi/namespace/tree.h"
#include "lib/format.h"
#include <string.h>

/* The next segment of a path in text, padded; false: it is none. */
static bool take_text(const char **text, uint8_t segment[4])
{
    unsigned n = 0;
    memset(segment, '_', 4);
    for (; **text && **text != '.' && n < 4; n++)
        segment[n] = (uint8_t)*(*text)++;
    return n && (!**text || **text == '.');
}

int aml_child(const struct aml_namespace *ns, int node, const char *name)
{
    uint8_t segment[4];
    return take_text(&name, segment) && !*name ? aml_child_at(ns, node, segment) : AML_NONE;
}

int aml_find(const struct aml_namespace *ns, const char *path)
{
    uint8_t segment[4];
    int node = AML_ROOT;
    path += *path == '\\';
    while (*path && node != AML_NONE) {
        node = aml_target(ns, node);
        if (node == AML_NONE || !take_text(&path, segment))
            return AML_NONE;
        node = aml_child_at(ns, node, segment);
        if (*path == '.' && !*++path)
            return AML_NONE;
    }
    return node;
}

bool aml_path(const struct aml_namespace *ns, int node, char *to, unsigned size)
{
    unsigned depth = ns->node[node].depth, need = depth ? 1 + 5 * depth : 2;    /* the last dot's place is the NUL's */
    if (!size)
        return false;
    memset(to, 0, size);
    to[0] = size > 1 ? '\\' : '\0';
    for (int i = node; i != AML_ROOT; i = ns->node[i].parent) {
        unsigned at = 1 + 5 * (ns->node[i].depth - 1u);
        if (at + 5 > size)
            continue;
        memcpy(to + at, ns->node[i].name, 4);
        if (i != node)
            to[at + 4] = '.';
    }
    to[size - 1] = '\0';
    return need <= size;
}

/* One element of data (20.2.3), as far as it is constant. */
struct datum { enum { OTHER, INTEGER, TEXT } is; uint64_t v; struct span text; };

static struct span take_package(struct span *s)
{
    size_t before = s->left;
    uint64_t length = aml_take_length(s), used = before - s->left;
    return span_take(s, length < used ? UINT64_MAX : length - used);
}

static struct span take_string(struct span *s)
{
    const uint8_t *end = s->left ? memchr(s->at, 0, s->left) : NULL;
    struct span text = span_take(s, end ? (uint64_t)(end - s->at) : UINT64_MAX);
    (void)span_u8(s);
    return text;
}

static struct datum take_datum(struct span *s)
{
    struct datum d = { .is = INTEGER };
    if (s->left && aml_begins_name(*s->at)) {
        (void)aml_take_name(s);
        d.is = OTHER;
        return d;
    }
    if (aml_take_integer(s, &d.v))
        return d;
    switch (span_u8(s)) {
    case 0x0d: d = (struct datum){ .is = TEXT, .text = take_string(s) }; break;
    case 0x11: case 0x12: case 0x13: (void)take_package(s); d.is = OTHER; break;
    default: s->broken = true;
    }
    d.is = s->broken ? OTHER : d.is;
    return d;
}

/* What a Name holds, behind aliases; breaks where node is another thing. */
static struct span data_of(const struct aml_namespace *ns, int node)
{
    node = aml_target(ns, node);
    bool named = node != AML_NONE && ns->node[node].kind == AML_NAMED;
    return named ? ns->node[node].data : (struct span){ NULL, 0, true };
}

/* The nth (from 0) element of the package at the head of s; OTHER where it has fewer. */
static struct datum element(struct span s, unsigned n)
{
    struct datum d = { .is = OTHER };
    if (span_u8(&s) != 0x12)
        return d;
    struct span list = take_package(&s);
    if (span_u8(&list) <= n)
        return d;
    for (unsigned i = 0; i <= n && !list.broken; i++)
        d = take_datum(&list);
    return d;
}

static bool is_package(struct span s) { return !s.broken && s.left && *s.at == 0x12; }

bool aml_integer_value(const struct aml_namespace *ns, int node, uint64_t *v)
{
    struct span s = data_of(ns, node);
    struct datum d = take_datum(&s);
    *v = d.v;
    return d.is == INTEGER;
}

static bool copy(struct span text, char *to, unsigned size)
{
    if (text.left >= size)
        return false;
    if (text.left)
        memcpy(to, text.at, text.left);
    to[text.left] = '\0';
    return true;
}

bool aml_string_value(const struct aml_namespace *ns, int node, char *to, unsigned size)
{
    struct span s = data_of(ns, node);
    struct datum d = take_datum(&s);
    return d.is == TEXT && copy(d.text, to, size);
}

struct span aml_buffer_value(const struct aml_namespace *ns, int node)
{
    struct span s = data_of(ns, node);
    if (span_u8(&s) != 0x11)
        s.broken = true;
    struct span bytes = take_package(&s);
    bytes.broken |= take_datum(&bytes).is != INTEGER;
    return bytes;
}

bool aml_eisa_text(uint64_t v, char *to, unsigned size)
{
    uint32_t id = __builtin_bswap32((uint32_t)v);
    if (v > UINT32_MAX || id >> 31)
        return false;
    unsigned letter[3] = { id >> 26 & 31, id >> 21 & 31, id >> 16 & 31 };
    for (unsigned i = 0; i < 3; i++)
        if (letter[i] < 1 || letter[i] > 26)
            return false;
    return size > 7 && format(to, size, "%c%c%c%04X", (int)('@' + letter[0]), (int)('@' + letter[1]), (int)('@' + letter[2]), id & 0xffff) == 7;
}

static bool id_text(struct datum d, char *to, unsigned size)
{
    return d.is == TEXT ? copy(d.text, to, size) : d.is == INTEGER && aml_eisa_text(d.v, to, size);
}

bool aml_device_id(const struct aml_namespace *ns, int device, unsigned which, char *to, unsigned size)
{
    int node = aml_child(ns, device, which ? "_CID" : "_HID");
    if (node == AML_NONE)
        return false;
    struct span s = data_of(ns, node);
    if (which && is_package(s))
        return id_text(element(s, which - 1), to, size);
    return which <= 1 && id_text(take_datum(&s), to, size);
}

bool aml_sleep_type(const struct aml_namespace *ns, unsigned n, uint8_t *a, uint8_t *b)
{
    const char name[4] = { '_', 'S', (char)('0' + n), '\0' };
    int node = n <= 5 ? aml_child(ns, AML_ROOT, name) : AML_NONE;
    if (node == AML_NONE)
        return false;
    struct span s = data_of(ns, node), head = s;
    struct datum first = element(s, 0), second = element(s, 1);
    (void)span_u8(&head);
    struct span list = take_package(&head);
    if (first.is == INTEGER && second.is != INTEGER && span_u8(&list) == 1)     /* old firmware packs both into one */
        second = (struct datum){ .is = INTEGER, .v = first.v >> 8 };
    *a = (uint8_t)first.v;
    *b = (uint8_t)second.v;
    return first.is == INTEGER && second.is == INTEGER;
}
