/*
 * Owns: what a partial device tree gives away of the host. Xen's rules (docs/misc/arm/passthrough.txt), and stricter where a
 * mistake would reach beyond the guest. Invariant: what passes maps whole pages where nothing of the guest stands, and names
 * shared interrupts that nothing of the guest has. The tree has passed loader's tree_check, which bounds its depth too.
 */
#include "lib/cells.h"
#include "lib/checked.h"
#include "lib/format.h"
#include "platform/virt_map.h"
#include "start_info/guest_internal.h"
#include <libfdt.h>
#include <stdarg.h>
#include <string.h>

enum { SPI_FIRST = 32, SPI_LAST = 1019, TRIGGER_EDGES = 3 };
typedef unsigned long long ull;

struct reader {
    struct passthrough *to;
    const struct platform *p;
    const void *fdt;
    uint32_t gic;           /* its phandle */
    struct error *e;
    char path[120];         /* of the node at hand, for sentences; harmless to a terminal */
};

static void name_path(struct reader *r, int node)
{
    if (fdt_get_path(r->fdt, node, r->path, sizeof(r->path)) < 0)
        memcpy(r->path, "(a long path)", sizeof("(a long path)"));
    for (char *c = r->path; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

/* A sentence about the node at hand. */
__attribute__((format(printf, 2, 3))) static bool refuse(struct reader *r, const char *fmt, ...)
{
    char text[240];
    va_list args;
    va_start(args, fmt);
    (void)format_v(text, sizeof(text), fmt, args);
    va_end(args);
    return fail(r->e, "guest %s: %s: %s", r->p->name, r->path, text);
}

static uint32_t cell_at(const void *cells, unsigned i) { return fdt32_ld((const fdt32_t *)cells + i); }

static uint64_t number_at(const void *cells, unsigned *i, unsigned width)
{
    uint64_t v = 0;
    while (width--)
        v = v << 32 | cell_at(cells, (*i)++);
    return v;
}

static bool cell_of(const void *fdt, int node, const char *name, uint32_t *value)
{
    int length;
    const void *at = fdt_getprop(fdt, node, name, &length);
    if (!at || length != 4)
        return false;
    *value = cell_at(at, 0);
    return true;
}

/* ---- registers ------------------------------------------------------------------------ */

/* What of the guest's own stands at [at, at+size); NULL: nothing. */
static const char *own_at(const struct platform *p, uint64_t at, uint64_t size)
{
    const bool v2 = p->arm.gic_version == 2;
    const struct { uint64_t base, size; const char *name; } own[] = {
        { VIRT_GICD_BASE, KIB(64), "its GIC" },
        { v2 ? VIRT_GICC_BASE : VIRT_GICR_BASE, v2 ? KIB(8) : p->vcpus * VIRT_GICR_SIZE, "its GIC" },
        { VIRT_ITS_BASE, p->arm.its ? KIB(128) : 0, "its ITS" },
        { VIRT_PL011_BASE, p->arm.pl011 ? VIRT_PL011_SIZE : 0, "its PL011" },
        { VIRT_GRANT_BASE, p->xen ? VIRT_RAM0_BASE - VIRT_GRANT_BASE : 0, "the pages it shares with Xen" },
    };
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        if (ranges_meet(at, size, p->ram[i].base.v, p->ram[i].size))
            return "its RAM";
    for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (ranges_meet(at, size, own[i].base, own[i].size))
            return own[i].name;
    return NULL;
}

static bool add_reg(struct reader *r, uint64_t host, uint64_t size, uint64_t guest)
{
    struct passthrough *to = r->to;
    const char *own;
    uint64_t end;
    if (!size || (host | size | guest) & PAGE_MASK)
        return refuse(r, "xen,reg 0x%llx size 0x%llx at 0x%llx is not whole pages of 4 KiB: round it to pages that hold nothing else", (ull)host,
                      (ull)size, (ull)guest);
    if (!add_ok(guest, size, &end) || end > VIRT_RAM1_BASE + VIRT_RAM1_SIZE || !add_ok(host, size, &end))
        return refuse(r, "xen,reg ends beyond the address space: the third number, the guest's address, is to be below 1 TiB");
    own = own_at(r->p, guest, size);
    if (own)
        return refuse(r, "xen,reg puts it at 0x%llx, where %s is: choose another guest address", (ull)guest, own);
    for (unsigned i = 0; i < to->regs; i++) {
        if (to->reg[i].host.v == host && to->reg[i].size == size && to->reg[i].guest.v == guest)
            return true;                                /* two devices in one page */
        if (ranges_meet(guest, size, to->reg[i].guest.v, to->reg[i].size))
            return refuse(r, "xen,reg puts it at 0x%llx, where %s is: choose another guest address", (ull)guest, "another device of the tree");
    }
    if (to->regs == PASSTHROUGH_REGS_MAX)
        return refuse(r, "more than %d %s: give the guest fewer devices", PASSTHROUGH_REGS_MAX, "ranges of xen,reg");
    to->reg[to->regs].host = hpa(host);
    to->reg[to->regs].guest = gpa(guest);
    to->reg[to->regs++].size = size;
    return true;
}

/* Triples of host address, size, guest address, in the cells of the parent. */
static bool read_regs(struct reader *r, int node, int parent)
{
    int length, force = fdt_getprop(r->fdt, node, "xen,force-assign-without-iommu", NULL) != NULL;
    int a = cells_address(r->fdt, parent), s = cells_size(r->fdt, parent);
    const void *cells = fdt_getprop(r->fdt, node, "xen,reg", &length);
    if (!cells && fdt_getprop(r->fdt, node, "xen,path", NULL))
        return refuse(r, "it has xen,path without xen,reg: say which registers the guest gets (xen,reg)");
    if (!cells)
        return true;
    if (!force)
        return refuse(r, "no IOMMU is driven here that could keep its DMA within the guest: if it does none, or may reach all memory, say "
                      "xen,force-assign-without-iommu");
    if (a < 1 || a > 2 || s < 1 || s > 2)
        return refuse(r, "its parent's #address-cells and #size-cells are to be 1 or 2 each");
    if (length == 0 || length % (4 * (2 * a + s)))
        return refuse(r, "xen,reg has %d bytes, no multiple of %d: give triples of host address, size, guest address", length, 4 * (2 * a + s));
    for (unsigned i = 0; i < (unsigned)length / 4; ) {
        uint64_t host = number_at(cells, &i, (unsigned)a), size = number_at(cells, &i, (unsigned)s), guest = number_at(cells, &i, (unsigned)a);
        if (!add_reg(r, host, size, guest))
            return false;
    }
    return true;
}

/* ---- interrupts ------------------------------------------------------------------------- */

static bool add_irq(struct reader *r, const uint32_t cell[GIC_CELLS])
{
    struct passthrough *to = r->to;
    bool edge = cell[2] & TRIGGER_EDGES;
    if (cell[0] != GIC_SPI || cell[1] > SPI_LAST - SPI_FIRST)
        return refuse(r, "interrupt <%u %u %u> is no SPI: only <0 n trigger> with n up to %d can be handed over", cell[0], cell[1], cell[2],
                      SPI_LAST - SPI_FIRST);
    uint16_t intid = (uint16_t)(cell[1] + SPI_FIRST);
    if (intid == VIRT_PL011_GSI && r->p->arm.pl011)
        return refuse(r, "SPI %u is the guest's PL011's: leave that out (vuart) or the device", cell[1]);
    for (unsigned i = 0; i < to->irqs; i++)
        if (to->irq[i].intid == intid && to->irq[i].edge == edge)
            return true;                                /* a shared line */
        else if (to->irq[i].intid == intid)
            return refuse(r, "SPI %u is edge and level at once: give all its devices the same trigger", cell[1]);
    if (to->irqs == PASSTHROUGH_IRQS_MAX)
        return refuse(r, "more than %d %s: give the guest fewer devices", PASSTHROUGH_IRQS_MAX, "interrupts");
    to->irq[to->irqs].intid = intid;
    to->irq[to->irqs++].edge = edge;
    return true;
}

static bool cut_short(struct reader *r, const char *property)
{
    return refuse(r, "%s is not whole: each interrupt of the GIC has %d cells", property, GIC_CELLS);
}

static bool add_irq_cells(struct reader *r, const void *cells, unsigned i)
{
    uint32_t cell[GIC_CELLS] = { cell_at(cells, i), cell_at(cells, i + 1), cell_at(cells, i + 2) };
    return add_irq(r, cell);
}

/* Each interrupt says whose it is. */
static bool read_extended(struct reader *r, const void *cells, unsigned n)
{
    for (unsigned i = 0; i < n; ) {
        uint32_t parent = cell_at(cells, i++), width = GIC_CELLS;
        int node = fdt_node_offset_by_phandle(r->fdt, parent);
        if (parent != r->gic && (node < 0 || !cell_of(r->fdt, node, "#interrupt-cells", &width)))
            return refuse(r, "interrupts-extended names phandle 0x%x, which is no interrupt controller of its tree: name one, or the node gic", parent);
        if (width > n - i)
            return cut_short(r, "interrupts-extended");
        if (parent == r->gic && !add_irq_cells(r, cells, i))
            return false;
        i += width;
    }
    return true;
}

/* ours: they go to the GIC. */
static bool read_irqs(struct reader *r, int node, bool ours)
{
    int length;
    const void *cells = fdt_getprop(r->fdt, node, "interrupts-extended", &length);
    if (cells)
        return length % 4 ? cut_short(r, "interrupts-extended") : read_extended(r, cells, (unsigned)length / 4);
    cells = ours ? fdt_getprop(r->fdt, node, "interrupts", &length) : NULL;
    if (!cells)
        return true;
    if (length % (4 * GIC_CELLS))
        return cut_short(r, "interrupts");
    for (unsigned i = 0; i < (unsigned)length / 4; i += GIC_CELLS)
        if (!add_irq_cells(r, cells, i))
            return false;
    return true;
}

/* ---- the tree --------------------------------------------------------------------------- */

/* A node and all beneath it. A controller among its ancestors takes its interrupts where no interrupt-parent says otherwise. */
static bool read_node(struct reader *r, int node, int parent, bool ours)
{
    uint32_t phandle, cells;
    int child;
    name_path(r, node);
    if (cell_of(r->fdt, node, "interrupt-parent", &phandle)) {
        ours = phandle == r->gic;
        if (!ours && fdt_node_offset_by_phandle(r->fdt, phandle) < 0)
            return refuse(r, "interrupt-parent is phandle 0x%x, which no node of its tree has: for the GIC, add a node gic with that phandle", phandle);
    }
    if (fdt_get_phandle(r->fdt, node) == r->gic)
        return refuse(r, "it has the phandle 0x%x, which is the GIC's: give it another", r->gic);
    if (!read_regs(r, node, parent) || !read_irqs(r, node, ours))
        return false;
    if (cell_of(r->fdt, node, "#interrupt-cells", &cells))
        ours = false;
    fdt_for_each_subnode(child, r->fdt, node)
        if (!read_node(r, child, node, ours))
            return false;
    return true;
}

/*
 * The tree is written into one whose root has two cells for each. With ranges that are empty, addresses beneath go up as they are: they need
 * as many cells, sizes do not (Xen's example has one). With ranges that translate, the addresses above are in the root's cells.
 */
static bool check_cells(struct reader *r, int node)
{
    int length, cells = cells_address(r->fdt, node), root_cells = cells_address(r->fdt, 0);
    const void *ranges = fdt_getprop(r->fdt, node, "ranges", &length);
    if (ranges && (length ? root_cells : cells) != 2)
        return fail(r->e, "guest %s: its partial device tree: %s is to have #address-cells = <2>, as the guest's tree has", r->p->name,
                    length ? "the root" : "/passthrough");
    return true;
}

bool passthrough_read(struct passthrough *to, const struct platform *p, struct span tree, struct error *e)
{
    struct reader r = { .to = to, .p = p, .fdt = tree.at, .e = e };
    uint32_t cells;
    *to = (struct passthrough){ .regs = 0 };
    if (!tree.left)
        return true;
    if (p->acpi)
        return fail(e, "guest %s: acpi=1 with a partial device tree: no ACPI table would tell of its devices: set acpi=0 or leave it out", p->name);
    int node = fdt_path_offset(r.fdt, "/passthrough"), gic = fdt_path_offset(r.fdt, "/gic");
    if (node < 0)
        return fail(e, "guest %s: its partial device tree has no node /passthrough: put the devices there", p->name);
    if (gic >= 0 && cell_of(r.fdt, gic, "#interrupt-cells", &cells) && cells != GIC_CELLS)
        return fail(e, "guest %s: its partial device tree: /gic has #interrupt-cells = <%u>: the guest's GIC has %d", p->name, cells, GIC_CELLS);
    r.gic = passthrough_gic_phandle(tree);
    return check_cells(&r, node) && read_node(&r, node, 0, true);
}
