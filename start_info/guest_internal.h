/* Between the parts of a BOARD_VIRT guest's tree. Private to start_info/. */
#ifndef START_INFO_GUEST_INTERNAL_H
#define START_INFO_GUEST_INTERNAL_H
#include "start_info/guest_tree.h"
#include "start_info/tree_out.h"

enum { TREE_GIC_PHANDLE = 65000 };      /* GUEST_PHANDLE_GIC: what partial trees written for Xen count on */

/* An interrupt as the GIC's binding has it (arm,gic-v3.yaml, arm,gic.yaml): kind, number within the kind, trigger. */
enum { GIC_CELLS = 3, GIC_SPI = 0, GIC_PPI = 1, GIC_EDGE_RISING = 1, GIC_LEVEL_HIGH = 4, GIC_LEVEL_LOW = 8 };

/* /hypervisor (arm/xen.txt of Linux's bindings) with static channels and console rings; with ACPI only what finds Xen. */
void guest_tree_hypervisor(struct tree_out *t, const struct platform *p, const struct guest_places *w, const struct passthrough *devices);
/* A PPI's three cells; GICv2 wants the vCPUs that have it in the third. */
void guest_tree_ppi(const struct platform *p, unsigned gsi, uint32_t to[GIC_CELLS]);

/* Where the memory map stands behind w->efi, its descriptors' size, and how many there are. */
enum { EFI_MAP_AT = 0x100, EFI_DESCRIPTOR_BYTES = 40, EFI_DESCRIPTOR_VERSION = 1 };
unsigned guest_efi_descriptors(const struct platform *p, const struct guest_places *w);

/* Of a partial tree: the phandle of its GIC, or one that nothing in it has; its nodes, written into ours; it has passed passthrough_read. */
uint32_t passthrough_gic_phandle(struct span tree);
void passthrough_merge(struct tree_out *t, struct span tree, const char *uart);     /* the path of our own UART; NULL: none */
#endif
