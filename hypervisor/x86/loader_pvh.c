/* Owns: what a PVH loader says (docs/misc/pvh.pandoc, <xen/arch-x86/hvm/start_info.h>). All of it lies below 4 GiB. */
#include "hypervisor/x86/host.h"
#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <string.h>

enum { ENTRIES_MAX = 1024 };

static bool copy_in(void *to, uint64_t at, size_t n)
{
    if (!at || !memory_is_mapped(at, n))
        return false;
    memcpy(to, hpa_ptr(hpa(at)), n);
    return true;
}

const char *loader_pvh(struct loader *l, uint64_t info)
{
    struct hvm_start_info s;
    struct hvm_modlist_entry m;
    struct hvm_memmap_table_entry e;
    l->name = "PVH";
    if (!copy_in(&s, info, sizeof(s)) || s.magic != XEN_HVM_START_MAGIC_VALUE)
        return "what the PVH loader left in ebx is no start info";
    if (s.version < 1)
        return "the loader's PVH start info is of version 0, which has no memory map: use a loader that gives version 1 (QEMU from 4.0 on, Xen from 4.12 on)";
    for (unsigned i = 0; i < s.memmap_entries && i < ENTRIES_MAX; i++)
        if (copy_in(&e, s.memmap_paddr + i * sizeof(e), sizeof(e)) && e.type == XEN_HVM_MEMMAP_TYPE_RAM)
            loader_add_ram(l, e.addr, e.size);
    if (s.nr_modules && copy_in(&m, s.modlist_paddr, sizeof(m))) {
        l->module = m.paddr;
        l->module_size = m.size;
    }
    if (s.cmdline_paddr && memory_is_mapped(s.cmdline_paddr, LOADER_TEXT))
        loader_set_cmdline(l, hpa_ptr(hpa(s.cmdline_paddr)), LOADER_TEXT);
    l->rsdp = s.rsdp_paddr;
    return l->rams ? NULL : "the memory map in the loader's PVH start info names no RAM";
}
