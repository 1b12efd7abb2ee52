/*
 * Owns: which MSRs a PC guest has beyond those of the processor proper (arch_msr_*). One row each; what has no row
 * faults. AMD APM vol. 2, appendix A; the families' BKDGs for C001_xxxx.
 */
#include "hypervisor/machine/pc.h"

enum { MSR_MCG_CAP = 0x179, MSR_MCG_STATUS = 0x17a, MSR_PATCH_LEVEL = 0x8b, MSR_MTRR_PHYS = 0x200, MSR_MTRR_DEF_TYPE = 0x2ff };
#define MSR_SYSCFG  0xc0010010u
#define MSR_HWCR    0xc0010015u
#define MSR_TOP_MEM 0xc001001au
#define MSR_TOM2    0xc001001du
#define MSR_DE_CFG  0xc0011029u
#define MSR_K8_INT_PENDING 0xc0010055u  /* E400: C1E is off */

static const uint16_t mtrr_fixed[MTRR_FIXED] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f };

/* The register behind an MTRR's number; NULL: no MTRR. */
static uint64_t *mtrr(struct machine *pc, uint32_t msr)
{
    if (msr == MSR_MTRR_DEF_TYPE)
        return &pc->mtrr.def_type;
    if (msr - MSR_MTRR_PHYS < 2 * MTRR_VARIABLE)
        return &pc->mtrr.variable[msr - MSR_MTRR_PHYS];
    for (unsigned i = 0; i < MTRR_FIXED; i++)
        if (msr == mtrr_fixed[i])
            return &pc->mtrr.fixed[i];
    return NULL;
}

static bool is_apic(const struct vcpu *v, uint32_t msr)
{
    return v->domain->platform->lapic &&
           (msr == MSR_APIC_BASE || msr == MSR_TSC_DEADLINE || (msr >= MSR_X2APIC && msr < MSR_X2APIC + 0x100));
}

bool machine_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    const uint64_t *m = mtrr(v->domain->machine, msr);
    *value = 0;
    if (is_apic(v, msr))
        return pc_apic_msr_read(v, msr, value);
    if (m) {
        *value = *m;
        return true;
    }
    switch (msr) {
    case MSR_TSC:        *value = pc_guest_tsc(v); return true;
    case MSR_TSC_ADJUST: *value = v->machine->tsc_adjust; return true;
    case MSR_MTRRCAP:    *value = 0x500 | MTRR_VARIABLE; return true;      /* fixed ranges and write-combining */
    case MSR_HWCR:       *value = UINT64_C(1) << 24; return true;          /* TscFreqSel: the TSC counts at P0's rate */
    case MSR_DE_CFG:     *value = 2; return true;                          /* LFENCE serializes */
    case MSR_MCG_CAP: case MSR_MCG_STATUS: case MSR_PATCH_LEVEL: case MSR_SYSCFG: case MSR_TOP_MEM: case MSR_TOM2: case MSR_K8_INT_PENDING:
        return true;
    default:
        return arch_msr_read(v->arch, msr, value);
    }
}

/* Writing the TSC moves TSC_ADJUST by as much, and the other way round (SDM vol. 3, 17.17.3). */
static void move_tsc(struct vcpu *v, uint64_t by)
{
    arch_set_tsc_offset(v->arch, arch_tsc_offset(v->arch) + by);
    v->machine->tsc_adjust += by;
}

bool machine_msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    uint64_t *m = mtrr(v->domain->machine, msr);
    bool fault;
    if (is_apic(v, msr))
        return pc_apic_msr_write(v, msr, value);
    if (m) {
        *m = value;
        return true;
    }
    switch (msr) {
    case MSR_TSC:        move_tsc(v, value - pc_guest_tsc(v)); return true;
    case MSR_TSC_ADJUST: move_tsc(v, value - v->machine->tsc_adjust); return true;
    case MSR_HWCR: case MSR_DE_CFG: case MSR_MCG_STATUS: case MSR_PATCH_LEVEL: case MSR_SYSCFG:
        return true;                                                       /* taken and without effect */
    default:
        return arch_msr_write(v->arch, msr, value, &fault) && !fault;
    }
}
