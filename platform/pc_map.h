/* Where things stand in a PC guest's physical address space, its ports and its interrupt lines. Public: docs/guest-abi.md lists it. */
#ifndef PLATFORM_PC_MAP_H
#define PLATFORM_PC_MAP_H
#include "lib/addr.h"

#define PC_LOW_RAM_END   UINT64_C(0x000a0000)   /* the first 640 KiB; a0000..fffff is reserved in the memory map though backed by RAM */
#define PC_HIGH_RAM      UINT64_C(0x00100000)
#define PC_RAM_HOLE      UINT64_C(0xf0000000)   /* RAM below 4 GiB ends here at the latest ... */
#define PC_RAM_ABOVE     UINT64_C(0x100000000)  /* ... and goes on here */
#define PC_RAM_END       UINT64_C(0x10000000000) /* 40 address bits: what every CPU with nested paging in use has at least */
#define PC_ACPI_BASE     UINT64_C(0xfc000000)   /* ACPI tables, E820 type 3, RAM of their own outside p->ram */
#define PC_ACPI_MAX      MIB(1)
#define PC_IOAPIC_BASE   UINT64_C(0xfec00000)
#define PC_LAPIC_BASE    UINT64_C(0xfee00000)
#define PC_SPECIAL_BASE  UINT64_C(0xfeff8000)   /* Xen's special pages, E820 reserved: console, xenstore, identity */
#define PC_SPECIAL_PAGES 8
#define PC_SPECIAL_CONSOLE  0                    /* page index within the special pages */
#define PC_SPECIAL_XENSTORE 1
#define PC_IOAPIC_PINS   24
#define PC_IOAPIC_ID     0
#define PC_COM1_PORT     0x3f8
#define PC_COM1_GSI      4
#define PC_SCI_GSI       9
/* The local APIC id of vCPU n, and its ACPI processor UID: told by CPUID, MADT and DSDT alike. Xen guests take the UID for the vCPU's number. */
static inline uint32_t platform_apic_id(unsigned vcpu) { return vcpu; }
/* Sleep and reset registers of the hardware-reduced FADT (ACPI 6.4, 4.8.3.7, 4.8.3.6), in I/O space. */
#define PC_SLEEP_CONTROL 0x600
#define PC_SLEEP_STATUS  0x601
#define PC_RESET_PORT    0x604
#define PC_RESET_VALUE   0x06
#define PC_PM_TIMER      0x608                   /* 3.579545 MHz, 32 bits; only for guests without the Xen ABI or without a local APIC */
#define PC_PIT_PORT      0x40                    /* an 8254 and its gate: only for guests without the Xen ABI or without a local APIC */
#define PC_PIT_GATE      0x61
/* Where ACPI has something to tell after the start: a power button, CPUs that come and go. Only with an IOAPIC, whose line it takes. */
#define PC_GED_PORT      0x620                   /* 4 bytes: what has happened; the generic event device's own line says that something has */
#define PC_GED_GSI       9
#define PC_CPUS_PORT     0x630                   /* 16 bytes: which vCPU, and what becomes of it */
/* Of a guest without a local APIC, whose FADT is not hardware-reduced (4.8.3.1, 4.8.3.2). */
#define PC_PM1A_EVENT    0x610                   /* 4 bytes: status, enable */
#define PC_PM1A_CONTROL  0x614                   /* 2 bytes */
#define PC_S5_TYPE       5                        /* SLP_TYP for S5, told by \_S5_ */
#endif
