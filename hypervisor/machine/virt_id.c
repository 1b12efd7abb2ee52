/*
 * Owns: what the identification registers of AArch64 say to a guest. A row is a field that a guest may have, with the most it is told;
 * what has no row is told as absent, so a feature of a CPU to come is not offered before somebody has thought about its traps.
 * arch_id_register has cut what this host's CPUs lack, or what arm/ does not switch on for a guest.
 */
#include "hypervisor/machine/virt.h"

#define ID(crm, op2) ARM_SYSREG(3, 0, 0, crm, op2)
enum { AA32_LAST = 3 };         /* CRm 1..3: registers of AArch32 */

/* most: the greatest value told. absent: the value that says the feature is not there, where that is not 0 (signed fields). */
static const struct field { uint32_t name; uint8_t shift, most; bool is_signed; } fields[] = {
    /* ID_AA64PFR0: EL0 and EL1 (2: AArch32 as well), FP, AdvSIMD, DIT, CSV2, CSV3. GIC is told below */
    { ID(4, 0), 0, 2, false }, { ID(4, 0), 4, 1, false }, { ID(4, 0), 16, 1, true }, { ID(4, 0), 20, 1, true },
    { ID(4, 0), 48, 1, false }, { ID(4, 0), 56, 1, false }, { ID(4, 0), 60, 1, false },
    /* ID_AA64PFR1: BT, SSBS */
    { ID(4, 1), 0, 1, false }, { ID(4, 1), 4, 2, false },
    /* ID_AA64DFR0: DebugVer, BRPs and WRPs, which arm/ keeps. No PMU, trace, statistical profiling, breakpoints that know contexts */
    { ID(5, 0), 0, 6, false }, { ID(5, 0), 12, 15, false }, { ID(5, 0), 20, 15, false },
    /* ID_AA64ISAR0: AES, SHA1, SHA2, CRC32, Atomic, RDM, SHA3, SM3, SM4, DP, FHM, TS, TLB, RNDR */
    { ID(6, 0), 4, 2, false }, { ID(6, 0), 8, 1, false }, { ID(6, 0), 12, 2, false }, { ID(6, 0), 16, 1, false }, { ID(6, 0), 20, 2, false },
    { ID(6, 0), 28, 1, false }, { ID(6, 0), 32, 1, false }, { ID(6, 0), 36, 1, false }, { ID(6, 0), 40, 1, false }, { ID(6, 0), 44, 1, false },
    { ID(6, 0), 48, 1, false }, { ID(6, 0), 52, 2, false }, { ID(6, 0), 56, 2, false }, { ID(6, 0), 60, 1, false },
    /* ID_AA64ISAR1: DPB, APA, API, JSCVT, FCMA, LRCPC, GPA, GPI, FRINTTS, SB, SPECRES, BF16, DGH, I8MM */
    { ID(6, 1), 0, 2, false }, { ID(6, 1), 4, 5, false }, { ID(6, 1), 8, 5, false }, { ID(6, 1), 12, 1, false }, { ID(6, 1), 16, 1, false },
    { ID(6, 1), 20, 2, false }, { ID(6, 1), 24, 1, false }, { ID(6, 1), 28, 1, false }, { ID(6, 1), 32, 1, false }, { ID(6, 1), 36, 1, false },
    { ID(6, 1), 40, 1, false }, { ID(6, 1), 44, 2, false }, { ID(6, 1), 48, 1, false }, { ID(6, 1), 52, 1, false },
    /* ID_AA64ISAR2: RPRES, GPA3, APA3, BC. No WFxT: a wait with a time limit has a syndrome of its own */
    { ID(6, 2), 4, 1, false }, { ID(6, 2), 8, 1, false }, { ID(6, 2), 12, 5, false }, { ID(6, 2), 20, 1, false },
    /* ID_AA64MMFR0: PARange (as stage 2 maps), ASIDBits, BigEnd, SNSMem, BigEndEL0, TGran16, TGran64, TGran4, ExS. No FGT, no ECV */
    { ID(7, 0), 0, 6, false }, { ID(7, 0), 4, 2, false }, { ID(7, 0), 8, 1, false }, { ID(7, 0), 12, 1, false }, { ID(7, 0), 16, 1, false },
    { ID(7, 0), 20, 2, false }, { ID(7, 0), 24, 1, true }, { ID(7, 0), 28, 1, true }, { ID(7, 0), 44, 1, false },
    /* ID_AA64MMFR1: HAFDBS, VMIDBits (of no use to it, and harmless), HPDS, PAN, XNX, ETS. No VH, no LOR */
    { ID(7, 1), 0, 2, false }, { ID(7, 1), 4, 2, false }, { ID(7, 1), 12, 2, false }, { ID(7, 1), 20, 3, false }, { ID(7, 1), 28, 1, false },
    { ID(7, 1), 36, 1, false },
    /* ID_AA64MMFR2: CnP, UAO, LSM, IESB, VARange, CCIDX, AT, IDS, TTL, BBM, E0PD. No NV, no FWB, no evictions */
    { ID(7, 2), 0, 1, false }, { ID(7, 2), 4, 1, false }, { ID(7, 2), 8, 1, false }, { ID(7, 2), 12, 1, false }, { ID(7, 2), 16, 1, false },
    { ID(7, 2), 20, 1, false }, { ID(7, 2), 32, 1, false }, { ID(7, 2), 36, 1, false }, { ID(7, 2), 48, 2, false }, { ID(7, 2), 52, 2, false },
    { ID(7, 2), 60, 1, false },
};

/* Of AArch32, seen by programs of EL0 at most: everything but what traps. A nibble per field that is cleared. */
static const struct hole { uint32_t name; uint64_t keep; } holes[] = {
    { ID(1, 0), 0x000fffff },   /* ID_PFR0: no RAS, no AMU */
    { ID(1, 1), 0x0fff0fff },   /* ID_PFR1: no GIC registers, no virtualization */
    { ID(1, 2), 0x000fffff },   /* ID_DFR0: no PMU, no trace filter */
};

static uint64_t cut(const struct field *f, uint64_t host)
{
    uint64_t value = host >> f->shift & 15;
    if (f->is_signed && value > 7)
        return value << f->shift;       /* negative: not there */
    return (value < f->most ? value : f->most) << f->shift;
}

static uint64_t of_aarch32(uint32_t name, uint64_t host)
{
    for (unsigned i = 0; i < sizeof(holes) / sizeof(*holes); i++)
        if (holes[i].name == name)
            return host & holes[i].keep;
    return (uint32_t)host;
}

uint64_t virt_id_register(struct domain *d, uint32_t name)
{
    uint64_t host = arch_id_register(name), value = 0;
    if ((name >> 5 & 15) <= AA32_LAST)
        return of_aarch32(name, host);
    for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (fields[i].name == name)
            value |= cut(&fields[i], host);
    if (name == ID(4, 0) && d->machine->gic.version == 3)
        value |= UINT64_C(1) << 24;     /* the GIC's CPU interface by system registers */
    return value;
}
