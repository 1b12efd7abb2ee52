/* A domain: one guest, what it holds and how it ends. */
#ifndef HYPERVISOR_CORE_DOMAIN_H
#define HYPERVISOR_CORE_DOMAIN_H
#include "hypervisor/core/io.h"
#include "hypervisor/core/vcpu.h"
#include "platform/platform.h"

enum { DOMAINS_MAX = 64 };
enum domain_state { DOMAIN_BUILDING, DOMAIN_RUNNING, DOMAIN_STOPPING, DOMAIN_STOPPED };
/* A guest's consoles: that of the Xen ABI, and its UART's. */
enum { CONSOLE_PV, CONSOLE_UART, CONSOLES };
enum domain_end { END_NONE, END_POWEROFF, END_REBOOT, END_CRASH };

struct xen_domain;
struct machine;

struct domain {
    uint16_t id;                        /* 1.. ; a restarted guest gets a new one */
    const struct platform *platform;
    struct stage2 *stage2;
    struct io_map ports, memory_io;
    struct xen_domain *xen;             /* NULL without the Xen ABI */
    struct machine *machine;
    struct vcpu **vcpu;                 /* [vcpus]: those there and those that may be plugged in (vcpu.absent) */
    unsigned vcpus;
    _Atomic(enum domain_state) state;
    enum domain_end end;                /* under .lock, set once; the first reason stands */
    char why[160];                      /* of a crash: a sentence */
    uint64_t started;                   /* arch_clock() at its first instruction; also shown */
    struct lock lock;
    /* Console input that has the focus comes here; set by who offers that console. NULL: it has none. */
    void (*input[CONSOLES])(struct domain *d, char c);
    struct domain_console {             /* core/console.c's: the line being gathered */
        char line[256];
        unsigned used;
        bool mid_line, carriage_return, spoke;
    } console[CONSOLES];
    uint8_t *arena; size_t arena_left;   /* domain_alloc's current page */
    _Atomic uint64_t uart_dropped;       /* bytes of its UART that nobody read; shown */
    unsigned restarts;                   /* how often this guest was started anew before */
    const void *origin;                  /* builder's: where it came from in the bundle */
};

/* The domains there are. The lists' lock is taken inside. */
struct domain *domain_create(const struct platform *p);     /* NULL: out of memory or ids. State BUILDING, no memory, vcpu[] set but arch NULL */
void domain_free(struct domain *d);                          /* unlinks it, waits until nobody looks at it, gives back all its pages */
/* Zeroed memory that lives as long as the domain, 16-byte aligned (page-aligned from a page's size up). NULL: out of memory. */
void *domain_alloc(struct domain *d, size_t bytes);
struct domain *domain_by_id(uint16_t id);                    /* NULL: none. Good until this CPU is next quiet (core/sched.h) */
struct domain *domain_by_index(unsigned i);                  /* i-th living one, for lists; NULL past the end */

/* Ends the domain: the state goes to STOPPING, every vCPU leaves the guest for good. The first reason stands. Any CPU. */
void domain_shutdown(struct domain *d, enum domain_end end);
/* The guest did something it cannot go on from. why: a sentence without a full stop. */
void domain_crash(struct domain *d, const char *why, ...) __attribute__((format(printf, 2, 3)));
/*
 * Somebody ended, or left a CPU for good: CPU 0 is to look after it, between two vCPUs, never while it holds one (whoever
 * waits for that vCPU to stop would wait for CPU 0, and domain_free for him).
 */
void domain_tell_ended(void);
bool domain_take_ended(void);           /* true once for any number of tellings */
bool domain_has_ended(void);            /* and leaves it at that */
/* STOPPING, and none of its vCPUs is on a CPU any more. */
bool domain_is_quiet(struct domain *d);
static inline bool domain_is_running(struct domain *d) { return atomic_load_explicit(&d->state, memory_order_acquire) == DOMAIN_RUNNING; }

/* ---- its memory (core/memory.c) ---- */
/*
 * RAM for [at, at+size), zeroed, mapped with the largest pages there are. It is in the caches (arch_zero_cached): the builder cleans it
 * when all is written. False: the host has not enough, nothing is held then.
 */
bool domain_ram_add(struct domain *d, gpa_t at, uint64_t size);
/* The same with just this host RAM, which page_reserve has kept. False: it is in use, or no memory is left for tables. */
bool domain_ram_add_at(struct domain *d, gpa_t at, hpa_t from, uint64_t size);
/* Maps one page the domain owns already or a foreign/hypervisor page (shared info): perm S2_*. */
bool domain_map_page(struct domain *d, gpa_t at, hpa_t page, unsigned perm);
uint64_t domain_ram_pages(struct domain *d);                 /* 4 KiB pages of RAM it has now */
#endif
