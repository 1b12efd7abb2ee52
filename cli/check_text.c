/* Owns: a guest as `bedplate check` tells it to people. */
#include "cli/check.h"
#include "cli/cli.h"
#include "platform/virt_map.h"
#include <stdio.h>

typedef unsigned long long ull;

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
    (void)printf("  when it ends  power off: %s, reboot: %s, crash: %s\n", check_action_word(p->on_poweroff),
                 check_action_word(p->on_reboot), check_action_word(p->on_crash));
}

void check_text(const struct guests *g, const struct guest *o)
{
    struct start_info_range range[CHECK_RANGES];
    struct place place[CHECK_PLACES];
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
    for (unsigned i = 0, n = check_memory_map(o, range); i < n; i++)
        (void)printf("    %011llx-%011llx  %9llu KiB  %s\n", (ull)range[i].base, (ull)(range[i].base + range[i].size - 1),
                     (ull)(range[i].size >> 10), check_range_word(range[i].type));
    (void)printf("  placed there\n");
    for (unsigned i = 0, n = check_places(g, o, place); i < n; i++)
        (void)printf("    %011llx-%011llx  %9llu KiB  %-11s %s%s%s\n", (ull)place[i].at, (ull)(place[i].at + place[i].size - 1),
                     (ull)((place[i].size + 1023) >> 10), place[i].what, place[i].file, *place[i].cmdline ? ": " : "", place[i].cmdline);
}
