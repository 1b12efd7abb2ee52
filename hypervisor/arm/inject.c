/* Owns: exceptions that a guest is given instead of what it tried. They go to EL1 at the next entry, as if its CPU had raised them. */
#include "hypervisor/arm/exception.h"
#include "hypervisor/arm/guest.h"

#define MMFR1_PAN(v)  ((v) >> 20 & 15)
#define PFR1_SSBS(v)  ((v) >> 4 & 15)

/* EL1's registers are in the CPU while the vCPU is loaded, else in el1. */
#define GET(v, field, name) ((v)->loaded ? sysreg_get(name) : (v)->el1.field)
#define SET(v, field, name, value) do { if ((v)->loaded) sysreg_set(name, value); else (v)->el1.field = (value); } while (0)

static void take(struct arch_vcpu *v, uint64_t esr)
{
    bool pan = MMFR1_PAN(sysreg_get(ID_AA64MMFR1_EL1)), ssbs = PFR1_SSBS(sysreg_get(ID_AA64PFR1_EL1));
    struct exception_entry to = exception_enter(v->regs.pstate, GET(v, vbar, VBAR_EL1), GET(v, sctlr, SCTLR_EL1), pan, ssbs);
    SET(v, esr, ESR_EL1, esr);
    SET(v, elr, ELR_EL1, v->regs.pc);
    SET(v, spsr, SPSR_EL1, v->regs.pstate);
    v->regs.pc = to.pc;
    v->regs.pstate = to.pstate;
}

void arch_undefined(struct arch_vcpu *v) { take(v, (uint64_t)EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL); }

void arch_abort(struct arch_vcpu *v, uint64_t far, bool fetch, bool write, uint8_t status)
{
    SET(v, far, FAR_EL1, far);
    take(v, exception_abort_esr(arch_in_user(v), fetch, write, status));
}
