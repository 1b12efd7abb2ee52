/*
 * What fuzz_hypercall.c and fuzz_arm_hypercall.c share, each of which says before how its vCPUs call. Two domains with the Xen ABI and
 * static event channels between them; the input is a program of what their vCPUs do: write memory, also where it is shared
 * with the hypervisor, and make hypercalls with arguments from a short list of telling values or from the input.
 * Whatever they do: no crash, no panic, no call that never ends, static channels stay bound, and when both are gone every page has
 * come back.
 */
#ifndef TESTS_FUZZ_HYPERCALL_GUESTS_H
#define TESTS_FUZZ_HYPERCALL_GUESTS_H
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake.h"
#include "hypervisor/xen/internal.h"
#include "lib/span.h"
#include <stdlib.h>
#include <string.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- the architecture's ---- */
/* Sets v's mode (how: any byte; plain: one that may call) and says whether it has 64-bit structures. */
static bool set_mode(struct vcpu *v, uint8_t how, bool plain);
static void set_call(struct vcpu *v, uint64_t number, const uint64_t arg[3]);
static bool step(struct vcpu *v);           /* makes the call; false: it is to be made again */
static int64_t result(struct vcpu *v);
static void other(struct domain *d, struct span *s);

enum { RAM = 256 << 10, HOST = 4 << 20, VCPUS = 3, DOMAINS = 2, AGAIN_MAX = 20000, ARG = 0x1000 };
static struct platform platform[DOMAINS];
static struct domain *domain[DOMAINS];

static bool raise(struct vcpu *v, uint8_t vector) { (void)v; (void)vector; return true; }

static void check(bool ok) { if (!ok) abort(); }

/* Channels 5 <-> 900 and 17 <-> 17; in the second domain, a ring's port. */
static void join_static(unsigned i)
{
    struct platform *p = &platform[i];
    static const char *const name[] = { "f", "g" };
    strcpy(p->name, name[i]);
    p->channel[0] = (struct platform_channel){ i ? 900 : 5, i ? 5 : 900, name[!i], "a" };
    p->channel[1] = (struct platform_channel){ 17, 17, name[!i], "" };
    p->channels = 2;
    p->ring[0] = (struct platform_ring){ name[!i], 1023 };
    p->rings = i;
}

/* Bound, each end to the other, as long as both are there. */
static void check_static(void)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct channel *a = channel_at(domain[0]->xen, platform[0].channel[i].port);
        const struct channel *b = channel_at(domain[1]->xen, platform[1].channel[i].port);
        check(a && b && a->state == CHANNEL_INTERDOMAIN && b->state == CHANNEL_INTERDOMAIN && a->remote_domain == domain[1]->id &&
              b->remote_domain == domain[0]->id && a->remote == platform[1].channel[i].port && b->remote == platform[0].channel[i].port);
    }
}

static void make(unsigned i)
{
    static const struct xen_hooks hooks = { .raise = raise, .has_lapic = true };
    platform[i] = (struct platform){ .name = "f", .vcpus = VCPUS, .memory = RAM, .ram = { { { 0 }, RAM } }, .xen = true,
                                     .lapic = true, .xenstore = i == 0, .cmdline = "" };
    join_static(i);
    struct domain *d = domain[i] = domain_create(&platform[i]);
    check(d != NULL);
    d->stage2 = arch_stage2_create(d->id);
    check(domain_ram_add(d, gpa(0), RAM));
    for (unsigned v = 0; v < VCPUS; v++)
        d->vcpu[v]->arch = arch_vcpu_create(d->stage2, d->id);
    check(xen_create(d, &hooks));
    atomic_store(&d->state, DOMAIN_RUNNING);
    atomic_store(&d->xen->refusals, REFUSALS_SHOWN);
}

static void end(struct domain *d)
{
    xen_destroy(d);
    for (unsigned v = 0; v < VCPUS; v++)
        arch_vcpu_destroy(d->vcpu[v]->arch);
    arch_stage2_destroy(d->stage2);
    domain_free(d);
}

/* A number that means something, or any. */
static uint64_t value(struct span *s)
{
    static const uint64_t telling[] = {
        0, 1, 2, 7, 16, 0x100, 0x1000, 0x2000, 0x3000, 0x10000, 0x3f000, RAM - 8, RAM, DOMID_SELF, 0xffff, UINT32_MAX, UINT64_MAX,
        SPECIALS, SPECIALS >> 12, SPECIALS + 0x1000, 0x1000000, UINT64_C(1) << 47, UINT64_C(1) << 63, 4095, 512,
    };
    uint8_t kind = (uint8_t)span_le(s, 1);
    if (kind < sizeof(telling) / sizeof(*telling))
        return telling[kind];
    if (kind < 64)
        return domain[kind & 1] ? domain[kind & 1]->id : kind;
    return kind < 200 ? kind - 64 : span_le(s, kind < 230 ? 2 : 8);
}

/* As guests do: structures are made of values at multiples of four. */
static void write_memory(struct domain *d, struct span *s)
{
    uint8_t page = (uint8_t)span_le(s, 1), count = (uint8_t)span_le(s, 1);
    uint64_t at = page < 128 ? ARG + UINT64_C(0x1000) * (page & 7) + 4 * (page >> 3) : page < 192 ? SPECIALS + 0x1000u * (page & 1) : value(s);
    for (unsigned i = 0; i < count % 24 && !s->broken; i++) {
        uint64_t v = value(s);
        unsigned n = i % 3 ? 4 : 8;
        (void)guest_write(d, gpa(at), &v, n);
        at += n;
    }
}

/* The pages the guest can write although its map may say otherwise: what is shared is always hostile. */
static void scribble(struct domain *d, struct span *s)
{
    uint8_t *page = d->xen->shared;
    uint8_t which = (uint8_t)span_le(s, 1);
    if (which & 1 && d->xen->grant.frames)
        page = d->xen->grant.frame[0];
    if (which & 2 && d->xen->console)
        page = d->xen->console;
    if (which & 4 && d->xen->fifo_pages)
        page = (uint8_t *)d->xen->fifo_page[0];
    unsigned at = (unsigned)span_le(s, 2) % (PAGE_SIZE - 8) & ~3u;
    uint64_t v = value(s);
    memcpy(page + at, &v, 8);
}

/* Mostly as guests call: a small operation number, the structure at ARG, a small count. */
static uint64_t argument(struct span *s, unsigned number, unsigned i, bool any)
{
    if (any)
        return value(s);
    if (i == 0)
        return span_le(s, 1) % 32;
    if (number % 12 == 4 && i == 1)     /* vcpu_op: which vCPU */
        return span_le(s, 1) % (VCPUS + 1);
    return i == 1 || number % 12 == 4 ? ARG : span_le(s, 1) % 80;
}

/* The guest comes again as long as it is told to: an end there must be, unless it asked for very much. */
static void enter(struct domain *d, struct vcpu *v)
{
    for (unsigned i = 0; i < AGAIN_MAX && domain_is_running(d); i++)
        if (step(v))
            break;
    (void)xen_event_waiting(v);
}

static void hypercall(struct domain *d, struct span *s)
{
    static const uint8_t useful[] = { __HYPERVISOR_memory_op, __HYPERVISOR_multicall, __HYPERVISOR_event_channel_op, __HYPERVISOR_grant_table_op,
                                      __HYPERVISOR_vcpu_op, __HYPERVISOR_sched_op, __HYPERVISOR_hvm_op, __HYPERVISOR_xen_version,
                                      __HYPERVISOR_console_io, __HYPERVISOR_set_timer_op, __HYPERVISOR_vm_assist, __HYPERVISOR_event_channel_op_compat };
    uint8_t how = (uint8_t)span_le(s, 1), number = (uint8_t)span_le(s, 1);
    struct vcpu *v = d->vcpu[how % VCPUS];
    uint64_t arg[3], which = number < 240 ? useful[number % sizeof(useful)] : number - 240u + (unsigned)span_le(s, 1);
    if (!domain_is_running(d))
        return;
    (void)set_mode(v, how, false);
    for (unsigned i = 0; i < 3; i++)
        arg[i] = argument(s, number, i, how & 0x10);
    set_call(v, which, arg);
    enter(d, v);
}

/* ---- calls as they should be, with only their numbers from the input ---------------------------- */
/*
 * What a structure is made of. d: a domain (16 bits), h w q: a small number of 16, 32, 64 bits, W: one of the guest's word
 * size, A: the address LIST in that size, 0: 16 bits of nothing, |: up to the word's alignment.
 */
static const struct form { uint8_t number, op; const char *fields; } forms[] = {
    { __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, "ddw" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain, "d0ww" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, "www" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, "ww" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_close, "w" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_send, "w" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_unmask, "w" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_status, "d0w" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_bind_vcpu, "ww" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_set_priority, "ww" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_reset, "d" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_init_control, "q00ww00" },
    { __HYPERVISOR_event_channel_op, EVTCHNOP_expand_array, "q" },
    { __HYPERVISOR_memory_op, XENMEM_add_to_physmap, "dhwWW" },
    { __HYPERVISOR_memory_op, XENMEM_add_to_physmap_batch, "dhh0AAA" },
    { __HYPERVISOR_memory_op, XENMEM_remove_from_physmap, "d|W" },
    { __HYPERVISOR_memory_op, XENMEM_decrease_reservation, "AWwwd" },
    { __HYPERVISOR_memory_op, XENMEM_populate_physmap, "AWwwd" },
    { __HYPERVISOR_memory_op, XENMEM_memory_map, "w|A" },
    { __HYPERVISOR_memory_op, XENMEM_set_memory_map, "d|w|A" },
    { __HYPERVISOR_grant_table_op, GNTTABOP_setup_table, "d0w0|A" },
    { __HYPERVISOR_grant_table_op, GNTTABOP_query_size, "d0www" },
    { __HYPERVISOR_grant_table_op, GNTTABOP_get_version, "d0w" },
    { __HYPERVISOR_grant_table_op, GNTTABOP_set_version, "w" },
    { __HYPERVISOR_grant_table_op, GNTTABOP_swap_grant_ref, "ww0" },
    { __HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, "pwwd0wq" },
    { __HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, "zzw00" },
    { __HYPERVISOR_grant_table_op, GNTTABOP_copy, "Wdh|Wdh|hh0" },
    { __HYPERVISOR_sched_op, SCHEDOP_poll, "Aw|q" },
    { __HYPERVISOR_sched_op, SCHEDOP_watchdog, "ww" },
    { __HYPERVISOR_hvm_op, HVMOP_set_evtchn_upcall_vector, "ww" },
    { __HYPERVISOR_hvm_op, HVMOP_get_param, "d0wq" },
    { __HYPERVISOR_hvm_op, HVMOP_get_mem_type, "d000q" },
    { __HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info, "qww" },
    { __HYPERVISOR_vcpu_op, VCPUOP_register_runstate_memory_area, "A" },
    { __HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_time_memory_area, "A" },
    { __HYPERVISOR_vcpu_op, VCPUOP_set_singleshot_timer, "qw" },
    { __HYPERVISOR_vcpu_op, VCPUOP_set_periodic_timer, "t" },
    { __HYPERVISOR_vcpu_op, VCPUOP_up, "" },
    { __HYPERVISOR_vcpu_op, VCPUOP_stop_singleshot_timer, "" },
    { __HYPERVISOR_xen_version, XENVER_get_features, "ww" },
};
enum { LIST = 0x2000, LIST_LENGTH = 64 };

static uint64_t small(struct span *s)
{
    uint8_t n = (uint8_t)span_le(s, 1);
    return n < 128 ? n % 8 : n < 224 ? n % 80 : n < 240 ? 0x1000 + n : value(s);
}

static uint16_t some_domain(struct span *s)
{
    uint8_t n = (uint8_t)span_le(s, 1);
    return n < 64 ? DOMID_SELF : n < 250 ? domain[n & 1]->id : n;
}

static size_t fill(uint8_t *to, const char *fields, bool is_wide, struct span *s)
{
    size_t at = 0, word = is_wide ? 8 : 4;
    for (; *fields; fields++) {
        uint64_t v = 0;
        size_t n = 2;
        switch (*fields) {
        case 'd': v = some_domain(s); break;
        case 'h': v = small(s); break;
        case 'w': v = small(s); n = 4; break;
        case 'q': v = small(s); n = 8; break;
        case 'W': v = small(s); n = word; break;
        case 'A': v = LIST; n = word; break;
        case 'p': v = small(s) << 12; n = 8; break;         /* a page's address */
        case 't': v = small(s) << 20; n = 8; break;         /* milliseconds or so */
        case 'z': n = 8; break;
        case '|': n = (word - at % word) % word; break;
        default: break;
        }
        memcpy(to + at, &v, n);
        at += n;
    }
    return at;
}

/* Consecutive numbers, of the word's size, as lists of frames and references are; or a grant entry for the other. */
static void prepare(struct domain *d, struct span *s)
{
    uint8_t how = (uint8_t)span_le(s, 1);
    uint64_t first = small(s), list[LIST_LENGTH];
    if (how & 1 && d->xen->grant.frames) {
        struct { uint16_t flags, domain; uint32_t frame; } e = { GTF_permit_access, some_domain(s), (uint32_t)first };
        memcpy(d->xen->grant.frame[0] + span_le(s, 1) % 80 * sizeof(e), &e, sizeof(e));
        return;
    }
    for (unsigned i = 0; i < LIST_LENGTH; i++)
        list[i] = how & 2 ? (first + i) | (first + i) << 32 : first + i;
    (void)guest_write(d, gpa(LIST), list, sizeof(list));
}

static void call_in_form(struct domain *d, struct span *s)
{
    uint8_t how = (uint8_t)span_le(s, 1), bytes[256];
    const struct form *f = &forms[span_le(s, 1) % (sizeof(forms) / sizeof(*forms))];
    struct vcpu *v = d->vcpu[how % VCPUS];
    bool is_wide = set_mode(v, how, true), by_vcpu = f->number == __HYPERVISOR_vcpu_op;
    size_t n = fill(bytes, f->fields, is_wide, s);
    const uint64_t arg[] = { f->op, by_vcpu ? how >> 2 & 3 : ARG, by_vcpu ? ARG : 1 };
    (void)guest_write(d, gpa(ARG), bytes, n);
    set_call(v, f->number, arg);
    enter(d, v);
}

static void pass_time(struct domain *d, struct span *s)
{
    fake_now += value(s) & 0xffffffffff;
    timer_run();
    for (unsigned i = 0; i < VCPUS; i++) {
        (void)xen_event_waiting(d->vcpu[i]);
        xen_vcpu_left(d->vcpu[i]);
        xen_vcpu_resumed(d->vcpu[i]);
    }
    xen_console_input(d, 'x');
}

static int64_t plain_call(struct domain *d, unsigned number, unsigned op, const void *arg, size_t n)
{
    const uint64_t args[] = { op, ARG, 1 };
    (void)guest_write(d, gpa(ARG), arg, n);
    (void)set_mode(d->vcpu[0], 0x40, true);
    set_call(d->vcpu[0], number, args);
    enter(d, d->vcpu[0]);
    return result(d->vcpu[0]);
}

/* Two that know each other: a channel between them, and pages that each gives the other. */
static void introduce(void)
{
    struct evtchn_alloc_unbound u = { .dom = DOMID_SELF, .remote_dom = domain[1]->id };
    check(plain_call(domain[0], __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &u, sizeof(u)) == 0);
    (void)guest_read(domain[0], gpa(ARG), &u, sizeof(u));
    struct evtchn_bind_interdomain b = { .remote_dom = domain[0]->id, .remote_port = u.port };
    check(plain_call(domain[1], __HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain, &b, sizeof(b)) == 0);
    for (unsigned i = 0; i < DOMAINS; i++) {
        struct xen_add_to_physmap a = { .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .gpfn = 0x1000 };
        check(plain_call(domain[i], __HYPERVISOR_memory_op, XENMEM_add_to_physmap, &a, sizeof(a)) == 0);
        grant_entry_v1_t *e = (void *)domain[i]->xen->grant.frame[0];
        for (unsigned ref = 0; ref < 8; ref++)
            e[ref] = (grant_entry_v1_t){ GTF_permit_access, domain[!i]->id, 8 + ref };
    }
}

static void run(struct span *s)
{
    while (s->left && !s->broken) {
        uint8_t what = (uint8_t)span_le(s, 1);
        struct domain *d = domain[what >> 7];
        switch (what & 0x1f) {
        case 0: case 1: case 2: case 3: case 4: case 5: case 6: case 7: case 13: case 14: case 15: write_memory(d, s); break;
        case 8: case 9: scribble(d, s); break;
        case 10: pass_time(d, s); break;
        case 11: other(d, s); break;
        case 12:                /* one ends while the other may hold its pages and ports */
            end(d);
            make(what >> 7);
            break;
        case 16: prepare(d, s); break;
        case 17: case 18: case 19: hypercall(d, s); break;
        default: if (domain_is_running(d)) call_in_form(d, s); break;
        }
        check_static();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span s = span_of(data, size);
    page_init(fake_host(HOST, 1));
    sched_init(1);
    uint64_t before = page_free_bytes();
    for (unsigned i = 0; i < DOMAINS; i++)
        make(i);
    if (span_le(&s, 1) & 1)
        introduce();
    run(&s);
    for (unsigned i = 0; i < DOMAINS; i++) {
        /* Its budget beyond its RAM: never more than 64 KiB and 32 KiB a vCPU. */
        uint64_t given = domain[i]->xen->limbo.count * PAGE_SIZE;
        check(page_held_bytes(domain[i]->id) <= RAM + given + KIB(64) + VCPUS * KIB(32));
    }
    for (unsigned i = 0; i < DOMAINS; i++)
        end(domain[i]);
    check(page_free_bytes() == before);
    (void)fake_console();
    return 0;
}
#endif
