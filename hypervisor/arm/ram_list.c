/* Owns: lists of host RAM while they are made from what the tree says. Pure. */
#include "hypervisor/arm/ram_list.h"
#include "lib/checked.h"

static void drop_empty(struct ram_list l)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < *l.count; i++)
        if (l.ram[i].size)
            l.ram[kept++] = l.ram[i];
    *l.count = kept;
}

/* Ascending, and what the tree names twice, once; neighbours become one. */
void ram_sort(struct ram_list l)
{
    for (unsigned i = 1; i < *l.count; i++)
        for (unsigned j = i; j > 0 && l.ram[j - 1].base.v > l.ram[j].base.v; j--) {
            struct host_ram t = l.ram[j];
            l.ram[j] = l.ram[j - 1];
            l.ram[j - 1] = t;
        }
    struct host_ram *last = NULL;
    for (unsigned i = 0; i < *l.count; i++) {
        struct host_ram *r = &l.ram[i];
        if (last && r->base.v <= last->base.v + last->size) {
            uint64_t end = r->base.v + r->size, last_end = last->base.v + last->size;
            last->size = (end > last_end ? end : last_end) - last->base.v;
            r->size = 0;
        } else if (r->size) {
            last = r;
        }
    }
    drop_empty(l);
}

/* Takes the pages that [at, at+size) touches out of the list. A range it lies within becomes two, as long as there is room. */
void ram_cut(struct ram_list l, uint64_t at, uint64_t size)
{
    uint64_t from = round_down(at, PAGE_SIZE), to = round_up(at + size, PAGE_SIZE);
    for (unsigned i = 0; i < *l.count; i++) {
        uint64_t base = l.ram[i].base.v, end = base + l.ram[i].size;
        if (!ranges_meet(base, end - base, from, to - from))
            continue;
        l.ram[i].size = from > base ? from - base : 0;
        if (to < end && *l.count < HOST_RAM_MAX)
            l.ram[(*l.count)++] = (struct host_ram){ hpa(to), end - to };
    }
    drop_empty(l);
}
