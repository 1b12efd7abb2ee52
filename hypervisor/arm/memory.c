/*
 * Owns: the hypervisor's page tables (but for the image's own, which entry.S makes) and which host RAM is free for use. All RAM stands
 * at DIRECT_MAP, writable and never executable, but for what the tree says is not to be mapped; so do the registers of the devices
 * that we use. Invariant: no physical address from MAPPED_END on, or beyond what this CPU can address, is ever mapped.
 */
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/host.h"
#include "hypervisor/arm/ram_list.h"
#include "hypervisor/arm/tree.h"
#include "lib/checked.h"
#include "lib/panic.h"
#include <string.h>

enum { ENTRIES = 512, POOL = 8, LEAF_LEVEL = 3 };
#define VALID  UINT64_C(1)
#define TABLE  UINT64_C(3)          /* and, at level 3, a page */
#define NORMAL UINT64_C(0x40000000000744)      /* XN, AF, inner shareable, AP[1] (RES1), AttrIndx 1 */
#define DEVICE UINT64_C(0x40000000000440)      /* the same, AttrIndx 0 */
#define ADDRESS UINT64_C(0xfffffffff000)

extern uint64_t host_l0[];
extern char image_head[], bp_image_end[];

uintptr_t arch_direct_map = DIRECT_MAP;
static uint64_t pool[POOL][ENTRIES] __attribute__((aligned(4096)));
static unsigned pooled;
static uint64_t early_l1[ENTRIES] __attribute__((aligned(4096))), early_l2[2][ENTRIES] __attribute__((aligned(4096)));
static uint64_t image_phys, limit = MAPPED_END;     /* limit: of physical addresses */
static uint64_t done;                   /* what of RAM lies below is mapped */
static struct host_ram mapped[HOST_RAM_MAX];
static unsigned mapped_count;
static struct host *the_host;

uint64_t memory_image_phys(const void *p) { return (uintptr_t)p - IMAGE_VIRT + image_phys; }

bool memory_is_mapped(uint64_t at, uint64_t size)
{
    for (unsigned i = 0; i < mapped_count; i++)
        if (range_within(at, size, mapped[i].base.v, mapped[i].size))
            return true;
    return false;
}

static void flush(void)
{
    dsb_ishst();
    __asm__ volatile("tlbi alle2is" : : : "memory");
    dsb_ish();
    isb();
}

/* ---- page tables ------------------------------------------------------------------------------------- */

static struct ram_list free_list(struct host *h) { return (struct ram_list){ h->ram, &h->rams }; }

/* A page for a table: a few of our own, then from the end of the highest RAM that is mapped already. */
static uint64_t *table_page(void)
{
    struct host *h = the_host;
    if (pooled < POOL)
        return pool[pooled++];
    for (unsigned i = h->rams; i-- > 0;) {
        uint64_t base = h->ram[i].base.v, end = base + h->ram[i].size, last = (end < done ? end : done) - PAGE_SIZE;
        if (base >= done)
            continue;
        h->fixed += PAGE_SIZE;
        ram_cut(free_list(h), last, PAGE_SIZE);
        ram_sort(free_list(h));
        return memset(hpa_ptr(hpa(last)), 0, PAGE_SIZE);
    }
    panic("no memory for the hypervisor's own page tables: memory is in too many small pieces");
}

static uint64_t table_phys(const uint64_t *t)
{
    return (uintptr_t)t >= IMAGE_VIRT ? memory_image_phys(t) : ptr_hpa(t).v;
}

static uint64_t *table_at(uint64_t descriptor)
{
    uint64_t at = descriptor & ADDRESS, image = memory_image_phys(image_head);
    return at - image < (uintptr_t)bp_image_end - IMAGE_VIRT ? (uint64_t *)(uintptr_t)(at - image + IMAGE_VIRT) : hpa_ptr(hpa(at));
}

static unsigned shift_of(unsigned level) { return 39 - 9 * level; }

/* One block or page of `level`. A larger one that is there already stays: memory named twice, or a device within memory. */
static void map_one(uint64_t at, unsigned level, uint64_t bits)
{
    uint64_t va = at + DIRECT_MAP, *table = host_l0;
    for (unsigned l = 0; l < level; l++) {
        uint64_t *e = &table[va >> shift_of(l) & (ENTRIES - 1)];
        if ((*e & TABLE) == VALID)
            return;
        if (!*e) {
            uint64_t *t = table_page();
            *e = table_phys(t) | TABLE;
        }
        table = table_at(*e);
    }
    uint64_t *e = &table[va >> shift_of(level) & (ENTRIES - 1)];
    if (level < LEAF_LEVEL && (*e & TABLE) == TABLE) {
        for (uint64_t i = 0; i < ENTRIES; i++)
            map_one(at + (i << shift_of(level + 1)), level + 1, bits);
    } else if (!*e) {
        *e = at | bits | (level == LEAF_LEVEL ? TABLE : VALID);
    }
}

/* The largest blocks that fit; at and end are whole pages. progress: NULL, or follows what is mapped. */
static void map(uint64_t at, uint64_t end, uint64_t bits, uint64_t *progress)
{
    while (at < end) {
        unsigned level = 1;
        while (level < LEAF_LEVEL && (at & ((UINT64_C(1) << shift_of(level)) - 1) || end - at < UINT64_C(1) << shift_of(level)))
            level++;
        map_one(at, level, bits);
        at += UINT64_C(1) << shift_of(level);
        if (progress)
            *progress = at;
    }
}

const void *memory_map_tree(uint64_t at, uint64_t image_at)
{
    image_phys = image_at;
    uint64_t block = round_down(at, MIB(2));
    if (at >= MAPPED_END)
        return NULL;
    host_l0[(at + DIRECT_MAP) >> 39] = memory_image_phys(early_l1) | TABLE;
    for (unsigned i = 0; i < 2; i++, block += MIB(2)) {
        unsigned gib = block >> 30 & (ENTRIES - 1);
        uint64_t *l2 = early_l2[i];
        if (i && early_l1[gib])
            l2 = early_l2[0];
        early_l1[gib] = memory_image_phys(l2) | TABLE;
        l2[block >> 21 & (ENTRIES - 1)] = block | NORMAL | VALID;
    }
    dsb_ishst();            /* nothing was there before, so no TLB has it */
    isb();
    return hpa_ptr(hpa(at));
}

volatile uint8_t *memory_map_device(uint64_t at, uint64_t size)
{
    uint64_t end;
    if (!size || !add_ok(at, size, &end) || end > limit)
        return NULL;
    map(round_down(at, PAGE_SIZE), round_up(end, PAGE_SIZE), DEVICE, NULL);
    dsb_ishst();
    isb();
    return hpa_ptr(hpa(at));
}

/* ---- all RAM ----------------------------------------------------------------------------------------------- */

static void take_lists(struct host *h, const struct host_tree *t, uint64_t tree_at, uint64_t tree_size)
{
    uint64_t image_bytes = (uint64_t)(bp_image_end - image_head);
    struct ram_list all = { mapped, &mapped_count }, unused = free_list(h);
    memcpy(mapped, t->ram, t->rams * sizeof(*mapped));
    mapped_count = t->rams;
    ram_sort(all);
    ram_cut(all, limit, UINT64_MAX - PAGE_SIZE - limit);
    for (unsigned i = 0; i < t->reserveds; i++)
        if (t->reserved[i].no_map)
            ram_cut(all, t->reserved[i].at, t->reserved[i].size);
    ram_sort(all);
    memcpy(h->ram, mapped, mapped_count * sizeof(*mapped));
    h->rams = mapped_count;
    for (unsigned i = 0; i < t->reserveds; i++)
        ram_cut(unused, t->reserved[i].at, t->reserved[i].size);
    ram_cut(unused, 0, PAGE_SIZE);                  /* address 0 says "none" in places */
    ram_cut(unused, image_phys, image_bytes);
    ram_cut(unused, tree_at, tree_size);
    ram_sort(unused);
    h->ram_total = t->ram_total;
    h->fixed = image_bytes + round_up(tree_size, PAGE_SIZE);
}

void memory_start(struct host *h, const struct host_tree *t, uint64_t tree_at)
{
    unsigned bits = cpu_pa_bits();
    the_host = h;
    limit = bits && bits < 48 ? UINT64_C(1) << bits : MAPPED_END;
    uint64_t tree_size = host_tree_bytes(hpa_ptr(hpa(tree_at)));
    host_l0[(tree_at + DIRECT_MAP) >> 39] = 0;
    flush();
    take_lists(h, t, tree_at, tree_size);
    for (unsigned i = 0; i < mapped_count; i++)
        map(mapped[i].base.v, mapped[i].base.v + mapped[i].size, NORMAL, &done);
    flush();
}
