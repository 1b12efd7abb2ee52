/*
 * Owns: static event channels as the DSDT's device EVTC tells them (_HID "BDPL0001"): data nodes CH00, CH01 and so on, each a
 * package of device properties (ACPI 6.4, 6.2.5). No AML is run: a data node is `Name (CHnn, Package ...)`, found by its bytes, and
 * its properties stand in it as string and value. What is cut short or no such thing is passed over.
 */
#include "guests/lib/channel.h"
#include <string.h>

enum { AML_NAME = 0x08, AML_PACKAGE = 0x12, AML_STRING = 0x0d, AML_BYTE = 0x0a, AML_WORD = 0x0b, AML_DWORD = 0x0c };

struct aml { const uint8_t *at, *end; };

static bool hex(uint8_t c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

/* PkgLength (20.2.4) at the front, which counts itself: what it spans. */
static bool package(struct aml a, struct aml *inside)
{
    size_t room = (size_t)(a.end - a.at), more, length;
    if (room < 1 || room <= (more = a.at[0] >> 6))
        return false;
    length = more ? a.at[0] & 0x0f : a.at[0] & 0x3f;
    for (size_t i = 1; i <= more; i++)
        length |= (size_t)a.at[i] << (8 * i - 4);
    if (length < 1 + more || length > room)
        return false;
    *inside = (struct aml){ a.at + 1 + more, a.at + length };
    return true;
}

static bool integer(struct aml a, uint32_t *v)
{
    size_t room = (size_t)(a.end - a.at), bytes;
    if (room < 1)
        return false;
    if (a.at[0] <= 1) {
        *v = a.at[0];
        return true;
    }
    bytes = a.at[0] == AML_BYTE ? 1 : a.at[0] == AML_WORD ? 2 : a.at[0] == AML_DWORD ? 4 : 0;
    if (!bytes || room < 1 + bytes)
        return false;
    *v = 0;
    for (size_t i = bytes; i > 0; i--)
        *v = *v << 8 | a.at[i];
    return true;
}

/* What stands behind the string `name` in a data node. */
static bool property(struct aml node, const char *name, struct aml *value)
{
    size_t n = strlen(name) + 1;
    for (const uint8_t *p = node.at; (size_t)(node.end - p) > n + 1; p++)
        if (*p == AML_STRING && memcmp(p + 1, name, n) == 0) {
            *value = (struct aml){ p + 1 + n, node.end };
            return true;
        }
    return false;
}

static void text(struct aml node, const char *name, char *to)
{
    struct aml v;
    size_t i = 0;
    if (property(node, name, &v) && v.at < v.end && *v.at == AML_STRING)
        for (v.at++; v.at < v.end && *v.at && i + 1 < CHANNEL_TEXT; v.at++)
            to[i++] = (char)*v.at;
    to[i] = '\0';
}

static bool read_node(struct aml node, struct channel *c)
{
    struct aml v;
    if (!property(node, "port", &v) || !integer(v, &c->port) || !property(node, "peer-port", &v) || !integer(v, &c->peer_port))
        return false;
    text(node, "peer", c->peer);
    text(node, "label", c->label);
    return true;
}

unsigned channel_list_dsdt(const uint8_t *dsdt, size_t size, struct channel *to, unsigned max)
{
    const uint8_t *end = dsdt + size;
    unsigned n = 0;
    for (const uint8_t *p = dsdt; size >= 8 && p <= end - 8; p++) {
        struct aml node;
        struct channel c = { .file = -1 };
        bool named = p[0] == AML_NAME && p[1] == 'C' && p[2] == 'H' && hex(p[3]) && hex(p[4]) && p[5] == AML_PACKAGE;
        if (!named || !package((struct aml){ p + 6, end }, &node) || !read_node(node, &c))
            continue;
        if (n < max)
            to[n] = c;
        n++;
    }
    return n < max ? n : max;
}

static bool port_of(const char *s, uint32_t *port)
{
    uint32_t base = 10;
    *port = 0;
    if (s[0] == '0' && (s[1] | 0x20) == 'x') {
        base = 16;
        s += 2;
    }
    if (!*s)
        return false;
    for (; *s; s++) {
        uint32_t lower = (uint8_t)*s | 0x20u, d = *s >= '0' && *s <= '9' ? (uint32_t)(*s - '0') : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
        if (d >= base)
            return false;
        *port = *port * base + d;
    }
    return true;
}

const struct channel *channel_named(const struct channel *list, unsigned n, const char *label)
{
    uint32_t port;
    for (unsigned i = 0; i < n; i++)
        if (list[i].label[0] && strcmp(list[i].label, label) == 0)
            return &list[i];
    for (unsigned i = 0; port_of(label, &port) && i < n; i++)
        if (list[i].port == port)
            return &list[i];
    return NULL;
}
