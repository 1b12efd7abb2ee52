/*
 * The tables of one configuration, on the host: in annotated hex for the golden files, or one file each for iasl and
 * acpiexec. A configuration is written as it is called: "vcpus=2,lapic=1,ioapic=0,uart=1,xen=1";
 * acpi_configure has the keys. --walk, --grid and --same are acpi_grid.h's.
 */
#include "acpi/acpi.h"
#include "acpi/show/show.h"
#include "platform/pc_map.h"
#include "platform/virt_map.h"
#include "tests/golden/acpi_grid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_line(void *owner, const char *text)
{
    (void)owner;
    puts(text);
}

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

static void write_table(const char *dir, const uint8_t *table)
{
    char path[4096];
    uint32_t n;
    memcpy(&n, table + 4, sizeof(n));
    snprintf(path, sizeof(path), "%s/%.4s.dat", dir, (const char *)table);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(table, 1, n, f) != n || fclose(f)) {
        perror(path);
        exit(1);
    }
}

/* The tables stand one behind the other on 16-byte boundaries after the RSDP. */
static void write_tables(const char *dir, const uint8_t *image, uint64_t used)
{
    for (uint64_t at = 48; at + 36 <= used;) {
        uint32_t n;
        if (!image[at]) {       /* the gap before a FACS, which stands on 64 */
            at += 16;
            continue;
        }
        memcpy(&n, image + at + 4, sizeof(n));
        write_table(dir, image + at);
        at += (n + 15) & ~15u;
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: %s CONFIGURATION [DIRECTORY], or --grid DIRECTORY\n", argv[0]);
        return 2;
    }
    struct platform p;
    struct error e;
    if (argc == 2 && !strcmp(argv[1], "--walk"))
        return acpi_grid(NULL);
    if (argc == 3 && !strcmp(argv[1], "--grid"))
        return acpi_grid(argv[2]);
    if (argc == 3 && !strcmp(argv[1], "--same"))
        return acpi_same(argv[2]);
    if (!acpi_configure(&p, argv[1], &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    uint64_t used, size = acpi_size(&p);
    gpa_t rsdp;
    uint8_t *image = calloc(1, size);
    if (!image || !acpi_build(&p, gpa(acpi_stands_at(&p)), image, size, &used, &rsdp))
        return 1;
    if (argc == 3)
        write_tables(argv[2], image, used);
    else
        (void)acpi_show_image(span_of(image, used), acpi_stands_at(&p), ACPI_SHOW_HEX, print_line, NULL);
    free(image);
    return 0;
}
