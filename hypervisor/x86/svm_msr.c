/* Owns: the MSRs a guest has in the processor proper. What VMLOAD switches it reads and writes itself; this is for those that ask on its behalf, and for the rest. */
#include "hypervisor/x86/svm.h"

enum { MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP = 0x175, MSR_SYSENTER_EIP = 0x176, MSR_DEBUGCTL = 0x1d9 };
#define DEBUGCTL_AMD UINT64_C(0x3f)     /* LBR, BTF, pin control: taken and without effect, as the CPU's is not switched */

/* Where the VMCB keeps it; NULL: it does not. */
static uint64_t *place(struct vmcb *b, uint32_t msr)
{
    switch (msr) {
    case MSR_STAR:         return &b->star;
    case MSR_LSTAR:        return &b->lstar;
    case MSR_CSTAR:        return &b->cstar;
    case MSR_SFMASK:       return &b->sfmask;
    case MSR_FS_BASE:      return &b->seg[SEG_FS].base;
    case MSR_GS_BASE:      return &b->seg[SEG_GS].base;
    case MSR_KERNEL_GS:    return &b->kernel_gs;
    case MSR_SYSENTER_CS:  return &b->sysenter_cs;
    case MSR_SYSENTER_ESP: return &b->sysenter_esp;
    case MSR_SYSENTER_EIP: return &b->sysenter_eip;
    case MSR_PAT:          return &b->pat;
    default:               return NULL;
    }
}

bool arch_msr_read(struct arch_vcpu *v, uint32_t msr, uint64_t *value)
{
    const uint64_t *p = place(v->vmcb, msr);
    if (p) {
        *value = *p;
        return true;
    }
    switch (msr) {
    case MSR_EFER:
        *value = v->vmcb->efer & ~(uint64_t)EFER_SVME;
        return true;
    case MSR_TSC_AUX:
        *value = v->fpu.tsc_aux;
        return guest_features.rdtscp;
    case MSR_DEBUGCTL:
        *value = 0;
        return true;
    default:
        return false;
    }
}

/* APM vol. 2, 3.1.7. LMA follows from LME and CR0.PG; what is written to it is not looked at. */
static bool efer_write(struct arch_vcpu *v, uint64_t value)
{
    struct vmcb *b = v->vmcb;
    if (value & ~guest_features.efer)
        return false;
    if (((value ^ b->efer) & EFER_LME) && (b->cr0 & CR0_PG))
        return false;
    b->efer = (value & ~(uint64_t)EFER_LMA) | (b->efer & EFER_LMA) | EFER_SVME;
    v->clean &= ~CLEAN_CR;
    return true;
}

static bool place_valid(uint32_t msr, uint64_t value)
{
    switch (msr) {
    case MSR_PAT:
        return guest_pat_valid(value);
    case MSR_LSTAR: case MSR_CSTAR: case MSR_FS_BASE: case MSR_GS_BASE: case MSR_KERNEL_GS:
        return (uint64_t)((int64_t)(value << 7) >> 7) == value;     /* canonical at 57 bits; VMLOAD extends the sign at 48 */
    default:
        return true;
    }
}

bool arch_msr_write(struct arch_vcpu *v, uint32_t msr, uint64_t value, bool *fault)
{
    uint64_t *p = place(v->vmcb, msr);
    *fault = false;
    if (p) {
        *fault = !place_valid(msr, value);
        if (!*fault)
            *p = value;
        v->clean &= ~(msr == MSR_PAT ? CLEAN_NP : 0);
        return true;
    }
    switch (msr) {
    case MSR_EFER:
        *fault = !efer_write(v, value);
        return true;
    case MSR_TSC_AUX:
        *fault = value > UINT32_MAX || !guest_features.rdtscp;
        if (!*fault)
            guest_fpu_set_tsc_aux(&v->fpu, (uint32_t)value);
        return true;
    case MSR_DEBUGCTL:
        *fault = value & ~DEBUGCTL_AMD;
        return true;
    default:
        return false;
    }
}
