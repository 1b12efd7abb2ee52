/*
 * Owns: the calling convention of Arm (xen/arch-arm.h): HVC #0xEA1, number in x16, arguments in x0..x4, result in x0. HVC returns
 * behind itself: a call that is to go on is made anew by stepping back.
 */
#include "hypervisor/arch_arm.h"
#include "hypervisor/xen/arm_abi.h"

enum { HVC_LENGTH = 4 };

enum xen_next xen_hypercall(struct vcpu *v)
{
    struct arm_regs *r = arch_regs(v->arch);
    struct call c = { .v = v, .x = v->domain->xen, .wide = true, .budget = CALL_BUDGET };
    int64_t result = -XEN_EPERM;
    if (arch_mode(v->arch) == 64) {     /* what AArch32 would call with is not offered */
        for (unsigned i = 0; i < ARM_XEN_ARGS; i++)
            c.arg[i] = r->x[i];
        result = hypercall_do(&c, r->x[ARM_XEN_NUMBER]);
    }
    if (!c.again) {
        r->x[0] = (uint64_t)result;
        return c.next;
    }
    /* How far it came goes into the registers of its arguments, which the ABI lets us change. */
    for (unsigned i = 0; i < c.args && i < ARM_XEN_ARGS; i++)
        r->x[i] = c.arg[i];
    r->pc -= HVC_LENGTH;
    return XEN_GO_ON;
}
