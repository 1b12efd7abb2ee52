/*
 * What is in a BOARD_VIRT guest's hand at its first instruction: a flattened device tree (Devicetree Specification 0.4; bindings
 * of Linux and of Xen's docs), or, with ACPI, a small one whose /chosen names a minimal EFI system table and memory map
 * (Linux: Documentation/arch/arm64/acpi_object_usage, arm/uefi) by which the kernel finds the tables.
 */
#ifndef START_INFO_GUEST_TREE_H
#define START_INFO_GUEST_TREE_H
#include "lib/error.h"
#include "lib/random.h"
#include "lib/span.h"
#include "platform/platform.h"

struct guest_places {
    gpa_t ramdisk; uint64_t ramdisk_size;       /* 0: none */
    gpa_t acpi; uint64_t acpi_size;             /* whole pages; 0: told by device tree */
    gpa_t rsdp;
    gpa_t efi;                                  /* where guest_efi_build's bytes stand, page-aligned */
    gpa_t tree; uint64_t tree_size;
    uint32_t timer_hz;                          /* CNTFRQ; 0: let the guest read it */
    bool seeded;                                /* seed is there, for the guest's random numbers */
    uint8_t seed[RANDOM_SEED];
};

/* Bytes that the builders need for p, at most; multiples of the page size. passthrough: the partial tree, empty when none. */
uint64_t guest_tree_size(const struct platform *p, struct span passthrough);
uint64_t guest_efi_size(const struct platform *p);      /* 0 without p->acpi */
/* Writes the tree into to[size]. False with a sentence: the partial tree is at fault, or it does not fit. */
bool guest_tree_build(const struct platform *p, const struct guest_places *w, struct span passthrough, void *to, uint64_t size, struct error *e);
/* EFI system table, configuration table (ACPI 2.0 GUID) and memory map (UEFI 2.9, 4.3, 4.6, 7.2), as they stand at w->efi. */
bool guest_efi_build(const struct platform *p, const struct guest_places *w, void *to, uint64_t size);

/*
 * A device of the host that the partial tree hands over (Xen's docs/misc/arm/passthrough.txt: xen,reg, xen,path, interrupts,
 * xen,force-assign-without-iommu). Registers [host, host+size) stand at guest; interrupts are the same SPI on both sides.
 */
enum { PASSTHROUGH_REGS_MAX = 16, PASSTHROUGH_IRQS_MAX = 32 };
struct passthrough {
    struct { hpa_t host; gpa_t guest; uint64_t size; } reg[PASSTHROUGH_REGS_MAX];
    unsigned regs;
    struct { uint16_t intid; bool edge; } irq[PASSTHROUGH_IRQS_MAX];
    unsigned irqs;
};
/* Reads and checks it. False with a sentence that names guest and node. An empty span gives none. */
bool passthrough_read(struct passthrough *to, const struct platform *p, struct span tree, struct error *e);
#endif
