/*
 * Owns: HYPERVISOR_grant_table_op, operation by operation. Batches advance the argument registers (pointer, count) and
 * go on after an exit.
 */
#include "hypervisor/xen/grant.h"
#include "hypervisor/xen/memory.h"
#include "hypervisor/core/page.h"
#include <xen/grant_table.h>

enum { AGAIN = -1000 };      /* no room in limbo: the element is to be done anew; never told a guest */

/* ---- the table itself ------------------------------------------------------------------------ */
struct setup { uint16_t domain, pad; uint32_t frames; int16_t status; uint16_t pad2[3]; uint64_t list; };
struct setup_narrow { uint16_t domain, pad; uint32_t frames; int16_t status; uint16_t pad2; uint32_t list; };
_Static_assert(sizeof(struct setup) == sizeof(struct gnttab_setup_table), "the 64-bit layout");

static bool list_frames(struct call *c, uint64_t list, uint32_t frames)
{
    unsigned word = c->wide ? 8 : 4;
    for (uint32_t i = 0; i < frames; i++) {
        uint64_t at = c->x->grant.mapped_at[i];     /* all ones until the guest maps it (XENMAPSPACE_grant_table) */
        if (!give(c, list + i * word, &at, word))
            return false;
    }
    return true;
}

static int64_t setup_table(struct call *c, uint64_t at)
{
    struct setup s;
    struct setup_narrow n;
    if (c->wide ? !take(c, &s, at, sizeof(s)) : !take(c, &n, at, sizeof(n)))
        return -XEN_EFAULT;
    uint16_t domain = c->wide ? s.domain : n.domain;
    uint32_t frames = c->wide ? s.frames : n.frames;
    int16_t status = GNTST_okay;
    if (!is_self(c, domain))
        status = domain_by_id(domain) ? GNTST_permission_denied : GNTST_bad_domain;
    else if (!grant_grow(c->x, frames))
        status = GNTST_general_error;
    else if (!list_frames(c, c->wide ? s.list : n.list, frames))
        return -XEN_EFAULT;
    return give(c, at + offsetof(struct setup, status), &status, sizeof(status)) ? 0 : -XEN_EFAULT;
}

static int64_t query_size(struct call *c, uint64_t at)
{
    struct gnttab_query_size op;
    if (!take(c, &op, at, sizeof(op)))
        return -XEN_EFAULT;
    op.nr_frames = c->x->grant.frames;
    op.max_nr_frames = GRANT_FRAMES_MAX;
    op.status = is_self(c, op.dom) ? GNTST_okay : domain_by_id(op.dom) ? GNTST_permission_denied : GNTST_bad_domain;
    return give(c, at, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

static int64_t get_version(struct call *c, uint64_t at)
{
    struct gnttab_get_version op;
    if (!take(c, &op, at, sizeof(op)))
        return -XEN_EFAULT;
    int64_t error = self_only(c, op.dom);
    op.version = 1;
    return error ? error : give(c, at, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

static int64_t set_version(struct call *c, uint64_t at)
{
    struct gnttab_set_version op;
    if (!take(c, &op, at, sizeof(op)))
        return -XEN_EFAULT;
    if (op.version != 1) {
        op.version = 1;
        return give(c, at, &op, sizeof(op)) ? -XEN_ENOSYS : -XEN_EFAULT;
    }
    return give(c, at, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

static int64_t swap(struct call *c, uint64_t at)
{
    struct gnttab_swap_grant_ref op;
    if (!take(c, &op, at, sizeof(op)))
        return -XEN_EFAULT;
    op.status = grant_swap(c->x, op.ref_a, op.ref_b);
    return give(c, at, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

/* ---- map and unmap --------------------------------------------------------------------------- */
/* Under domain.lock of the mapper. */
static int16_t place(struct xen_domain *x, uint64_t frame, hpa_t page, bool read_only)
{
    hpa_t old;
    unsigned perm;
    uint64_t run;
    if (!limbo_room(x, 1))
        return GNTST_eagain;
    if (!memory_tables_left(x))
        return GNTST_no_space;
    if (arch_stage2_lookup(x->domain->stage2, gpa(frame << PAGE_SHIFT), &old, &perm, &run) && memory_remove(x, frame))
        return GNTST_general_error;
    return domain_map_page(x->domain, gpa(frame << PAGE_SHIFT), page, read_only ? S2_READ : S2_READ | S2_WRITE) ? GNTST_okay : GNTST_no_space;
}

static int16_t map(struct call *c, struct gnttab_map_grant_ref *op)
{
    const uint32_t known = GNTMAP_host_map | GNTMAP_readonly | GNTMAP_device_map;
    bool read_only = op->flags & GNTMAP_readonly;
    uint64_t frame = op->host_addr >> PAGE_SHIFT;
    hpa_t page = { 0 };
    if (!(op->flags & GNTMAP_host_map) || (op->flags & ~(known | GNTMAP_guest_avail_mask)) || (op->host_addr & PAGE_MASK))
        return GNTST_general_error;
    if (frame >= FRAME_LIMIT)
        return GNTST_bad_virt_addr;
    struct xen_domain *granter = xen_peer(c, op->dom);
    if (!granter)
        return GNTST_bad_domain;
    int16_t status = grant_acquire(granter, op->ref, c->v->domain->id, read_only, &page);
    if (status != GNTST_okay)
        return status;
    lock_take(&c->x->grant.lock);
    struct grant_map *m = grant_map_new(c->x, &op->handle);
    lock_give(&c->x->grant.lock);
    status = GNTST_no_space;
    if (m) {
        lock_take(&c->v->domain->lock);
        status = place(c->x, frame, page, read_only);
        lock_give(&c->v->domain->lock);
    }
    if (status != GNTST_okay) {
        grant_release(granter, op->ref, read_only);
        page_unref(page);
        if (m)
            atomic_store(&m->state, MAP_FREE);
        return status;
    }
    m->reference = op->ref;
    m->domain = granter->domain->id;
    m->read_only = read_only;
    m->frame = frame;
    m->page = page;
    atomic_store(&m->state, MAP_MADE);
    op->dev_bus_addr = op->host_addr;
    return GNTST_okay;
}

static int64_t map_one(struct call *c, uint64_t at)
{
    struct gnttab_map_grant_ref op;
    if (!take(c, &op, at, sizeof(op)))
        return -XEN_EFAULT;
    op.status = map(c, &op);
    if (op.status == GNTST_eagain && !limbo_room(c->x, 1))
        return AGAIN;
    return give(c, at, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

/* Under domain.lock. The guest may have put something else at that frame since. */
static void displace(struct xen_domain *x, struct grant_map *m)
{
    hpa_t page;
    unsigned perm;
    uint64_t run;
    if (arch_stage2_lookup(x->domain->stage2, gpa(m->frame << PAGE_SHIFT), &page, &perm, &run) && page.v == m->page.v &&
        arch_stage2_unmap(x->domain->stage2, gpa(m->frame << PAGE_SHIFT), PAGE_SIZE))
        limbo_touch(x);
    limbo_add(x, m->page, m);
}

static int16_t unmap(struct call *c, uint32_t handle, uint64_t address)
{
    struct xen_domain *x = c->x;
    lock_take(&x->domain->lock);
    int16_t status = limbo_room(x, 1) ? GNTST_okay : GNTST_eagain;
    if (status == GNTST_okay) {
        lock_take(&x->grant.lock);
        struct grant_map *m = grant_map_at(x, handle);
        bool made = m && atomic_load(&m->state) == MAP_MADE;
        if (!made)
            status = GNTST_bad_handle;
        else if (address && address >> PAGE_SHIFT != m->frame)
            status = GNTST_bad_virt_addr;
        else
            atomic_store(&m->state, MAP_LEAVING);
        lock_give(&x->grant.lock);
        if (status == GNTST_okay)
            displace(x, m);
    }
    lock_give(&x->domain->lock);
    return status;
}

/* host_addr, dev_bus_addr, handle, status: without the padding that only 64-bit arrays have. */
struct unmap { uint64_t host, device; uint32_t handle; int16_t status; uint16_t pad; } __attribute__((packed, aligned(4)));

static int64_t unmap_one(struct call *c, uint64_t at)
{
    struct unmap op;
    if (!take(c, &op, at, sizeof(op)))
        return -XEN_EFAULT;
    int16_t status = unmap(c, op.handle, op.host);
    if (status == GNTST_eagain)
        return AGAIN;
    return give(c, at + offsetof(struct unmap, status), &status, sizeof(status)) ? 0 : -XEN_EFAULT;
}

/* ---- the table of operations -------------------------------------------------------------------- */
struct operation { int64_t (*one)(struct call *c, uint64_t at); uint8_t wide, narrow; bool single; };

static const struct operation operations[] = {
    [GNTTABOP_map_grant_ref]   = { map_one, 32, 32, false },
    [GNTTABOP_unmap_grant_ref] = { unmap_one, 24, 24, false },
    [GNTTABOP_setup_table]     = { setup_table, 24, 16, true },
    [GNTTABOP_copy]            = { grant_copy_one, 40, 24, false },
    [GNTTABOP_query_size]      = { query_size, 16, 16, true },
    [GNTTABOP_set_version]     = { set_version, 4, 4, true },
    [GNTTABOP_get_version]     = { get_version, 8, 8, true },
    [GNTTABOP_swap_grant_ref]  = { swap, 12, 12, false },
};

static int64_t run(struct call *c, const struct operation *o)
{
    uint64_t *at = &c->arg[1], *count = &c->arg[2];
    while (*count) {
        if (!may_go_on(c)) {
            c->again = true;
            return 0;
        }
        int64_t result = o->one(c, *at);
        if (result == AGAIN) {
            (void)limbo_drain(c->x);
            c->again = true;
            return 0;
        }
        if (result)
            return result;
        *at += c->wide ? o->wide : o->narrow;
        --*count;
    }
    /* With nothing left to do the call only waits until what it unmapped is out of use. */
    c->again = !limbo_drain(c->x);
    return 0;
}

int64_t hypercall_grant(struct call *c)
{
    uint32_t op = (uint32_t)c->arg[0];
    c->arg[2] = (uint32_t)c->arg[2];
    if ((int32_t)c->arg[2] < 0)
        return -XEN_EINVAL;
    if (op >= sizeof(operations) / sizeof(*operations) || !operations[op].one)
        return refuse(c, XEN_ENOSYS, "grant_table_op", "neither transfers nor version 2");
    if (operations[op].single && c->arg[2] > 1)
        return -XEN_EINVAL;
    return run(c, &operations[op]);
}
