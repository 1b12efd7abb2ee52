/* Hypercalls of a PC's guests: both conventions, real mode, user mode; CPUID and MSRs of the Xen ABI. */
#include "hypervisor/fake/fake_x86.h"
#include "platform/pc_map.h"
#define SPECIALS PC_SPECIAL_BASE
#include "tests/fuzz/hypercall_guests.inc"

static bool set_mode(struct vcpu *v, uint8_t how, bool plain)
{
    bool wide = how & 0x40;
    fake_mode(v->arch, wide ? 64 : !plain && how & 0x80 && how & 0x20 ? 16 : 32, !plain && how == 0xff ? 3 : 0);
    return wide;
}

static void set_call(struct vcpu *v, uint64_t number, const uint64_t arg[3])
{
    static const uint8_t wide[] = { RDI, RSI, RDX, R10, R8, R9 }, narrow[] = { RBX, RCX, RDX, RSI, RDI };
    struct x86_regs *r = arch_regs(v->arch);
    bool is_wide = arch_mode(v->arch) == 64;
    r->gpr[RAX] = number;
    for (unsigned i = 0; i < (is_wide ? 6 : 5); i++)
        r->gpr[is_wide ? wide[i] : narrow[i]] = i < 3 ? arg[i] : 0;
}

static bool step(struct vcpu *v)
{
    uint64_t rip = arch_regs(v->arch)->rip;
    (void)xen_hypercall(v);
    return arch_regs(v->arch)->rip != rip;
}

static int64_t result(struct vcpu *v) { return (int64_t)arch_regs(v->arch)->gpr[RAX]; }

static void other(struct domain *d, struct span *s)
{
    struct x86_cpuid c;
    bool fault;
    uint64_t v = value(s);
    (void)xen_cpuid(d->vcpu[0], 0x40000000 + (uint32_t)(v & 0x1ff), (uint32_t)value(s), &c);
    (void)xen_msr_write(d->vcpu[0], 0x40000000, v, &fault);
    (void)xen_msr_read(d->vcpu[0], 0x40000000, &v);
}
