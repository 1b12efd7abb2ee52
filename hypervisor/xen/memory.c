/*
 * Owns: changes that a guest makes to its own physical address space. All under domain.lock.
 *
 * Invariant: x->ram_pages counts what the guest has of its allowance; a page taken out of the map is given back only
 * through limbo. Stage-2 tables grow with scattered maps, so their bytes are bounded: a little at first, and one page for
 * each page of RAM given back, so that no guest holds more of the host than it was given.
 */
#include "hypervisor/xen/memory.h"
#include "hypervisor/core/page.h"
#include <xen/memory.h>

enum { TABLES_FREE = 32 * 1024 };

void memory_tables_start(struct xen_domain *x)
{
    x->tables_allowed = arch_stage2_tables(x->domain->stage2) + TABLES_FREE;
}

bool memory_tables_left(struct xen_domain *x)
{
    uint64_t given = x->ram_pages < x->ram_limit ? x->ram_limit - x->ram_pages : 0;
    return arch_stage2_tables(x->domain->stage2) <= x->tables_allowed + (given << PAGE_SHIFT);
}

uint64_t memory_ram_end(const struct domain *d)
{
    const struct platform_ram *r = d->platform->ram;
    uint64_t end = 0;
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        if (r[i].size && r[i].base.v + r[i].size > end)
            end = r[i].base.v + r[i].size;
    return end;
}

static bool is_at(const void *ours, hpa_t page) { return ours && ptr_hpa(ours).v == page.v; }

/* Pages that the hypervisor keeps using: forget where they were mapped. */
static bool is_special(struct xen_domain *x, hpa_t page)
{
    if (is_at(x->shared, page)) {
        x->shared_frame = UINT64_MAX;
        return true;
    }
    for (unsigned i = 0; i < x->grant.frames; i++) {
        if (!is_at(x->grant.frame[i], page))
            continue;
        x->grant.mapped_at[i] = UINT64_MAX;
        return true;
    }
    return is_at(x->console, page) || is_at(x->store_page, page) || uart_ring_has(x, page);
}

int64_t memory_remove(struct xen_domain *x, uint64_t frame)
{
    struct domain *d = x->domain;
    hpa_t page;
    unsigned perm;
    uint64_t run;
    if (frame >= FRAME_LIMIT || !arch_stage2_lookup(d->stage2, gpa(frame << PAGE_SHIFT), &page, &perm, &run))
        return -XEN_ENOENT;
    if (!memory_tables_left(x) || !arch_stage2_unmap(d->stage2, gpa(frame << PAGE_SHIFT), PAGE_SIZE))
        return -XEN_ENOMEM;
    limbo_touch(x);
    /* A page of another domain (a grant) is held by its map entry and goes when that is ended. */
    if (!is_special(x, page) && page_owner(page) == d->id) {
        x->ram_pages -= x->ram_pages > 0;
        limbo_add(x, page, NULL);
    }
    return 0;
}

/* The page behind an index of a space, and where the guest has it already (UINT64_MAX: nowhere). 0 or -error. */
static int64_t find_page(struct xen_domain *x, unsigned space, uint64_t index, hpa_t *page, uint64_t **known)
{
    uint8_t *ours = NULL;
    switch (space) {
    case XENMAPSPACE_shared_info:
        if (index == 0)
            ours = x->shared;
        *known = &x->shared_frame;
        break;
    case XENMAPSPACE_grant_table:
        /* Bit 31 asks for a status frame, which version 1 does not have. */
        ours = grant_frame(x, index);
        *known = index < GRANT_FRAMES_MAX ? &x->grant.mapped_at[index] : NULL;
        break;
    default:
        return -XEN_EINVAL;
    }
    if (!ours)
        return -XEN_EINVAL;
    *page = ptr_hpa(ours);
    return 0;
}

/* XENMAPSPACE_gmfn: the page at frame `from` moves to `to`. */
static int64_t move_page(struct xen_domain *x, uint64_t from, uint64_t to)
{
    struct domain *d = x->domain;
    hpa_t page, old;
    unsigned perm;
    uint64_t run;
    if (from >= FRAME_LIMIT || !arch_stage2_lookup(d->stage2, gpa(from << PAGE_SHIFT), &page, &perm, &run) || page_owner(page) != d->id)
        return -XEN_EINVAL;
    if (from == to)
        return 0;
    if (is_at(x->shared, page) || is_at(x->console, page) || is_at(x->store_page, page) || uart_ring_has(x, page))
        return -XEN_EINVAL;
    for (unsigned i = 0; i < x->grant.frames; i++)
        if (is_at(x->grant.frame[i], page))
            return -XEN_EINVAL;
    int64_t error = arch_stage2_lookup(d->stage2, gpa(to << PAGE_SHIFT), &old, &perm, &run) ? memory_remove(x, to) : 0;
    if (error)
        return error;
    if (!arch_stage2_unmap(d->stage2, gpa(from << PAGE_SHIFT), PAGE_SIZE))
        return -XEN_ENOMEM;
    limbo_touch(x);
    if (domain_map_page(d, gpa(to << PAGE_SHIFT), page, S2_ALL))
        return 0;
    x->ram_pages -= x->ram_pages > 0;
    limbo_add(x, page, NULL);       /* no tables for its new place: the guest has lost it, and may populate anew */
    return -XEN_ENOMEM;
}

int64_t memory_add(struct xen_domain *x, unsigned space, uint64_t index, uint64_t frame)
{
    struct domain *d = x->domain;
    hpa_t page, old;
    unsigned perm;
    uint64_t run, *known = NULL;
    if (frame >= FRAME_LIMIT)
        return -XEN_EINVAL;
    if (!memory_tables_left(x))
        return -XEN_ENOMEM;
    if (!limbo_room(x, 2))      /* what was there, and what is moved but finds no tables */
        return -XEN_EAGAIN;
    if (space == XENMAPSPACE_gmfn || space == XENMAPSPACE_gmfn_range)
        return move_page(x, index, frame);
    int64_t error = find_page(x, space, index, &page, &known);
    if (error || *known == frame)
        return error;
    if (*known != UINT64_MAX && (error = memory_remove(x, *known)))
        return error;
    if (arch_stage2_lookup(d->stage2, gpa(frame << PAGE_SHIFT), &old, &perm, &run) && (error = memory_remove(x, frame)))
        return error;
    if (!domain_map_page(d, gpa(frame << PAGE_SHIFT), page, S2_ALL))
        return -XEN_ENOMEM;
    *known = frame;
    return 0;
}

/* Of a guest with memory of its own (xen,static-mem): the host page that belongs at `at`, its banks standing behind its RAM in order. */
static bool static_page(const struct platform *p, uint64_t at, uint64_t size, hpa_t *page)
{
    uint64_t before = 0;
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; before += p->ram[i++].size) {
        if (at - p->ram[i].base.v >= p->ram[i].size || size > p->ram[i].size - (at - p->ram[i].base.v))
            continue;
        uint64_t offset = before + (at - p->ram[i].base.v);
        for (unsigned b = 0; b < p->arm.banks; offset -= p->arm.bank[b++].size) {
            if (offset >= p->arm.bank[b].size)
                continue;
            *page = hpa_add(p->arm.bank[b].base, offset);
            return size <= p->arm.bank[b].size - offset;
        }
    }
    return false;
}

/* It gets back what it gave, and nothing else: devices may know the page, and a direct-mapped guest its address. */
static bool take_pages(struct domain *d, uint64_t frame, unsigned order, hpa_t *page)
{
    uint64_t size = PAGE_SIZE << order;
    if (!d->platform->arm.banks)
        return page_take_zeroed(d->id, order, page);
    if (!static_page(d->platform, frame << PAGE_SHIFT, size, page) || !page_take_reserved(d->id, *page, size))
        return false;
    arch_zero(hpa_ptr(*page), size);
    return true;
}

bool memory_populate(struct xen_domain *x, uint64_t frame, unsigned order)
{
    struct domain *d = x->domain;
    uint64_t pages = UINT64_C(1) << order;
    hpa_t page;
    unsigned perm;
    uint64_t run;
    if ((frame & (pages - 1)) || frame >= FRAME_LIMIT || x->ram_pages + pages > x->ram_limit || !memory_tables_left(x))
        return false;
    for (uint64_t i = 0; i < pages; i++)
        if (arch_stage2_lookup(d->stage2, gpa((frame + i) << PAGE_SHIFT), &page, &perm, &run))
            return false;
    if (!take_pages(d, frame, order, &page))
        return false;
    if (!arch_stage2_map(d->stage2, gpa(frame << PAGE_SHIFT), page, pages << PAGE_SHIFT, S2_ALL)) {
        for (uint64_t i = 0; i < pages; i++)        /* as they came, if they are from a reserve */
            page_give(hpa_add(page, i << PAGE_SHIFT), 0);
        return false;
    }
    x->ram_pages += pages;
    return true;
}
