/*
 * What one guest is given. The only place where a guest's machine is
 * described: start info, ACPI tables and the devices that answer are all told
 * from it. Read from the bundle's device tree by platform_from_node() and
 * checked as a whole, so whoever holds one may believe it.
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H
#include "lib/addr.h"
#include "lib/error.h"

enum {
    PLATFORM_NAME_MAX = 63,     /* bytes without the NUL; [A-Za-z0-9._+-] */
    PLATFORM_VCPUS_MAX = 512,
    PLATFORM_MODULES_MAX = 8,   /* the ramdisk included */
    PLATFORM_CMDLINE_MAX = 4095,/* bytes without the NUL */
};

enum platform_action { ACTION_DESTROY, ACTION_RESTART, ACTION_PRESERVE };

/* A file in the bundle: bytes from the bundle's start, page-aligned. size 0: none. */
struct payload { uint64_t offset, size; };

struct platform_module { struct payload file; const char *cmdline; };   /* cmdline "" when it has none */

struct platform_uart { bool present; uint16_t port; uint8_t gsi; };     /* a 16550 at COM1 */

struct platform_ram { gpa_t base; uint64_t size; };

struct platform {
    char name[PLATFORM_NAME_MAX + 1];
    unsigned vcpus;                     /* 1..PLATFORM_VCPUS_MAX */
    uint64_t memory;                    /* bytes of RAM, whole MiB */
    struct platform_ram ram[2];         /* below and above the MMIO hole; ram[1].size 0 when none */
    bool xen;                           /* the Xen ABI: CPUID leaves, hypercalls, PV console */
    bool lapic, ioapic;                 /* ioapic only with lapic */
    bool xenstore;                      /* an empty xenstore for guests that cannot do without; only with xen */
    bool acpi;
    struct platform_uart uart;
    unsigned start_info_version;        /* 0 or 1 */
    uint64_t affinity;                  /* host CPUs it may run on, bit n = CPU n; 0: any */
    const char *cmdline;                /* "" when none; lives as long as the tree */
    struct payload kernel;
    struct platform_module module[PLATFORM_MODULES_MAX];   /* in the order the guest sees; a ramdisk is [0] */
    unsigned modules;
    enum platform_action on_poweroff, on_reboot, on_crash;
};

/*
 * Reads guest node `node` (offset) of the flattened tree `fdt` and checks it as a whole. False with a sentence
 * that names the node's guest and the property. `*p` then is not to be used. Strings stay in the tree.
 */
bool platform_from_node(struct platform *p, const void *fdt, int node, struct error *e);

/* Checks what platform_from_node and the host tool both must hold (ranges, contradictions) and lays out p->ram. */
bool platform_check(struct platform *p, struct error *e);

/* Part of platform_check: length and characters of the name, so that sentences before it may print the name. */
bool platform_check_name(const struct platform *p, struct error *e);
#endif
