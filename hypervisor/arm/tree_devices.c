/* Owns: the devices that the hypervisor itself uses, as the host's tree names them: GIC, timer, UART, RTC; and the way to a device's address. */
#include "hypervisor/arm/tree.h"
#include "lib/arm.h"
#include "lib/cells.h"
#include "lib/checked.h"
#include <libfdt.h>
#include <string.h>

enum { PPI = 1 };

/* One bus upward: `ranges` of `bus`, whose parent is `above`. Absent: its children are not on the CPU's side. */
static bool through(const void *fdt, int bus, int above, uint64_t *at, uint64_t size)
{
    int length, ac = cells_address(fdt, bus), sc = cells_size(fdt, bus), up = cells_address(fdt, above);
    const uint8_t *p = fdt_getprop(fdt, bus, "ranges", &length);
    if (!p || ac < 1 || ac > 2 || up < 1 || up > 2 || sc < 1 || sc > 2)
        return false;
    int entry = 4 * (ac + up + sc);
    for (int i = 0; i + entry <= length; i += entry) {
        uint64_t from = host_tree_cells(p + i, ac), to = host_tree_cells(p + i + 4 * ac, up), n = host_tree_cells(p + i + 4 * (ac + up), sc), end;
        if (!add_ok(from, n, &end) || !add_ok(to, n, &end) || !range_within(*at, size, from, n))
            continue;
        *at = to + (*at - from);
        return true;
    }
    return length == 0;
}

bool host_tree_reg(const void *fdt, int node, int index, struct tree_range *r)
{
    int bus = fdt_parent_offset(fdt, node), length;
    const uint8_t *p = fdt_getprop(fdt, node, "reg", &length);
    if (bus < 0 || !p)
        return false;
    int ac = cells_address(fdt, bus), sc = cells_size(fdt, bus), entry = 4 * (ac + sc);
    if (ac < 1 || ac > 2 || sc < 1 || sc > 2 || length / entry <= index)
        return false;
    p += entry * index;
    uint64_t at = host_tree_cells(p, ac), size = host_tree_cells(p + 4 * ac, sc), end;
    for (int above; bus > 0; bus = above) {
        above = fdt_parent_offset(fdt, bus);
        if (above < 0 || !through(fdt, bus, above, &at, size))
            return false;
    }
    if (!size || !add_ok(at, size, &end))
        return false;
    *r = (struct tree_range){ at, size };
    return true;
}

/* Number `index` of a node's interrupts, of which the GIC's binding has `cells` each: kind, number, flags. 0: none that we can have. */
static unsigned intid(const void *fdt, int node, int index, int cells)
{
    int length;
    const uint8_t *p = fdt_getprop(fdt, node, "interrupts", &length);
    if (!p || cells < 3 || length / (4 * cells) <= index)
        return 0;
    p += 4 * cells * index;
    uint64_t kind = host_tree_cells(p, 1), n = host_tree_cells(p + 4, 1);
    if (kind == PPI)
        return n < GIC_PRIVATE - GIC_SGIS ? (unsigned)n + GIC_SGIS : 0;
    return kind == 0 && n < GIC_INTIDS_MAX - GIC_PRIVATE ? (unsigned)n + GIC_PRIVATE : 0;
}

/* The same of what each CPU must have its own of. */
static unsigned private_intid(const void *fdt, int node, int index, int cells)
{
    unsigned n = intid(fdt, node, index, cells);
    return n < GIC_PRIVATE ? n : 0;
}

static int interrupt_cells(const void *fdt, int gic)
{
    int length;
    const void *p = gic < 0 ? NULL : fdt_getprop(fdt, gic, "#interrupt-cells", &length);
    return p && length == 4 ? (int)(host_tree_cells(p, 1) & 0xf) : 3;
}

/* The first node with one of these, that is enabled. */
static int find(const void *fdt, const char *const *names, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (int node = -1; (node = fdt_node_offset_by_compatible(fdt, node, names[i])) >= 0;)
            if (host_tree_enabled(fdt, node))
                return node;
    return -1;
}

/* ---- GIC ------------------------------------------------------------------------------------------ */

static const char *const gic3_names[] = { "arm,gic-v3" };
static const char *const gic2_names[] = { "arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a7-gic", "arm,cortex-a9-gic", "arm,gic-v2", "qcom,msm-qgic2" };

static int gic_node(const void *fdt, unsigned *version)
{
    int node = find(fdt, gic3_names, 1);
    *version = node < 0 ? 2 : 3;
    if (node < 0)
        node = find(fdt, gic2_names, sizeof(gic2_names) / sizeof(*gic2_names));
    if (node < 0)
        *version = 0;
    return node;
}

static uint64_t number_or(const void *fdt, int node, const char *name, uint64_t otherwise)
{
    int length;
    const void *p = fdt_getprop(fdt, node, name, &length);
    return p && (length == 4 || length == 8) ? host_tree_cells(p, length / 4) : otherwise;
}

static int read_gic(struct tree_gic *g, const void *fdt)
{
    unsigned version;
    int node = gic_node(fdt, &version);
    if (node < 0 || !host_tree_reg(fdt, node, 0, &g->gicd))
        return -1;
    g->maintenance = private_intid(fdt, node, 0, interrupt_cells(fdt, node));
    if (version == 2) {
        if (!host_tree_reg(fdt, node, 1, &g->gicc))
            return -1;
        (void)host_tree_reg(fdt, node, 2, &g->gich);     /* without these two no guest can run */
        (void)host_tree_reg(fdt, node, 3, &g->gicv);
    } else {
        uint64_t regions = number_or(fdt, node, "#redistributor-regions", 1);
        g->stride = number_or(fdt, node, "redistributor-stride", 0);
        for (unsigned i = 0; i < regions && i < TREE_GICRS_MAX && host_tree_reg(fdt, node, (int)i + 1, &g->gicr[i]); i++)
            g->gicrs = i + 1;
        if (!g->gicrs)
            return -1;
    }
    g->version = version;
    return node;
}

void host_tree_devices(struct host_tree *t, const void *fdt)
{
    static const char *const timers[] = { "arm,armv8-timer" }, *const rtcs[] = { "arm,pl031" };
    enum { VIRTUAL = 2, HYPERVISOR = 3 };      /* places in the timer's interrupts: secure, non-secure, virtual, hypervisor */
    int cells = interrupt_cells(fdt, read_gic(&t->gic, fdt)), timer = find(fdt, timers, 1), rtc = find(fdt, rtcs, 1);
    if (timer >= 0) {
        t->vtimer = private_intid(fdt, timer, VIRTUAL, cells);
        t->alarm = private_intid(fdt, timer, HYPERVISOR, cells);
        t->timer_hz = (uint32_t)number_or(fdt, timer, "clock-frequency", 0);
        t->timer = t->vtimer && t->alarm;
    }
    if (rtc >= 0)
        (void)host_tree_reg(fdt, rtc, 0, &t->rtc);
}

/* ---- UART ----------------------------------------------------------------------------------------- */

static const char *const uart_names[] = { "arm,pl011", "arm,sbsa-uart" };

static bool is_uart(const void *fdt, int node)
{
    return node >= 0 && (!fdt_node_check_compatible(fdt, node, uart_names[0]) || !fdt_node_check_compatible(fdt, node, uart_names[1]));
}

/* stdout-path: a path or an alias, perhaps with ":options" behind it. */
static int stdout_node(const void *fdt)
{
    int length, chosen = fdt_path_offset(fdt, "/chosen");
    const char *path = chosen < 0 ? NULL : fdt_getprop(fdt, chosen, "stdout-path", &length);
    if (!path || length < 1 || path[length - 1])
        return -1;
    const char *colon = strchr(path, ':');
    return fdt_path_offset_namelen(fdt, path, colon ? (int)(colon - path) : (int)strlen(path));
}

void host_tree_uart(struct host_tree *t, const void *fdt)
{
    unsigned version;
    int node = stdout_node(fdt);
    if (!is_uart(fdt, node))
        node = find(fdt, uart_names, 2);
    if (node < 0 || !host_tree_reg(fdt, node, 0, &t->uart))
        return;
    t->uart_intid = intid(fdt, node, 0, interrupt_cells(fdt, gic_node(fdt, &version)));
    t->uart_sbsa = fdt_node_check_compatible(fdt, node, uart_names[0]) != 0;
}
