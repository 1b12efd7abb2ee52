/* Host RAM: a buddy allocator of naturally aligned blocks, each page with its owner. Eight bytes of bookkeeping per 4 KiB page. */
#ifndef HYPERVISOR_CORE_PAGE_H
#define HYPERVISOR_CORE_PAGE_H
#include "hypervisor/arch.h"

enum { PAGE_ORDER_4K = 0, PAGE_ORDER_2M = 9, PAGE_ORDER_1G = 18, PAGE_ORDERS = 19 };

void page_init(const struct host *h);
/* 2^order pages for `owner`, aligned to their size, contents as they were: whoever hands them to a guest zeroes them. False: none. */
bool page_take(unsigned owner, unsigned order, hpa_t *first);
/* The same, zeroed: arch_up.pages_take. */
bool page_take_zeroed(unsigned owner, unsigned order, hpa_t *first);
void page_give(hpa_t first, unsigned order);
/* Gives RAM that was not in host.ram (a bundle's payload no longer needed) or splits off what was part of a larger block. */
void page_give_range(hpa_t first, uint64_t bytes);
unsigned page_owner(hpa_t p);                   /* OWNER_HYPERVISOR where no page is managed */
uint64_t page_free_bytes(void);
uint64_t page_total_bytes(void);
uint64_t page_held_bytes(unsigned owner);
/*
 * Keeps host RAM (whole pages) for guests that are to have just that (xen,static-mem): nobody else gets it, now or when it comes
 * back. False: some of it is in use, is no RAM, or there are RESERVES_MAX already; then nothing is kept.
 */
enum { RESERVES_MAX = 64 };
bool page_reserve(hpa_t first, uint64_t bytes);
/* A reserved range, whole, for `owner`; contents as they were. False: some of it is not reserved, or still in use. */
bool page_take_reserved(unsigned owner, hpa_t first, uint64_t bytes);
/* Gives back every page `owner` holds: how a domain's memory comes back, whatever it was used for. */
void page_give_owner(unsigned owner);
/*
 * References other domains hold (grant maps). page_ref fails when `owner` does not own it. A page that is given while
 * references stand stays out of the free lists until the last page_unref.
 */
bool page_ref(hpa_t p, unsigned owner);
void page_unref(hpa_t p);
#endif
