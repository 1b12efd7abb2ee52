/*
 * Owns: the debug registers of a vCPU (DDI 0487, D2): single step, breakpoints and watchpoints that its kernel sets for its programs or
 * for itself. All accesses trap (MDCR_EL2.TDA) and are kept here; only while they can do something are they in the CPU as well.
 * Invariant: a CPU without such a vCPU has MDSCR_EL1 0. Exceptions go to EL1 (MDCR_EL2.TDE is 0), so none of them is ever taken at EL2.
 */
#include "hypervisor/arm/guest.h"
#include "hypervisor/arm/id_fields.h"

#define MDSCR       ARM_SYSREG(2, 0, 0, 2, 2)
#define MDSCR_SS    BIT(0)
#define MDSCR_TDCC  BIT(12)
#define MDSCR_KDE   BIT(13)
#define MDSCR_MDE   BIT(15)
#define MDSCR_ACTS  (MDSCR_SS | MDSCR_KDE | MDSCR_MDE)

/* E, PMC, BAS; and LSC, MASK. No links to contexts, no other security state, no EL2. */
#define BCR_KEPT    UINT64_C(0x000001e7)
#define WCR_KEPT    UINT64_C(0x1f001fff)
enum { BVR = 4, BCR = 5, WVR = 6, WCR = 7 };        /* op2 of DBGBVR<n>_EL1 and so on; n is CRm */

#define EACH(X) X(0) X(1) X(2) X(3)

static void pair_set(unsigned n, const struct debug_pair *p)
{
    switch (n) {
#define X(i) case i: \
        sysreg_set(S2_0_C0_C##i##_4, p->value[0]); sysreg_set(S2_0_C0_C##i##_5, p->value[1]); \
        sysreg_set(S2_0_C0_C##i##_6, p->value[2]); sysreg_set(S2_0_C0_C##i##_7, p->value[3]); break;
    EACH(X)
#undef X
    default: break;
    }
}

/* Pairs that this CPU has, both breakpoint and watchpoint. */
static unsigned pairs(void) { return id_debug_pairs(sysreg_get(ID_AA64DFR0_EL1), DEBUG_PAIRS); }

void debug_load(struct arch_vcpu *v)
{
    if (!(v->debug.mdscr & MDSCR_ACTS))
        return;
    for (unsigned i = 0; i < pairs(); i++)
        pair_set(i, &v->debug.pair[i]);
    sysreg_set(MDSCR_EL1, v->debug.mdscr);
}

void debug_unload(struct arch_vcpu *v)
{
    if (v->debug.mdscr & MDSCR_ACTS)
        sysreg_set(MDSCR_EL1, 0);
}

/* CRn 0, op1 0, op0 2. False: not one of these. */
bool debug_access(struct arch_vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    static const uint64_t kept[4] = { ~UINT64_C(3), BCR_KEPT, ~UINT64_C(3), WCR_KEPT };
    unsigned n = name >> 5 & 15, op2 = name >> 2 & 7;
    uint64_t *at = name == MDSCR ? &v->debug.mdscr : &v->debug.pair[n % DEBUG_PAIRS].value[op2 & 3];
    if (name != MDSCR && (name >> 9 != ARM_SYSREG(2, 0, 0, 0, 0) >> 9 || op2 < BVR || n >= pairs()))
        return false;
    if (!write) {
        *value = *at;
        return true;
    }
    debug_unload(v);
    *at = *value & (name == MDSCR ? MDSCR_ACTS | MDSCR_TDCC : kept[op2 & 3]);
    debug_load(v);
    return true;
}

void debug_cpu_start(void)
{
    const struct debug_pair none = { { 0 } };
    sysreg_set(MDSCR_EL1, 0);
    for (unsigned i = 0; i < pairs(); i++)
        pair_set(i, &none);
    sysreg_set(OSLAR_EL1, 0);           /* set by reset, and while it is, nothing but BRK works; guests' accesses to it trap */
    isb();
}
