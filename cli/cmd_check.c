/* Owns: `bedplate check`: each guest as it will be built, in words or as JSON. */
#include "cli/cli.h"
#include "cli/guests.h"
#include "cli/json.h"
#include "platform/virt_map.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>

typedef unsigned long long ull;

enum { RANGES = 32, PLACES = KERNEL_SEGMENTS_MAX + PLATFORM_MODULES_MAX + 4 };

static const char *const action_word[] = {
    [ACTION_DESTROY] = "destroy", [ACTION_RESTART] = "restart", [ACTION_PRESERVE] = "preserve",
};

/* Something that stands at a guest address. */
struct place { uint64_t at, size; char what[16]; const char *file, *cmdline; };

static const char *range_word(uint32_t type)
{
    switch (type) {
    case XEN_HVM_MEMMAP_TYPE_RAM:  return "RAM";
    case XEN_HVM_MEMMAP_TYPE_ACPI: return "ACPI tables";
    default:                       return "reserved";
    }
}

static int by_address(const void *a, const void *b)
{
    uint64_t x = ((const struct place *)a)->at, y = ((const struct place *)b)->at;
    return (x > y) - (x < y);
}

static unsigned places_pc(const struct guests *g, const struct guest *o, struct place *to)
{
    unsigned n = 0;
    for (unsigned i = 0; i < o->plan.kernel.segments; i++) {
        const struct kernel_segment *s = &o->plan.kernel.segment[i];
        to[n++] = (struct place){ s->at, s->memory_size, "kernel", g->part[o->kernel].path, "" };
    }
    to[n++] = (struct place){ o->plan.start_info.v, o->plan.start_info_size, "start info", "", "" };
    return n;
}

static unsigned places_virt(const struct guests *g, const struct guest *o, struct place *to)
{
    const struct guest_places *w = &o->plan.places;
    unsigned n = 0;
    to[n++] = (struct place){ o->plan.entry.v, o->plan.image.memory_size, "kernel", g->part[o->kernel].path, "" };
    to[n++] = (struct place){ w->tree.v, w->tree_size, "device tree", "", "" };
    if (o->plan.efi_size)
        to[n++] = (struct place){ w->efi.v, o->plan.efi_size, "EFI tables", "", "" };
    return n;
}

static unsigned places(const struct guests *g, const struct guest *o, struct place *to)
{
    unsigned n = (o->platform.board == BOARD_VIRT ? places_virt : places_pc)(g, o, to);
    for (unsigned i = 0; i < o->platform.modules; i++) {
        struct place *p = &to[n++];
        *p = (struct place){ o->plan.module[i].at.v, o->plan.module[i].size, "ramdisk", g->part[o->module[i]].path,
                             o->platform.module[i].cmdline };
        if (i || !o->config.ramdisk)
            (void)snprintf(p->what, sizeof(p->what), "module %u", i);
    }
    if (o->plan.acpi_size)
        to[n++] = (struct place){ o->plan.acpi.v, o->plan.acpi_size, "ACPI tables", "", "" };
    qsort(to, n, sizeof(*to), by_address);
    return n;
}

static unsigned memory_map_virt(const struct guest *o, struct start_info_range *to)
{
    unsigned n = 0;
    if (o->plan.acpi_size)
        to[n++] = (struct start_info_range){ o->plan.acpi.v, o->plan.acpi_size, XEN_HVM_MEMMAP_TYPE_ACPI };
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        if (o->platform.ram[i].size)
            to[n++] = (struct start_info_range){ o->platform.ram[i].base.v, o->platform.ram[i].size, XEN_HVM_MEMMAP_TYPE_RAM };
    return n;
}

static unsigned memory_map(const struct guest *o, struct start_info_range *to)
{
    if (o->platform.board == BOARD_VIRT)
        return memory_map_virt(o, to);
    return start_info_memory_map(&o->platform, o->plan.acpi, o->plan.acpi_size, to, RANGES);
}

/* A node's vCPUs as ranges, " 0-3,5". */
static void print_vcpus(const struct platform *p, unsigned node)
{
    const char *before = " ";
    for (unsigned i = 0, told = platform_vcpus_told(p); i < told; i++) {
        unsigned first = i;
        if (p->vcpu_node[i] != node)
            continue;
        while (i + 1 < told && p->vcpu_node[i + 1] == node)
            i++;
        (void)printf(first == i ? "%s%u" : "%s%u-%u", before, first, i);
        before = ",";
    }
    (void)printf("%s", *before == ' ' ? " none" : "");
}

/* What only ACPI tells the guest of. */
static void show_told(const struct platform *p)
{
    if (p->vcpus_max > p->vcpus)
        (void)printf("  vCPUs to come %u, up to %u in all\n", p->vcpus_max - p->vcpus, p->vcpus_max);
    if (p->ged.present)
        (void)printf("  events        power button %s; port 0x%x, interrupt line %u\n", p->power_button ? "yes" : "no", p->ged.port, p->ged.gsi);
    for (unsigned i = 0; i < p->nodes; i++) {
        (void)printf("  NUMA node %-3u %llu MiB; vCPUs", i, (ull)(p->node[i].size >> 20));
        print_vcpus(p, i);
        (void)printf("; distances");
        for (unsigned to = 0; to < p->nodes; to++)
            (void)printf("%s%u", to ? "," : " ", p->node[i].distance[to]);
        (void)printf("\n");
    }
    for (unsigned i = 0; i < p->hiddens; i++)
        (void)printf("  hidden        %s\n", p->hidden[i]);
}

static void show_channels(const struct platform *p)
{
    for (unsigned i = 0; i < p->channels; i++)
        (void)printf("  event channel port 0x%x to port 0x%x of %s%s%s\n", p->channel[i].port, p->channel[i].peer_port, p->channel[i].peer,
                     *p->channel[i].label ? ", called " : "", p->channel[i].label);
    for (unsigned i = 0; i < p->rings; i++)
        (void)printf("  console of    %s: ring at 0x%llx, port 0x%x\n", p->ring[i].of, (ull)(VIRT_RING_BASE + i * PAGE_SIZE), p->ring[i].port);
}

static const char *gic_word(const struct platform *p)
{
    return p->arm.gic_version == 2 ? "GIC v2" : p->arm.gic_version == 3 ? "GIC v3" : "GIC of the host's version";
}

static void show_board(const struct platform *p)
{
    if (p->board == BOARD_PC) {
        (void)printf("local APIC %s, IOAPIC %s, ACPI %s, Xen ABI %s, UART %s\n", p->lapic ? "yes" : "no", p->ioapic ? "yes" : "no",
                     p->acpi ? "yes" : "no", p->xen ? "yes" : "no", p->uart.present ? "yes" : "no");
        return;
    }
    (void)printf("%s, ACPI %s, Xen ABI %s, PL011 %s%s\n", gic_word(p), p->acpi ? "yes" : "no", p->xen ? "yes" : "no",
                 !p->arm.pl011 ? "no" : *p->arm.pl011_backend ? "to guest " : "yes", p->arm.pl011 ? p->arm.pl011_backend : "");
    for (unsigned i = 0; i < p->arm.banks; i++)
        (void)printf("  static memory %llx-%llx of the host%s\n", (ull)p->arm.bank[i].base.v,
                     (ull)(p->arm.bank[i].base.v + p->arm.bank[i].size - 1), p->arm.direct_map ? ", at the same address" : "");
    if (p->arm.passthrough.size)
        (void)printf("  partial tree  %llu bytes\n", (ull)p->arm.passthrough.size);
}

static void show_machine(const struct guest *o)
{
    const struct platform *p = &o->platform;
    (void)printf("  machine       %u vCPU%s, %llu MiB; ", p->vcpus, p->vcpus == 1 ? "" : "s", (ull)(p->memory >> 20));
    show_board(p);
    if (p->affinity)
        (void)printf("  host CPUs     bits 0x%llx\n", (ull)p->affinity);
    for (unsigned i = 0; i < p->vcpus && i < PLATFORM_PINS_MAX; i++)
        if (p->pin[i])
            (void)printf("  vCPU %-8u host CPUs, bits 0x%llx\n", i, (ull)p->pin[i]);
    show_told(p);
    show_channels(p);
    (void)printf("  when it ends  power off: %s, reboot: %s, crash: %s\n", action_word[p->on_poweroff],
                 action_word[p->on_reboot], action_word[p->on_crash]);
}

static void show(const struct guests *g, const struct guest *o)
{
    struct start_info_range range[RANGES];
    struct place place[PLACES];
    const struct part *kernel = &g->part[o->kernel];
    const struct unpacked *u = &kernel->unpacked;
    (void)printf("%s%s%s (%s)\n", bold(), o->platform.name, plain(), o->config.path);
    (void)printf("  kernel        %s%s%s%s, entry 0x%llx\n", kernel->path, u->bzimage ? ", bzImage" : "",
                 *u->packing ? ", unpacked from " : "", u->packing, (ull)o->plan.entry.v);
    if (*o->platform.cmdline)
        (void)printf("  command line  %s\n", o->platform.cmdline);
    show_machine(o);
    if (o->platform.board == BOARD_PC)
        (void)printf("  start info    version %u at 0x%llx\n", o->platform.start_info_version, (ull)o->plan.start_info.v);
    (void)printf("  memory map\n");
    for (unsigned i = 0, n = memory_map(o, range); i < n; i++)
        (void)printf("    %011llx-%011llx  %9llu KiB  %s\n", (ull)range[i].base, (ull)(range[i].base + range[i].size - 1),
                     (ull)(range[i].size >> 10), range_word(range[i].type));
    (void)printf("  placed there\n");
    for (unsigned i = 0, n = places(g, o, place); i < n; i++)
        (void)printf("    %011llx-%011llx  %9llu KiB  %-11s %s%s%s\n", (ull)place[i].at, (ull)(place[i].at + place[i].size - 1),
                     (ull)((place[i].size + 1023) >> 10), place[i].what, place[i].file, *place[i].cmdline ? ": " : "", place[i].cmdline);
}

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
    json_text("on_poweroff", action_word[p->on_poweroff]);
    json_text("on_reboot", action_word[p->on_reboot]);
    json_text("on_crash", action_word[p->on_crash]);
}

static void json_guest(const struct guests *g, const struct guest *o)
{
    struct start_info_range range[RANGES];
    struct place place[PLACES];
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
    for (unsigned i = 0, n = memory_map(o, range); i < n; i++) {
        json_open(NULL, '{');
        json_number("address", range[i].base);
        json_number("size", range[i].size);
        json_text("type", range_word(range[i].type));
        json_close();
    }
    json_close();
    json_open("placed", '[');
    for (unsigned i = 0, n = places(g, o, place); i < n; i++) {
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

static int check(char **paths, int count, bool json)
{
    struct error e = { "" };
    struct guests *g = guests_plan(paths, count, NULL, &e);
    if (!g)
        return complain_error(EXIT_REFUSED, &e);
    if (json)
        json_open(NULL, '[');
    for (unsigned i = 0; i < g->count; i++)
        (json ? json_guest : show)(g, &g->guest[i]);
    if (json)
        json_close();
    guests_free(g);
    return EXIT_WELL;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { 0 } };
    bool json = false;
    opterr = 0;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o != 'j')
            return complain_option("check", argv);
        json = true;
    }
    if (optind == argc)
        return complain(EXIT_USAGE, "check: no configuration was named: write `bedplate check CFG...`");
    return check(argv + optind, argc - optind, json);
}

const struct command command_check = {
    "check", "CFG... [--json]", "say whether guests would start, and how they would be built",
    "Checks the configurations together, with the kernels and ramdisks that they name, as the hypervisor will. Prints for\n"
    "each guest its machine, its memory map and what stands where in its memory.\n\n"
    "  --json   the same, for programs\n\n"
    "Examples:\n"
    "  bedplate check web.cfg\n"
    "  bedplate check --json web.cfg db.cfg\n",
    run, NULL,
};
