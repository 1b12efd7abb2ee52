/* Owns: what a PVH guest was handed, start info; and how it ends without Xen. */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>

void guest_start(void);

const struct hvm_start_info *start_info(void) { return (const struct hvm_start_info *)(uintptr_t)entry_state.ebx; }

const char *cmdline(void)
{
    const char *text = (const char *)(uintptr_t)start_info()->cmdline_paddr;
    return text ? text : "";
}

bool ram_range(unsigned i, struct ram *r)
{
    const struct hvm_start_info *s = start_info();
    const struct hvm_memmap_table_entry *e = (const void *)(uintptr_t)s->memmap_paddr;
    for (unsigned n = 0; s->version > 0 && e && n < s->memmap_entries; n++) {
        if (e[n].type != XEN_HVM_MEMMAP_TYPE_RAM || i-- > 0)
            continue;
        *r = (struct ram){ e[n].addr, e[n].addr + e[n].size };
        return true;
    }
    return false;
}

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

static uint64_t text_end(uint64_t at) { return at ? at + strlen((const char *)(uintptr_t)at) + 1 : 0; }

uint64_t handed_end(void)
{
    const struct hvm_start_info *s = start_info();
    const struct hvm_modlist_entry *m = (const void *)(uintptr_t)s->modlist_paddr;
    uint64_t end = later(entry_state.ebx + sizeof(*s), text_end(s->cmdline_paddr));
    if (s->version > 0)
        end = later(end, s->memmap_paddr + s->memmap_entries * sizeof(struct hvm_memmap_table_entry));
    end = later(end, s->modlist_paddr + s->nr_modules * sizeof(*m));
    for (unsigned i = 0; i < s->nr_modules; i++)
        end = later(end, later(m[i].paddr + m[i].size, text_end(m[i].cmdline_paddr)));
    return end;
}

uint64_t placed_end(uint64_t at)
{
    if (at + 8 > 0x100000 && at < (uintptr_t)guest_end)
        return (uintptr_t)guest_end;
    return at + 8 > (entry_state.ebx & ~0xfffu) && at < handed_end() ? handed_end() : 0;
}

bool handed_well(void) { return start_info()->magic == XEN_HVM_START_MAGIC_VALUE; }

void power_off(void)
{
    if (acpi_rsdp())
        acpi_poweroff();
}

_Noreturn void triple_fault(void)
{
    struct { uint16_t limit; uint64_t base; } __attribute__((packed)) none = { 0, 0 };
    for (;;)
        __asm__ volatile("lidt %0; ud2" : : "m"(none));
}

_Noreturn void break_down(void) { triple_fault(); }

void guest_start(void)
{
    traps_init(0);
    guest_main();
}
