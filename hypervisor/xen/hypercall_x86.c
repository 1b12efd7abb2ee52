/* Owns: the two calling conventions of x86 (xen/arch-x86/xen-x86_64.h, xen-x86_32.h). */
#include "hypervisor/arch_x86.h"
#include "hypervisor/xen/internal.h"

/* Registers of the arguments, in order. */
static const uint8_t wide_args[] = { RDI, RSI, RDX, R10, R8, R9 };
static const uint8_t narrow_args[] = { RBX, RCX, RDX, RSI, RDI };

static void read_args(struct call *c, const struct x86_regs *r)
{
    for (unsigned i = 0; i < sizeof(wide_args) && c->wide; i++)
        c->arg[i] = r->gpr[wide_args[i]];
    for (unsigned i = 0; i < sizeof(narrow_args) && !c->wide; i++)
        c->arg[i] = (uint32_t)r->gpr[narrow_args[i]];
}

/* How far it came goes into the registers of its arguments, which the ABI lets us change; the number stays in rax. */
static void write_args(const struct call *c, struct x86_regs *r)
{
    for (unsigned i = 0; i < c->args && i < sizeof(wide_args) && c->wide; i++)
        r->gpr[wide_args[i]] = c->arg[i];
    for (unsigned i = 0; i < c->args && i < sizeof(narrow_args) && !c->wide; i++)
        r->gpr[narrow_args[i]] = (uint32_t)c->arg[i];
}

/* Real mode has no hypercalls; 16-bit protected mode uses the 32-bit convention. */
static bool may_call(struct vcpu *v)
{
    if (arch_cpl(v->arch) != 0)
        return false;
    if (arch_mode(v->arch) != 16)
        return true;
    struct x86_state s;
    arch_state_get(v->arch, &s);
    return s.cr0 & CR0_PE;
}

enum xen_next xen_hypercall(struct vcpu *v)
{
    struct x86_regs *r = arch_regs(v->arch);
    struct call c = { .v = v, .x = v->domain->xen, .wide = arch_mode(v->arch) == 64, .budget = CALL_BUDGET };
    int64_t result = -XEN_EPERM;
    if (may_call(v)) {
        read_args(&c, r);
        result = hypercall_do(&c, c.wide ? r->gpr[RAX] : (uint32_t)r->gpr[RAX]);
    }
    if (c.again) {
        write_args(&c, r);
        return XEN_GO_ON;
    }
    r->gpr[RAX] = c.wide ? (uint64_t)result : (uint32_t)result;
    /* VMMCALL and VMCALL are three bytes long; a vCPU that took itself down goes on after it when it is brought up. */
    arch_skip(v->arch, 3);
    return c.next;
}
