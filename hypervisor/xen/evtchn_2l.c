/*
 * Owns: event bits of the 2-level ABI: pending and mask words in the shared info page, a selector in each vcpu_info
 * (xen/xen.h, struct shared_info). Ports below 1024 for the 32-bit layout, below 4096 for the 64-bit one.
 * The guest may write all of these at any time; they decide only what that guest is told.
 */
#include "hypervisor/xen/internal.h"
#include <xen/foreign/x86_32.h>

static uint32_t *pending_words(struct xen_domain *x)
{
    size_t at = x->narrow ? offsetof(struct shared_info_x86_32, evtchn_pending) : offsetof(struct shared_info, evtchn_pending);
    return (uint32_t *)(void *)(x->shared + at);
}

static uint32_t *mask_words(struct xen_domain *x)
{
    size_t at = x->narrow ? offsetof(struct shared_info_x86_32, evtchn_mask) : offsetof(struct shared_info, evtchn_mask);
    return (uint32_t *)(void *)(x->shared + at);
}

static uint32_t bit(uint32_t port) { return 1u << (port & 31); }
static bool set(uint32_t *w, uint32_t port) { return __atomic_fetch_or(&w[port / 32], bit(port), __ATOMIC_SEQ_CST) & bit(port); }
static bool clear(uint32_t *w, uint32_t port) { return __atomic_fetch_and(&w[port / 32], ~bit(port), __ATOMIC_SEQ_CST) & bit(port); }
static bool test(uint32_t *w, uint32_t port) { return __atomic_load_n(&w[port / 32], __ATOMIC_SEQ_CST) & bit(port); }

static uint32_t ports(struct xen_domain *x) { return x->narrow ? 1024 : EVTCHN_2L_NR_CHANNELS; }

/* Sets the port's bit in the selector; tells whether it was set. */
static bool select(struct xen_domain *x, uint8_t *info, uint32_t port)
{
    if (x->narrow) {
        uint32_t *sel = (uint32_t *)(void *)(info + offsetof(struct vcpu_info_x86_32, evtchn_pending_sel));
        return __atomic_fetch_or(sel, 1u << port / 32, __ATOMIC_SEQ_CST) & 1u << port / 32;
    }
    uint64_t *sel = (uint64_t *)(void *)(info + offsetof(struct vcpu_info, evtchn_pending_sel));
    uint64_t word = UINT64_C(1) << port / 64;
    return __atomic_fetch_or(sel, word, __ATOMIC_SEQ_CST) & word;
}

static void notify(struct xen_domain *x, uint32_t port, struct channel *c)
{
    struct vcpu *v = x->domain->vcpu[c->vcpu];
    uint8_t *info = atomic_load(&v->xen->info);
    if (info && !select(x, info, port))
        evtchn_mark_upcall(v);
}

static void set_pending(struct xen_domain *x, uint32_t port, struct channel *c)
{
    if (port >= ports(x) || set(pending_words(x), port))
        return;
    if (!test(mask_words(x), port))
        notify(x, port, c);
}

static void clear_pending(struct xen_domain *x, uint32_t port)
{
    if (port < ports(x))
        (void)clear(pending_words(x), port);
}

static void unmask(struct xen_domain *x, uint32_t port, struct channel *c)
{
    if (port < ports(x) && clear(mask_words(x), port) && test(pending_words(x), port))
        notify(x, port, c);
}

static bool is_pending(struct xen_domain *x, uint32_t port) { return port < ports(x) && test(pending_words(x), port); }
static bool is_busy(struct xen_domain *x, uint32_t port) { (void)x; (void)port; return false; }

void evtchn_2l_select_all(struct vcpu *v)
{
    struct xen_domain *x = v->domain->xen;
    uint8_t *info = atomic_load(&v->xen->info);
    if (!info)
        return;
    if (x->narrow)
        __atomic_store_n((uint32_t *)(void *)(info + offsetof(struct vcpu_info_x86_32, evtchn_pending_sel)), UINT32_MAX, __ATOMIC_SEQ_CST);
    else
        __atomic_store_n((uint64_t *)(void *)(info + offsetof(struct vcpu_info, evtchn_pending_sel)), UINT64_MAX, __ATOMIC_SEQ_CST);
}

const struct evtchn_abi evtchn_2l = { set_pending, clear_pending, unmask, is_pending, is_busy, ports };
