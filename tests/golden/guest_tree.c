/*
 * The device tree of one configuration as dtc's text, for the golden files. A configuration is written as acpi_tables.c has it;
 * acpi=1 asks for the small tree of a guest with ACPI, ramdisk=1 for a ramdisk, devices=1 for those of guest_tree.dts.
 */
#include "hypervisor/builder/plan.h"
#include "tests/golden/acpi_grid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool says(const char *config, const char *what) { return strstr(config, what) != NULL; }

static struct span kernel(void)
{
    static uint8_t image[4096];
    image[0x10 + 2] = 0x20;                         /* image_size: 2 MiB */
    image[0x18] = 1 << 3 | 1 << 1;                  /* flags: anywhere, 4 KiB pages */
    memcpy(image + 0x38, "ARM\x64", 4);
    return span_of(image, sizeof(image));
}

static struct span devices(const char *file)
{
    static uint8_t bytes[1 << 16];
    char command[128];
    snprintf(command, sizeof(command), "dtc -q -I dts -O dtb '%s'", file);
    FILE *f = popen(command, "r");
    size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
    if (!f || pclose(f) || !n)
        fprintf(stderr, "%s: dtc does not take it\n", file);
    return span_of(bytes, n);
}

int main(int argc, char **argv)
{
    static struct plan plan;
    struct platform p;
    struct error e = { "" };
    if (argc != 2) {
        fprintf(stderr, "usage: %s CONFIGURATION\n", argv[0]);
        return 2;
    }
    const char *config = argv[1];
    if (!acpi_configure(&p, config, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    p.acpi = says(config, "acpi=1");
    p.modules = says(config, "ramdisk=1");
    p.module[0] = (struct platform_module){ { 0, 5000000 }, "" };
    p.cmdline = "console=ttyAMA0";
    struct span partial = says(config, "devices=1") ? devices("tests/golden/guest_tree.dts") : span_of(NULL, 0);
    if (!plan_make(&plan, &p, kernel(), partial, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    uint8_t *to = malloc(plan.places.tree_size);
    if (!guest_tree_build(&p, &plan.places, partial, to, plan.places.tree_size, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    FILE *f = popen("dtc -q -s -I dtb -O dts -", "w");      /* sorted: what is told, not in which order */
    bool ok = f && fwrite(to, 1, plan.places.tree_size, f) == plan.places.tree_size && !pclose(f);
    free(to);
    return !ok;
}
