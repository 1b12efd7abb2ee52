/*
 * Owns: a domain's part in the Xen ABI from its making to its end, and the pages that guest and hypervisor share.
 * Invariant: d->xen is set once all of it works; what others hold of it (ports, grants) is cut in xen_destroy, and the
 * memory itself goes with the domain.
 */
#include "hypervisor/xen/internal.h"
#include "hypervisor/core/page.h"
#include "platform/pc_map.h"
#include <string.h>
#include <xen/foreign/x86_32.h>

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

/* Of the special pages the guest is told by HVM params. */
static void set_params(struct xen_domain *x)
{
    x->param[HVM_PARAM_CONSOLE_PFN] = (PC_SPECIAL_BASE >> PAGE_SHIFT) + PC_SPECIAL_CONSOLE;
    x->param[HVM_PARAM_CONSOLE_EVTCHN] = x->console_port;
    /* STORE_PFN and STORE_EVTCHN stay 0 unless xenstore.c sets them: guests take that for "there is no xenstore". */
}

/* What the builder has put there: the guest may ask for the memory map long after it moved things. */
static uint64_t find_acpi(struct domain *d)
{
    uint64_t size = 0, run;
    hpa_t page;
    unsigned perm;
    while (size < PC_ACPI_MAX && arch_stage2_lookup(d->stage2, gpa(PC_ACPI_BASE + size), &page, &perm, &run))
        size += run;
    return size;
}

/* vCPUs that have registered no vcpu_info of their own have it in the shared info page, if they are among the first 32. */
static void place_vcpu_info(struct xen_domain *x)
{
    struct domain *d = x->domain;
    for (unsigned i = 0; i < d->vcpus && i < XEN_LEGACY_MAX_VCPUS; i++) {
        atomic_store(&d->vcpu[i]->xen->info, x->shared + i * sizeof(struct vcpu_info));
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
    x->hooks = *hooks;
    d->xen = x;         /* peers look only once the domain runs; xen_destroy cleans up what follows if it fails */
    x->shared_frame = UINT64_MAX;
    x->incarnation = d->restarts + 1;
    x->ram_pages = domain_ram_pages(d);
    x->ram_limit = x->ram_pages;
    x->shared = special_take(d);
    if (!x->shared || !evtchn_create(x))
        return false;
    for (unsigned i = 0; i < d->vcpus; i++)
        if (!create_vcpu(x, d->vcpu[i]))
            return false;
    d->vcpu[0]->xen->initialised = true;
    watchdogs_create(x);
    if (!console_create(x) || !xenstore_create(x))
        return false;
    set_params(x);
    place_vcpu_info(x);
    x->acpi_size = find_acpi(d);
    memory_tables_start(x);
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
    xenstore_destroy(x);
    special_give(x->shared);
    x->shared = NULL;
    atomic_store(&x->dying, true);
}

/* Both layouts agree in all but where the event words and the wall clock are. */
_Static_assert(sizeof(struct vcpu_info) == sizeof(struct vcpu_info_x86_32), "vcpu_info has one size");
_Static_assert(offsetof(struct vcpu_info, time) == offsetof(struct vcpu_info_x86_32, time), "and its time one place");

void shared_latch(struct vcpu *v)
{
    struct xen_domain *x = v->domain->xen;
    bool narrow = arch_mode(v->arch) != 64;
    lock_take(&x->event_lock);
    bool changed = x->narrow != narrow;
    x->narrow = narrow;
    lock_give(&x->event_lock);
    if (changed)
        time_wallclock(x);
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

int xen_pending(struct vcpu *v)
{
    struct xen_domain *x = v->domain->xen;
    uint8_t vector = atomic_load_explicit(&x->callback_vector, memory_order_relaxed);
    uint8_t *info = atomic_load_explicit(&v->xen->info, memory_order_relaxed);
    if (!vector || !info || atomic_load_explicit(&v->xen->upcall_vector, memory_order_relaxed))
        return -1;
    return __atomic_load_n(info, __ATOMIC_ACQUIRE) ? vector : -1;
}

/* What comes through the local APIC the machine knows; here only what xen_pending would deliver. */
bool xen_event_waiting(struct vcpu *v) { return xen_pending(v) >= 0; }

void xen_vcpu_resumed(struct vcpu *v)
{
    struct xen_vcpu *xv = v->xen;
    if (atomic_load_explicit(&xv->polling, memory_order_relaxed))
        sched_poll_end(v);
    if (!xv->time_current || arch_tsc_offset(v->arch) != xv->time_offset)
        time_update(v);
    if (xv->runstate.length)
        runstate_update(v);
}

void xen_vcpu_left(struct vcpu *v) { (void)v; }
