/* Between grant.c, which keeps the tables, and grant_op.c, which does what guests ask. */
#ifndef HYPERVISOR_XEN_GRANT_H
#define HYPERVISOR_XEN_GRANT_H
#include "hypervisor/xen/internal.h"

/*
 * Begins the use of a page that `granter` gave `user`: marks it in the table and references the page. GNTST_okay or why
 * not. No lock held. It ends with grant_release and page_unref.
 */
int16_t grant_acquire(struct xen_domain *granter, uint32_t reference, uint16_t user, bool read_only, hpa_t *page);
void grant_release(struct xen_domain *granter, uint32_t reference, bool read_only);
/* The table has at least `frames`. False: beyond the limit, or out of memory. */
bool grant_grow(struct xen_domain *x, uint64_t frames);
struct grant_map *grant_map_at(struct xen_domain *x, uint32_t handle);      /* under grant.lock; NULL: no such handle */
/* Under grant.lock: a free one, MAP_LEAVING until the caller says MADE; NULL: none left. */
struct grant_map *grant_map_new(struct xen_domain *x, uint32_t *handle);
/* One element of GNTTABOP_copy, at `at` in the guest. 0 or -error. */
int64_t grant_copy_one(struct call *c, uint64_t at);
int16_t grant_swap(struct xen_domain *x, uint32_t a, uint32_t b);
#endif
