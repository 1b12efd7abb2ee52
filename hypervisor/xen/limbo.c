/*
 * Owns: pages on their way out of a guest's map.
 * Invariant: a page is unmapped before it is added, and let go only after every CPU has left what it was in then.
 */
#include "hypervisor/xen/internal.h"
#include "hypervisor/core/page.h"

bool limbo_room(struct xen_domain *x, unsigned n)
{
    lock_take(&x->limbo.lock);
    bool room = x->limbo.count + n <= LIMBO_MAX;
    lock_give(&x->limbo.lock);
    return room;
}

void limbo_add(struct xen_domain *x, hpa_t page, struct grant_map *map)
{
    lock_take(&x->limbo.lock);
    x->limbo.page[x->limbo.count++] = (struct limbo_page){ page, map };
    x->limbo.dirty = true;
    lock_give(&x->limbo.lock);
}

void limbo_touch(struct xen_domain *x)
{
    lock_take(&x->limbo.lock);
    x->limbo.dirty = true;
    lock_give(&x->limbo.lock);
}

/* No vCPU of the domain enters with an old translation any more, those in the guest are told to leave it, and it is noted who is where. */
static void flush(struct xen_domain *x)
{
    struct domain *d = x->domain;
    arch_stage2_flush(d->stage2);
    for (unsigned i = 0; i < d->vcpus; i++) {
        unsigned cpu = atomic_load(&d->vcpu[i]->cpu);
        if (cpu != arch_cpu() && atomic_load(&d->vcpu[i]->state) == VCPU_RUNNING)
            arch_kick(cpu);
    }
    sched_mark(&x->limbo.mark, d);
    x->limbo.dirty = false;
}

static void let_go(struct limbo *l)
{
    while (l->count) {
        struct limbo_page *p = &l->page[--l->count];
        if (p->map)
            grant_map_end(p->map);
        else
            page_give(p->page, 0);
    }
}

bool limbo_drain(struct xen_domain *x)
{
    struct limbo *l = &x->limbo;
    lock_take(&l->lock);
    if (l->dirty)
        flush(x);
    bool passed = !l->count || sched_passed(&l->mark);
    if (passed)
        let_go(l);
    lock_give(&l->lock);
    return passed;
}

void limbo_end(struct xen_domain *x)
{
    lock_take(&x->limbo.lock);
    let_go(&x->limbo);
    lock_give(&x->limbo.lock);
}
