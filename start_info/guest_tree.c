/*
 * Owns: the device tree of a BOARD_VIRT guest. It names what the machine answers for, nothing more; with ACPI it names only what
 * finds the tables. Interrupt 16 + n is PPI n, 32 + n SPI n in the GIC's binding.
 */
#include "lib/checked.h"
#include "platform/virt_map.h"
#include "start_info/guest_internal.h"
#include <string.h>

/* The PL011's node: /chosen and /aliases refer to it. */
#define UART_NODE "serial@22000000"
_Static_assert(VIRT_PL011_BASE == 0x22000000, "its name tells the address");

enum { FIXED_BYTES = 4096, VCPU_BYTES = 192, CHANNEL_BYTES = 256, NODE_BYTES = 512 };

uint64_t guest_tree_size(const struct platform *p, struct span passthrough)
{
    uint64_t size = FIXED_BYTES + strlen(p->cmdline) + (uint64_t)p->vcpus * VCPU_BYTES + p->nodes * (uint64_t)NODE_BYTES;
    for (unsigned i = 0; i < p->channels; i++)
        size += CHANNEL_BYTES + strlen(p->channel[i].peer) + strlen(p->channel[i].label);
    for (unsigned i = 0; i < p->rings; i++)
        size += CHANNEL_BYTES + strlen(p->ring[i].of);
    return round_up(size + 2 * passthrough.left, PAGE_SIZE);     /* what shares its strings there may not here */
}

void guest_tree_ppi(const struct platform *p, unsigned gsi, uint32_t to[GIC_CELLS])
{
    uint32_t all = p->arm.gic_version == 2 ? (UINT32_C(1) << p->vcpus) - 1 : 0;
    to[0] = GIC_PPI;
    to[1] = gsi - 16;
    to[2] = all << 8 | GIC_LEVEL_LOW;
}

/* As Linux's EFI stub hands them on (Documentation/arch/arm/uefi). The last is Debian's: 2, the firmware has it off. */
static void efi(struct tree_out *t, const struct platform *p, const struct guest_places *w)
{
    tree_number(t, "linux,uefi-system-table", w->efi.v);
    tree_number(t, "linux,uefi-mmap-start", w->efi.v + EFI_MAP_AT);
    tree_cell(t, "linux,uefi-mmap-size", guest_efi_descriptors(p, w) * EFI_DESCRIPTOR_BYTES);
    tree_cell(t, "linux,uefi-mmap-desc-size", EFI_DESCRIPTOR_BYTES);
    tree_cell(t, "linux,uefi-mmap-desc-ver", EFI_DESCRIPTOR_VERSION);
    tree_cell(t, "linux,uefi-secure-boot", 2);
}

static void chosen(struct tree_out *t, const struct platform *p, const struct guest_places *w)
{
    tree_open(t, "chosen");
    if (p->cmdline[0])
        tree_text(t, "bootargs", p->cmdline);
    if (w->ramdisk_size) {
        tree_number(t, "linux,initrd-start", w->ramdisk.v);
        tree_number(t, "linux,initrd-end", w->ramdisk.v + w->ramdisk_size);
    }
    if (w->seeded)
        tree_bytes(t, "rng-seed", w->seed, sizeof(w->seed));
    if (p->arm.pl011 && !w->acpi_size)
        tree_text(t, "stdout-path", "/" UART_NODE);
    if (w->acpi_size)
        efi(t, p, w);
    tree_close(t);
}

static void psci(struct tree_out *t)
{
    tree_open(t, "psci");
    tree_texts(t, "compatible", "arm,psci-1.0\0arm,psci-0.2");
    tree_text(t, "method", "hvc");
    tree_close(t);
}

static void cpus(struct tree_out *t, const struct platform *p)
{
    tree_open(t, "cpus");
    tree_cell(t, "#address-cells", 1);
    tree_cell(t, "#size-cells", 0);
    for (unsigned i = 0; i < p->vcpus; i++) {
        tree_open(t, "cpu@%llx", (unsigned long long)platform_mpidr(i));
        tree_text(t, "device_type", "cpu");
        tree_text(t, "compatible", "arm,armv8");
        tree_text(t, "enable-method", "psci");
        tree_cell(t, "reg", (uint32_t)platform_mpidr(i));
        if (p->nodes)
            tree_cell(t, "numa-node-id", p->vcpu_node[i]);
        tree_close(t);
    }
    tree_close(t);
}

static void memory(struct tree_out *t, const struct platform *p, unsigned node, uint64_t base, uint64_t size)
{
    const uint64_t reg[] = { base, size };
    tree_open(t, "memory@%llx", (unsigned long long)base);
    tree_text(t, "device_type", "memory");
    tree_numbers(t, "reg", reg, 2);
    if (p->nodes)
        tree_cell(t, "numa-node-id", node);
    tree_close(t);
}

/* Nodes of virtual NUMA take their memory from RAM one after another, as SRAT has it. Without: each bank is one. */
static void memories(struct tree_out *t, const struct platform *p)
{
    unsigned node = 0;
    uint64_t left = p->nodes ? p->node[0].size : UINT64_MAX;    /* of this node */
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        for (uint64_t at = p->ram[i].base.v, end = at + p->ram[i].size; at < end; ) {
            uint64_t n = left < end - at ? left : end - at;
            if (n)
                memory(t, p, node, at, n);
            at += n;
            left -= n;
            if (!left)
                left = ++node < p->nodes ? p->node[node].size : UINT64_MAX;
        }
}

/* Distances of virtual NUMA (numa.txt): triples of from, to, distance. */
static void distances(struct tree_out *t, const struct platform *p)
{
    uint32_t triple[PLATFORM_NODES_MAX * PLATFORM_NODES_MAX][3];
    unsigned n = 0;
    if (!p->nodes)
        return;
    for (unsigned from = 0; from < p->nodes; from++)
        for (unsigned to = 0; to < p->nodes; to++, n++) {
            triple[n][0] = from;
            triple[n][1] = to;
            triple[n][2] = p->node[from].distance[to];
        }
    tree_open(t, "distance-map");
    tree_text(t, "compatible", "numa-distance-map-v1");
    tree_cells(t, "distance-matrix", triple[0], n * 3);
    tree_close(t);
}

/* always-on: as GTDT says it (acpi/arm_gtdt.c). The secure timer is the first because the binding has it first. */
static void timer(struct tree_out *t, const struct platform *p, const struct guest_places *w)
{
    uint32_t ppi[3][GIC_CELLS];
    guest_tree_ppi(p, VIRT_TIMER_SEC_GSI, ppi[0]);
    guest_tree_ppi(p, VIRT_TIMER_EL1_GSI, ppi[1]);
    guest_tree_ppi(p, VIRT_TIMER_VIRT_GSI, ppi[2]);
    tree_open(t, "timer");
    tree_text(t, "compatible", "arm,armv8-timer");
    tree_cells(t, "interrupts", ppi[0], 3 * GIC_CELLS);
    tree_flag(t, "always-on");
    if (w->timer_hz)
        tree_cell(t, "clock-frequency", w->timer_hz);
    tree_close(t);
}

static void its(struct tree_out *t)
{
    const uint64_t reg[] = { VIRT_ITS_BASE, KIB(128) };
    tree_open(t, "msi-controller@%llx", (unsigned long long)VIRT_ITS_BASE);
    tree_text(t, "compatible", "arm,gic-v3-its");
    tree_flag(t, "msi-controller");
    tree_cell(t, "#msi-cells", 1);
    tree_numbers(t, "reg", reg, 2);
    tree_close(t);
}

static void gic(struct tree_out *t, const struct platform *p, uint32_t phandle)
{
    const bool v2 = p->arm.gic_version == 2, has_its = PLATFORM_MORE_DEVICES && p->arm.its;
    const uint64_t reg2[] = { VIRT_GICD_BASE, KIB(4), VIRT_GICC_BASE, KIB(8) };
    const uint64_t reg3[] = { VIRT_GICD_BASE, KIB(64), VIRT_GICR_BASE, p->vcpus * VIRT_GICR_SIZE };
    tree_open(t, "interrupt-controller@%llx", (unsigned long long)VIRT_GICD_BASE);
    tree_text(t, "compatible", v2 ? "arm,gic-400" : "arm,gic-v3");
    tree_flag(t, "interrupt-controller");
    tree_cell(t, "#interrupt-cells", GIC_CELLS);
    tree_cell(t, "#address-cells", has_its ? 2 : 0);
    if (has_its) {
        tree_cell(t, "#size-cells", 2);
        tree_flag(t, "ranges");
    }
    tree_numbers(t, "reg", v2 ? reg2 : reg3, 4);
    tree_cell(t, "phandle", phandle);
    if (has_its)
        its(t);
    tree_close(t);
}

/* An SBSA UART, not a PL011: the PL011's binding asks for clocks; the registers are the same (platform.h). */
static void uart(struct tree_out *t)
{
    const uint64_t reg[] = { VIRT_PL011_BASE, VIRT_PL011_SIZE };
    const uint32_t interrupt[GIC_CELLS] = { GIC_SPI, VIRT_PL011_GSI - 32, GIC_LEVEL_HIGH };
    tree_open(t, UART_NODE);
    tree_text(t, "compatible", "arm,sbsa-uart");
    tree_numbers(t, "reg", reg, 2);
    tree_cells(t, "interrupts", interrupt, GIC_CELLS);
    tree_cell(t, "current-speed", 115200);
    tree_close(t);
}

static void root(struct tree_out *t, const struct platform *p)
{
    tree_cell(t, "#address-cells", 2);
    tree_cell(t, "#size-cells", 2);
    if (p->xen)
        tree_texts(t, "compatible", "xen,xenvm-4.17\0xen,xenvm\0linux,dummy-virt");
    else
        tree_text(t, "compatible", "linux,dummy-virt");
    tree_text(t, "model", p->xen ? "XENVM-4.17" : "Bedplate");
}

/* Properties before nodes; /chosen first, so that who reads only that is soon done. */
static void by_tree(struct tree_out *t, const struct platform *p, const struct guest_places *w, struct span partial,
                    const struct passthrough *devices)
{
    uint32_t phandle = partial.left ? passthrough_gic_phandle(partial) : TREE_GIC_PHANDLE;
    root(t, p);
    tree_cell(t, "interrupt-parent", phandle);
    chosen(t, p, w);
    psci(t);
    cpus(t, p);
    memories(t, p);
    distances(t, p);
    timer(t, p, w);
    gic(t, p, phandle);
    if (p->arm.pl011)
        uart(t);
    if (p->xen)
        guest_tree_hypervisor(t, p, w, devices);
    if (partial.left)
        passthrough_merge(t, partial, p->arm.pl011 ? "/" UART_NODE : NULL);
}

/* Nodes other than these two make Linux take the tree for its machine and leave the tables alone (arch/arm64/kernel/acpi.c). */
static void by_acpi(struct tree_out *t, const struct platform *p, const struct guest_places *w)
{
    root(t, p);
    chosen(t, p, w);
    if (p->xen)
        guest_tree_hypervisor(t, p, w, NULL);
}

bool guest_tree_build(const struct platform *p, const struct guest_places *w, struct span passthrough, void *to, uint64_t size, struct error *e)
{
    struct passthrough devices;
    if (!passthrough_read(&devices, p, passthrough, e))
        return false;
    struct tree_out t = tree_begin(to, size);
    if (w->acpi_size)
        by_acpi(&t, p, w);
    else
        by_tree(&t, p, w, passthrough, &devices);
    return tree_end(&t) || fail(e, "guest %s: its device tree does not fit %llu KiB: use fewer vcpus, a shorter cmdline or a smaller partial tree", p->name,
                                (unsigned long long)(size >> 10));
}
