/* Hypercalls of Arm's guests: HVC with the number in x16, from AArch64 and from where none may be made. */
#include "hypervisor/fake/fake_arm.h"
#include "platform/virt_map.h"
#define SPECIALS VIRT_MAGIC_BASE
#include "tests/fuzz/hypercall_guests.inc"

enum { ARGS = 5, NUMBER = 16 };

static bool set_mode(struct vcpu *v, uint8_t how, bool plain)
{
    fake_mode(v->arch, !plain && how == 0xff ? 32 : 64, false);
    return true;
}

static void set_call(struct vcpu *v, uint64_t number, const uint64_t arg[3])
{
    struct arm_regs *r = arch_regs(v->arch);
    for (unsigned i = 0; i < ARM_GPRS; i++)
        r->x[i] = i < 3 ? arg[i] : ~UINT64_C(0) - i;
    r->x[NUMBER] = number;
}

/* Whatever the call does: registers that the ABI does not give away are as they were, and the pc is at the HVC or behind it. */
static bool step(struct vcpu *v)
{
    struct arm_regs *r = arch_regs(v->arch), before = *r;
    r->pc += 4;
    (void)xen_hypercall(v);
    check(r->pc == before.pc || r->pc == before.pc + 4);
    for (unsigned i = ARGS; i < ARM_GPRS; i++)
        check(r->x[i] == before.x[i]);
    check(r->pstate == before.pstate);
    return r->pc != before.pc;
}

static int64_t result(struct vcpu *v) { return (int64_t)arch_regs(v->arch)->x[0]; }

/* Nobody but the hypervisor rings this one. */
static void other(struct domain *d, struct span *s) { evtchn_notify(d->xen, (uint32_t)value(s)); }
