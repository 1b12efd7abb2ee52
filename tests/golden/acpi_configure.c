/* Owns: what a configuration of the golden files and grids is written as, and the platform that it means. */
#include "platform/pc_map.h"
#include "platform/virt_map.h"
#include "tests/golden/acpi_grid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A key that is not given is 0. */
static unsigned setting(const char *config, const char *key)
{
    size_t n = strlen(key);
    for (const char *at = config; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (!strncmp(at, key, n) && at[n] == '=')
            return (unsigned)strtoul(at + n + 1, NULL, 10);
    return 0;
}

static void add_pcie(struct platform *p)
{
    static const struct platform_pcie on[] = {
        [BOARD_PC] = { true, { 0xf0000000 }, 63, { 0x1000, 0xf000 }, { 0xf4000000, MIB(128) }, { PC_RAM_END - GIB(4), GIB(4) } },
        [BOARD_VIRT] = { true, { VIRT_ECAM_BASE }, 255, { 0, 0 }, { VIRT_PCI_MEM_BASE, VIRT_PCI_MEM_SIZE },
                         { VIRT_PCI_MEM64_BASE, VIRT_PCI_MEM64_SIZE } },
    };
    p->pcie = on[p->board];
}

/* Memory as even as whole MiB allow, the rest in the last node; vCPUs in turn. */
static void add_nodes(struct platform *p, unsigned nodes)
{
    uint64_t each = nodes ? p->memory / nodes & ~(MIB(1) - 1) : 0;
    p->nodes = nodes;
    for (unsigned i = 0; i < nodes; i++) {
        p->node[i].size = i + 1 < nodes ? each : p->memory - each * i;
        for (unsigned to = 0; to < nodes; to++)
            p->node[i].distance[to] = (uint8_t)(to == i ? 10 : 20 + (to > i ? to - i : i - to));
    }
    for (unsigned i = 0; nodes && i < PLATFORM_VCPUS_MAX; i++)
        p->vcpu_node[i] = (uint8_t)(i % nodes);
}

static void add_hidden(struct platform *p, unsigned n)
{
    p->hidden[0] = p->board == BOARD_VIRT ? "\\_SB.COM0" : "\\_SB.COM1";
    p->hidden[1] = "\\_SB.PCI0";
    p->hiddens = n > 2 ? 2 : n;
}

/* The first has no label. Rings, which platform_join gives out, are as it would. */
static void add_channels(struct platform *p, unsigned channels, unsigned rings)
{
    static char peer[PLATFORM_CHANNELS_MAX][8], label[PLATFORM_CHANNELS_MAX][24];
    p->channels = channels > PLATFORM_CHANNELS_MAX ? PLATFORM_CHANNELS_MAX : channels;
    p->rings = rings > PLATFORM_RINGS_MAX ? PLATFORM_RINGS_MAX : rings;
    for (unsigned i = 0; i < p->channels; i++) {
        snprintf(peer[i], sizeof(peer[i]), "dom%u", i % 3);
        snprintf(label[i], sizeof(label[i]), i ? "ch-%u.%s" : "", i, i % 2 ? "odd" : "e");
        p->channel[i] = (struct platform_channel){ i ? i * 33 : 1000, i * 7 + 1, peer[i], label[i] };
    }
    for (unsigned i = 0; i < p->rings; i++)
        p->ring[i] = (struct platform_ring){ i % 2 ? "b" : "guest-with-a-longer-name", 1000 - i };
}

bool acpi_configure(struct platform *p, const char *config, struct error *e)
{
    *p = (struct platform){ .name = "grid", .acpi = true, .cmdline = "", .start_info_version = 1 };
    p->board = setting(config, "virt") ? BOARD_VIRT : BOARD_PC;
    p->vcpus = setting(config, "vcpus");
    p->vcpus_max = setting(config, "maxvcpus");
    p->memory = MIB(setting(config, "memory") ? setting(config, "memory") : 256);
    p->lapic = setting(config, "lapic");
    p->ioapic = setting(config, "ioapic");
    p->xen = setting(config, "xen");
    p->uart.present = setting(config, "uart");
    p->power_button = setting(config, "button");
    p->arm = (struct platform_arm){ .gic_version = setting(config, "gic"), .its = setting(config, "its"), .pl011 = setting(config, "pl011"),
                                     .pl011_backend = "" };
    if (setting(config, "pcie"))
        add_pcie(p);
    p->tpm = (struct platform_tpm){ setting(config, "tpm"), { p->board == BOARD_VIRT ? VIRT_TPM_BASE : 0xfed40000 } };
    p->viommu = (struct platform_viommu){ setting(config, "viommu"), 1, 0 };
    add_nodes(p, setting(config, "nodes"));
    add_hidden(p, setting(config, "hide"));
    add_channels(p, setting(config, "channels"), setting(config, "rings"));
    return platform_check(p, e);
}

uint64_t acpi_stands_at(const struct platform *p) { return p->board == BOARD_VIRT ? VIRT_ACPI_BASE : PC_ACPI_BASE; }
