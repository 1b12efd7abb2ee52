/* Hypercalls as the vCPUs of a PC make them. */
#ifndef TESTS_XEN_MAKER_H
#define TESTS_XEN_MAKER_H
#include "hypervisor/fake/fake_x86.h"
#include "tests/unit/xen_domain_maker.h"

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
#endif
