/*
 * Owns: which page of host RAM belongs to whom. A buddy allocator over the host's ranges.
 *
 * Invariant: every page lies in exactly one block, whose first page (its head) says order, state and owner; all other
 * pages of it say TAIL. Free blocks are linked through their own first bytes. All of it under page_lock.
 */
#include "hypervisor/core/page.h"
#include "hypervisor/core/lock.h"
#include "lib/checked.h"
#include "lib/panic.h"
#include <string.h>

enum page_state { PAGE_TAIL, PAGE_FREE, PAGE_HELD, PAGE_ORPHAN /* given back, but references stand */ };

struct page { uint16_t owner; uint8_t order, state; uint32_t refs; };
_Static_assert(sizeof(struct page) == 8, "docs promise eight bytes a page");

struct link { struct link *next, *prev; };
struct range { uint64_t first, pages; struct page *page; };     /* in page frame numbers */

/* Kept for certain guests (page_reserve): free for nobody else. In page frame numbers. */
struct reserve { uint64_t first, pages; };

enum { RANGES_MAX = HOST_RAM_MAX + 1 };
static struct reserve reserves[RESERVES_MAX];
static unsigned reserve_count;
static struct range ranges[RANGES_MAX];
static unsigned range_count;
static struct link free_list[PAGE_ORDERS];
static uint64_t free_pages, total_pages, referenced;
static struct lock page_lock;

static struct range *range_of(uint64_t pfn)
{
    for (unsigned i = 0; i < range_count; i++)
        if (pfn - ranges[i].first < ranges[i].pages)
            return &ranges[i];
    return NULL;
}

static struct page *entry(struct range *r, uint64_t pfn) { return &r->page[pfn - r->first]; }
static struct link *link_of(uint64_t pfn) { return hpa_ptr(hpa(pfn << PAGE_SHIFT)); }

/* The head of the block that holds pfn: the nearest aligned frame below whose block reaches this far. */
static uint64_t head_of(struct range *r, uint64_t pfn)
{
    for (unsigned order = 0; order < PAGE_ORDERS; order++) {
        uint64_t at = round_down(pfn, UINT64_C(1) << order);
        if (at < r->first)
            break;
        struct page *p = entry(r, at);
        if (p->state != PAGE_TAIL && pfn - at < UINT64_C(1) << p->order)
            return at;
    }
    panic("page %#lx is in no block", (unsigned long)pfn);
}

static void free_push(struct range *r, uint64_t pfn, unsigned order)
{
    struct link *l = link_of(pfn), *list = &free_list[order];
    *entry(r, pfn) = (struct page){ .order = (uint8_t)order, .state = PAGE_FREE };
    *l = (struct link){ list->next, list };
    list->next->prev = l;
    list->next = l;
}

static void free_unlink(uint64_t pfn)
{
    struct link *l = link_of(pfn);
    l->next->prev = l->prev;
    l->prev->next = l->next;
}

static bool is_reserved(uint64_t pfn)
{
    for (unsigned i = 0; i < reserve_count; i++)
        if (pfn - reserves[i].first < reserves[i].pages)
            return true;
    return false;
}

/* Makes a free block of [pfn, pfn + 2^order), merged with its free buddies; what is reserved goes back to the reserve. */
static void free_block(struct range *r, uint64_t pfn, unsigned order)
{
    if (is_reserved(pfn)) {
        *entry(r, pfn) = (struct page){ OWNER_RESERVED, (uint8_t)order, PAGE_HELD, 0 };
        return;
    }
    free_pages += UINT64_C(1) << order;
    while (order + 1 < PAGE_ORDERS) {
        uint64_t buddy = pfn ^ (UINT64_C(1) << order);
        if (buddy < r->first || buddy - r->first >= r->pages)
            break;
        struct page *b = entry(r, buddy);
        if (b->state != PAGE_FREE || b->order != order)
            break;
        free_unlink(buddy);
        b->state = entry(r, pfn)->state = PAGE_TAIL;
        pfn = pfn < buddy ? pfn : buddy;
        order++;
    }
    free_push(r, pfn, order);
}

/* The largest aligned block that starts at pfn and stays within `left` pages. */
static unsigned order_at(uint64_t pfn, uint64_t left)
{
    unsigned order = 0;
    while (order + 1 < PAGE_ORDERS && !(pfn >> order & 1) && left >> (order + 1))
        order++;
    return order;
}

static void add_range(uint64_t first, uint64_t pages, struct page *page, bool held)
{
    struct range *r = &ranges[range_count++];
    *r = (struct range){ first, pages, page };
    for (uint64_t at = first; at < first + pages;) {
        unsigned order = order_at(at, first + pages - at);
        if (held)
            *entry(r, at) = (struct page){ OWNER_HYPERVISOR, (uint8_t)order, PAGE_HELD, 0 };
        else
            free_block(r, at, order);
        at += UINT64_C(1) << order;
    }
}

/* Bookkeeping for a range is carved from its own beginning, so that it costs what it serves. */
static uint64_t bookkeeping(uint64_t pages) { return round_up(pages * sizeof(struct page), PAGE_SIZE) >> PAGE_SHIFT; }

/* The bundle's pages are held until page_give_range; their bookkeeping comes out of the allocator. */
static void add_bundle(const struct host *h)
{
    uint64_t pages = round_up(h->bundle_size, PAGE_SIZE) >> PAGE_SHIFT;
    unsigned order = 0;
    hpa_t at;
    while (UINT64_C(1) << order < bookkeeping(pages))
        order++;
    if (!pages || !page_take_zeroed(OWNER_HYPERVISOR, order, &at))
        return;
    total_pages += pages;
    add_range(h->bundle.v >> PAGE_SHIFT, pages, hpa_ptr(at), true);
}

void page_init(const struct host *h)
{
    range_count = 0;
    reserve_count = 0;
    free_pages = total_pages = referenced = 0;
    for (unsigned i = 0; i < PAGE_ORDERS; i++)
        free_list[i].next = free_list[i].prev = &free_list[i];
    for (unsigned i = 0; i < h->rams; i++) {
        uint64_t first = h->ram[i].base.v >> PAGE_SHIFT, pages = h->ram[i].size >> PAGE_SHIFT;
        uint64_t own = bookkeeping(pages);
        if (pages <= own)
            continue;
        struct page *page = hpa_ptr(h->ram[i].base);
        arch_zero(page, own << PAGE_SHIFT);
        total_pages += pages;
        add_range(first + own, pages - own, page, false);
    }
    add_bundle(h);
}

/* Cuts the block at pfn down to `order`, keeping its lower half each time. */
static void cut(struct range *r, uint64_t pfn, unsigned order)
{
    while (entry(r, pfn)->order > order) {
        unsigned half = --entry(r, pfn)->order;
        free_push(r, pfn + (UINT64_C(1) << half), half);
    }
}

bool page_take(unsigned owner, unsigned order, hpa_t *first)
{
    lock_take(&page_lock);
    for (unsigned o = order; o < PAGE_ORDERS; o++) {
        struct link *l = free_list[o].next;
        if (l == &free_list[o])
            continue;
        uint64_t pfn = ptr_hpa(l).v >> PAGE_SHIFT;
        struct range *r = range_of(pfn);
        free_unlink(pfn);
        cut(r, pfn, order);
        *entry(r, pfn) = (struct page){ (uint16_t)owner, (uint8_t)order, PAGE_HELD, 0 };
        free_pages -= UINT64_C(1) << order;
        lock_give(&page_lock);
        *first = hpa(pfn << PAGE_SHIFT);
        return true;
    }
    lock_give(&page_lock);
    return false;
}

bool page_take_zeroed(unsigned owner, unsigned order, hpa_t *first)
{
    if (!page_take(owner, order, first))
        return false;
    arch_zero(hpa_ptr(*first), PAGE_SIZE << order);
    return true;
}

/* Makes [pfn, +2^order) a block of its own within the held block it lies in. */
static void split_held(struct range *r, uint64_t pfn, unsigned order)
{
    uint64_t head = head_of(r, pfn);
    while (entry(r, head)->order > order) {
        struct page *p = entry(r, head);
        unsigned half = --p->order;
        uint64_t upper = head + (UINT64_C(1) << half);
        struct page *q = entry(r, upper);
        q->owner = p->owner;
        q->order = (uint8_t)half;
        q->state = p->state;
        if (pfn >= upper)
            head = upper;
    }
    if (head != pfn || entry(r, pfn)->order != order || entry(r, pfn)->state != PAGE_HELD)
        panic("page %#lx, order %u, is given back but not held", (unsigned long)pfn, order);
}

static bool any_references(struct range *r, uint64_t pfn, unsigned order)
{
    if (!referenced)
        return false;
    for (uint64_t i = 0; i < UINT64_C(1) << order; i++)
        if (entry(r, pfn + i)->refs)
            return true;
    return false;
}

static void give_block(struct range *r, uint64_t pfn, unsigned order)
{
    split_held(r, pfn, order);
    if (!any_references(r, pfn, order)) {
        free_block(r, pfn, order);
        return;
    }
    if (order == 0) {
        entry(r, pfn)->state = PAGE_ORPHAN;
        entry(r, pfn)->owner = OWNER_HYPERVISOR;
        return;
    }
    give_block(r, pfn, order - 1);
    give_block(r, pfn + (UINT64_C(1) << (order - 1)), order - 1);
}

void page_give(hpa_t first, unsigned order)
{
    uint64_t pfn = first.v >> PAGE_SHIFT;
    lock_take(&page_lock);
    struct range *r = range_of(pfn);
    if (!r)
        panic("page %#lx is not ours to give", (unsigned long)pfn);
    give_block(r, pfn, order);
    lock_give(&page_lock);
}

void page_give_range(hpa_t first, uint64_t bytes)
{
    uint64_t pfn = first.v >> PAGE_SHIFT, left = bytes >> PAGE_SHIFT;
    while (left) {
        unsigned order = order_at(pfn, left);
        page_give(hpa(pfn << PAGE_SHIFT), order);
        pfn += UINT64_C(1) << order;
        left -= UINT64_C(1) << order;
    }
}

unsigned page_owner(hpa_t p)
{
    uint64_t pfn = p.v >> PAGE_SHIFT;
    unsigned owner = OWNER_HYPERVISOR;
    lock_take(&page_lock);
    struct range *r = range_of(pfn);
    if (r) {
        struct page *head = entry(r, head_of(r, pfn));
        owner = head->state == PAGE_HELD ? head->owner : OWNER_HYPERVISOR;
    }
    lock_give(&page_lock);
    return owner;
}

uint64_t page_free_bytes(void) { return free_pages << PAGE_SHIFT; }
uint64_t page_total_bytes(void) { return total_pages << PAGE_SHIFT; }

uint64_t page_held_bytes(unsigned owner)
{
    uint64_t pages = 0;
    lock_take(&page_lock);
    for (unsigned i = 0; i < range_count; i++) {
        struct range *r = &ranges[i];
        for (uint64_t at = r->first; at < r->first + r->pages;) {
            struct page *p = entry(r, at);
            if (p->state == PAGE_HELD && p->owner == owner)
                pages += UINT64_C(1) << p->order;
            at += UINT64_C(1) << p->order;
        }
    }
    lock_give(&page_lock);
    return pages << PAGE_SHIFT;
}

bool page_ref(hpa_t p, unsigned owner)
{
    uint64_t pfn = p.v >> PAGE_SHIFT;
    bool ok = false;
    lock_take(&page_lock);
    struct range *r = range_of(pfn);
    if (r) {
        struct page *head = entry(r, head_of(r, pfn)), *mine = entry(r, pfn);
        ok = head->state == PAGE_HELD && head->owner == owner && mine->refs < UINT32_MAX;
        if (ok) {
            mine->refs++;
            referenced++;
        }
    }
    lock_give(&page_lock);
    return ok;
}

void page_unref(hpa_t p)
{
    uint64_t pfn = p.v >> PAGE_SHIFT;
    lock_take(&page_lock);
    struct range *r = range_of(pfn);
    if (!r || !entry(r, pfn)->refs)
        panic("page %#lx loses a reference that it does not have", (unsigned long)pfn);
    referenced--;
    if (--entry(r, pfn)->refs == 0 && entry(r, pfn)->state == PAGE_ORPHAN)
        free_block(r, pfn, 0);
    lock_give(&page_lock);
}

void page_give_owner(unsigned owner)
{
    lock_take(&page_lock);
    for (unsigned i = 0; i < range_count; i++) {
        struct range *r = &ranges[i];
        for (uint64_t at = r->first, next; at < r->first + r->pages; at = next) {
            struct page *p = entry(r, at);
            next = at + (UINT64_C(1) << p->order);
            if (p->state == PAGE_HELD && p->owner == owner)
                give_block(r, at, p->order);
        }
    }
    lock_give(&page_lock);
}

/* Are all blocks that meet [first, first + pages) of this state and owner? An owner that is free does not matter. */
static bool all_are(uint64_t first, uint64_t pages, enum page_state state, unsigned owner)
{
    struct range *r = range_of(first);
    if (!r || pages > r->first + r->pages - first)
        return false;
    for (uint64_t at = first; at < first + pages;) {
        uint64_t head = head_of(r, at);
        const struct page *p = entry(r, head);
        if (p->state != state || (state == PAGE_HELD && p->owner != owner))
            return false;
        at = head + (UINT64_C(1) << p->order);
    }
    return true;
}

/* Takes the free block at pfn out of the free lists, cut so that it neither begins before pfn nor has more than `left` pages. */
static unsigned take_free(struct range *r, uint64_t pfn, uint64_t left)
{
    uint64_t head = head_of(r, pfn);
    while (head != pfn || UINT64_C(1) << entry(r, head)->order > left) {
        unsigned half = entry(r, head)->order - 1u;
        uint64_t upper = head + (UINT64_C(1) << half);
        free_unlink(head);
        free_push(r, head, half);
        free_push(r, upper, half);
        if (pfn >= upper)
            head = upper;
    }
    free_unlink(head);
    return entry(r, head)->order;
}

bool page_reserve(hpa_t first, uint64_t bytes)
{
    uint64_t pfn = first.v >> PAGE_SHIFT, pages = bytes >> PAGE_SHIFT;
    lock_take(&page_lock);
    bool ok = reserve_count < RESERVES_MAX && all_are(pfn, pages, PAGE_FREE, 0);
    if (ok) {
        struct range *r = range_of(pfn);
        reserves[reserve_count++] = (struct reserve){ pfn, pages };
        free_pages -= pages;
        for (uint64_t at = pfn; at < pfn + pages;) {
            unsigned order = take_free(r, at, pfn + pages - at);
            free_block(r, at, order);
            at += UINT64_C(1) << order;
        }
    }
    lock_give(&page_lock);
    return ok;
}

bool page_take_reserved(unsigned owner, hpa_t first, uint64_t bytes)
{
    uint64_t pfn = first.v >> PAGE_SHIFT, pages = bytes >> PAGE_SHIFT;
    lock_take(&page_lock);
    bool ok = is_reserved(pfn) && all_are(pfn, pages, PAGE_HELD, OWNER_RESERVED);
    struct range *r = range_of(pfn);
    for (uint64_t at = pfn; ok && at < pfn + pages; at += UINT64_C(1) << entry(r, at)->order)
        entry(r, at)->owner = (uint16_t)owner;
    lock_give(&page_lock);
    return ok;
}
