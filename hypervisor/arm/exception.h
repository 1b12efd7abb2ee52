/* Taking an exception to EL1 as the CPU would (DDI 0487, AArch64.TakeException): pure. */
#ifndef HYPERVISOR_ARM_EXCEPTION_H
#define HYPERVISOR_ARM_EXCEPTION_H
#include "hypervisor/arm/registers.h"
#include "lib/arm.h"

struct exception_entry { uint64_t pc, pstate; };

/* Where a synchronous exception leads from `pstate`. ssbs: this CPU has FEAT_SSBS; pan: FEAT_PAN. */
struct exception_entry exception_enter(uint64_t pstate, uint64_t vbar, uint64_t sctlr, bool pan, bool ssbs);

/* ESR_EL1 of an abort; from_user tells "from a lower EL". status: DFSC or IFSC. */
static inline uint64_t exception_abort_esr(bool from_user, bool fetch, bool write, uint8_t status)
{
    unsigned class = fetch ? (from_user ? EC_FETCH_LOWER : EC_FETCH_SAME) : from_user ? EC_DATA_LOWER : EC_DATA_SAME;
    return (uint64_t)class << ESR_EC_SHIFT | ESR_IL | (write && !fetch ? ESR_WNR : 0) | (status & 0x3f);
}
#endif
