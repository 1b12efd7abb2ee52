/* Owns: what stands where in a guest's memory, of either board, read from its plan. */
#include "cli/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>

const char *check_range_word(uint32_t type)
{
    switch (type) {
    case XEN_HVM_MEMMAP_TYPE_RAM:  return "RAM";
    case XEN_HVM_MEMMAP_TYPE_ACPI: return "ACPI tables";
    default:                       return "reserved";
    }
}

const char *check_action_word(enum platform_action action)
{
    static const char *const word[] = { [ACTION_DESTROY] = "destroy", [ACTION_RESTART] = "restart", [ACTION_PRESERVE] = "preserve" };
    return word[action];
}

static int by_address(const void *a, const void *b)
{
    uint64_t x = ((const struct place *)a)->at, y = ((const struct place *)b)->at;
    return (x > y) - (x < y);
}

static unsigned places_pc(const struct guests *g, const struct guest *o, struct place *to)
{
    unsigned n = 0;
    for (unsigned i = 0; i < o->plan.kernel.segments; i++) {
        const struct kernel_segment *s = &o->plan.kernel.segment[i];
        to[n++] = (struct place){ s->at, s->memory_size, "kernel", g->part[o->kernel].path, "" };
    }
    to[n++] = (struct place){ o->plan.start_info.v, o->plan.start_info_size, "start info", "", "" };
    return n;
}

static unsigned places_virt(const struct guests *g, const struct guest *o, struct place *to)
{
    const struct guest_places *w = &o->plan.places;
    unsigned n = 0;
    to[n++] = (struct place){ o->plan.entry.v, o->plan.image.memory_size, "kernel", g->part[o->kernel].path, "" };
    to[n++] = (struct place){ w->tree.v, w->tree_size, "device tree", "", "" };
    if (o->plan.efi_size)
        to[n++] = (struct place){ w->efi.v, o->plan.efi_size, "EFI tables", "", "" };
    return n;
}

unsigned check_places(const struct guests *g, const struct guest *o, struct place *to)
{
    unsigned n = (o->platform.board == BOARD_VIRT ? places_virt : places_pc)(g, o, to);
    for (unsigned i = 0; i < o->platform.modules; i++) {
        struct place *p = &to[n++];
        *p = (struct place){ o->plan.module[i].at.v, o->plan.module[i].size, "ramdisk", g->part[o->module[i]].path,
                             o->platform.module[i].cmdline };
        if (i || !o->config.ramdisk)
            (void)snprintf(p->what, sizeof(p->what), "module %u", i);
    }
    if (o->plan.acpi_size)
        to[n++] = (struct place){ o->plan.acpi.v, o->plan.acpi_size, "ACPI tables", "", "" };
    qsort(to, n, sizeof(*to), by_address);
    return n;
}

static unsigned memory_map_virt(const struct guest *o, struct start_info_range *to)
{
    unsigned n = 0;
    if (o->plan.acpi_size)
        to[n++] = (struct start_info_range){ o->plan.acpi.v, o->plan.acpi_size, XEN_HVM_MEMMAP_TYPE_ACPI };
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        if (o->platform.ram[i].size)
            to[n++] = (struct start_info_range){ o->platform.ram[i].base.v, o->platform.ram[i].size, XEN_HVM_MEMMAP_TYPE_RAM };
    return n;
}

unsigned check_memory_map(const struct guest *o, struct start_info_range *to)
{
    if (o->platform.board == BOARD_VIRT)
        return memory_map_virt(o, to);
    return start_info_memory_map(&o->platform, o->plan.acpi, o->plan.acpi_size, to, CHECK_RANGES);
}
