/*
 * A guest's node from the input as a list of settings (property number, length, bytes), so that the tree is always well
 * formed and the values are not. What is accepted is planned with a kernel from the rest: no contradiction may be left.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include "hypervisor/builder/plan.h"
#include "loader/bundle_tree.h"
#include "lib/checked.h"
#include "platform/pc_map.h"
#include "start_info/start_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const property[] = {
    "memory", "cpus", "bootargs", "bedplate,name", "bedplate,lapic", "bedplate,ioapic", "bedplate,acpi", "bedplate,xen",
    "bedplate,uart", "bedplate,start-info-version", "bedplate,on-poweroff", "bedplate,on-reboot", "bedplate,on-crash",
    "bedplate,affinity", "reg", "bedplate,other", "bedplate,vcpus-max", "bedplate,power-button", "bedplate,vnuma-memory",
    "bedplate,vnuma-vcpus", "bedplate,vnuma-distances", "bedplate,hide", "bedplate,board", "bedplate,gic-version", "vpl011",
    "bedplate,vuart-backend", "xen,enhanced", "xen,static-mem", "direct-map", "nr_spis", "capabilities", "sve", "#address-cells", "#size-cells",
};
enum { PROPERTIES = sizeof(property) / sizeof(property[0]) };
static const char *const compatible[] = { "multiboot,kernel", "multiboot,ramdisk", "multiboot,module", "other" };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void set(void *fdt, int node, struct span *in, unsigned what)
{
    unsigned n = (unsigned)span_le(in, 1);
    struct span value = span_take(in, n);
    if (!value.broken)
        (void)fdt_setprop(fdt, node, property[what % PROPERTIES], value.at, (int)value.left);
}

static void add_module(void *fdt, int guest, struct span *in, unsigned n)
{
    char name[2] = { (char)('a' + n % 26), 0 };
    const char *kind = compatible[span_le(in, 1) % 4];
    fdt64_t reg[2] = { cpu_to_fdt64((n + 1) * 0x1000u), cpu_to_fdt64(span_le(in, 3)) };
    int node = fdt_add_subnode(fdt, guest, name);
    if (node < 0)
        return;
    (void)fdt_setprop(fdt, node, "compatible", kind, (int)strlen(kind) + 1);
    (void)fdt_setprop(fdt, node, "reg", reg, sizeof(reg));
    for (unsigned i = (unsigned)span_le(in, 1) % 3; i-- > 0;)
        set(fdt, node, in, span_le(in, 1) % 2 ? 2 : 14);
}

static int make_guest(void *fdt, int space, struct span *in)
{
    int guest;
    if (fdt_create_empty_tree(fdt, space) || (guest = fdt_add_subnode(fdt, 0, "g")) < 0)
        abort();
    (void)fdt_setprop_u32(fdt, 0, "#address-cells", 2);
    (void)fdt_setprop_u32(fdt, 0, "#size-cells", 2);
    if ((guest = fdt_subnode_offset(fdt, 0, "g")) < 0)
        abort();
    (void)fdt_setprop_u64(fdt, guest, "memory", span_le(in, 3));
    for (unsigned i = (unsigned)span_le(in, 1) % 20; i-- > 0;)
        set(fdt, guest, in, (unsigned)span_le(in, 1));
    for (unsigned i = (unsigned)span_le(in, 1) % 12; i-- > 0;)
        add_module(fdt, guest, in, i);
    return guest;
}

static void check_platform(const struct platform *p)
{
    must(p->name[0] && memchr(p->name, 0, sizeof(p->name)));
    must(p->vcpus >= 1 && p->vcpus <= PLATFORM_VCPUS_MAX && p->modules <= PLATFORM_MODULES_MAX);
    must(p->board == BOARD_VIRT ? !p->lapic && !p->ioapic && p->modules <= 1 : (p->lapic || !p->ioapic) && (p->lapic || p->xen));
    must(p->start_info_version <= 1 && p->memory && p->memory % MIB(1) == 0);
    must(p->ram[0].size + p->ram[1].size + p->ram[2].size + p->ram[3].size == p->memory);
    must(strlen(p->cmdline) <= PLATFORM_CMDLINE_MAX && p->kernel.size > 0);
    must(p->on_poweroff <= ACTION_PRESERVE && p->on_reboot <= ACTION_PRESERVE && p->on_crash <= ACTION_PRESERVE);
}

/* What the tables are told from. */
static void check_lists(const struct platform *p)
{
    uint64_t sum = 0;
    must(platform_vcpus_told(p) <= PLATFORM_VCPUS_MAX && p->nodes <= PLATFORM_NODES_MAX && p->hiddens <= PLATFORM_HIDDEN_MAX);
    must(p->acpi || (!p->hiddens && !p->ged.present && (!p->nodes || p->board == BOARD_VIRT)));
    must(p->ged.present == (p->acpi && p->ioapic && (p->power_button || p->vcpus_max > p->vcpus)));
    must(p->vcpus_max <= p->vcpus || p->ged.present);
    for (unsigned i = 0; i < p->nodes; i++)
        sum += p->node[i].size;
    must(!p->nodes || sum == p->memory);
    for (unsigned i = 0; p->nodes && i < platform_vcpus_told(p); i++)
        must(p->vcpu_node[i] < p->nodes);
    for (unsigned i = 0; i < p->hiddens; i++)
        must(p->hidden[i][0] == '\\' && strlen(p->hidden[i]) <= PLATFORM_PATH_MAX);
}

/* What the guest is told: it fits what was said that it takes, and is sound. */
static void check_tree(const struct platform *p, const struct plan *plan)
{
    const struct guest_places *w = &plan->places;
    struct error e = { "" };
    uint8_t *tree = malloc(w->tree_size), *efi = malloc(plan->efi_size + 1);
    must(guest_tree_build(p, w, span_of(NULL, 0), tree, w->tree_size, &e));
    must(tree_check(span_of(tree, w->tree_size), TREE_OF_BUNDLE, &e));
    must(guest_efi_build(p, w, efi, plan->efi_size));
    free(tree);
    free(efi);
}

static void check_plan_virt(const struct platform *p, const struct plan *plan)
{
    const struct guest_places *w = &plan->places;
    const struct { uint64_t at, size; } part[] = {
        { plan->entry.v, plan->image.memory_size }, { w->tree.v, w->tree_size }, { w->efi.v, plan->efi_size }, { w->ramdisk.v, w->ramdisk_size },
    };
    for (unsigned i = 0; i < 4; i++) {
        must(!part[i].size || range_within(part[i].at, part[i].size, p->ram[0].base.v, p->ram[0].size));
        for (unsigned k = 0; k < i; k++)
            must(!ranges_meet(part[i].at, part[i].size, part[k].at, part[k].size));
    }
    check_tree(p, plan);
}

static void check_plan(const struct platform *p, struct span kernel)
{
    struct plan plan;
    struct error e = { "" };
    bool good = plan_make(&plan, p, kernel, span_of(NULL, 0), &e);
    must(good != failed(&e));
    if (!good)
        return;
    if (p->board == BOARD_VIRT) {
        check_plan_virt(p, &plan);
        return;
    }
    must(range_within(plan.start_info.v, plan.start_info_size, 0, p->ram[0].size));
    uint8_t *image = malloc(plan.start_info_size);
    must(start_info_build(p, plan.start_info, plan.module, plan.acpi, plan.acpi, plan.acpi_size, image, plan.start_info_size));
    for (unsigned i = 0; i < p->modules; i++) {
        must(range_within(plan.module[i].at.v, plan.module[i].size, 0, p->ram[0].size));
        must(!ranges_meet(plan.module[i].at.v, plan.module[i].size, plan.start_info.v, plan.start_info_size));
        for (unsigned s = 0; s < plan.kernel.segments; s++)
            must(!ranges_meet(plan.module[i].at.v, plan.module[i].size, plan.kernel.segment[s].at,
                              plan.kernel.segment[s].memory_size));
    }
    free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SPACE = 16384 };
    struct platform p;
    struct error e = { "" };
    struct span in = span_of(data, size);
    void *fdt = malloc(SPACE);
    int guest = make_guest(fdt, SPACE, &in);
    bool good = platform_from_node(&p, fdt, guest, BOARD_PC, &e);
    must(good != failed(&e));
    must(good || strstr(e.text, "guest"));
    if (good) {
        check_platform(&p);
        check_lists(&p);
        check_plan(&p, in.broken ? span_of(data, 0) : in);
    }
    free(fdt);
    return 0;
}
