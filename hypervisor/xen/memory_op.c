/*
 * Owns: HYPERVISOR_memory_op (xen/memory.h), its argument structures in both layouts. A batch says how far it came in the
 * upper bits of the operation's number, as Xen's own does, and is executed again from there.
 */
#define __XEN_TOOLS__ 1    /* the names of what a toolstack may ask, to refuse it */
#include "hypervisor/xen/memory.h"
#include <xen/memory.h>

enum { EXTENT_SHIFT = 6, OPERATION_MASK = (1 << EXTENT_SHIFT) - 1, ORDER_MAX = 9, PAGES_PER_UNIT = 8 };

static uint64_t done_so_far(const struct call *c) { return (c->wide ? c->arg[0] : (uint32_t)c->arg[0]) >> EXTENT_SHIFT; }

static int64_t come_again(struct call *c, uint64_t done)
{
    c->arg[0] = (c->arg[0] & OPERATION_MASK) | done << EXTENT_SHIFT;
    c->again = true;
    return 0;
}

/* Nothing that this call took out of the map may be in use still when the guest is told that it is done. */
static int64_t finish(struct call *c, uint64_t done, int64_t result)
{
    return limbo_drain(c->x) ? result : come_again(c, done);
}

static bool read_word(struct call *c, uint64_t list, uint64_t index, uint64_t *value)
{
    *value = 0;
    return take(c, value, list + index * (c->wide ? 8 : 4), c->wide ? 8 : 4);
}

static bool write_word(struct call *c, uint64_t list, uint64_t index, uint64_t value)
{
    return give(c, list + index * (c->wide ? 8 : 4), &value, c->wide ? 8 : 4);
}

/* ---- one page, or a range, into the map ------------------------------------------------ */
struct add { uint16_t domain, size; uint32_t space; uint64_t index, frame; };
struct add_narrow { uint16_t domain, size; uint32_t space, index, frame; };
_Static_assert(sizeof(struct add) == sizeof(struct xen_add_to_physmap), "the 64-bit layout");

static bool read_add(struct call *c, struct add *a)
{
    struct add_narrow n;
    if (c->wide)
        return take(c, a, c->arg[1], sizeof(*a));
    if (!take(c, &n, c->arg[1], sizeof(n)))
        return false;
    *a = (struct add){ n.domain, n.size, n.space, n.index, n.frame };
    return true;
}

static int64_t locked_add(struct call *c, unsigned space, uint64_t index, uint64_t frame)
{
    lock_take(&c->v->domain->lock);
    int64_t error = memory_add(c->x, space, index, frame);
    lock_give(&c->v->domain->lock);
    return error;
}

static int64_t add_to_physmap(struct call *c)
{
    struct add a;
    uint64_t done = done_so_far(c);
    if (!read_add(c, &a))
        return -XEN_EFAULT;
    int64_t error = self_only(c, a.domain);
    if (error)
        return error;
    if (a.space == XENMAPSPACE_gmfn_foreign || a.space == XENMAPSPACE_dev_mmio)
        return refuse(c, XEN_EPERM, "memory_op add_to_physmap", "only what is the guest's own");
    if (a.space == XENMAPSPACE_shared_info)
        shared_latch(c->v);
    uint64_t count = a.space == XENMAPSPACE_gmfn_range ? a.size : 1;
    for (; done < count; done++) {
        if (!may_go_on(c))
            return come_again(c, done);
        error = locked_add(c, a.space, a.index + done, a.frame + done);
        if (error == -XEN_EAGAIN) {
            (void)limbo_drain(c->x);
            return come_again(c, done);
        }
        if (error)
            return error;
    }
    return finish(c, done, 0);
}

struct batch { uint16_t domain, space, size, extra; uint64_t indexes, frames, errors; };
struct batch_narrow { uint16_t domain, space, size, extra; uint32_t indexes, frames, errors; };
_Static_assert(sizeof(struct batch) == sizeof(struct xen_add_to_physmap_batch), "the 64-bit layout");

static bool read_batch(struct call *c, struct batch *b)
{
    struct batch_narrow n;
    if (c->wide)
        return take(c, b, c->arg[1], sizeof(*b));
    if (!take(c, &n, c->arg[1], sizeof(n)))
        return false;
    *b = (struct batch){ n.domain, n.space, n.size, n.extra, n.indexes, n.frames, n.errors };
    return true;
}

static int64_t add_to_physmap_batch(struct call *c)
{
    struct batch b;
    uint64_t done = done_so_far(c), index, frame;
    if (!read_batch(c, &b))
        return -XEN_EFAULT;
    int64_t error = self_only(c, b.domain);
    if (error)
        return error;
    if (b.space == XENMAPSPACE_gmfn_foreign || b.space == XENMAPSPACE_dev_mmio)
        return refuse(c, XEN_EPERM, "memory_op add_to_physmap_batch", "only what is the guest's own");
    if (b.space == XENMAPSPACE_gmfn_range)
        return -XEN_EINVAL;
    for (; done < b.size; done++) {
        if (!may_go_on(c))
            return come_again(c, done);
        if (!read_word(c, b.indexes, done, &index) || !read_word(c, b.frames, done, &frame))
            return -XEN_EFAULT;
        error = locked_add(c, b.space, index, frame);
        if (error == -XEN_EAGAIN) {
            (void)limbo_drain(c->x);
            return come_again(c, done);
        }
        int32_t said = (int32_t)error;
        if (!give(c, b.errors + done * sizeof(said), &said, sizeof(said)))
            return -XEN_EFAULT;
    }
    return finish(c, done, 0);
}

static int64_t remove_from_physmap(struct call *c)
{
    struct { uint16_t domain; uint16_t pad[3]; uint64_t frame; } r;
    struct { uint16_t domain, pad; uint32_t frame; } n;
    _Static_assert(sizeof(r) == sizeof(struct xen_remove_from_physmap), "the 64-bit layout");
    if (done_so_far(c))
        return finish(c, 1, 0);
    if (c->wide ? !take(c, &r, c->arg[1], sizeof(r)) : !take(c, &n, c->arg[1], sizeof(n)))
        return -XEN_EFAULT;
    int64_t error = self_only(c, c->wide ? r.domain : n.domain);
    if (error)
        return error;
    if (!limbo_room(c->x, 1)) {
        (void)limbo_drain(c->x);
        return come_again(c, 0);
    }
    lock_take(&c->v->domain->lock);
    error = limbo_room(c->x, 1) ? memory_remove(c->x, c->wide ? r.frame : n.frame) : -XEN_EBUSY;
    lock_give(&c->v->domain->lock);
    return error ? error : finish(c, 1, 0);
}

/* ---- more and less RAM ------------------------------------------------------------------- */
struct reservation { uint64_t list, count; uint32_t order, flags; uint16_t domain; uint16_t pad[3]; };
struct reservation_narrow { uint32_t list, count, order, flags; uint16_t domain, pad; };
_Static_assert(sizeof(struct reservation) == sizeof(struct xen_memory_reservation), "the 64-bit layout");

static bool read_reservation(struct call *c, struct reservation *r)
{
    struct reservation_narrow n;
    if (c->wide)
        return take(c, r, c->arg[1], sizeof(*r));
    if (!take(c, &n, c->arg[1], sizeof(n)))
        return false;
    *r = (struct reservation){ .list = n.list, .count = n.count, .order = n.order, .flags = n.flags, .domain = n.domain };
    return true;
}

/* Larger extents cost more of the budget: zeroing and unmapping are by the page. */
static bool may_do_extent(struct call *c, unsigned order)
{
    unsigned cost = 1 + (1u << order) / PAGES_PER_UNIT;
    if (!c->budget)
        return false;
    c->budget -= cost < c->budget ? cost : c->budget;
    return true;
}

/* Takes out page by page; pages of the extent that are gone already (an earlier try, or a hole) are passed over. 0, -EAGAIN or -error. */
static int64_t remove_extent(struct call *c, uint64_t frame, unsigned order)
{
    int64_t error = 0;
    lock_take(&c->v->domain->lock);
    for (uint64_t i = 0; !error && i < UINT64_C(1) << order; i++) {
        error = limbo_room(c->x, 1) ? memory_remove(c->x, frame + i) : -XEN_EAGAIN;
        if (error == -XEN_ENOENT && order)
            error = 0;
    }
    lock_give(&c->v->domain->lock);
    return error;
}

/* The result of these three is the number of extents done, whatever stopped it. */
static int64_t decrease_reservation(struct call *c, const struct reservation *r)
{
    uint64_t done = done_so_far(c), frame;
    for (; done < r->count; done++) {
        if (!may_do_extent(c, r->order))
            return come_again(c, done);
        if (!read_word(c, r->list, done, &frame))
            break;
        int64_t error = remove_extent(c, frame, r->order);
        if (error == -XEN_EAGAIN) {
            (void)limbo_drain(c->x);
            return come_again(c, done);
        }
        if (error)
            break;
    }
    return finish(c, done, (int64_t)done);
}

static int64_t populate_physmap(struct call *c, const struct reservation *r)
{
    uint64_t done = done_so_far(c), frame;
    for (; done < r->count; done++) {
        if (!may_do_extent(c, r->order))
            return come_again(c, done);
        if (!read_word(c, r->list, done, &frame))
            break;
        lock_take(&c->v->domain->lock);
        bool ok = memory_populate(c->x, frame, r->order);
        lock_give(&c->v->domain->lock);
        /* Where it is, told back: the guest's own frame number, as it knows no other. */
        if (!ok || !write_word(c, r->list, done, frame))
            break;
    }
    return (int64_t)done;
}

static int64_t reservation(struct call *c, unsigned op)
{
    struct reservation r;
    if (!read_reservation(c, &r))
        return -XEN_EFAULT;
    int64_t error = self_only(c, r.domain);
    if (error)
        return error;
    if (r.order > ORDER_MAX || r.count > UINT32_MAX >> EXTENT_SHIFT)
        return (int64_t)done_so_far(c);
    switch (op) {
    case XENMEM_decrease_reservation: return decrease_reservation(c, &r);
    case XENMEM_populate_physmap:     return populate_physmap(c, &r);
    default:                          return 0;     /* RAM without a place in the map is of no use here: none is given */
    }
}

/* ---- questions ------------------------------------------------------------------------------ */
static int64_t current_pages(struct call *c, bool limit)
{
    uint16_t domain;
    if (!take(c, &domain, c->arg[1], sizeof(domain)))
        return -XEN_EFAULT;
    int64_t error = self_only(c, domain);
    return error ? error : (int64_t)(limit ? c->x->ram_limit : c->x->ram_pages);
}

static int64_t maximum_gpfn(struct call *c)
{
    uint64_t end = memory_ram_end(c->v->domain), specials = xen_arch.specials_end.v;
    return (int64_t)((end > specials ? end : specials) >> PAGE_SHIFT) - 1;
}

int64_t hypercall_memory(struct call *c)
{
    unsigned op = (unsigned)(c->arg[0] & OPERATION_MASK);
    switch (op) {
    case XENMEM_increase_reservation:
    case XENMEM_decrease_reservation:
    case XENMEM_populate_physmap:       return reservation(c, op);
    case XENMEM_maximum_ram_page:       return (int64_t)(memory_ram_end(c->v->domain) >> PAGE_SHIFT);
    case XENMEM_current_reservation:    return current_pages(c, false);
    case XENMEM_maximum_reservation:    return current_pages(c, true);
    case XENMEM_maximum_gpfn:           return maximum_gpfn(c);
    case XENMEM_add_to_physmap:         return add_to_physmap(c);
    case XENMEM_add_to_physmap_batch:   return add_to_physmap_batch(c);
    case XENMEM_remove_from_physmap:    return remove_from_physmap(c);
    case XENMEM_machine_memory_map:
    case XENMEM_set_pod_target:
    case XENMEM_get_pod_target:
    case XENMEM_claim_pages:
    case XENMEM_acquire_resource:
    case XENMEM_paging_op:
    case XENMEM_access_op:
    case XENMEM_sharing_op:             return refuse(c, XEN_EPERM, "memory_op", "for a control domain only");
    case XENMEM_get_vnumainfo:          return -XEN_EOPNOTSUPP;
    default:                            return memory_arch(c, op);
    }
}
