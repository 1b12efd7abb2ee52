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
    PLATFORM_NODES_MAX = 16,    /* virtual NUMA nodes */
    PLATFORM_HIDDEN_MAX = 16,   /* devices named in STAO */
    PLATFORM_PATH_MAX = 255,    /* bytes of such a name, without the NUL */
    PLATFORM_CHANNELS_MAX = 32, /* static event channels */
    PLATFORM_PORT_MAX = 1023,   /* the highest port one may have; the lowest is 1 */
    PLATFORM_RINGS_MAX = 8,     /* consoles of other guests that end in this one */
    PLATFORM_BANKS_MAX = 4,     /* parts that RAM may be in */
    PLATFORM_PINS_MAX = 64,     /* vCPUs that may each have host CPUs of their own */
};

/* Which board: a PC (platform/pc_map.h) or Arm's virtual one (platform/virt_map.h). */
enum platform_board { BOARD_PC, BOARD_VIRT };

enum platform_action { ACTION_DESTROY, ACTION_RESTART, ACTION_PRESERVE };

/* A file in the bundle: bytes from the bundle's start, page-aligned. size 0: none. */
struct payload { uint64_t offset, size; };

struct platform_module { struct payload file; const char *cmdline; };   /* cmdline "" when it has none */

struct platform_uart { bool present; uint16_t port; uint8_t gsi; };     /* a 16550 at COM1 */

/* A node of virtual NUMA (vnuma= of xl.cfg): RAM in the order of the guest's memory map, vCPUs by platform.vcpu_node. */
struct platform_node { uint64_t size; uint8_t distance[PLATFORM_NODES_MAX]; };   /* bytes, whole MiB; 10 to itself, 11..254 to others */

/* What tells the guest of events without a chipset: a generic event device (ACPI 6.4, 5.6.9), and its port that says which. */
struct platform_ged { bool present; uint16_t port; uint8_t gsi; };

/* A PCIe host bridge. Bytes; a window of size 0 is none. */
struct platform_window { uint64_t base, size; };
struct platform_pcie { bool present; gpa_t ecam; uint8_t bus_last; struct platform_window io, memory32, memory64; };

/* A TPM 2.0 with the command response buffer interface; a virtio-iommu behind the host bridge at device.function, for all of its bus. */
struct platform_tpm { bool present; gpa_t base; };
struct platform_viommu { bool present; uint8_t device, function; };

/* Host memory that a guest gets and no other (xen,static-mem). Bytes, page-aligned. */
struct platform_bank { hpa_t base; uint64_t size; };

/*
 * Only BOARD_VIRT. GIC version 2 or 3, 0: as the host's; the builder resolves it before anything is told from it. A PL011 is told as
 * an SBSA UART; its other end is the hypervisor's console ("") or belongs to the guest of that name. direct_map: RAM stands at its
 * host address, in the banks. passthrough: a partial device tree whose devices the guest gets (multiboot,device-tree).
 */
struct platform_arm {
    unsigned gic_version;
    bool its, pl011, direct_map;
    const char *pl011_backend;
    struct platform_bank bank[PLATFORM_BANKS_MAX];
    unsigned banks;                     /* 0: RAM comes from anywhere */
    struct payload passthrough;
};

/* An event channel that is bound before the guest starts. peer: the other guest's name; label: what programs find it by, "" none. */
struct platform_channel { uint32_t port, peer_port; const char *peer, *label; };

/* The peer where a tree for Xen means its control domain: it is never there, so the port stays without its other end. Known by its address. */
extern const char platform_dom0[];

/* The other end of guest `of`'s PL011, which this guest has: ring page number i stands at VIRT_RING_BASE + i pages. Found by platform_join. */
struct platform_ring { const char *of; uint32_t port; };

struct platform_ram { gpa_t base; uint64_t size; };

struct platform {
    char name[PLATFORM_NAME_MAX + 1];
    const char *node_name;              /* that of its node, where the name was made of it: peers may be told so; NULL: bedplate,name */
    enum platform_board board;
    unsigned vcpus;                     /* 1..PLATFORM_VCPUS_MAX: those that are there from the start */
    unsigned vcpus_max;                 /* vcpus..PLATFORM_VCPUS_MAX: the rest may be plugged in; 0 is the same as vcpus */
    uint64_t memory;                    /* bytes of RAM, whole MiB */
    struct platform_ram ram[PLATFORM_BANKS_MAX];    /* PC: [0], [1] below and above the MMIO hole; size 0: none. Ascending */
    bool xen;                           /* the Xen ABI: CPUID leaves, hypercalls, PV console */
    bool lapic, ioapic;                 /* ioapic only with lapic */
    bool xenstore;                      /* an empty xenstore for guests that cannot do without; only with xen */
    bool acpi;
    bool power_button;                  /* it wants one; it has one where p->ged is present */
    struct platform_uart uart;
    struct platform_ged ged;            /* present where something can interrupt for it and it has events: decided by platform_check */
    struct platform_pcie pcie;          /* these three: no configuration gives a PC guest one yet */
    struct platform_tpm tpm;
    struct platform_viommu viommu;
    struct platform_arm arm;
    struct platform_channel channel[PLATFORM_CHANNELS_MAX];
    unsigned channels;
    struct platform_ring ring[PLATFORM_RINGS_MAX];
    unsigned rings;                     /* set by platform_join */
    struct platform_node node[PLATFORM_NODES_MAX];
    unsigned nodes;                     /* 0: no virtual NUMA */
    uint8_t vcpu_node[PLATFORM_VCPUS_MAX];  /* index of a node, for each vCPU */
    const char *hidden[PLATFORM_HIDDEN_MAX];/* full ACPI paths that STAO names, "\\_SB.COM1"; live as long as the tree */
    unsigned hiddens;
    unsigned start_info_version;        /* 0 or 1 */
    uint64_t affinity;                  /* host CPUs it may run on, bit n = CPU n; 0: any */
    uint64_t pin[PLATFORM_PINS_MAX];    /* those of one vCPU by itself; 0: as affinity */
    const char *cmdline;                /* "" when none; lives as long as the tree */
    struct payload kernel;
    struct platform_module module[PLATFORM_MODULES_MAX];   /* in the order the guest sees; a ramdisk is [0] */
    unsigned modules;
    enum platform_action on_poweroff, on_reboot, on_crash;
};

/*
 * Which board p is. A hypervisor has guests of one board only, which its build says (PLATFORM_ONLY_PC, PLATFORM_ONLY_VIRT): there the
 * other's code is not even linked, and platform_from_node refuses it. PLATFORM_PC(f), PLATFORM_VIRT(f): f, or NULL where it is not.
 */
#if defined(PLATFORM_ONLY_PC)
static inline bool platform_may_be(enum platform_board b) { return b == BOARD_PC; }
#define PLATFORM_PC(f) (f)
#define PLATFORM_VIRT(f) NULL
#elif defined(PLATFORM_ONLY_VIRT)
static inline bool platform_may_be(enum platform_board b) { return b == BOARD_VIRT; }
#define PLATFORM_PC(f) NULL
#define PLATFORM_VIRT(f) (f)
#else
static inline bool platform_may_be(enum platform_board b) { return b == BOARD_PC || b == BOARD_VIRT; }
#define PLATFORM_PC(f) (f)
#define PLATFORM_VIRT(f) (f)
#endif
/*
 * Devices that no property of a guest's node gives it yet: PCIe with its ITS, virtio-iommu and TPM. Tables and checks know them, and
 * the tests prove that; an image, whose guests cannot have them, has no code for them. PLATFORM_MORE(f): f, or NULL there.
 */
#if defined(PLATFORM_ONLY_PC) || defined(PLATFORM_ONLY_VIRT)
enum { PLATFORM_MORE_DEVICES = 0 };
#define PLATFORM_MORE(f) NULL
#else
enum { PLATFORM_MORE_DEVICES = 1 };
#define PLATFORM_MORE(f) (f)
#endif
static inline bool platform_is(const struct platform *p, enum platform_board b)
{
    return platform_may_be(b) && (!platform_may_be(b == BOARD_PC ? BOARD_VIRT : BOARD_PC) || p->board == b);
}

/* The vCPUs that the tables name: those there and those that may come. */
static inline unsigned platform_vcpus_told(const struct platform *p) { return p->vcpus_max > p->vcpus ? p->vcpus_max : p->vcpus; }

/* The host CPUs that a vCPU may run on; 0: any. */
static inline uint64_t platform_cpus_of(const struct platform *p, unsigned vcpu)
{
    return vcpu < PLATFORM_PINS_MAX && p->pin[vcpu] ? p->pin[vcpu] : p->affinity;
}

/*
 * How many low bits of an APIC id tell the CPUs of one package apart. Without virtual NUMA all vCPUs are one package, else as
 * many as lie side by side in one node: CPUID and SRAT must not contradict each other.
 */
unsigned platform_package_bits(const struct platform *p);

/*
 * Reads guest node `node` (offset) of the flattened tree `fdt` and checks it as a whole. `board`: what a node is for that does
 * not say it (bedplate,board). Payloads are offsets where the tree is a bundle's, host addresses where it is a machine's.
 * False with a sentence that names the node's guest and the property. `*p` then is not to be used. Strings stay in the tree.
 */
bool platform_from_node(struct platform *p, const void *fdt, int node, enum platform_board board, struct error *e);

/*
 * Checks what platform_from_node and the host tool both must hold (ranges, contradictions) and lays out p->ram. To be asked again by
 * whoever resolves arm.gic_version.
 */
bool platform_check(struct platform *p, struct error *e);

/*
 * What only all guests together show: none before p has its name; each channel of p has its other end in the guest that it names, told
 * alike there; the backend of its PL011 is there, and p learns whose PL011s end in it (p->ring, with ports that are free). all[] includes p;
 * each has passed platform_check. False with a sentence that names p and the other: then p is not to be started, the others may be.
 */
bool platform_join(struct platform *p, struct platform *const *all, unsigned count, struct error *e);

/* Part of platform_check: length and characters of the name, so that sentences before it may print the name. */
bool platform_check_name(const struct platform *p, struct error *e);
#endif
