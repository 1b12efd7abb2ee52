/*
 * Owns: the hypervisor's page tables and which host RAM is free for use. All RAM, and all below 4 GiB, stands at
 * DIRECT_MAP; the image at IMAGE_VIRT. Invariant: nothing of the image is both writable and executable once
 * memory_protect has run.
 */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"
#include "lib/checked.h"
#include "lib/panic.h"
#include <string.h>

enum { ENTRIES = 512 };
#define PAGE_RW    UINT64_C(0x3)
#define PAGE_LARGE UINT64_C(0x83)
#define PAGE_W     UINT64_C(0x2)
#define PAGE_NX    (UINT64_C(1) << 63)
#define LOW_END    MIB(1)           /* below: BIOS data, the trampoline; not given out */

uint64_t early_pml4[ENTRIES] __attribute__((aligned(4096), section(".bss.page_tables")));
uint64_t early_pdpt[ENTRIES] __attribute__((aligned(4096), section(".bss.page_tables")));
uint64_t early_pd[4 * ENTRIES] __attribute__((aligned(4096), section(".bss.page_tables")));
uint64_t image_pdpt[ENTRIES] __attribute__((aligned(4096), section(".bss.page_tables")));
uint64_t image_pd[ENTRIES] __attribute__((aligned(4096), section(".bss.page_tables")));
uint64_t image_pt[ENTRIES] __attribute__((aligned(4096), section(".bss.page_tables")));

extern char bp_text_start[], bp_rodata_start[], bp_data_start[], bp_image_end[];

uintptr_t arch_direct_map = DIRECT_MAP;
static uint64_t mapped = GIB(4), low_page, nx;

uint64_t memory_image_phys(const void *p) { return (uintptr_t)p - IMAGE_VIRT + IMAGE_PHYS; }

bool memory_is_mapped(uint64_t at, uint64_t size) { return range_within(at, size, 0, mapped); }
bool arch_is_mapped(hpa_t at, uint64_t size) { return memory_is_mapped(at.v, size); }
uint64_t memory_low_page(void) { return low_page; }

/* ---- free RAM ------------------------------------------------------------------------------- */

/* Neighbours become one: UEFI's maps come in many small pieces. What still does not fit drives out the smallest. */
void loader_add_ram(struct loader *l, uint64_t base, uint64_t size)
{
    uint64_t end;
    if (!add_ok(base, size, &end) || end > UINT64_MAX - PAGE_SIZE)
        return;
    base = round_up(base, PAGE_SIZE);
    end = round_down(end, PAGE_SIZE);
    if (end <= base)
        return;
    struct host_ram *smallest = l->ram;
    for (unsigned i = 0; i < l->rams; i++) {
        if (l->ram[i].base.v + l->ram[i].size == base) {
            l->ram[i].size += end - base;
            return;
        }
        smallest = l->ram[i].size < smallest->size ? &l->ram[i] : smallest;
    }
    if (l->rams < HOST_RAM_MAX)
        l->ram[l->rams++] = (struct host_ram){ hpa(base), end - base };
    else if (end - base > smallest->size)
        *smallest = (struct host_ram){ hpa(base), end - base };
}

void loader_set_cmdline(struct loader *l, const char *text, size_t max)
{
    size_t n = strnlen(text, max < LOADER_TEXT - 1 ? max : LOADER_TEXT - 1);
    memcpy(l->cmdline, text, n);
    l->cmdline[n] = '\0';
}

static void drop_empty(struct host *h)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < h->rams; i++)
        if (h->ram[i].size)
            h->ram[kept++] = h->ram[i];
    h->rams = kept;
}

/* Ascending, and where the firmware named a page twice, once. */
static void sort(struct host *h)
{
    for (unsigned i = 1; i < h->rams; i++)
        for (unsigned j = i; j > 0 && h->ram[j - 1].base.v > h->ram[j].base.v; j--) {
            struct host_ram t = h->ram[j];
            h->ram[j] = h->ram[j - 1];
            h->ram[j - 1] = t;
        }
    uint64_t seen = 0;
    for (unsigned i = 0; i < h->rams; i++) {
        struct host_ram *r = &h->ram[i];
        uint64_t end = r->base.v + r->size, base = r->base.v > seen ? r->base.v : seen;
        *r = (struct host_ram){ hpa(base), end > base ? end - base : 0 };
        seen = end > seen ? end : seen;
    }
    drop_empty(h);
}

/* Takes [at, at+size) out of the list. A range it lies within becomes two. */
static void cut(struct host *h, uint64_t at, uint64_t size)
{
    uint64_t from = round_down(at, PAGE_SIZE), to = round_up(at + size, PAGE_SIZE);
    for (unsigned i = 0; i < h->rams; i++) {
        uint64_t base = h->ram[i].base.v, end = base + h->ram[i].size;
        if (!ranges_meet(base, end - base, from, to - from))
            continue;
        h->ram[i].size = from > base ? from - base : 0;
        if (to < end && h->rams < HOST_RAM_MAX)
            h->ram[h->rams++] = (struct host_ram){ hpa(to), end - to };
    }
    drop_empty(h);
}

/* A page for early tables, from the end of the highest range that is mapped already. */
static uint64_t *early_page(struct host *h)
{
    for (unsigned i = h->rams; i-- > 0;) {
        uint64_t last = h->ram[i].base.v + h->ram[i].size - PAGE_SIZE;
        if (!memory_is_mapped(last, PAGE_SIZE))
            continue;
        h->fixed += PAGE_SIZE;
        cut(h, last, PAGE_SIZE);
        return memset(hpa_ptr(hpa(last)), 0, PAGE_SIZE);
    }
    panic("no memory below %llu MiB for page tables", (unsigned long long)(mapped >> 20));
}

static void find_low_page(const struct host *h)
{
    for (unsigned i = 0; i < h->rams && !low_page; i++) {
        uint64_t at = h->ram[i].base.v < 0x8000 ? 0x8000 : h->ram[i].base.v;
        if (range_within(at, PAGE_SIZE, h->ram[i].base.v, h->ram[i].size) && at < 0xa0000)
            low_page = at;
    }
}

/* ---- the direct map --------------------------------------------------------------------------- */

static uint64_t *child(struct host *h, uint64_t *entry)
{
    if (!(*entry & 1)) {
        uint64_t *t = early_page(h);
        *entry = ptr_hpa(t).v | PAGE_RW;
        return t;
    }
    return hpa_ptr(hpa(*entry & ~UINT64_C(0xfff)));
}

static void map_gib(struct host *h, uint64_t at, bool gib_pages)
{
    uint64_t *pdpt = child(h, &early_pml4[256 + (at >> 39)]), *e = &pdpt[at >> 30 & (ENTRIES - 1)];
    if (gib_pages) {
        *e = at | PAGE_LARGE | nx;
        return;
    }
    uint64_t *pd = child(h, e);
    for (unsigned i = 0; i < ENTRIES; i++)
        pd[i] = (at + MIB(2) * i) | PAGE_LARGE | nx;
}

static void map_all(struct host *h, uint64_t end)
{
    bool gib_pages = host_cpuid(0x80000001, 0).edx >> 26 & 1;
    uint64_t limit = UINT64_C(1) << 41;     /* 2 TiB: PML4 entries 256 to 259, below the image's */
    for (; mapped < end && mapped < limit; mapped += GIB(1))
        map_gib(h, mapped, gib_pages);
}

void memory_start(const struct loader *l, struct host *h)
{
    uint64_t end = 0, image_end = memory_image_phys(bp_image_end);
    h->rams = l->rams;
    memcpy(h->ram, l->ram, l->rams * sizeof(*l->ram));
    for (unsigned i = 0; i < l->rams; i++) {
        uint64_t e = l->ram[i].base.v + l->ram[i].size;
        h->ram_total += l->ram[i].size;
        end = e > end ? e : end;
    }
    h->fixed = image_end - IMAGE_PHYS;
    nx = host_cpuid(0x80000001, 0).edx >> 20 & 1 ? PAGE_NX : 0;
    sort(h);
    cut(h, IMAGE_PHYS, image_end - IMAGE_PHYS);
    if (h->bundle_size)
        cut(h, h->bundle.v, h->bundle_size);    /* before the low page is chosen: GRUB puts modules below 1 MiB as well */
    find_low_page(h);
    cut(h, 0, LOW_END);
    sort(h);
    map_all(h, end);
    if (end > mapped)
        cut(h, mapped, end - mapped);
    sort(h);
}

/* ---- rights ------------------------------------------------------------------------------------- */

static void protect(const char *from, const char *to, uint64_t clear, uint64_t set)
{
    for (uint64_t at = (uintptr_t)from - IMAGE_VIRT; at < (uintptr_t)to - IMAGE_VIRT; at += PAGE_SIZE)
        image_pt[at >> PAGE_SHIFT] = (image_pt[at >> PAGE_SHIFT] & ~clear) | set;
}

void memory_protect(void)
{
    protect(bp_text_start, bp_rodata_start, PAGE_W, 0);
    protect(bp_rodata_start, bp_data_start, PAGE_W, nx);
    protect(bp_data_start, bp_image_end, 0, nx);
    for (uint64_t at = (uintptr_t)bp_image_end - IMAGE_VIRT; at < MIB(2); at += PAGE_SIZE)
        image_pt[at >> PAGE_SHIFT] = 0;
    for (unsigned i = 0; i < 4 * ENTRIES; i++)
        early_pd[i] |= nx;
    early_pml4[0] = 0;
    cr3_write(cr3_read());
}

void memory_identity(bool wanted)
{
    early_pml4[0] = wanted ? early_pml4[256] : 0;
    early_pd[0] = wanted ? early_pd[0] & ~nx : early_pd[0] | nx;
    cr3_write(cr3_read());
}
