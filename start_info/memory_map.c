/*
 * Owns: what a guest is told about its physical addresses. Invariant: entries ascend and are disjoint, all of p->ram is
 * in one of them, and a window is named only where something answers.
 */
#include "platform/pc_map.h"
#include "start_info/start_info.h"
#include <xen/arch-x86/hvm/start_info.h>

struct list { struct start_info_range *to; unsigned used, max; };

static void add(struct list *l, uint64_t base, uint64_t size, uint32_t type)
{
    if (size && l->used < l->max)
        l->to[l->used++] = (struct start_info_range){ base, size, type };
}

/* a0000..fffff holds RAM but is what PC software takes for video memory and ROMs: nobody shall use it by accident. */
static void add_low_ram(struct list *l, uint64_t size)
{
    uint64_t conventional = size < PC_LOW_RAM_END ? size : PC_LOW_RAM_END;
    add(l, 0, conventional, XEN_HVM_MEMMAP_TYPE_RAM);
    if (size > PC_LOW_RAM_END)
        add(l, PC_LOW_RAM_END, PC_HIGH_RAM - PC_LOW_RAM_END, XEN_HVM_MEMMAP_TYPE_RESERVED);
    if (size > PC_HIGH_RAM)
        add(l, PC_HIGH_RAM, size - PC_HIGH_RAM, XEN_HVM_MEMMAP_TYPE_RAM);
}

unsigned start_info_memory_map(const struct platform *p, gpa_t acpi_base, uint64_t acpi_size, struct start_info_range *to,
                               unsigned max)
{
    struct list l = { to, 0, max };
    add_low_ram(&l, p->ram[0].size);
    add(&l, acpi_base.v, acpi_size, XEN_HVM_MEMMAP_TYPE_ACPI);
    if (p->ioapic)
        add(&l, PC_IOAPIC_BASE, PAGE_SIZE, XEN_HVM_MEMMAP_TYPE_RESERVED);
    if (p->lapic)
        add(&l, PC_LAPIC_BASE, PAGE_SIZE, XEN_HVM_MEMMAP_TYPE_RESERVED);
    if (p->xen)
        add(&l, PC_SPECIAL_BASE, PC_SPECIAL_PAGES * PAGE_SIZE, XEN_HVM_MEMMAP_TYPE_RESERVED);
    add(&l, p->ram[1].base.v, p->ram[1].size, XEN_HVM_MEMMAP_TYPE_RAM);
    return l.used;
}
