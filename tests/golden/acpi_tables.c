/*
 * The tables of one configuration, on the host: in plain words for the golden files, or one file each for iasl and
 * acpiexec. A configuration is written as it is called: "vcpus=2,lapic=1,ioapic=0,uart=1,xen=1".
 */
#include "acpi/acpi.h"
#include "acpi/show.h"
#include "platform/pc_map.h"
#include "platform/virt_map.h"
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

/* Arm's board, by virt=1: gic=2|3, its, pl011. */
static void virt_of(struct platform *p, const char *config)
{
    p->board = BOARD_VIRT;
    p->ram[0] = (struct platform_ram){ gpa(VIRT_RAM0_BASE), p->memory };
    p->arm = (struct platform_arm){ setting(config, "gic"), setting(config, "its"), setting(config, "pl011") };
}

static struct platform platform_of(const char *config)
{
    struct platform p = { .vcpus = setting(config, "vcpus"), .acpi = true, .memory = MIB(256), .cmdline = "" };
    p.ram[0] = (struct platform_ram){ gpa(0), p.memory };
    p.lapic = setting(config, "lapic");
    p.ioapic = setting(config, "ioapic");
    p.xen = setting(config, "xen");
    if (setting(config, "uart"))
        p.uart = (struct platform_uart){ true, PC_COM1_PORT, PC_COM1_GSI };
    if (setting(config, "virt"))
        virt_of(&p, config);
    return p;
}

/* Where the board's tables stand. */
static uint64_t acpi_base(const struct platform *p) { return p->board == BOARD_VIRT ? VIRT_ACPI_BASE : PC_ACPI_BASE; }

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
        fprintf(stderr, "usage: %s CONFIGURATION [DIRECTORY]\n", argv[0]);
        return 2;
    }
    struct platform p = platform_of(argv[1]);
    uint64_t used, size = acpi_size(&p);
    gpa_t rsdp;
    uint8_t *image = calloc(1, size);
    if (!image || !acpi_build(&p, gpa(acpi_base(&p)), image, size, &used, &rsdp))
        return 1;
    if (argc == 3)
        write_tables(argv[2], image, used);
    else
        acpi_show(span_of(image, used), acpi_base(&p), print_line, NULL);
    free(image);
    return 0;
}
