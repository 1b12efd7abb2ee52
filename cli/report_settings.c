/*
 * Owns: the settings of a guest as facts, in the words of the page. All that a configuration can say is among them but the guest's
 * name, so that two guests of which nothing differs are the same.
 */
#include "cli/check.h"
#include "cli/report.h"
#include <stdlib.h>

static const char *yes(bool on) { return on ? "yes" : "no"; }

/* The numbers below n that are in the set, "0-3,5". To be freed. */
static char *ranges(const bool *in, unsigned n)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        abort();
    for (unsigned i = 0, last; i < n; i = last + 1) {
        last = i;
        if (!in[i])
            continue;
        while (last + 1 < n && in[last + 1])
            last++;
        (void)fprintf(f, ftell(f) ? ",%u" : "%u", i);
        if (last > i)
            (void)fprintf(f, "-%u", last);
    }
    (void)fclose(f);
    return text;
}

static void host_cpus(struct facts *s, const char *name, uint64_t bits)
{
    bool in[64];
    for (unsigned i = 0; i < 64; i++)
        in[i] = bits >> i & 1;
    char *text = ranges(in, 64);
    fact_add(s, name, "%s", bits ? text : "any");
    free(text);
}

/* A name of those that there are several of. */
struct nth { char text[48]; };
static struct nth nth(const char *name, unsigned i)
{
    struct nth n;
    (void)snprintf(n.text, sizeof(n.text), "%s %u", name, i);
    return n;
}

static void cpus(struct facts *s, const struct platform *p)
{
    host_cpus(s, "host CPUs", p->affinity);
    for (unsigned i = 0; i < p->vcpus && i < PLATFORM_PINS_MAX; i++)
        if (p->pin[i])
            host_cpus(s, nth("host CPUs of vCPU", i).text, p->pin[i]);
}

static void distances(struct facts *s, const struct platform *p, unsigned node)
{
    char text[PLATFORM_NODES_MAX * 4 + 1];
    size_t used = 0;
    for (unsigned to = 0; to < p->nodes; to++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, to ? " %u" : "%u", p->node[node].distance[to]);
    fact_add(s, nth("distances from NUMA node", node).text, "%s", text);
}

static void nodes(struct facts *s, const struct platform *p)
{
    fact_add(s, "NUMA nodes", "%u", p->nodes);
    for (unsigned i = 0; i < p->nodes; i++) {
        bool in[PLATFORM_VCPUS_MAX];
        unsigned n = platform_vcpus_told(p);
        for (unsigned v = 0; v < n; v++)
            in[v] = p->vcpu_node[v] == i;
        char *text = ranges(in, n);
        fact_add(s, nth("NUMA node", i).text, "%llu MiB, vCPUs %s", (unsigned long long)(p->node[i].size >> 20), *text ? text : "none");
        free(text);
        distances(s, p, i);
    }
}

static void payloads(struct facts *s, const struct config *c)
{
    fact_add(s, "kernel", "%s", c->kernel);
    fact_add(s, "command line", "%s", c->cmdline);
    for (unsigned i = 0; i < c->modules; i++)
        fact_add(s, i || !c->ramdisk ? nth("module", i).text : "ramdisk", "%s%s%s", c->module[i].path, *c->module[i].cmdline ? " " : "",
                 c->module[i].cmdline);
    if (c->device_tree)
        fact_add(s, "partial device tree", "%s", c->device_tree);
}

static void pc(struct facts *s, const struct platform *p)
{
    fact_add(s, "UART", "%s", yes(p->uart.present));
    fact_add(s, "power button", "%s", yes(p->power_button && p->ged.present));
    fact_add(s, "start info version", "%u", p->start_info_version);
}

static void arm(struct facts *s, const struct platform *p)
{
    fact_add(s, "PL011", "%s", yes(p->arm.pl011));
    if (*p->arm.pl011_backend)
        fact_add(s, "the PL011's other end", "%s", p->arm.pl011_backend);
    fact_add(s, "RAM at its host address", "%s", yes(p->arm.direct_map));
    for (unsigned i = 0; i < p->arm.banks; i++)
        fact_add(s, nth("host memory of its own", i).text, "%#llx, %llu MiB", (unsigned long long)p->arm.bank[i].base.v,
                 (unsigned long long)(p->arm.bank[i].size >> 20));
}

static void lists(struct facts *s, const struct platform *p)
{
    for (unsigned i = 0; i < p->hiddens; i++)
        fact_add(s, "hidden", "%s", p->hidden[i]);
    for (unsigned i = 0; i < p->channels; i++)
        fact_add(s, nth("event channel of port", p->channel[i].port).text, "to port %u of %s%s%s", p->channel[i].peer_port, p->channel[i].peer,
                 *p->channel[i].label ? ", " : "", p->channel[i].label);
}

void settings_of_guest(struct facts *s, const struct guest *g)
{
    const struct platform *p = &g->platform;
    fact_add(s, "board", "%s", p->board == BOARD_VIRT ? "Arm" : "PC");
    fact_add(s, "memory", "%llu MiB", (unsigned long long)(p->memory >> 20));
    payloads(s, &g->config);
    fact_add(s, "Xen ABI", "%s", yes(p->xen));
    fact_add(s, "xenstore", "%s", yes(p->xenstore));
    fact_add(s, "ACPI", "%s", yes(p->acpi));
    (p->board == BOARD_VIRT ? arm : pc)(s, p);
    cpus(s, p);
    nodes(s, p);
    lists(s, p);
    fact_add(s, "at power-off", "%s", check_action_word(p->on_poweroff));
    fact_add(s, "at reboot", "%s", check_action_word(p->on_reboot));
    fact_add(s, "at a crash", "%s", check_action_word(p->on_crash));
}
