/* Owns: PSTATE and PC at the entry of an exception taken to EL1. */
#include "hypervisor/arm/exception.h"

enum { FROM_EL1T = 0x000, FROM_EL1H = 0x200, FROM_EL0_64 = 0x400, FROM_EL0_32 = 0x600 };

static uint64_t vector_of(uint64_t pstate)
{
    if (pstate & PSTATE_32)
        return FROM_EL0_32;
    switch (pstate & PSTATE_MODE) {
    case PSTATE_EL0T: return FROM_EL0_64;
    case PSTATE_EL1T: return FROM_EL1T;
    default:          return FROM_EL1H;
    }
}

/* UAO, BTYPE, SS, IL and TCO come out 0 (TCO is RES0, as no guest has MTE); NZCV and DIT stay. */
struct exception_entry exception_enter(uint64_t pstate, uint64_t vbar, uint64_t sctlr, bool pan, bool ssbs)
{
    bool from_32 = pstate & PSTATE_32;
    uint64_t to = PSTATE_EL1H | PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F | (pstate & PSTATE_NZCV);
    if (from_32)
        to |= pstate & PSTATE32_DIT ? PSTATE_DIT : 0;
    else
        to |= pstate & PSTATE_DIT;
    if (pan)
        to |= sctlr & SCTLR_SPAN ? pstate & PSTATE_PAN : PSTATE_PAN;
    if (ssbs && (sctlr & SCTLR_DSSBS))
        to |= PSTATE_SSBS;
    return (struct exception_entry){ (vbar & ~UINT64_C(0x7ff)) + vector_of(pstate), to };
}
