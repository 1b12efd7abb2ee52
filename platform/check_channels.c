/* Owns: what one guest's static event channels must hold by themselves; the other end is platform_join's (platform/join.c). */
#include "platform/check.h"
#include <string.h>

enum { LABEL_MAX = 63 };

/* A label is a word that programs look for: it stands in trees, tables and paths. */
static bool check_label(const struct platform *p, const struct platform_channel *c, struct error *e)
{
    size_t length = strlen(c->label);
    if (length > LABEL_MAX)
        return fail(e, "guest %s: event channel of port 0x%x: its label is longer than %d characters: shorten it", p->name, c->port, LABEL_MAX);
    for (size_t i = 0; i < length; i++)
        if (c->label[i] <= ' ' || c->label[i] > '~' || strchr("\"\\,=", c->label[i]))
            return fail(e, "guest %s: event channel of port 0x%x: its label has a character that may not be in one (number %zu): use letters, "
                        "digits, and what is no space, quote, backslash, comma or =", p->name, c->port, i + 1);
    return true;
}

static bool check_port(const struct platform *p, uint32_t port, const char *whose, struct error *e)
{
    return (port >= 1 && port <= PLATFORM_PORT_MAX) ||
           fail(e, "guest %s: an event channel's %s is %u: give one from 1 to %d", p->name, whose, port, PLATFORM_PORT_MAX);
}

static bool check_twins(const struct platform *p, unsigned i, struct error *e)
{
    const struct platform_channel *c = &p->channel[i];
    for (unsigned k = 0; k < i; k++) {
        if (p->channel[k].port == c->port)
            return fail(e, "guest %s: two event channels have port 0x%x: give each its own", p->name, c->port);
        if (*c->label && strcmp(p->channel[k].label, c->label) == 0)
            return fail(e, "guest %s: two event channels are called \"%s\": give each its own label", p->name, c->label);
    }
    return true;
}

bool platform_check_channels(const struct platform *p, struct error *e)
{
    if (p->channels && !p->xen)
        return fail(e, "guest %s: static event channels with xen=0: it could not use them: set xen=1 (in a tree: xen,enhanced = "
                    "\"no-xenstore\") or remove them", p->name);
    for (unsigned i = 0; i < p->channels; i++) {
        const struct platform_channel *c = &p->channel[i];
        if (!check_port(p, c->port, "port", e) || !check_port(p, c->peer_port, "peer port", e) || !check_label(p, c, e) || !check_twins(p, i, e))
            return false;
        if (strcmp(c->peer, p->name) == 0)
            return fail(e, "guest %s: the peer of port 0x%x is the guest itself: name another guest", p->name, c->port);
    }
    return true;
}
