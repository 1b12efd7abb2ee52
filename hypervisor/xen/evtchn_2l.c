/*
 * Owns: event bits of the 2-level ABI: pending and mask words in the shared info page, a selector in each vcpu_info
 * (xen/xen.h, struct shared_info). Ports below 1024 where a word has 32 bits, below 4096 where it has 64.
 * The guest may write all of these at any time; they decide only what that guest is told.
 */
#include "hypervisor/xen/internal.h"
#include "hypervisor/xen/shared.h"

static uint32_t *pending_words(struct xen_domain *x) { return (uint32_t *)(void *)(x->shared + x->layout->pending); }
static uint32_t *mask_words(struct xen_domain *x) { return (uint32_t *)(void *)(x->shared + x->layout->mask); }

static uint32_t bit(uint32_t port) { return 1u << (port & 31); }
static bool set(uint32_t *w, uint32_t port) { return shared_or(&w[port / 32], bit(port)) & bit(port); }
static bool clear(uint32_t *w, uint32_t port) { return shared_clear(&w[port / 32], bit(port)) & bit(port); }
static bool test(uint32_t *w, uint32_t port) { return __atomic_load_n(&w[port / 32], __ATOMIC_SEQ_CST) & bit(port); }

/* As many words as a word has bits. */
static uint32_t ports(struct xen_domain *x) { return (uint32_t)x->layout->word * x->layout->word * 64; }

/* Sets the port's bit in the selector; tells whether it was set. */
static bool select(struct xen_domain *x, uint8_t *info, uint32_t port)
{
    void *selector = info + x->layout->selector;
    if (x->layout->word == 4)
        return shared_or(selector, 1u << port / 32) & 1u << port / 32;
    uint64_t word = UINT64_C(1) << port / 64;
    return shared_or64(selector, word) & word;
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
    void *selector = info + x->layout->selector;
    if (x->layout->word == 4)
        __atomic_store_n((uint32_t *)selector, UINT32_MAX, __ATOMIC_SEQ_CST);
    else
        __atomic_store_n((uint64_t *)selector, UINT64_MAX, __ATOMIC_SEQ_CST);
}

void evtchn_2l_keep_pending(struct xen_domain *x)
{
    for (uint32_t port = 1; port < x->ports; port++) {
        struct channel *c = channel_at(x, port);
        if (c->waiting && c->state != CHANNEL_FREE)
            set_pending(x, port, c);
        c->waiting = false;
    }
}

const struct evtchn_abi evtchn_2l = { set_pending, clear_pending, unmask, is_pending, is_busy, ports };
