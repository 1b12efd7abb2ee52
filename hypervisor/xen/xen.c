/*
 * Owns: a domain's part in the Xen ABI from its making to its end, and the pages that guest and hypervisor share.
 * Invariant: d->xen is set once all of it works; what others hold of it (ports, grants) is cut in xen_destroy, and the
 * memory itself goes with the domain.
 */
#include "hypervisor/xen/internal.h"
#include "hypervisor/core/page.h"

/*
 * Owned by the domain, so that it is counted there and comes back with it, and referenced, so that it stays ours when
 * the guest takes its frame out of its map.
 */
uint8_t *special_take(struct domain *d)
{
    hpa_t page;
    if (!page_take_zeroed(d->id, 0, &page))
        return NULL;
    if (page_ref(page, d->id))
        return hpa_ptr(page);
    page_give(page, 0);
    return NULL;
}

void special_give(void *page)
{
    if (page)
        page_unref(ptr_hpa(page));
}

void *late_alloc(struct xen_domain *x, size_t bytes)
{
    lock_take(&x->alloc_lock);
    void *p = domain_alloc(x->domain, bytes);
    lock_give(&x->alloc_lock);
    return p;
}

static bool create_vcpu(struct xen_domain *x, struct vcpu *v)
{
    struct xen_vcpu *xv = domain_alloc(x->domain, sizeof(*xv));
    if (!xv)
        return false;
    xv->vcpu = v;
    v->xen = xv;
    timers_create(v);
    return true;
}

/* vCPUs that have registered no vcpu_info of their own have it in the shared info page, if they are among the first. */
static void place_vcpu_info(struct xen_domain *x)
{
    struct domain *d = x->domain;
    for (unsigned i = 0; i < d->vcpus && i < x->layout->vcpus; i++) {
        atomic_store(&d->vcpu[i]->xen->info, x->shared + i * x->layout->vcpu_info);
        time_update(d->vcpu[i]);
    }
    time_wallclock(x);
}

bool xen_create(struct domain *d, const struct xen_hooks *hooks)
{
    struct xen_domain *x = domain_alloc(d, sizeof(*x));
    if (!x)
        return false;
    x->domain = d;
    if (hooks)
        x->hooks = *hooks;
    __atomic_store_n(&d->xen, x, __ATOMIC_RELEASE);     /* peers look only once the domain runs; xen_destroy cleans up what follows if it fails */
    x->shared_frame = UINT64_MAX;
    x->layout = xen_arch.layout;
    x->created = arch_clock();
    x->incarnation = d->restarts + 1;
    x->ram_pages = domain_ram_pages(d);
    x->ram_limit = x->ram_pages;
    x->shared = special_take(d);
    if (!x->shared || !evtchn_create(x) || !evtchn_static_reserve(x))
        return false;
    for (unsigned i = 0; i < d->vcpus; i++)
        if (!create_vcpu(x, d->vcpu[i]))
            return false;
    watchdogs_create(x);
    if (!console_create(x) || !uart_rings_create(x) || !xenstore_create(x))
        return false;
    place_vcpu_info(x);
    xen_arch_created(x);
    memory_tables_start(x);
    evtchn_static_bind(x);
    return true;
}

static void release_vcpu(struct vcpu *v)
{
    struct xen_vcpu *xv = v->xen;
    if (!xv)
        return;
    timers_cancel(v);
    area_unpin(&xv->runstate, v->domain);
    area_unpin(&xv->time, v->domain);
    atomic_store(&xv->info, NULL);
    if (xv->info_page)
        guest_unpin(v->domain, xv->info_page);
    xv->info_page = NULL;
}

void xen_destroy(struct domain *d)
{
    struct xen_domain *x = d->xen;
    if (!x)
        return;
    watchdogs_cancel(x);
    for (unsigned i = 0; i < d->vcpus; i++)
        if (d->vcpu[i]->xen)
            timers_cancel(d->vcpu[i]);
    limbo_end(x);
    grant_destroy(x);
    evtchn_destroy(x);
    for (unsigned i = 0; i < d->vcpus; i++)
        release_vcpu(d->vcpu[i]);
    console_destroy(x);
    uart_rings_destroy(x);
    xenstore_destroy(x);
    special_give(x->shared);
    x->shared = NULL;
    atomic_store(&x->dying, true);
}

struct xen_domain *xen_peer(struct call *c, uint16_t id)
{
    if (is_self(c, id))
        return c->x;
    struct domain *d = domain_by_id(id);
    return d && domain_is_running(d) ? d->xen : NULL;
}

int64_t self_only(const struct call *c, uint16_t domain)
{
    if (is_self(c, domain))
        return 0;
    return domain_by_id(domain) ? -XEN_EPERM : -XEN_ESRCH;
}

struct vcpu *vcpu_by_id(struct domain *d, uint64_t id) { return id < d->vcpus ? d->vcpu[id] : NULL; }

void xen_vcpu_resumed(struct vcpu *v)
{
    struct xen_vcpu *xv = v->xen;
    if (atomic_load_explicit(&xv->polling, memory_order_relaxed))
        sched_poll_end(v);
    time_resumed(v);
    if (xv->runstate.length)
        runstate_update(v);
}

void xen_vcpu_left(struct vcpu *v) { (void)v; }
