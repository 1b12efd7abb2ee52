/*
 * Where things stand in the physical address space of a BOARD_VIRT guest, and its interrupts: Xen's layout for Arm guests as
 * xen/arch-arm.h of its public headers has it (the name there is given beside each), so that what runs on Xen runs here.
 * That header refuses to be compiled for a PC, hence these copies; tests/unit/test_acpi_arm.c compares them with its text.
 * What Xen's layout has no place for stands in gaps of it, and says so. Interrupts (GSI) are the GIC's INTIDs.
 */
#ifndef PLATFORM_VIRT_MAP_H
#define PLATFORM_VIRT_MAP_H
#include "lib/addr.h"

#define VIRT_GICD_BASE      UINT64_C(0x03001000)    /* GUEST_GICD_BASE, GUEST_GICV3_GICD_BASE: the same for both versions */
#define VIRT_GICC_BASE      UINT64_C(0x03002000)    /* GUEST_GICC_BASE: GICv2 only */
#define VIRT_GICR_BASE      UINT64_C(0x03020000)    /* GUEST_GICV3_GICR0_BASE: GICv3 only; one region for all vCPUs */
#define VIRT_GICR_SIZE      UINT64_C(0x00020000)    /* of one vCPU: two frames of 64 KiB */
#define VIRT_ITS_BASE       UINT64_C(0x08000000)    /* ours, above 512 redistributors; 128 KiB: control and translation frames */
#define VIRT_TPM_BASE       UINT64_C(0x0c000000)    /* ours; locality 0 of the command response buffer, 4 KiB */
#define VIRT_ECAM_BASE      UINT64_C(0x10000000)    /* GUEST_VPCI_ECAM_BASE */
#define VIRT_ECAM_SIZE      UINT64_C(0x10000000)    /* GUEST_VPCI_ECAM_SIZE: 256 buses */
#define VIRT_ACPI_BASE      UINT64_C(0x20000000)    /* GUEST_ACPI_BASE: RAM of its own outside p->ram */
#define VIRT_ACPI_MAX       UINT64_C(0x02000000)    /* GUEST_ACPI_SIZE */
#define VIRT_PL011_BASE     UINT64_C(0x22000000)    /* GUEST_PL011_BASE */
#define VIRT_PL011_SIZE     UINT64_C(0x00001000)    /* GUEST_PL011_SIZE */
#define VIRT_PCI_MEM_BASE   UINT64_C(0x23000000)    /* GUEST_VPCI_MEM_ADDR */
#define VIRT_PCI_MEM_SIZE   UINT64_C(0x10000000)    /* GUEST_VPCI_MEM_SIZE */
#define VIRT_GRANT_BASE     UINT64_C(0x38000000)    /* GUEST_GNTTAB_BASE: where the guest may map its grant table */
#define VIRT_GRANT_SIZE     UINT64_C(0x01000000)    /* GUEST_GNTTAB_SIZE */
#define VIRT_MAGIC_BASE     UINT64_C(0x39000000)    /* GUEST_MAGIC_BASE: pages that guest and hypervisor share, 16 MiB */
#define VIRT_MAGIC_CONSOLE  0                       /* pages of it; CONSOLE_PFN_OFFSET and so on in Xen's libxenguest */
#define VIRT_MAGIC_XENSTORE 1
#define VIRT_RING_BASE      UINT64_C(0x39800000)    /* ours: rings of other guests' PL011s, a page each */
#define VIRT_RAM0_BASE      UINT64_C(0x40000000)    /* GUEST_RAM0_BASE */
#define VIRT_RAM0_SIZE      UINT64_C(0xc0000000)    /* GUEST_RAM0_SIZE, at most */
#define VIRT_PCI_MEM64_BASE UINT64_C(0x100000000)   /* GUEST_VPCI_PREFETCH_MEM_ADDR */
#define VIRT_PCI_MEM64_SIZE UINT64_C(0x100000000)   /* GUEST_VPCI_PREFETCH_MEM_SIZE */
#define VIRT_RAM1_BASE      UINT64_C(0x200000000)   /* GUEST_RAM1_BASE */
#define VIRT_RAM1_SIZE      UINT64_C(0xfe00000000)  /* GUEST_RAM1_SIZE, at most */

/* 16..31 are private to each vCPU (PPI), 32 and above are shared (SPI). */
#define VIRT_TIMER_EL2_GSI  26                      /* ours, the number of SBSA (Arm DEN 0029, 4.1.5): nothing raises it */
#define VIRT_TIMER_VIRT_GSI 27                      /* GUEST_TIMER_VIRT_PPI */
#define VIRT_TIMER_SEC_GSI  29                      /* GUEST_TIMER_PHYS_S_PPI */
#define VIRT_TIMER_EL1_GSI  30                      /* GUEST_TIMER_PHYS_NS_PPI */
#define VIRT_EVTCHN_GSI     31                      /* GUEST_EVTCHN_PPI */
#define VIRT_PL011_GSI      32                      /* GUEST_VPL011_SPI */

#define VIRT_GIC2_VCPUS     8                       /* a GIC of version 2 has interfaces for no more */

/*
 * MPIDR_EL1's affinity of vCPU n, told by the vCPU itself, MADT and device tree alike: 16 to a cluster, because an SGI of
 * GICv3 names its targets in one cluster by 16 bits. Bits 7:0 are level 0, 15:8 level 1.
 */
static inline uint64_t platform_mpidr(unsigned vcpu) { return (uint64_t)(vcpu >> 4) << 8 | (vcpu & 15); }
#endif
