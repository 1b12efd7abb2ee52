/*
 * Owns: GNTTABOP_copy: bytes between a granted page and one of the caller's own, or between two granted ones.
 * Invariant: both pages are referenced while they are copied, so neither can be given away under the copy.
 */
#include "hypervisor/xen/grant.h"
#include "hypervisor/xen/memory.h"
#include "hypervisor/core/page.h"
#include <string.h>
#include <xen/grant_table.h>

struct copy_end { uint64_t frame; uint16_t domain, offset; };
struct copy { struct copy_end from, to; uint16_t length, flags; int16_t status; };
struct copy_wide { struct { uint64_t u; uint16_t domain, offset; uint16_t pad[2]; } end[2]; uint16_t length, flags; int16_t status; uint16_t pad; };
struct copy_narrow { struct { uint32_t u; uint16_t domain, offset; } end[2]; uint16_t length, flags; int16_t status; uint16_t pad; };
_Static_assert(sizeof(struct copy_wide) == sizeof(struct gnttab_copy), "the 64-bit layout");

static bool read_copy(struct call *c, uint64_t at, struct copy *op)
{
    struct copy_wide w;
    struct copy_narrow n;
    if (c->wide ? !take(c, &w, at, sizeof(w)) : !take(c, &n, at, sizeof(n)))
        return false;
    if (c->wide)
        *op = (struct copy){ { w.end[0].u, w.end[0].domain, w.end[0].offset }, { w.end[1].u, w.end[1].domain, w.end[1].offset }, w.length, w.flags, 0 };
    else
        *op = (struct copy){ { n.end[0].u, n.end[0].domain, n.end[0].offset }, { n.end[1].u, n.end[1].domain, n.end[1].offset }, n.length, n.flags, 0 };
    return true;
}

/* References the page at one end. With a grant reference it is another's, else the guest's own frame. */
static int16_t copy_begin(struct call *c, const struct copy_end *e, bool by_grant, bool read_only, struct xen_domain **granter, hpa_t *page)
{
    unsigned perm;
    uint64_t run;
    *granter = NULL;
    if (by_grant) {
        *granter = xen_peer(c, e->domain);
        return *granter ? grant_acquire(*granter, (uint32_t)e->frame, c->v->domain->id, read_only, page) : GNTST_bad_domain;
    }
    if (!is_self(c, e->domain))
        return GNTST_permission_denied;
    struct domain *d = c->v->domain;
    lock_take(&d->lock);
    bool ok = e->frame < FRAME_LIMIT && arch_stage2_lookup(d->stage2, gpa(e->frame << PAGE_SHIFT), page, &perm, &run) &&
              (perm & (read_only ? S2_READ : S2_WRITE)) && page_ref(*page, d->id);
    lock_give(&d->lock);
    return ok ? GNTST_okay : GNTST_bad_page;
}

static void copy_end(struct xen_domain *granter, const struct copy_end *e, bool read_only, hpa_t page)
{
    if (granter)
        grant_release(granter, (uint32_t)e->frame, read_only);
    page_unref(page);
}

static int16_t copy(struct call *c, const struct copy *op)
{
    struct xen_domain *source, *target;
    hpa_t from = { 0 }, to = { 0 };
    if (op->from.offset >= PAGE_SIZE || op->to.offset >= PAGE_SIZE || op->from.offset + op->length > (int)PAGE_SIZE ||
        op->to.offset + op->length > (int)PAGE_SIZE)
        return GNTST_bad_copy_arg;
    int16_t status = copy_begin(c, &op->from, op->flags & GNTCOPY_source_gref, true, &source, &from);
    if (status != GNTST_okay)
        return status;
    status = copy_begin(c, &op->to, op->flags & GNTCOPY_dest_gref, false, &target, &to);
    if (status == GNTST_okay) {
        memmove((uint8_t *)hpa_ptr(to) + op->to.offset, (uint8_t *)hpa_ptr(from) + op->from.offset, op->length);
        copy_end(target, &op->to, false, to);
    }
    copy_end(source, &op->from, true, from);
    return status;
}

int64_t grant_copy_one(struct call *c, uint64_t at)
{
    struct copy op;
    if (!read_copy(c, at, &op))
        return -XEN_EFAULT;
    int16_t status = copy(c, &op);
    uint64_t where = at + (c->wide ? offsetof(struct copy_wide, status) : offsetof(struct copy_narrow, status));
    return give(c, where, &status, sizeof(status)) ? 0 : -XEN_EFAULT;
}
