/*
 * What the host's device tree (Devicetree Specification 0.4, and the bindings of Linux) says that the hypervisor needs to run. Pure:
 * it reads the tree and nothing else, so it is tested on the host as well.
 */
#ifndef HYPERVISOR_ARM_TREE_H
#define HYPERVISOR_ARM_TREE_H
#include "hypervisor/arch.h"
#include "lib/error.h"
#include "lib/span.h"

enum { TREE_RESERVED_MAX = 256, TREE_GICRS_MAX = 16 };

struct tree_range { uint64_t at, size; };       /* size 0: there is none */
struct tree_reserved { uint64_t at, size; bool no_map; };
enum tree_conduit { TREE_NO_PSCI, TREE_SMC, TREE_HVC };

struct tree_gic {
    unsigned version;                   /* 2 or 3; 0: the tree names none that we know */
    struct tree_range gicd, gicc, gich, gicv;
    struct tree_range gicr[TREE_GICRS_MAX];
    unsigned gicrs;
    uint64_t stride;                    /* redistributor-stride; 0: as GICR_TYPER says */
    unsigned maintenance;               /* INTID */
};

struct host_tree {
    struct host_ram ram[HOST_RAM_MAX];  /* as told: any order, page-aligned */
    unsigned rams;
    uint64_t ram_total;
    struct tree_reserved reserved[TREE_RESERVED_MAX];   /* of RAM: reservations, modules of guests, the ramdisk */
    unsigned reserveds;
    uint64_t cpu[HOST_CPUS_MAX];        /* affinity as in MPIDR_EL1, in the tree's order: those that PSCI starts, and perhaps the booting one */
    unsigned cpus, cpus_told;           /* told: also those beyond HOST_CPUS_MAX or started otherwise */
    enum tree_conduit psci;
    uint32_t psci_cpu_on, psci_off, psci_reset;     /* function ids; 0: not there */
    struct tree_range initrd;
    const char *bootargs;               /* in the tree; "" when none */
    struct tree_gic gic;
    bool timer;
    unsigned vtimer, alarm;             /* INTIDs: CNTV, CNTHP */
    uint32_t timer_hz;                  /* clock-frequency, where firmware left CNTFRQ_EL0 wrong; 0: not told */
    struct tree_range uart;             /* the PL011 of stdout-path, else the first one */
    unsigned uart_intid;                /* 0: none */
    bool uart_sbsa;                     /* no baud rate to set */
    struct tree_range rtc;              /* a PL031 */
};

/* all: the tree and what stands behind it. False: *e tells, naming the node; then only what was found before it is set (bootargs and the UART first). */
bool host_tree_read(struct host_tree *t, struct span all, struct error *e);
/* The bytes from the tree's start on that are used: the rest of what its header tells is often padding. After host_tree_read. */
uint64_t host_tree_bytes(const void *fdt);
bool host_tree_has_word(const char *bootargs, const char *word);
/* What of the hypervisor's stands in [at, at+size), neither of which wraps: a noun for a sentence. NULL: nothing; a guest may have it. */
const char *host_tree_kept(const struct host_tree *t, uint64_t at, uint64_t size);

/* ---- between tree.c and tree_devices.c ---- */
uint64_t host_tree_cells(const void *at, int cells);
bool host_tree_enabled(const void *fdt, int node);
/* `reg` number `index` of a device as the CPU sees it. False: there is no such, or no bus leads there. */
bool host_tree_reg(const void *fdt, int node, int index, struct tree_range *r);
void host_tree_uart(struct host_tree *t, const void *fdt);
void host_tree_devices(struct host_tree *t, const void *fdt);
#endif
