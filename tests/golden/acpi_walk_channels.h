/* The walk's readers of AML, and what it makes of EVTC: each channel and console ring of the platform, once, with its peer and label. */
#ifndef TESTS_GOLDEN_ACPI_WALK_CHANNELS_H
#define TESTS_GOLDEN_ACPI_WALK_CHANNELS_H
#include "tests/golden/acpi_claims.h"

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
#endif
