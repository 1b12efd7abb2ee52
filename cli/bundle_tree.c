/*
 * Owns: the writing of a bundle's device tree (bindings: docs/configuration.md, "The bundle"). platform/tree.c reads it.
 * What is at its default is written all the same: a tree is to be read by people too.
 */
#include "cli/guests.h"
#include "lib/checked.h"
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_ROOT = 1024, ROOM_GUEST = 1536, ROOM_MODULE = 256, ROOM_PIN = 320 };

/* What the properties that hold lists take, beside their names. */
static size_t lists_room(const struct platform *p)
{
    size_t room = p->nodes ? p->nodes * sizeof(fdt64_t) + PLATFORM_VCPUS_MAX + (size_t)p->nodes * p->nodes : 0;
    for (unsigned i = 0; i < p->hiddens; i++)
        room += strlen(p->hidden[i]) + 1;
    for (unsigned i = 0; i < p->vcpus && i < PLATFORM_PINS_MAX; i++)
        room += p->pin[i] ? ROOM_PIN : 0;
    for (unsigned i = 0; i < p->channels; i++)
        room += ROOM_MODULE + strlen(p->channel[i].peer) + strlen(p->channel[i].label);
    return room + p->arm.banks * 2 * sizeof(fdt64_t) + (p->arm.pl011_backend ? strlen(p->arm.pl011_backend) : 0);
}

size_t bundle_tree_room(const struct guests *g)
{
    size_t room = ROOM_ROOT;
    for (unsigned i = 0; i < g->count; i++) {
        const struct config *c = &g->guest[i].config;
        room += ROOM_GUEST + strlen(c->cmdline) + lists_room(&c->platform);
        for (unsigned m = 0; m < c->modules; m++)
            room += ROOM_MODULE + strlen(c->module[m].cmdline);
    }
    return round_up(room, PAGE_SIZE);
}

static int number(void *fdt, const char *name, uint64_t v) { return fdt_property_u64(fdt, name, v); }
static int text(void *fdt, const char *name, const char *v) { return fdt_property(fdt, name, v, (int)strlen(v) + 1); }
static int toggle(void *fdt, const char *name, bool v) { return fdt_property_u32(fdt, name, v); }

static int action(void *fdt, const char *name, enum platform_action v)
{
    static const char *const word[] = {
        [ACTION_DESTROY] = "destroy", [ACTION_RESTART] = "restart", [ACTION_PRESERVE] = "preserve",
    };
    return text(fdt, name, word[v]);
}

/* kind: "kernel", "ramdisk", "module" or "device-tree". "multiboot,module" is what they all are, to those who know no better. */
static int payload(void *fdt, const char *kind, uint64_t unit, const struct part *p, const char *cmdline)
{
    char name[40], compatible[64];
    int bad = 0, length = snprintf(compatible, sizeof(compatible), "multiboot,%s", kind) + 1;
    (void)snprintf(name, sizeof(name), "%s@%llx", kind, (unsigned long long)unit);
    if (strcmp(kind, "module") != 0)
        length += snprintf(compatible + length, sizeof(compatible) - (size_t)length, "multiboot,module") + 1;
    fdt64_t reg[2] = { cpu_to_fdt64(p->offset), cpu_to_fdt64(p->bytes.left) };
    bad |= fdt_begin_node(fdt, name);
    bad |= fdt_property(fdt, "compatible", compatible, length);
    bad |= fdt_property(fdt, "reg", reg, sizeof(reg));
    if (*cmdline)
        bad |= text(fdt, "bootargs", cmdline);
    return bad | fdt_end_node(fdt);
}

static int payloads(void *fdt, const struct guests *g, const struct guest *o)
{
    const struct config *c = &o->config;
    /* The unit address only tells siblings apart; two modules may be one file. */
    int bad = payload(fdt, "kernel", 0, &g->part[o->kernel], c->cmdline);
    for (unsigned i = 0; i < c->modules; i++)
        bad |= payload(fdt, i == 0 && c->ramdisk ? "ramdisk" : "module", i + 1, &g->part[o->module[i]], c->module[i].cmdline);
    if (c->device_tree)
        bad |= payload(fdt, "device-tree", c->modules + 1, &g->part[o->tree], "");
    return bad;
}

static int channels(void *fdt, const struct platform *p)
{
    char name[24];
    int bad = 0;
    for (unsigned i = 0; i < p->channels; i++) {
        const struct platform_channel *c = &p->channel[i];
        (void)snprintf(name, sizeof(name), "evtchn@%x", c->port);
        bad |= fdt_begin_node(fdt, name) | text(fdt, "compatible", "bedplate,evtchn");
        bad |= fdt_property_u32(fdt, "bedplate,port", c->port) | text(fdt, "bedplate,peer", c->peer);
        bad |= fdt_property_u32(fdt, "bedplate,peer-port", c->peer_port);
        bad |= *c->label ? text(fdt, "label", c->label) : 0;
        bad |= fdt_end_node(fdt);
    }
    return bad;
}

/* vCPUs with host CPUs of their own, as Xen's binding has them. */
static int pins(void *fdt, const struct platform *p)
{
    char name[24], set[64 * 4];
    int bad = 0;
    for (unsigned i = 0; i < p->vcpus && i < PLATFORM_PINS_MAX; i++) {
        int used = 0;
        for (unsigned cpu = 0; cpu < 64; cpu++)
            if (p->pin[i] >> cpu & 1)
                used += snprintf(set + used, sizeof(set) - (size_t)used, "%s%u", used ? "," : "", cpu);
        if (!used)
            continue;
        (void)snprintf(name, sizeof(name), "vcpu@%u", i);
        bad |= fdt_begin_node(fdt, name) | text(fdt, "compatible", "xen,vcpu") | fdt_property_u32(fdt, "id", i);
        bad |= text(fdt, "hard-affinity", set) | fdt_end_node(fdt);
    }
    return bad;
}

/* What only Arm guests have. In these Xen's names are the ones that fit. */
static int arm(void *fdt, const struct platform *p)
{
    fdt64_t bank[2 * PLATFORM_BANKS_MAX];
    int bad = text(fdt, "bedplate,board", "virt");
    for (unsigned i = 0; i < p->arm.banks; i++) {
        bank[2 * i] = cpu_to_fdt64(p->arm.bank[i].base.v);
        bank[2 * i + 1] = cpu_to_fdt64(p->arm.bank[i].size);
    }
    bad |= fdt_property_u32(fdt, "bedplate,gic-version", p->arm.gic_version);
    bad |= p->arm.pl011 ? fdt_property(fdt, "vpl011", NULL, 0) : 0;
    bad |= *p->arm.pl011_backend ? text(fdt, "bedplate,vuart-backend", p->arm.pl011_backend) : 0;
    bad |= p->arm.banks ? fdt_property(fdt, "xen,static-mem", bank, (int)(p->arm.banks * 2 * sizeof(*bank))) : 0;
    return bad | (p->arm.direct_map ? fdt_property(fdt, "direct-map", NULL, 0) : 0);
}

static int pc(void *fdt, const struct platform *p)
{
    int bad = text(fdt, "bedplate,board", "pc");
    bad |= toggle(fdt, "bedplate,lapic", p->lapic);
    bad |= toggle(fdt, "bedplate,ioapic", p->ioapic);
    bad |= toggle(fdt, "bedplate,uart", p->uart.present);
    bad |= toggle(fdt, "bedplate,power-button", p->power_button);
    return bad | fdt_property_u32(fdt, "bedplate,start-info-version", p->start_info_version);
}

static int nodes(void *fdt, const struct platform *p)
{
    fdt64_t size[PLATFORM_NODES_MAX];
    uint8_t distance[PLATFORM_NODES_MAX * PLATFORM_NODES_MAX];
    for (unsigned i = 0; i < p->nodes; i++) {
        size[i] = cpu_to_fdt64(p->node[i].size >> 10);
        memcpy(distance + i * p->nodes, p->node[i].distance, p->nodes);
    }
    int bad = fdt_property(fdt, "bedplate,vnuma-memory", size, (int)(p->nodes * sizeof(*size)));
    bad |= fdt_property(fdt, "bedplate,vnuma-vcpus", p->vcpu_node, (int)platform_vcpus_told(p));
    return bad | fdt_property(fdt, "bedplate,vnuma-distances", distance, (int)(p->nodes * p->nodes));
}

static int hidden(void *fdt, const struct platform *p)
{
    void *to;
    int size = 0;
    for (unsigned i = 0; i < p->hiddens; i++)
        size += (int)strlen(p->hidden[i]) + 1;
    int bad = fdt_property_placeholder(fdt, "bedplate,hide", size, &to);
    char *at = to;
    for (unsigned i = 0; i < p->hiddens && !bad; i++)
        at = stpcpy(at, p->hidden[i]) + 1;
    return bad;
}

static int settings(void *fdt, const struct platform *p)
{
    int bad = text(fdt, "bedplate,name", p->name);
    bad |= number(fdt, "memory", p->memory >> 10);
    bad |= fdt_property_u32(fdt, "cpus", p->vcpus);
    bad |= fdt_property_u32(fdt, "bedplate,vcpus-max", platform_vcpus_told(p));
    bad |= (p->board == BOARD_VIRT ? arm : pc)(fdt, p);
    bad |= toggle(fdt, "bedplate,acpi", p->acpi);
    bad |= toggle(fdt, "bedplate,xen", p->xen);
    bad |= toggle(fdt, "bedplate,xenstore", p->xenstore);
    bad |= action(fdt, "bedplate,on-poweroff", p->on_poweroff);
    bad |= action(fdt, "bedplate,on-reboot", p->on_reboot);
    bad |= action(fdt, "bedplate,on-crash", p->on_crash);
    bad |= p->nodes ? nodes(fdt, p) : 0;
    bad |= p->hiddens ? hidden(fdt, p) : 0;
    return p->affinity ? bad | number(fdt, "bedplate,affinity", p->affinity) : bad;
}

static int cells(void *fdt)
{
    return fdt_property_u32(fdt, "#address-cells", 2) | fdt_property_u32(fdt, "#size-cells", 2);
}

bool bundle_tree_write(const struct guests *g, uint64_t total, void *to, size_t size)
{
    char name[16];
    int bad = fdt_create(to, (int)size);
    bad |= fdt_finish_reservemap(to);
    bad |= fdt_begin_node(to, "");
    bad |= text(to, "compatible", "bedplate,bundle");
    bad |= fdt_property_u32(to, "bedplate,bundle-revision", BUNDLE_REVISION);
    bad |= number(to, "bedplate,bundle-size", total);
    bad |= cells(to) | fdt_begin_node(to, "chosen") | cells(to);
    for (unsigned i = 0; i < g->count; i++) {
        (void)snprintf(name, sizeof(name), "domU%u", i + 1);
        bad |= fdt_begin_node(to, name) | text(to, "compatible", "xen,domain") | cells(to);
        bad |= settings(to, &g->guest[i].config.platform) | payloads(to, g, &g->guest[i]) | channels(to, &g->guest[i].config.platform) |
               pins(to, &g->guest[i].config.platform) | fdt_end_node(to);
    }
    bad |= fdt_end_node(to);
    bad |= fdt_end_node(to);
    bad |= fdt_finish(to);
    return bad == 0;
}
