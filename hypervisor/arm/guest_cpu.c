/*
 * Owns: what EL2 says of guests on each CPU for as long as it runs: which of their instructions trap, and why. What depends on the vCPU
 * (FPU, stage 2, list registers) is vcpu.c's. Written once; no guest can change it.
 */
#include "hypervisor/arm/guest.h"

#define HCRX_EL2  S3_4_C1_C2_2
#define MPAM2_EL2 S3_4_C10_C5_0
#define ZERO_FIELD(v, shift) (((v) >> (shift) & 15) == 0)

/*
 * VM     stage 2 is on
 * SWIO   invalidation by set and way, which trap for nobody, cleans as well: it cannot throw away what others wrote
 * PTW    the guest's tables are not walked in a device's registers
 * AMO IMO FMO  SErrors and interrupts come to EL2, and the guest has virtual ones
 * FB     the guest's own TLB and I-cache invalidations reach all CPUs: it may have been on another one
 * BSU    its barriers reach the inner shareable domain at least, for the same reason
 * TWI TWE  waiting gives the CPU to others
 * TID1   REVIDR_EL1, AIDR_EL1: implementation-defined
 * TID3   the identification registers: told cut (id.c, and the machine's table)
 * TSC    SMC: PSCI's conduit; the firmware is not the guest's
 * TIDCP  implementation-defined registers
 * TACR   ACTLR_EL1: implementation-defined
 * RW     EL1 is AArch64
 * TLOR   LORegions are no part of the machine
 * TERR   RAS's error records are the host's
 * Left 0: TSW (see SWIO), TVM, TTLB, TPCP, TPU (a guest's own affair), TGE, DC, TDZ, HCD, ID, CD, E2H; TEA (an external abort that it
 * causes is the guest's own); APK, API (no guest is offered pointer authentication: its use traps and is undefined); NV, AT, FIEN, ATA,
 * EnSCXT, AMVOFFEN, TID4, TID2 (CCSIDR by CSSELR is switched), TID5 (no MTE).
 */
#define HCR (HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_IS | HCR_TWI | HCR_TWE | HCR_TID1 | HCR_TID3 | \
             HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_RW | HCR_TLOR | HCR_TERR)

/*
 * TPM TPMCR  the PMU; TDA TDOSA TDRA  debug registers (debug.c has those that do something, the machine's table the rest); TPMS, TTRF
 * profiling and trace filter. TDE stays 0: BRK and steps are EL1's.
 * E2PB, E2TB 0: the buffers of profiling and trace are EL2's, and off. HPMN keeps all counters EL1's, as it was at reset.
 */
#define MDCR (MDCR_TPM | MDCR_TPMCR | MDCR_TDA | MDCR_TDOSA | MDCR_TDRA)

static unsigned least_bits = 64;        /* physical address bits of the CPU that has the fewest */
static bool wide_vmid = true;

/* What all CPUs have. They may start side by side in principle; the host half starts one after the other. */
static void collect(void)
{
    unsigned bits = cpu_pa_bits();
    if (bits < least_bits)
        least_bits = bits;
    if ((sysreg_get(ID_AA64MMFR1_EL1) >> 4 & 15) != 2)
        wide_vmid = false;
    (void)stage2_start(least_bits, wide_vmid);
    id_collect();
}

/*
 * FEAT_FGT's traps: of what every CPU has, a bit that is 0 traps nothing more; of what came later ("n..."), it traps, and
 * no guest is offered that. HFGRTR, HFGWTR, HFGITR, HDFGRTR, HDFGWTR; of the activity monitors HAFGRTR; then FEAT_FGT2's.
 */
static void fine_traps(void)
{
    unsigned fgt = sysreg_get(ID_AA64MMFR0_EL1) >> 56 & 15;
#define X(name) sysreg_set(name, 0);
    if (fgt >= 1) {
        X(S3_4_C1_C1_4) X(S3_4_C1_C1_5) X(S3_4_C1_C1_6) X(S3_4_C3_C1_4) X(S3_4_C3_C1_5)
        if (!ZERO_FIELD(sysreg_get(ID_AA64PFR0_EL1), 44))
            X(S3_4_C3_C1_6)
    }
    if (fgt >= 2) {             /* HDFGRTR2, HDFGWTR2, HFGRTR2, HFGWTR2, HFGITR2 */
        X(S3_4_C3_C1_0) X(S3_4_C3_C1_1) X(S3_4_C3_C1_2) X(S3_4_C3_C1_3) X(S3_4_C3_C1_7)
    }
#undef X
}

/* Where these features are, their traps come from reset in a state that is not known. */
static void optional(void)
{
    fine_traps();
    uint64_t dfr0 = sysreg_get(ID_AA64DFR0_EL1), mdcr = MDCR;
    if (!ZERO_FIELD(dfr0, 32))
        mdcr |= MDCR_TPMS;
    if (!ZERO_FIELD(dfr0, 40))
        mdcr |= MDCR_TTRF;
    sysreg_set(MDCR_EL2, (sysreg_get(MDCR_EL2) & MDCR_HPMN) | mdcr);
    if (!ZERO_FIELD(sysreg_get(ID_AA64MMFR1_EL1), 40))
        sysreg_set(HCRX_EL2, 0);        /* nothing of FEAT_HCX and later is a guest's */
    if (!ZERO_FIELD(sysreg_get(ID_AA64PFR0_EL1), 40))
        sysreg_set(MPAM2_EL2, BIT(49) | BIT(48));   /* TRAPMPAM0EL1, TRAPMPAM1EL1 */
}

void guest_cpu_start(void)
{
    collect();
    sysreg_set(HCR_EL2, HCR);
    sysreg_set(HSTR_EL2, HSTR_T15);     /* AArch32's implementation-defined CP15, c15 */
    sysreg_set(CNTHCTL_EL2, 0);         /* CNTPCT and CNTP trap: the machine has them; CNTV is the guest's. No event stream of EL2's */
    sysreg_set(VPIDR_EL2, sysreg_get(MIDR_EL1));
    debug_cpu_start();
    optional();
    guest_cpus[arch_cpu()].cptr = 0;    /* not known: the first load writes it */
    isb();
    vgic_cpu_start();
    sysreg_set(CNTV_CTL_EL0, 0);
    isb();
}

const char *guest_refusal(void)
{
    uint64_t mmfr0 = sysreg_get(ID_AA64MMFR0_EL1);
    unsigned granule = mmfr0 >> 28 & 15, granule2 = mmfr0 >> 40 & 15;
    if (!cpu_pa_bits())
        return "this CPU tells a range of physical addresses (ID_AA64MMFR0_EL1.PARange) that Bedplate does not know";
    if (granule2 == 1 || (granule2 == 0 && granule == 15))      /* TGran4_2; 0: as TGran4 */
        return "this CPU has no stage 2 translation with pages of 4 KiB";
    if (sysreg_get(HCR_EL2) & BIT(34))
        return "this CPU has EL2 only as a host's level (HCR_EL2.E2H is fixed at 1), which Bedplate does not drive";
    return vgic_refusal();
}
