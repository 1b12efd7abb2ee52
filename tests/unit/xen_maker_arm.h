/* Hypercalls as the vCPUs of Arm's board make them: HVC has returned behind itself when it is seen. */
#ifndef TESTS_XEN_MAKER_ARM_H
#define TESTS_XEN_MAKER_ARM_H
#include "hypervisor/fake/fake_arm.h"
#include "platform/virt_map.h"
#define MADE_BASE 0x40000000
#include "tests/unit/xen_domain_maker.h"

/* One entry: true when it is done, false when the guest is to come again. */
static inline bool enter(struct vcpu *v, enum xen_next *next)
{
    struct arm_regs *r = arch_regs(v->arch);
    uint64_t pc = r->pc;
    r->pc += 4;
    *next = xen_hypercall(v);
    assert_true(r->pc == pc || r->pc == pc + 4);
    return r->pc != pc;
}

static inline int64_t call_as(struct vcpu *v, enum xen_next *next, unsigned number, uint64_t a, uint64_t b, uint64_t c)
{
    struct arm_regs *r = arch_regs(v->arch);
    r->x[16] = number;
    r->x[0] = a;
    r->x[1] = b;
    r->x[2] = c;
    for (unsigned i = 0; !enter(v, next); i++)
        assert_true(i < 100000);
    return (int64_t)r->x[0];
}

static inline int64_t call(struct domain *d, unsigned number, uint64_t a, uint64_t b, uint64_t c)
{
    enum xen_next next;
    return call_as(d->vcpu[0], &next, number, a, b, c);
}
#endif
