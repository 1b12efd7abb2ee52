/*
 * The tables of one configuration, on the host: in annotated hex for the golden files, or one file each for iasl and
 * acpiexec. A configuration is written as it is called: "vcpus=2,lapic=1,ioapic=0,uart=1,xen=1";
 * acpi_configure.c has the keys. --walk, --grid and --same are acpi_grid.h's.
 */
#include "acpi/acpi.h"
#include "acpi/show/show.h"
#include "tests/golden/acpi_grid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_line(void *owner, const char *text)
{
    (void)owner;
    puts(text);
}

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
