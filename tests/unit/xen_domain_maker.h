/* A domain with the Xen ABI on the fake architecture; xen_maker.h and xen_maker_arm.h add hypercalls as its vCPUs make them. */
#ifndef TESTS_XEN_DOMAIN_MAKER_H
#define TESTS_XEN_DOMAIN_MAKER_H
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake.h"
#include "hypervisor/xen/internal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { MADE_RAM = 2 << 20, MADE_HOST = 24 << 20 };
#ifndef MADE_BASE
#define MADE_BASE 0
#endif
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

/* RAM is [MADE_BASE, 2 MiB further), or what p says; vCPU 0 is about to run. The platform must outlive it. */
static struct domain *domain_make_of(const struct platform *p)
{
    static const struct xen_hooks hooks = { .raise = made_raise, .has_lapic = true };
    struct domain *d = domain_create(p);
    assert_non_null(d);
    d->stage2 = arch_stage2_create(d->id);
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX && !p->arm.banks; i++)
        assert_true(domain_ram_add(d, p->ram[i].base, p->ram[i].size));
    for (unsigned i = 0; i < p->arm.banks; i++)
        assert_true(domain_ram_add_at(d, p->ram[i].base, p->arm.bank[i].base, p->ram[i].size));
    for (unsigned i = 0; i < d->vcpus; i++)
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
    assert_true(xen_create(d, &hooks));
    atomic_store(&d->state, DOMAIN_RUNNING);
    vcpu_start(d->vcpu[0]);
    return d;
}

static struct platform *platform_make(unsigned vcpus)
{
    struct platform *p = &made_platform[made_count++];
    *p = (struct platform){ .name = "t", .vcpus = vcpus, .memory = MADE_RAM, .ram = { { { MADE_BASE }, MADE_RAM } }, .xen = true,
                            .lapic = true, .cmdline = "" };
    return p;
}

/* It runs. */
static struct domain *domain_make_with(unsigned vcpus, bool xenstore)
{
    struct platform *p = platform_make(vcpus);
    p->xenstore = xenstore;
    struct domain *d = domain_make_of(p);
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

/* A structure in the guest, an operation on it, and what it says then. */
enum { ARG = MADE_BASE + 0x1000 };
#define OP(d, number, op, s) (memcpy(guest_at(d, ARG), &(s), sizeof(s)), op_result = call(d, number, op, ARG, 1), \
                              memcpy(&(s), guest_at(d, ARG), sizeof(s)), op_result)
static int64_t op_result;
#define EVENT(d, op, s) OP(d, __HYPERVISOR_event_channel_op, op, s)
#endif
