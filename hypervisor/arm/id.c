/*
 * Owns: what a guest can be told of its CPU: of each field of an identification register the least that any CPU of this host has, and no
 * more than arm/ can give. Invariant: what is not in the table reads as zero, "not there"; a feature whose registers are not switched
 * with the vCPU or whose traps are not set up is not in the table: EL2, EL3, SVE, SME, MTE, RAS, AMU, MPAM, PMU, trace, pointer
 * authentication (no keys are switched), LS64, MOPS, WFxT (the wait would not end in time), ECV, FGT, nested anything.
 */
#include "hypervisor/arm/guest.h"
#include "hypervisor/arm/id_fields.h"

#define AA32 UINT64_C(0xffffffff)
#define NAME(crm, op2) ARM_SYSREG(3, 0, 0, crm, op2)

/* crm, op2, the most that is offered, which fields are signed. What has AArch32 in its name is for programs at EL0. */
#define EACH(X) \
    X(1, 0, 0x010fffff, 0)                      /* ID_PFR0: no RAS, no AMU */ \
    X(1, 1, 0x000f0f0f, 0)                      /* ID_PFR1: no security, virtualization, GIC */ \
    X(1, 2, 0x0000000f, 0)                      /* ID_DFR0: no PMU, no trace */ \
    X(1, 4, AA32, 0) X(1, 5, AA32, 0) X(1, 6, AA32, 0) X(1, 7, AA32, 0)                 /* ID_MMFR0..3 */ \
    X(2, 0, AA32, 0) X(2, 1, AA32, 0) X(2, 2, AA32, 0) X(2, 3, AA32, 0) X(2, 4, AA32, 0) X(2, 5, AA32, 0)   /* ID_ISAR0..5 */ \
    X(2, 6, AA32, 0) X(2, 7, AA32, 0)           /* ID_MMFR4, ID_ISAR6 */ \
    X(3, 0, AA32, 0) X(3, 1, AA32, 0) X(3, 2, AA32, 0)                                  /* MVFR0..2 */ \
    X(3, 4, 0x000000ff, 0) X(3, 6, AA32, 0)     /* ID_PFR2, ID_MMFR5 */ \
    X(4, 0, 0x1101000001110012, 0xff0000)       /* ID_AA64PFR0: EL1 in AArch64 alone; GIC by registers; CSV2 without SCXTNUM */ \
    X(4, 1, 0x0000000000000021, 0)              /* ID_AA64PFR1: BT, SSBS */ \
    X(5, 0, 0x0000000000f0f006, 0xf000000000)   /* ID_AA64DFR0: DebugVer, BRPs and WRPs (see below), DoubleLock as it is */ \
    X(6, 0, 0x1221111110212120, 0)              /* ID_AA64ISAR0: all but TME */ \
    X(6, 1, 0x0011111100211002, 0)              /* ID_AA64ISAR1: no PAuth, XS, LS64 */ \
    X(6, 2, 0x0000000000100010, 0)              /* ID_AA64ISAR2: RPRES, BC */ \
    X(7, 0, 0x000000000011012f, 0xff000000)     /* ID_AA64MMFR0: PARange see below; granules with at most 48 bits */ \
    X(7, 1, 0x0000001000302002, 0)              /* ID_AA64MMFR1: HAFDBS, HPDS, PAN, ETS */ \
    X(7, 2, 0x1021001110110111, 0)              /* ID_AA64MMFR2: no IESB, NV, FWB, EVT */

static struct row { uint32_t name; uint64_t value, is_signed; } rows[] = {
#define X(crm, op2, most, is_signed) { NAME(crm, op2), most, is_signed },
    EACH(X)
#undef X
};
enum { ROWS = sizeof(rows) / sizeof(*rows) };

static uint64_t here(unsigned row)
{
    unsigned n = 0;
#define X(crm, op2, most, is_signed) if (n++ == row) return sysreg_get(S3_0_C0_C##crm##_##op2);
    EACH(X)
#undef X
    return 0;
}

void id_collect(void)
{
    static char busy;                   /* CPUs may start side by side */
    while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE))
        arch_relax();
    for (unsigned i = 0; i < ROWS; i++)
        rows[i].value = id_least(rows[i].value, here(i), rows[i].is_signed);
    __atomic_clear(&busy, __ATOMIC_RELEASE);
}

/* What depends on more than the CPUs' own registers. */
static uint64_t mended(uint32_t name, uint64_t value)
{
    const uint64_t parange = 15, brps_wrps = 0xf0f000;
    /* PARange as the least CPU has it may be more than stage 2's input size, which is what the guest's addresses end at. */
    if (name == NAME(7, 0))
        return (value & ~parange) | cpu_ps(stage2_shape()->bits);
    /* Less one, as many as are kept. CTX_CMPs stays 0: the last one could match contexts, which debug.c does not let it. */
    if (name == NAME(5, 0)) {
        uint64_t n = id_debug_pairs(value, DEBUG_PAIRS) - 1;
        return (value & ~brps_wrps) | n << 12 | n << 20;
    }
    return value;
}

uint64_t arch_id_register(uint32_t name)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (rows[i].name == name)
            return mended(name, rows[i].value);
    return 0;
}

/* Nothing traps that a guest may have and arm/ keeps. */
bool arch_sysreg_read(struct arch_vcpu *v, uint32_t name, uint64_t *value)
{
    (void)v, (void)name, (void)value;
    return false;
}

bool arch_sysreg_write(struct arch_vcpu *v, uint32_t name, uint64_t value)
{
    (void)v, (void)name, (void)value;
    return false;
}
