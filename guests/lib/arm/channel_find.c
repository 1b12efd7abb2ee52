/* Owns: where a guest with a device tree learns of its static event channels: /hypervisor/event-channels. */
#include "guests/lib/channel.h"
#include "guests/lib/guest.h"
#include <libfdt.h>
#include <string.h>

static void text(int node, const char *property, char *to)
{
    const char *s = tree_text(node, property);
    size_t n = s ? strlen(s) : 0;
    if (n >= CHANNEL_TEXT)
        n = CHANNEL_TEXT - 1;
    if (s)
        memcpy(to, s, n);
    to[n] = '\0';
}

unsigned channel_list(struct channel *to, unsigned max)
{
    int node, all = tree_node("bedplate,event-channels");
    unsigned n = 0;
    if (all < 0)
        return 0;
    fdt_for_each_subnode(node, tree(), all) {
        struct channel c = { .file = -1 };
        uint64_t port, peer_port;
        if (n == max || !tree_number(node, "reg", &port) || !tree_number(node, "bedplate,peer-port", &peer_port))
            continue;
        c.port = (uint32_t)port;
        c.peer_port = (uint32_t)peer_port;
        text(node, "label", c.label);
        text(node, "bedplate,peer", c.peer);
        to[n++] = c;
    }
    return n;
}
