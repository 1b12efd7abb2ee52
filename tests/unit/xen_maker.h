/* A domain with the Xen ABI on the fake architecture, and hypercalls into it as its vCPUs make them. */
#ifndef TESTS_XEN_MAKER_H
#define TESTS_XEN_MAKER_H
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_x86.h"
#include "hypervisor/xen/internal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { MADE_RAM = 2 << 20, MADE_HOST = 24 << 20 };
static struct platform made_platform[4];
static unsigned made_count, made_raised;
static uint64_t made_free;

static bool made_raise(struct vcpu *v, uint8_t vector) { (void)v; made_raised = vector; return true; }

static void host_make(unsigned cpus)
{
    page_init(fake_host(MADE_HOST, cpus));
    sched_init(cpus);
    made_free = page_free_bytes();
    made_count = 0;
}

/* RAM is [0, 2 MiB); vCPU 0 runs. */
static struct domain *domain_make_with(unsigned vcpus, bool xenstore)
{
    static const struct xen_hooks hooks = { .raise = made_raise, .has_lapic = true };
    struct platform *p = &made_platform[made_count++];
    *p = (struct platform){ .name = "t", .vcpus = vcpus, .memory = MADE_RAM, .ram = { { { 0 }, MADE_RAM } }, .xen = true,
                            .lapic = true, .xenstore = xenstore, .cmdline = "" };
    struct domain *d = domain_create(p);
    assert_non_null(d);
    d->stage2 = arch_stage2_create(d->id);
    assert_true(domain_ram_add(d, gpa(0), MADE_RAM));
    for (unsigned i = 0; i < vcpus; i++)
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
    assert_true(xen_create(d, &hooks));
    atomic_store(&d->state, DOMAIN_RUNNING);
    vcpu_start(d->vcpu[0]);
    assert_ptr_equal(sched_next(), d->vcpu[0]);
    return d;
}
static inline struct domain *domain_make(unsigned vcpus) { return domain_make_with(vcpus, false); }

static inline void domain_end(struct domain *d)
{
    xen_destroy(d);
    for (unsigned i = 0; i < d->vcpus; i++)
        arch_vcpu_destroy(d->vcpu[i]->arch);
    arch_stage2_destroy(d->stage2);
    domain_free(d);
}

/* After the last domain: everything has come back. */
static inline void host_check(void) { assert_int_equal(page_free_bytes(), made_free); }

/* One entry: true when it is done, false when the guest is to come again. */
static inline bool enter(struct vcpu *v, enum xen_next *next)
{
    uint64_t rip = arch_regs(v->arch)->rip;
    *next = xen_hypercall(v);
    return arch_regs(v->arch)->rip != rip;
}

static inline int64_t call_as(struct vcpu *v, enum xen_next *next, unsigned number, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_regs *r = arch_regs(v->arch);
    bool wide = arch_mode(v->arch) == 64;
    r->gpr[RAX] = number;
    r->gpr[wide ? RDI : RBX] = a;
    r->gpr[wide ? RSI : RCX] = b;
    r->gpr[RDX] = c;
    for (unsigned i = 0; !enter(v, next); i++)
        assert_true(i < 100000);
    return wide ? (int64_t)r->gpr[RAX] : (int32_t)r->gpr[RAX];
}

static inline int64_t call(struct domain *d, unsigned number, uint64_t a, uint64_t b, uint64_t c)
{
    enum xen_next next;
    return call_as(d->vcpu[0], &next, number, a, b, c);
}

static inline void *guest_at(struct domain *d, uint64_t at)
{
    hpa_t page;
    unsigned perm;
    uint64_t run;
    assert_true(arch_stage2_lookup(d->stage2, gpa(at), &page, &perm, &run));
    return hpa_ptr(page);
}
static inline bool is_mapped(struct domain *d, uint64_t at)
{
    hpa_t page;
    unsigned perm;
    uint64_t run;
    return arch_stage2_lookup(d->stage2, gpa(at), &page, &perm, &run);
}

/* A structure at 0x1000 in the guest, an operation on it, and what it says then. */
enum { ARG = 0x1000 };
#define OP(d, number, op, s) (memcpy(guest_at(d, ARG), &(s), sizeof(s)), op_result = call(d, number, op, ARG, 1), \
                              memcpy(&(s), guest_at(d, ARG), sizeof(s)), op_result)
static int64_t op_result;
#define EVENT(d, op, s) OP(d, __HYPERVISOR_event_channel_op, op, s)
#endif
