/*
 * The ACPI tables of a guest to be, from its configuration alone: the device tree that a bundle would have is written and read back, so
 * that the tables are those of the guest as it boots, but neither kernel nor ramdisk is opened: they have no say in them, and
 * need not be there.
 */
#ifndef CLI_ACPI_GUEST_H
#define CLI_ACPI_GUEST_H
#include "acpi/firmware/set.h"
#include "cli/config.h"

struct acpi_guest {
    struct config config;
    struct platform platform;       /* as the hypervisor will read it; payloads' offsets and sizes mean nothing */
    void *tree;                     /* which platform's texts are in */
    uint8_t *image;                 /* as it stands in the guest's memory, from the RSDP on */
    uint64_t at, used;              /* its guest address, and bytes */
    struct acpi_set set;            /* what a walk finds in it */
};

/* False with a sentence that names the file; nothing then is to be freed. */
bool acpi_guest_read(struct acpi_guest *g, const char *path, struct error *e);
void acpi_guest_free(struct acpi_guest *g);
#endif
