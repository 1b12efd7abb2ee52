/*
 * Owns: the nodes beneath a guest's: kernel, ramdisk, modules, the partial tree. Invariant: a payload that is accepted has a place and
 * a size that do not wrap; whether bytes are there is loader/bundle.h's question.
 */
#include "lib/checked.h"
#include "platform/property.h"
#include <libfdt.h>
#include <string.h>

/* What kind of node it is, payloads from KERNEL to TREE; the first row that its compatible has counts. "xen,linux-zimage" and so on are those of Xen 4.4. */
enum kind { KIND_NONE, KIND_KERNEL, KIND_RAMDISK, KIND_MODULE, KIND_TREE, KIND_ELSEWHERE, KIND_REFUSED };
static const struct { const char *compatible; enum kind kind; const char *why; } kinds[] = {
    { "multiboot,kernel", KIND_KERNEL, NULL }, { "xen,linux-zimage", KIND_KERNEL, NULL },
    { "multiboot,ramdisk", KIND_RAMDISK, NULL }, { "xen,linux-initrd", KIND_RAMDISK, NULL },
    { "multiboot,device-tree", KIND_TREE, NULL },
    { "xen,xsm-policy", KIND_REFUSED, "a security policy, of which there is none: remove it" },
    { "multiboot,microcode", KIND_REFUSED, "microcode, which the firmware loads: remove it" },
    { "multiboot,module", KIND_MODULE, NULL }, { "xen,multiboot-module", KIND_MODULE, NULL },
    { "xen,evtchn-v1", KIND_ELSEWHERE, NULL }, { "xen,evtchn", KIND_ELSEWHERE, NULL }, { "bedplate,evtchn", KIND_ELSEWHERE, NULL },
    { "xen,vcpu", KIND_ELSEWHERE, NULL },
    { "xen,domain-shared-memory-v1", KIND_REFUSED, "static shared memory, which guests here do not have: remove it, or use grants" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static enum kind kind_of(const struct property_node *n, const char **why)
{
    for (unsigned i = 0; i < KINDS; i++)
        if (fdt_node_check_compatible(n->fdt, n->at, kinds[i].compatible) == 0) {
            *why = kinds[i].why;
            return kinds[i].kind;
        }
    return KIND_NONE;
}

/* The tree of a bundle says so in its root; else it is that of a machine, with addresses. */
static bool is_bundle(const void *fdt) { return fdt_getprop(fdt, 0, "bedplate,bundle-revision", NULL) != NULL; }

static bool check_payload(const struct property_node *n, const char *what, const struct payload *f)
{
    uint64_t end;
    const char *node = property_node_name(n);
    if (f->size == 0)
        return fail(n->e, "guest %s: its %s (node %.40s) is empty: give a file that is not", n->guest, what, node);
    if (is_bundle(n->fdt) && f->offset & PAGE_MASK)
        return fail(n->e, "guest %s: its %s (node %.40s) is at offset 0x%llx, which is no multiple of 4096: pack the bundle with `bedplate "
                    "pack`", n->guest, what, node, (unsigned long long)f->offset);
    if (!add_ok(f->offset, f->size, &end))
        return fail(n->e, "guest %s: reg of its %s (node %.40s) wraps round: the device tree is damaged, make it again", n->guest, what, node);
    return true;
}

/* v: what reg has. False: not one address and one size. */
static bool read_place(struct span v, const struct property_cells *cells, struct payload *to)
{
    if (v.left != (cells->address + cells->size) * 4)
        return false;
    to->offset = property_be(&v, cells->address * 4);
    to->size = property_be(&v, cells->size * 4);
    return true;
}

bool tree_payload_place(const struct property_node *n, const struct property_cells *cells, struct payload *to)
{
    const char *why;
    enum kind kind = kind_of(n, &why);
    struct span v;
    return kind >= KIND_KERNEL && kind <= KIND_TREE && property_find(n, "reg", &v) && read_place(v, cells, to);
}

/* n: the payload's node; cells are the guest's. */
static bool read_payload(const struct property_node *n, const struct property_cells *cells, const char *what, struct payload *to)
{
    struct span v;
    const char *node = property_node_name(n);
    const unsigned address = cells->address * 4, size = cells->size * 4;
    if (property_find(n, "xen,uefi-binary", &v))
        return fail(n->e, "guest %s: its %s (node %.40s) is to be loaded by UEFI (xen,uefi-binary), which is not done here: let the loader "
                    "place it and give reg", n->guest, what, node);
    if (!property_find(n, "reg", &v))
        return fail(n->e, "guest %s: its %s (node %.40s) has no reg: give %s and its size", n->guest, what, node,
                    is_bundle(n->fdt) ? "its offset in the bundle" : "its address");
    if (!read_place(v, cells, to))
        return fail(n->e, "guest %s: reg of its %s (node %.40s) has %zu bytes: give %s and size as numbers of %u and %u bytes "
                    "(#address-cells, #size-cells)", n->guest, what, node, v.left, is_bundle(n->fdt) ? "offset" : "address", address, size);
    return check_payload(n, what, to);
}

struct reading { struct platform *p; struct property_cells cells; bool ramdisk; };

static bool add_kernel(struct reading *r, const struct property_node *n)
{
    if (r->p->kernel.size)
        return fail(n->e, "guest %s: two kernels (multiboot,kernel), the second is node %.40s: keep one", n->guest, property_node_name(n));
    return read_payload(n, &r->cells, "kernel", &r->p->kernel) && property_text(n, "bootargs", &r->p->cmdline);
}

/* A ramdisk goes first whatever the order of nodes: that is where kernels look for it. */
static bool add_module(struct reading *r, const struct property_node *n, bool ramdisk)
{
    struct platform *p = r->p;
    struct platform_module m = { .cmdline = "" };
    unsigned at = ramdisk ? 0 : p->modules;
    if (ramdisk && r->ramdisk)
        return fail(n->e, "guest %s: two ramdisks (multiboot,ramdisk), the second is node %.40s: keep one, or make the other a "
                    "multiboot,module", n->guest, property_node_name(n));
    if (p->modules == PLATFORM_MODULES_MAX)
        return fail(n->e, "guest %s: more than %d modules (the ramdisk counts): give fewer", n->guest, PLATFORM_MODULES_MAX);
    if (!read_payload(n, &r->cells, ramdisk ? "ramdisk" : "module", &m.file) || !property_text(n, "bootargs", &m.cmdline))
        return false;
    for (unsigned i = p->modules; i > at; i--)
        p->module[i] = p->module[i - 1];
    p->module[at] = m;
    p->modules++;
    r->ramdisk = r->ramdisk || ramdisk;
    return true;
}

/* A guest with a device tree has places for a kernel and a ramdisk: a module that does not say which it is is the one, then the other, as Xen guesses. */
static bool guess_module(struct reading *r, const struct property_node *n)
{
    if (platform_is(r->p, BOARD_PC))
        return add_module(r, n, false);
    if (!r->p->kernel.size)
        return add_kernel(r, n);
    if (!r->ramdisk)
        return add_module(r, n, true);
    return fail(n->e, "guest %s: node %.40s is a third multiboot,module: an Arm guest takes a kernel and a ramdisk: remove it", n->guest,
                property_node_name(n));
}

static bool add_tree(struct reading *r, const struct property_node *n)
{
    if (platform_is(r->p, BOARD_PC))
        return fail(n->e, "guest %s: a multiboot,device-tree (node %.40s), which hands over devices, has no meaning for a PC guest: remove "
                    "it", n->guest, property_node_name(n));
    if (r->p->arm.passthrough.size)
        return fail(n->e, "guest %s: two partial trees (multiboot,device-tree), the second is node %.40s: keep one", n->guest,
                    property_node_name(n));
    return read_payload(n, &r->cells, "partial tree", &r->p->arm.passthrough);
}

static bool add_node(struct reading *r, const struct property_node *n, bool guess)
{
    const char *why = NULL;
    enum kind kind = kind_of(n, &why);
    if ((kind == KIND_MODULE) != guess)
        return true;
    switch (kind) {
    case KIND_KERNEL:  return tree_known(n, true) && add_kernel(r, n);
    case KIND_RAMDISK: return tree_known(n, true) && add_module(r, n, true);
    case KIND_MODULE:  return tree_known(n, true) && guess_module(r, n);
    case KIND_TREE:    return tree_known(n, true) && add_tree(r, n);
    case KIND_ELSEWHERE: return tree_known(n, true);
    case KIND_REFUSED:
        return fail(n->e, "guest %s: node %.40s is %s", n->guest, property_node_name(n), why);
    case KIND_NONE:
        if (fdt_getprop(n->fdt, n->at, "compatible", NULL))
            return fail(n->e, "guest %s: node %.40s has a compatible that is not known (\"%.40s\"): correct it, or remove the node", n->guest,
                        property_node_name(n), (const char *)fdt_getprop(n->fdt, n->at, "compatible", NULL));
        return true;                                    /* somebody else's */
    default: return true;
    }
}

/* Those that say what they are first, so that what is guessed fills the places left. */
bool tree_payloads(struct platform *p, const struct property_node *n)
{
    struct reading r = { .p = p };
    int at;
    if (!property_cells(n, &r.cells))
        return false;
    for (unsigned guess = 0; guess < 2; guess++)
        fdt_for_each_subnode(at, n->fdt, n->at) {
            struct property_node node = { n->fdt, at, n->guest, n->e };
            if (!add_node(&r, &node, guess))
                return false;
        }
    if (p->kernel.size == 0)
        return fail(n->e, "guest %s: it has no kernel: give it a node with compatible \"multiboot,kernel\"", n->guest);
    return true;
}
