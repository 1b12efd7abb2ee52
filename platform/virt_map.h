/*
 * Where things stand in the address space of Arm's virtual board, and its interrupt lines (INTIDs of the GIC). The addresses
 * are those of Xen's guests (public/arch-arm.h), so that what knows one knows the other.
 */
#ifndef PLATFORM_VIRT_MAP_H
#define PLATFORM_VIRT_MAP_H
#include "lib/addr.h"

#define VIRT_GICD_BASE   UINT64_C(0x03001000)
#define VIRT_GICC_BASE   UINT64_C(0x03002000)   /* GIC version 2 only: 8 KiB */
#define VIRT_GIC2_VCPUS  8                       /* a GIC of version 2 has interfaces for no more */
#define VIRT_GICR_BASE   UINT64_C(0x03020000)   /* GIC version 3 only */
#define VIRT_GICR_STRIDE UINT64_C(0x00020000)   /* two frames of 64 KiB for each vCPU */
#define VIRT_ITS_BASE    UINT64_C(0x08000000)
#define VIRT_ITS_SIZE    UINT64_C(0x00020000)   /* control and translation frames */
#define VIRT_ACPI_BASE   UINT64_C(0x20000000)   /* ACPI tables, RAM of their own outside p->ram */
#define VIRT_ACPI_MAX    MIB(1)
#define VIRT_PL011_BASE  UINT64_C(0x22000000)
#define VIRT_PL011_SIZE  UINT64_C(0x00001000)
#define VIRT_PL011_SPI   32
#define VIRT_GRANT_BASE  UINT64_C(0x38000000)
#define VIRT_GRANT_SIZE  UINT64_C(0x01000000)
#define VIRT_RAM_BASE    UINT64_C(0x40000000)   /* all RAM, in one piece */
#define VIRT_RAM_END     UINT64_C(0x10000000000)/* 40 address bits */
/* Lines private to each CPU: the generic timer's (BSA 1.0, table 5) and Xen's event channels'. */
#define VIRT_TIMER_VIRT_PPI     27
#define VIRT_TIMER_PHYS_S_PPI   29
#define VIRT_TIMER_PHYS_NS_PPI  30
#define VIRT_EVTCHN_PPI         31
#endif
