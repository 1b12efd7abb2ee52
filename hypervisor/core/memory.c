/*
 * Owns: a domain's RAM: which host pages stand behind its guest physical addresses.
 * Invariant: a page mapped as RAM belongs to the domain (page_owner), so page_give_owner gives all of it back.
 * Changes of one domain's map exclude each other through domain.lock, but for the builder, which is alone.
 */
#include "hypervisor/core/domain.h"
#include "hypervisor/core/page.h"
#include "lib/checked.h"

/* The largest block that fits at `at` within `left`, as the host has it. */
static bool take_ram(struct domain *d, uint64_t at, uint64_t left, unsigned *order, hpa_t *page)
{
    static const unsigned orders[] = { PAGE_ORDER_1G, PAGE_ORDER_2M, PAGE_ORDER_4K };
    for (unsigned i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
        uint64_t size = PAGE_SIZE << orders[i];
        if ((at & (size - 1)) || left < size || !page_take(d->id, orders[i], page))
            continue;
        *order = orders[i];
        return true;
    }
    return false;
}

bool domain_ram_add(struct domain *d, gpa_t at, uint64_t size)
{
    for (uint64_t done = 0; done < size;) {
        unsigned order;
        hpa_t page;
        if (!take_ram(d, at.v + done, size - done, &order, &page))
            return false;       /* the caller gives up the domain, and with it what it holds */
        arch_zero_cached(hpa_ptr(page), PAGE_SIZE << order);
        if (!arch_stage2_map(d->stage2, gpa_add(at, done), page, PAGE_SIZE << order, S2_ALL))
            return false;
        done += PAGE_SIZE << order;
    }
    return true;
}

bool domain_ram_add_at(struct domain *d, gpa_t at, hpa_t from, uint64_t size)
{
    if (!page_take_reserved(d->id, from, size))
        return false;
    arch_zero_cached(hpa_ptr(from), size);
    return arch_stage2_map(d->stage2, at, from, size, S2_ALL);
}

bool domain_map_page(struct domain *d, gpa_t at, hpa_t page, unsigned perm)
{
    return arch_stage2_map(d->stage2, at, page, PAGE_SIZE, perm);
}

uint64_t domain_ram_pages(struct domain *d)
{
    uint64_t pages = 0;
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        pages += d->platform->ram[i].size >> PAGE_SHIFT;
    return pages;
}
