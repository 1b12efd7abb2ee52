/* Owns: a guest as `bedplate check --json` tells it to programs. */
#include "cli/check.h"
#include "cli/json.h"
#include "platform/virt_map.h"

static void json_nodes(const struct platform *p)
{
    json_open("vnuma", '[');
    for (unsigned i = 0; i < p->nodes; i++) {
        json_open(NULL, '{');
        json_number("memory_mib", p->node[i].size >> 20);
        json_open("vcpus", '[');
        for (unsigned v = 0; v < platform_vcpus_told(p); v++)
            if (p->vcpu_node[v] == i)
                json_number(NULL, v);
        json_close();
        json_open("distances", '[');
        for (unsigned to = 0; to < p->nodes; to++)
            json_number(NULL, p->node[i].distance[to]);
        json_close();
        json_close();
    }
    json_close();
}

static void json_channels(const struct platform *p)
{
    json_open("event_channels", '[');
    for (unsigned i = 0; i < p->channels; i++) {
        json_open(NULL, '{');
        json_number("port", p->channel[i].port);
        json_text("peer", p->channel[i].peer);
        json_number("peer_port", p->channel[i].peer_port);
        json_text("label", p->channel[i].label);
        json_close();
    }
    json_close();
    json_open("console_rings", '[');
    for (unsigned i = 0; i < p->rings; i++) {
        json_open(NULL, '{');
        json_text("of", p->ring[i].of);
        json_number("address", VIRT_RING_BASE + i * PAGE_SIZE);
        json_number("port", p->ring[i].port);
        json_close();
    }
    json_close();
}

static void json_arm(const struct platform *p)
{
    json_number("gic_version", p->arm.gic_version);
    json_toggle("vuart", p->arm.pl011);
    json_text("vuart_backend", p->arm.pl011_backend);
    json_toggle("direct_map", p->arm.direct_map);
    json_number("partial_tree_size", p->arm.passthrough.size);
    json_open("static_mem", '[');
    for (unsigned i = 0; i < p->arm.banks; i++) {
        json_open(NULL, '{');
        json_number("address", p->arm.bank[i].base.v);
        json_number("size", p->arm.bank[i].size);
        json_close();
    }
    json_close();
}

static void json_settings(const struct platform *p)
{
    json_text("board", p->board == BOARD_VIRT ? "virt" : "pc");
    if (p->board == BOARD_VIRT)
        json_arm(p);
    json_channels(p);
    json_number("vcpus", p->vcpus);
    json_number("maxvcpus", platform_vcpus_told(p));
    json_number("memory_mib", p->memory >> 20);
    json_toggle("lapic", p->lapic);
    json_toggle("ioapic", p->ioapic);
    json_toggle("acpi", p->acpi);
    json_toggle("xen", p->xen);
    json_toggle("xenstore", p->xenstore);
    json_toggle("uart", p->uart.present);
    json_toggle("power_button", p->power_button && p->ged.present);
    json_toggle("event_device", p->ged.present);
    json_nodes(p);
    json_open("hide", '[');
    for (unsigned i = 0; i < p->hiddens; i++)
        json_text(NULL, p->hidden[i]);
    json_close();
    json_number("affinity", p->affinity);
    json_open("affinity_of_vcpus", '[');
    for (unsigned i = 0; i < p->vcpus; i++)
        json_number(NULL, platform_cpus_of(p, i));
    json_close();
    json_text("on_poweroff", check_action_word(p->on_poweroff));
    json_text("on_reboot", check_action_word(p->on_reboot));
    json_text("on_crash", check_action_word(p->on_crash));
}

void check_json(const struct guests *g, const struct guest *o)
{
    struct start_info_range range[CHECK_RANGES];
    struct place place[CHECK_PLACES];
    json_open(NULL, '{');
    json_text("name", o->platform.name);
    json_text("configuration", o->config.path);
    json_text("kernel", g->part[o->kernel].path);
    json_text("unpacked_from", g->part[o->kernel].unpacked.packing);
    json_number("entry", o->plan.entry.v);
    json_text("cmdline", o->platform.cmdline);
    json_settings(&o->platform);
    json_number("start_info_version", o->platform.start_info_version);
    json_number("start_info", o->plan.start_info.v);
    json_open("memory_map", '[');
    for (unsigned i = 0, n = check_memory_map(o, range); i < n; i++) {
        json_open(NULL, '{');
        json_number("address", range[i].base);
        json_number("size", range[i].size);
        json_text("type", check_range_word(range[i].type));
        json_close();
    }
    json_close();
    json_open("placed", '[');
    for (unsigned i = 0, n = check_places(g, o, place); i < n; i++) {
        json_open(NULL, '{');
        json_number("address", place[i].at);
        json_number("size", place[i].size);
        json_text("what", place[i].what);
        json_text("file", place[i].file);
        json_text("cmdline", place[i].cmdline);
        json_close();
    }
    json_close();
    json_close();
}
