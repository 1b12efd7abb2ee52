/*
 * Owns: grant tables, version 1 (xen/grant_table.h): which pages others may use, and the uses there are.
 *
 * An entry is the guest's to write: it is read as one 32-bit word (flags and domain) and changed by compare-and-exchange.
 * How often it is used is kept here; GTF_reading and GTF_writing in the entry only tell the guest. What a user holds is a
 * reference to the page (core/page.h), so the page outlives whatever its owner does.
 */
#include "hypervisor/xen/grant.h"
#include "hypervisor/xen/shared.h"
#include "hypervisor/core/page.h"
#include <string.h>
#include <xen/grant_table.h>

enum { TRIES = 64, USES_MAX = 255 };

static bool add_frame(struct xen_domain *x)
{
    struct grant_table *g = &x->grant;
    if (!g->use[g->frames])
        g->use[g->frames] = late_alloc(x, GRANTS_PER_FRAME * sizeof(struct grant_use));
    g->frame[g->frames] = g->use[g->frames] ? special_take(x->domain) : NULL;
    if (!g->frame[g->frames])
        return false;
    g->mapped_at[g->frames] = UINT64_MAX;
    g->frames++;
    return true;
}

bool grant_grow(struct xen_domain *x, uint64_t frames)
{
    bool ok = frames <= GRANT_FRAMES_MAX;
    lock_take(&x->grant.lock);
    while (ok && x->grant.frames < frames)
        ok = add_frame(x);
    lock_give(&x->grant.lock);
    return ok;
}

uint8_t *grant_frame(struct xen_domain *x, uint64_t n)
{
    return n < GRANT_FRAMES_MAX && grant_grow(x, n + 1) ? x->grant.frame[n] : NULL;
}

/* Under grant.lock. */
static grant_entry_v1_t *entry_at(struct xen_domain *x, uint32_t reference)
{
    if (reference / GRANTS_PER_FRAME >= x->grant.frames)
        return NULL;
    return (grant_entry_v1_t *)(void *)x->grant.frame[reference / GRANTS_PER_FRAME] + reference % GRANTS_PER_FRAME;
}

static struct grant_use *use_at(struct xen_domain *x, uint32_t reference)
{
    return &x->grant.use[reference / GRANTS_PER_FRAME][reference % GRANTS_PER_FRAME];
}

/* Flags in the low half, domain in the high one, as they lie in the entry's first four bytes. */
static uint32_t *head_of(grant_entry_v1_t *e) { return (uint32_t *)(void *)e; }

/* Under grant.lock: checks the entry and marks it as used, in one step. */
static int16_t mark(struct xen_domain *x, uint32_t reference, uint16_t user, bool read_only)
{
    grant_entry_v1_t *e = entry_at(x, reference);
    if (!e)
        return GNTST_bad_gntref;
    struct grant_use *use = use_at(x, reference);
    if (use->readers == USES_MAX || use->writers == USES_MAX)
        return GNTST_no_space;
    uint32_t old = __atomic_load_n(head_of(e), __ATOMIC_ACQUIRE);
    for (unsigned i = 0; i < TRIES; i++) {
        if ((old & GTF_type_mask) != GTF_permit_access || (old & GTF_sub_page) || old >> 16 != user)
            return GNTST_bad_gntref;
        if (!read_only && (old & GTF_readonly))
            return GNTST_general_error;
        uint32_t new = old | GTF_reading | (read_only ? 0 : GTF_writing);
        if (!shared_try(head_of(e), &old, new))
            continue;
        use->readers++;
        use->writers = (uint8_t)(use->writers + !read_only);
        return GNTST_okay;
    }
    return GNTST_eagain;
}

/* Under grant.lock. */
static void unmark(struct xen_domain *x, uint32_t reference, bool read_only)
{
    grant_entry_v1_t *e = entry_at(x, reference);
    struct grant_use *use = e ? use_at(x, reference) : NULL;
    if (!use || !use->readers || (!read_only && !use->writers))
        return;     /* another domain by the same number, later */
    use->readers--;
    use->writers = (uint8_t)(use->writers - !read_only);
    uint32_t gone = (use->readers ? 0 : GTF_reading) | (use->writers ? 0 : GTF_writing);
    (void)shared_clear(head_of(e), gone);
}

int16_t grant_acquire(struct xen_domain *x, uint32_t reference, uint16_t user, bool read_only, hpa_t *page)
{
    struct domain *d = x->domain;
    unsigned perm;
    uint64_t run;
    lock_take(&d->lock);            /* keeps the page in the map until it is referenced */
    lock_take(&x->grant.lock);
    int16_t status = atomic_load(&x->dying) ? GNTST_bad_domain : mark(x, reference, user, read_only);
    if (status == GNTST_okay) {
        uint64_t frame = __atomic_load_n(&entry_at(x, reference)->frame, __ATOMIC_ACQUIRE);
        bool there = arch_stage2_lookup(d->stage2, gpa(frame << PAGE_SHIFT), page, &perm, &run) && (perm & (read_only ? S2_READ : S2_WRITE));
        if (!there || !page_ref(*page, d->id)) {
            unmark(x, reference, read_only);
            status = GNTST_bad_page;
        }
    }
    lock_give(&x->grant.lock);
    lock_give(&d->lock);
    return status;
}

void grant_release(struct xen_domain *x, uint32_t reference, bool read_only)
{
    lock_take(&x->grant.lock);
    if (!atomic_load(&x->dying))
        unmark(x, reference, read_only);
    lock_give(&x->grant.lock);
}

/* ---- maps --------------------------------------------------------------------------------- */
struct grant_map *grant_map_at(struct xen_domain *x, uint32_t handle)
{
    if (handle >= GRANT_MAPS_MAX || !x->grant.map[handle / GRANT_MAPS_PER_PAGE])
        return NULL;
    return &x->grant.map[handle / GRANT_MAPS_PER_PAGE][handle % GRANT_MAPS_PER_PAGE];
}

struct grant_map *grant_map_new(struct xen_domain *x, uint32_t *handle)
{
    for (uint32_t h = 0; h < GRANT_MAPS_MAX; h++) {
        struct grant_map **page = &x->grant.map[h / GRANT_MAPS_PER_PAGE];
        if (!*page)
            *page = late_alloc(x, GRANT_MAPS_PER_PAGE * sizeof(struct grant_map));
        if (!*page)
            return NULL;
        struct grant_map *m = &(*page)[h % GRANT_MAPS_PER_PAGE];
        if (atomic_load(&m->state) != MAP_FREE)
            continue;
        atomic_store(&m->state, MAP_LEAVING);
        *handle = h;
        return m;
    }
    return NULL;
}

void grant_map_end(struct grant_map *m)
{
    struct domain *granter = domain_by_id(m->domain);
    if (granter && granter->xen)
        grant_release(granter->xen, m->reference, m->read_only);
    page_unref(m->page);
    atomic_store(&m->state, MAP_FREE);
}

int16_t grant_swap(struct xen_domain *x, uint32_t a, uint32_t b)
{
    int16_t status = GNTST_okay;
    lock_take(&x->grant.lock);
    grant_entry_v1_t *ea = entry_at(x, a), *eb = entry_at(x, b), between;
    if (!ea || !eb)
        status = GNTST_bad_gntref;
    else if (use_at(x, a)->readers || use_at(x, b)->readers)
        status = GNTST_eagain;
    if (status == GNTST_okay && a != b) {
        memcpy(&between, ea, sizeof(between));
        memcpy(ea, eb, sizeof(between));
        memcpy(eb, &between, sizeof(between));
    }
    lock_give(&x->grant.lock);
    return status;
}

void grant_destroy(struct xen_domain *x)
{
    struct grant_table *g = &x->grant;
    for (uint32_t h = 0; h < GRANT_MAPS_MAX; h++) {
        struct grant_map *m = grant_map_at(x, h);
        if (m && atomic_load(&m->state) == MAP_MADE)
            grant_map_end(m);
    }
    lock_take(&g->lock);
    atomic_store(&x->dying, true);
    for (unsigned i = 0; i < g->frames; i++)
        special_give(g->frame[i]);
    g->frames = 0;
    lock_give(&g->lock);
}
