/* Where things stand in the address space of Arm's virtual board, and its interrupt lines (GSIs: INTIDs of the GIC). */
#ifndef PLATFORM_VIRT_MAP_H
#define PLATFORM_VIRT_MAP_H
#include "lib/addr.h"

#define VIRT_GICD_BASE   UINT64_C(0x08000000)   /* 64 KiB */
#define VIRT_GICC_BASE   UINT64_C(0x08010000)   /* GIC version 2 only: 8 KiB */
#define VIRT_ITS_BASE    UINT64_C(0x08080000)   /* 128 KiB: control and translation frames */
#define VIRT_PL011_BASE  UINT64_C(0x09000000)   /* a page */
#define VIRT_PL011_GSI   33
#define VIRT_GICR_BASE   UINT64_C(0x0a000000)   /* GIC version 3 only: two frames of 64 KiB for each vCPU */
#define VIRT_GICR_SIZE   UINT64_C(0x20000)
#define VIRT_ACPI_BASE   UINT64_C(0x3c000000)   /* ACPI tables, RAM of their own outside p->ram */
#define VIRT_ACPI_MAX    MIB(1)
#define VIRT_RAM_BASE    UINT64_C(0x40000000)   /* all RAM, in one piece */
#define VIRT_RAM_END     UINT64_C(0x10000000000)/* 40 address bits */
#define VIRT_GIC2_VCPUS  8                       /* a GIC of version 2 has interfaces for no more */
/* The generic timer's lines, private to each CPU (BSA 1.0, table 5). */
#define VIRT_TIMER_EL2   26
#define VIRT_TIMER_VIRT  27
#define VIRT_TIMER_SEC   29
#define VIRT_TIMER_EL1   30
#endif
