/*
 * What the files of the Xen ABI share. Locks: x->event_lock and x->grant_lock are leaves of their kind; where two domains'
 * event locks are needed, that of the lower domain id is taken first. domain.lock is outside both (core/lock.h).
 *
 * Pages that guest and hypervisor share (shared info, grant frames, console ring, vcpu_info, FIFO) are hostile: each
 * number read from them is read once and checked, and what the hypervisor must be able to trust it keeps here as well.
 */
#ifndef HYPERVISOR_XEN_INTERNAL_H
#define HYPERVISOR_XEN_INTERNAL_H
#include "hypervisor/core/guest.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/xen/xen.h"
#include <xen/errno.h>
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/hvm/params.h>

enum {
    XEN_VIRQS = NR_VIRQS,
    PORTS_PER_BUCKET = 256,             /* one page of struct channel */
    GRANT_FRAMES_MAX = 4,               /* 2048 references of version 1 */
    GRANTS_PER_FRAME = 512,
    GRANT_MAPS_PER_PAGE = 160,
    GRANT_MAPS_MAX = 480,               /* handles a domain may hold */
    LIMBO_MAX = 64,
    CALL_BUDGET = 64,                   /* elements of a batch per entry; then the instruction is executed again */
    REFUSALS_SHOWN = 16,
    FIFO_PAGES_MAX = 16,
    FIFO_WORDS_PER_PAGE = 1024,
    WATCHDOGS = 2,
    OWN_PORTS_MAX = 2 + PLATFORM_RINGS_MAX,     /* console, xenstore, rings */
    XEN_ABI_MAJOR = 4, XEN_ABI_MINOR = 17,
};

/* ---- what the architectures' ABIs differ in (xen_x86.c, xen_arm.c) ------------------------ */
/*
 * Where things stand in struct shared_info and struct vcpu_info, in bytes: x86 has two layouts, Arm one of its own. Told here and
 * not by those structures, so that all of them can be tested on one machine.
 */
struct xen_layout {
    uint16_t vcpus, vcpu_info;          /* shared_info begins with that many struct vcpu_info of that size */
    uint16_t selector;                  /* in vcpu_info: evtchn_pending_sel; evtchn_upcall_pending is its first byte */
    uint16_t pending, mask;             /* in shared_info: event words, as many as a word has bits */
    uint16_t wallclock, wallclock_high; /* wc_version with wc_sec and wc_nsec behind it; wc_sec_hi */
    uint8_t word;                       /* bytes of a word of event bits: 4 or 8 */
};
struct xen_arch {
    const struct xen_layout *layout;    /* at first */
    const char *capabilities;
    uint32_t features;                  /* XENFEAT_* but for what depends on the domain */
    gpa_t console, xenstore, specials_end;
};
extern const struct xen_arch xen_arch;

/* ---- event channels ------------------------------------------------------------------ */
enum channel_state { CHANNEL_FREE, CHANNEL_UNBOUND, CHANNEL_INTERDOMAIN, CHANNEL_VIRQ, CHANNEL_IPI, CHANNEL_HYPERVISOR };

struct channel {
    uint8_t state, priority;            /* priority: FIFO queue */
    uint16_t vcpu;                      /* who is notified */
    uint16_t remote_domain;             /* UNBOUND: who may bind; INTERDOMAIN: the peer */
    uint16_t last_vcpu;                 /* FIFO: the queue it was linked on last */
    uint32_t remote;                    /* INTERDOMAIN: the peer's port; VIRQ: its number */
    uint8_t last_priority;
    bool waiting;                       /* FIFO: pending before its array page came */
    bool fixed;                         /* the configuration names it (evtchn_static.c): no guest binds or closes it */
    uint8_t own;                        /* HYPERVISOR: which of xen_domain.own */
};
_Static_assert(sizeof(struct channel) * PORTS_PER_BUCKET == PAGE_SIZE, "a bucket is a page");

struct xen_domain;
/* The hypervisor's end of a port: the guest has rung it. No lock held. */
typedef void port_rung(struct xen_domain *x, uint32_t port);
/* How a port's bits are kept in guest memory: evtchn_2l.c, evtchn_fifo.c. All with x->event_lock held. */
struct evtchn_abi {
    void (*set_pending)(struct xen_domain *x, uint32_t port, struct channel *c);
    void (*clear_pending)(struct xen_domain *x, uint32_t port);
    void (*unmask)(struct xen_domain *x, uint32_t port, struct channel *c);
    bool (*is_pending)(struct xen_domain *x, uint32_t port);
    bool (*is_busy)(struct xen_domain *x, uint32_t port);   /* may not be allocated anew yet */
    uint32_t (*ports)(struct xen_domain *x);                /* how many the ABI can name */
};
extern const struct evtchn_abi evtchn_2l, evtchn_fifo;

/* ---- memory of the guest that is written without being asked ---------------------------- */
/* A registered area by guest virtual address: pinned, perhaps over a page's edge. length 0: none. */
struct area { uint8_t *part[2]; uint16_t first, length; };
bool area_pin(struct area *a, struct vcpu *v, uint64_t gva, unsigned length);
void area_unpin(struct area *a, struct domain *d);
void area_write(const struct area *a, unsigned offset, const void *from, unsigned n);

/* ---- a domain and a vCPU -------------------------------------------------------------- */
struct e820 { uint64_t base, size; uint32_t type; } __attribute__((packed));
enum { MAP_FREE, MAP_MADE, MAP_LEAVING };
struct grant_map { uint32_t reference; uint16_t domain; bool read_only; _Atomic uint8_t state; uint64_t frame; hpa_t page; };
struct grant_table {
    struct lock lock;                   /* inside domain.lock and limbo.lock; never two of them */
    unsigned frames;                    /* 0..GRANT_FRAMES_MAX, only grows */
    uint8_t *frame[GRANT_FRAMES_MAX];
    uint64_t mapped_at[GRANT_FRAMES_MAX];   /* guest frame each is mapped at, UINT64_MAX: nowhere; under domain.lock */
    struct grant_use { uint8_t readers, writers; } *use[GRANT_FRAMES_MAX];  /* by others, which the guest cannot forge; [GRANTS_PER_FRAME] */
    struct grant_map *map[GRANT_MAPS_MAX / GRANT_MAPS_PER_PAGE];
};

/*
 * Pages that left the guest's map but may still be in a translation cache or under a copy that another CPU does. They are
 * let go once every CPU has moved on (core/sched.h, sched_passed); until then the hypercall that took them out goes on.
 */
struct limbo {
    struct lock lock;
    bool dirty;                         /* something was unmapped since the translations were last flushed */
    unsigned count;
    struct limbo_page { hpa_t page; struct grant_map *map; } page[LIMBO_MAX];    /* map: a grant that ends; NULL: RAM given back */
    struct sched_mark mark;
};

struct xen_domain {
    struct domain *domain;
    struct limbo limbo;
    struct xen_hooks hooks;
    atomic_bool dying;                  /* set under event_lock and grant.lock by xen_destroy: peers leave it alone */
    uint8_t *shared;                    /* the shared info page */
    uint64_t shared_frame;              /* where the guest has it mapped; UINT64_MAX: nowhere */
    const struct xen_layout *layout;    /* of the shared structures, as the guest's calling mode decides (shared_latch); under event_lock */
    atomic_uint refusals;
    struct lock alloc_lock;             /* innermost: late_alloc */
    struct lock event_lock;
    const struct evtchn_abi *abi;
    struct channel **bucket;            /* [port_limit / PORTS_PER_BUCKET] */
    uint32_t ports, port_limit;         /* ports that have a bucket; multiple of PORTS_PER_BUCKET */
    port_rung *own[OWN_PORTS_MAX];      /* of ports whose other end the hypervisor has */
    unsigned owns;
    uint32_t *fifo_page[FIFO_PAGES_MAX];
    unsigned fifo_pages;
    atomic_uint pollers;                /* vCPUs in SCHEDOP_poll */
    struct grant_table grant;
    uint64_t param[HVM_NR_PARAMS];
    _Atomic uint8_t callback_vector;    /* x86: 0: none */
    atomic_uint assists;                 /* HYPERVISOR_vm_assist, bit n = type n */
    uint32_t wallclock_version;
    uint64_t created;                   /* arch_clock() at xen_create */
    struct lock console_lock;
    uint8_t *console;                   /* the ring's page */
    uint32_t console_port;
    uint32_t out_consumed, in_produced; /* ours: the ring's copies are not believed */
    struct uart_ring *_Atomic rings;    /* [platform->rings], uart_ring.c's; NULL: none yet */
    struct xenstore *store;             /* NULL: none is offered; under console_lock */
    uint8_t *store_page;
    uint32_t store_port;
    struct e820 *map;                   /* x86: what the guest set itself (XENMEM_set_memory_map); NULL: as it was built */
    uint32_t map_entries;
    uint64_t ram_pages, ram_limit;      /* 4 KiB pages, under domain.lock */
    uint64_t acpi_size;                 /* x86: bytes mapped at PC_ACPI_BASE when the guest started */
    uint64_t tables_allowed;            /* bytes of stage-2 tables the guest's own remapping may lead to, grows with RAM it gives back */
    struct lock watchdog_lock;
    struct timer watchdog[WATCHDOGS];
    bool watchdog_used[WATCHDOGS], watchdogs_made;
    uint32_t incarnation;
};

struct xen_vcpu {
    struct vcpu *vcpu;
    uint8_t *_Atomic info;              /* struct vcpu_info in shared info or pinned; NULL: none yet */
    void *info_page;                    /* pinned; NULL while in shared info */
    _Atomic uint8_t upcall_vector;      /* x86: through the local APIC; 0: none */
    bool initialised;                   /* x86: has a start state */
    uint32_t virq[XEN_VIRQS];           /* port, 0: not bound */
    uint8_t *control;                   /* FIFO control block, NULL: none */
    void *control_page;
    uint32_t tail[EVTCHN_FIFO_MAX_QUEUES];
    struct area runstate, time;         /* time and what follows of it: x86 */
    uint64_t time_offset;               /* the TSC offset that the guest's time info stands for */
    bool time_current;
    uint32_t time_version;              /* ours: the guest's copy is not believed */
    struct timer singleshot, periodic, poll;
    _Atomic uint64_t period;            /* ns, 0: none */
    uint64_t periodic_start;
    atomic_bool polling;
    uint32_t poll_port;                 /* 0: any */
};

/* ---- one hypercall ----------------------------------------------------------------------- */
struct call {
    struct vcpu *v;
    struct xen_domain *x;
    bool wide;                          /* 64-bit convention and structures; Arm: always */
    bool again;                         /* not done: arg[] is written back and the instruction executed again */
    bool nested;                        /* part of a multicall */
    enum xen_next next;
    unsigned budget;
    unsigned args;                      /* how many of arg[] the hypercall has: the others' registers are not ours to change */
    uint64_t arg[6];
};

/* Handlers: the result is what the guest finds in rax, x0. arg[] may be changed together with .again. */
int64_t hypercall_memory(struct call *c);
int64_t hypercall_multicall(struct call *c);
int64_t hypercall_set_timer(struct call *c);
int64_t hypercall_version(struct call *c);
int64_t hypercall_console_io(struct call *c);
int64_t hypercall_grant(struct call *c);
int64_t hypercall_vm_assist(struct call *c);
int64_t hypercall_vcpu(struct call *c);
int64_t hypercall_sched(struct call *c);
int64_t hypercall_sched_compat(struct call *c);
int64_t hypercall_event(struct call *c);
int64_t hypercall_event_compat(struct call *c);
int64_t hypercall_hvm(struct call *c);
int64_t hypercall_physdev(struct call *c);
int64_t hypercall_physdev_compat(struct call *c);
/* One call by number, as multicall needs it. */
int64_t hypercall_do(struct call *c, uint64_t number);
/* Says once in a while what was refused, at most REFUSALS_SHOWN times per domain. Always -error. */
int64_t refuse(struct call *c, int error, const char *what, const char *why);

static inline bool take(struct call *c, void *to, uint64_t gva, uint64_t n) { return guest_copy_in(c->v, to, gva, n); }
static inline bool give(struct call *c, uint64_t gva, const void *from, uint64_t n) { return guest_copy_out(c->v, gva, from, n); }
/* A batch may do one element more; else it says how far it came and goes on at the next entry. */
static inline bool may_go_on(struct call *c) { return c->budget && c->budget--; }
static inline bool is_self(const struct call *c, uint16_t domain) { return domain == DOMID_SELF || domain == c->v->domain->id; }
/* For operations that a guest may do to itself only: 0, or -ESRCH / -EPERM as Xen tells them apart. */
int64_t self_only(const struct call *c, uint16_t domain);

/* ---- between the files ---------------------------------------------------------------------- */
/* A running domain with the Xen ABI, by number; NULL: none. DOMID_SELF is the caller's. */
struct xen_domain *xen_peer(struct call *c, uint16_t domain);
struct vcpu *vcpu_by_id(struct domain *d, uint64_t id);     /* NULL: none */
/* domain_alloc while vCPUs run, which may ask for it at once. */
void *late_alloc(struct xen_domain *x, size_t bytes);
/* A zeroed page of the domain that the guest may have mapped: it survives its removal from the guest's map. NULL: out of memory. */
uint8_t *special_take(struct domain *d);
void special_give(void *page);
/* The guest's calling mode decides the layout of what is shared (Xen latches it at these moments too). On Arm there is one. */
void shared_latch(struct vcpu *v);
/* The architecture's part of xen_create: all else is in place. */
void xen_arch_created(struct xen_domain *x);
/* Its part of these hypercalls: what the common part does not know. */
int64_t memory_arch(struct call *c, unsigned op);
int64_t hvm_arch(struct call *c);
bool hvm_param_shown(uint32_t index);                       /* beside those that both have */
int64_t hvm_param_set(struct call *c, uint32_t index, uint64_t value);
typedef int64_t vcpu_operation(struct call *c, struct vcpu *v);
vcpu_operation *vcpu_arch_operation(uint32_t op);           /* NULL: it has no such */
int64_t vcpu_register_area(struct call *c, struct vcpu *v, struct area *area, unsigned length);

bool evtchn_create(struct xen_domain *x);
void evtchn_destroy(struct xen_domain *x);
/*
 * A port whose other end the hypervisor has: *port if that is not 0, which evtchn_static_reserve has kept for it, else any. False: out of
 * memory or ports.
 */
bool evtchn_open_hypervisor(struct xen_domain *x, uint32_t *port, port_rung *rung);
void evtchn_notify(struct xen_domain *x, uint32_t port);
void evtchn_raise_virq(struct vcpu *v, unsigned virq);
struct channel *channel_at(struct xen_domain *x, uint64_t port);       /* NULL: no such port; event_lock held */
void channel_set_pending(struct xen_domain *x, uint32_t port, struct channel *c);   /* event_lock held */
bool evtchn_any_pending(struct xen_domain *x, uint32_t port);           /* event_lock held; false when there is no such port */
void evtchn_mark_upcall(struct vcpu *v);                                /* event_lock held */
int64_t evtchn_fifo_init(struct call *c, uint64_t arg);
int64_t evtchn_fifo_expand(struct call *c, uint64_t arg);
void evtchn_fifo_reset(struct xen_domain *x);                           /* event_lock held; back to 2-level; what was pending is noted as waiting */
void evtchn_2l_keep_pending(struct xen_domain *x);                      /* event_lock held; after it: raises that of the ports that stay */
void evtchn_2l_select_all(struct vcpu *v);                              /* vcpu_info moved: look at everything */
/* Keeps the ports that the configuration names (static channels, rings of consoles) from being given away. False: out of memory. */
bool evtchn_static_reserve(struct xen_domain *x);
/* Binds each static channel of x whose other end is there. */
void evtchn_static_bind(struct xen_domain *x);

void grant_destroy(struct xen_domain *x);
/* Frame n of the table, grown to have it. NULL: beyond the limit or out of memory. */
uint8_t *grant_frame(struct xen_domain *x, uint64_t n);

bool console_create(struct xen_domain *x);
void console_destroy(struct xen_domain *x);
void console_drain(struct xen_domain *x);
bool uart_rings_create(struct xen_domain *x);   /* other guests' UARTs that end here; after evtchn_static_reserve */
bool uart_ring_has(struct xen_domain *x, hpa_t page);       /* is it a ring's, which stays the hypervisor's? */
void uart_rings_destroy(struct xen_domain *x);
bool xenstore_create(struct xen_domain *x);
void xenstore_destroy(struct xen_domain *x);
void xenstore_serve(struct xen_domain *x);      /* the guest rang */

/* Guest time that needs no call: pvclock of v, where it is to be found. Arm has none, its counter is the clock. */
void time_update(struct vcpu *v);
void time_resumed(struct vcpu *v);                  /* v runs again, perhaps with another offset */
uint64_t time_origin(const struct xen_domain *x);   /* arch_clock() when the clock stood at 0 that the guest adds wall clock to */
void time_wallclock(struct xen_domain *x);
void runstate_update(struct vcpu *v);
void timers_create(struct vcpu *v);
void timers_cancel(struct vcpu *v);
int64_t timer_singleshot(struct vcpu *v, uint64_t at, bool future_only);
void timer_stop_singleshot(struct vcpu *v);
int64_t timer_periodic(struct vcpu *v, uint64_t period);     /* ns; 0: stops it */

void sched_poll_end(struct vcpu *v);
void watchdogs_create(struct xen_domain *x);
void watchdogs_cancel(struct xen_domain *x);
/* Under domain.lock: may the guest's map change once more? Tables may grow a little, and by the RAM it gave back. */
bool memory_tables_left(struct xen_domain *x);
void memory_tables_start(struct xen_domain *x);
uint64_t memory_ram_end(const struct domain *d);        /* of its RAM, first address past it */

/* Room for n more; false: the caller lets the guest come again. Under domain.lock from here to the last limbo_add. */
bool limbo_room(struct xen_domain *x, unsigned n);
void limbo_add(struct xen_domain *x, hpa_t page, struct grant_map *map);
/* Something was unmapped, though no page has to wait for it. */
void limbo_touch(struct xen_domain *x);
/*
 * Flushes translations if anything was unmapped, once for however many pages; lets go of all of it if every CPU has moved
 * on since. False: come again. Each operation that unmaps ends with it.
 */
bool limbo_drain(struct xen_domain *x);
void limbo_end(struct xen_domain *x);       /* no vCPU runs any more: lets go of all of it */
void grant_map_end(struct grant_map *m);    /* what limbo does to one */
#endif
