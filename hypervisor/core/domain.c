/*
 * Owns: the list of domains and how one ends.
 *
 * Invariant: a domain is in the list from domain_create to domain_free. Only CPU 0 creates and frees; every CPU may
 * look, and what it finds is good until it is next quiet (sched.h), because domain_free waits for that.
 */
#include "hypervisor/core/domain.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "lib/checked.h"
#include "lib/format.h"
#include <string.h>

static struct domain *_Atomic domains[DOMAINS_MAX];
static uint16_t last_id;

enum { DOMAIN_ID_MAX = 0x7fef };    /* DOMID_FIRST_RESERVED - 1 (xen/xen.h) */

static unsigned order_for(size_t bytes)
{
    unsigned order = 0;
    while (PAGE_SIZE << order < bytes)
        order++;
    return order;
}

void *domain_alloc(struct domain *d, size_t bytes)
{
    hpa_t at;
    bytes = round_up(bytes, 16);
    if (bytes >= PAGE_SIZE)
        return page_take_zeroed(d->id, order_for(bytes), &at) ? hpa_ptr(at) : NULL;
    if (bytes > d->arena_left) {
        if (!page_take_zeroed(d->id, 0, &at))
            return NULL;
        d->arena = hpa_ptr(at);
        d->arena_left = PAGE_SIZE;
    }
    void *p = d->arena;
    d->arena += bytes;
    d->arena_left -= bytes;
    return p;
}

static bool id_in_use(uint16_t id)
{
    for (unsigned i = 0; i < DOMAINS_MAX; i++) {
        struct domain *d = atomic_load(&domains[i]);
        if (d && d->id == id)
            return true;
    }
    return false;
}

static uint16_t next_id(void)
{
    do
        last_id = last_id >= DOMAIN_ID_MAX ? 1 : (uint16_t)(last_id + 1);
    while (id_in_use(last_id));
    return last_id;
}

static bool create_vcpus(struct domain *d)
{
    unsigned told = platform_vcpus_told(d->platform);
    d->vcpu = domain_alloc(d, told * sizeof(*d->vcpu));
    if (!d->vcpu)
        return false;
    for (unsigned i = 0; i < told; i++) {
        struct vcpu *v = domain_alloc(d, sizeof(*v));
        if (!v)
            return false;
        v->domain = d;
        v->id = i;
        v->affinity = platform_cpus_of(d->platform, i) ? platform_cpus_of(d->platform, i) : UINT64_MAX;
        v->absent = i >= d->platform->vcpus;
        v->times.entered = arch_clock();
        d->vcpu[d->vcpus++] = v;
    }
    return true;
}

static struct domain *create_with_id(const struct platform *p, uint16_t id)
{
    hpa_t at;
    if (!page_take_zeroed(id, order_for(sizeof(struct domain)), &at))
        return NULL;
    struct domain *d = hpa_ptr(at);
    d->id = id;
    d->platform = p;
    /* What is left of the struct's own pages is the arena's first piece. */
    size_t own = round_up(sizeof(*d), 16);
    d->arena = (uint8_t *)d + own;
    d->arena_left = (PAGE_SIZE << order_for(sizeof(*d))) - own;
    if (!create_vcpus(d)) {
        page_give_owner(id);
        return NULL;
    }
    return d;
}

struct domain *domain_create(const struct platform *p)
{
    for (unsigned i = 0; i < DOMAINS_MAX; i++) {
        if (atomic_load(&domains[i]))
            continue;
        struct domain *d = create_with_id(p, next_id());
        atomic_store_explicit(&domains[i], d, memory_order_release);
        return d;
    }
    return NULL;
}

void domain_free(struct domain *d)
{
    for (unsigned i = 0; i < DOMAINS_MAX; i++)
        if (atomic_load(&domains[i]) == d)
            atomic_store(&domains[i], NULL);
    sched_quiet_wait();
    page_give_owner(d->id);
}

struct domain *domain_by_id(uint16_t id)
{
    for (unsigned i = 0; i < DOMAINS_MAX; i++) {
        struct domain *d = atomic_load_explicit(&domains[i], memory_order_acquire);
        if (d && d->id == id)
            return d;
    }
    return NULL;
}

struct domain *domain_by_index(unsigned n)
{
    for (unsigned i = 0; i < DOMAINS_MAX; i++) {
        struct domain *d = atomic_load_explicit(&domains[i], memory_order_acquire);
        if (d && n-- == 0)
            return d;
    }
    return NULL;
}

static atomic_bool ended;

void domain_tell_ended(void)
{
    atomic_store(&ended, true);
    arch_kick(0);
}

bool domain_take_ended(void) { return atomic_load_explicit(&ended, memory_order_relaxed) && atomic_exchange(&ended, false); }
bool domain_has_ended(void) { return atomic_load_explicit(&ended, memory_order_relaxed); }

void domain_shutdown(struct domain *d, enum domain_end end)
{
    lock_take(&d->lock);
    bool first = atomic_load(&d->state) == DOMAIN_RUNNING;
    if (first) {
        d->end = end;
        atomic_store_explicit(&d->state, DOMAIN_STOPPING, memory_order_release);
    }
    lock_give(&d->lock);
    if (!first)
        return;
    for (unsigned i = 0; i < d->vcpus; i++)
        vcpu_stop(d->vcpu[i]);
    domain_tell_ended();
}

void domain_crash(struct domain *d, const char *why, ...)
{
    va_list args;
    lock_take(&d->lock);
    if (atomic_load(&d->state) == DOMAIN_RUNNING && d->end == END_NONE && !d->why[0]) {
        va_start(args, why);
        (void)format_v(d->why, sizeof(d->why), why, args);
        va_end(args);
    }
    lock_give(&d->lock);
    domain_shutdown(d, END_CRASH);
}

bool domain_is_quiet(struct domain *d)
{
    if (atomic_load_explicit(&d->state, memory_order_acquire) != DOMAIN_STOPPING)
        return false;
    for (unsigned i = 0; i < d->vcpus; i++)
        if (vcpu_is_on(d->vcpu[i]))
            return false;
    return true;
}
