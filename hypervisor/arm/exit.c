/*
 * Owns: ESR_EL2 -> struct exit (DDI 0487, D19.2.37). Invariant: every value of ESR_EL2 has an answer; one that was not to be expected is
 * an undefined instruction to the guest where its instruction caused it.
 */
#include "hypervisor/arm/exit.h"

static enum exit_todo exit_as(struct exit *e, enum exit_kind kind)
{
    e->kind = kind;
    return TODO_EXIT;
}

/* ---- AArch32: an instruction whose condition fails may trap all the same, D1.13.4 ---- */

static bool condition_holds(unsigned cond, uint64_t pstate)
{
    bool n = pstate >> 31 & 1, z = pstate >> 30 & 1, c = pstate >> 29 & 1, v = pstate >> 28 & 1, holds;
    switch (cond >> 1) {
    case 0:  holds = z; break;
    case 1:  holds = c; break;
    case 2:  holds = n; break;
    case 3:  holds = v; break;
    case 4:  holds = c && !z; break;
    case 5:  holds = n == v; break;
    case 6:  holds = n == v && !z; break;
    default: return true;
    }
    return holds != (cond & 1);
}

/* IT[7:0] lies in two pieces, IT[1:0] in 26:25 and IT[7:2] in 15:10. */
static unsigned it_get(uint64_t pstate) { return (unsigned)(pstate >> 25 & 3) | (unsigned)(pstate >> 8 & 0xfc); }

static uint64_t it_set(uint64_t pstate, unsigned it)
{
    return (pstate & ~PSTATE32_IT) | (uint64_t)(it & 3) << 25 | (uint64_t)(it & 0xfc) << 8;
}

static bool fails_condition(uint64_t esr, uint64_t pstate)
{
    if (!(pstate & PSTATE_32))
        return false;
    if (esr & ESR_CV)
        return !condition_holds(ESR_COND(esr), pstate);
    unsigned it = it_get(pstate);       /* T32 may leave it to us: the condition is the IT block's, if it is in one */
    return (pstate & PSTATE32_T) && it && !condition_holds(it >> 4, pstate);
}

void exit_skip(struct arm_regs *r, uint64_t esr)
{
    if (!(r->pstate & PSTATE_32)) {
        r->pc += 4;
        r->pstate &= ~(PSTATE_BTYPE | PSTATE_SS);   /* as after any instruction that is no branch; a step of it is done */
        return;
    }
    r->pc = (uint32_t)(r->pc + (!(r->pstate & PSTATE32_T) || (esr & ESR_IL) ? 4 : 2));
    unsigned it = it_get(r->pstate);
    if ((r->pstate & PSTATE32_T) && it)             /* ITAdvance() */
        r->pstate = it_set(r->pstate, it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0);
    r->pstate &= ~PSTATE_SS;
}

/* ---- exceptions other than aborts ---- */

/* ISS of EC 0x18: op0 21:20, op2 19:17, op1 16:14, CRn 13:10, Rt 9:5, CRm 4:1, and 0: 1 is a read */
static enum exit_todo sysreg(uint64_t esr, struct exit *e)
{
    e->sysreg = (struct exit_sysreg){
        .name = ARM_SYSREG(esr >> 20 & 3, esr >> 14 & 7, esr >> 10 & 15, esr >> 1 & 15, esr >> 17 & 7),
        .reg = (uint8_t)(esr >> 5 & 31), .write = !(esr & 1),
    };
    return exit_as(e, EXIT_SYSREG);
}

/* Traps of AArch32's coprocessors come from EL0 alone, which EL1 did not forbid it: debug, PMU and what no guest has. */
static enum exit_todo coprocessor(uint64_t esr, uint64_t pstate)
{
    return fails_condition(esr, pstate) ? TODO_SKIP : TODO_UNDEFINED;
}

enum exit_todo exit_decode(uint64_t esr, uint64_t pstate, struct exit *e)
{
    switch (ESR_EC(esr)) {
    case EC_WFX:        /* TI: 0 WFI, 1 WFE, 2 WFIT, 3 WFET; those that end by themselves may end at once */
        if (fails_condition(esr, pstate))
            return TODO_SKIP;
        return exit_as(e, (esr & 3) == 0 ? EXIT_IDLE : EXIT_PAUSE);
    case EC_HVC64:
        e->immediate = (uint16_t)esr;
        return exit_as(e, EXIT_HYPERCALL);
    case EC_SYSREG:
        return sysreg(esr, e);
    case EC_SMC64:
        e->immediate = (uint16_t)esr;
        return exit_as(e, EXIT_SMC);
    case EC_FP:
        return fails_condition(esr, pstate) ? TODO_SKIP : TODO_FPU;
    case EC_CP15_32: case EC_CP15_64: case EC_CP14_32: case EC_CP14_LDC: case EC_CP10: case EC_CP14_64:
        return coprocessor(esr, pstate);
    default:
        return TODO_UNDEFINED;
    }
}

/* ---- aborts ---- */

static void describe(uint64_t esr, uint64_t far, uint64_t hpfar, struct exit *e)
{
    bool fetch = ESR_EC(esr) == EC_FETCH_LOWER, decoded = !fetch && (esr & ESR_ISV), walk = esr & ESR_S1PTW;
    e->kind = EXIT_MEMORY;
    e->memory = (struct exit_memory){
        .at = gpa(HPFAR_FIPA(hpfar) | (walk ? 0 : far & PAGE_MASK)), .write = !fetch && (esr & ESR_WNR), .fetch = fetch,
        .present = (ESR_FSC(esr) & ~(unsigned)FSC_LEVELS) == FSC_PERMISSION, .table_walk = walk,
        .decoded = decoded && !walk, .size = (uint8_t)(1u << ESR_SAS(esr)), .reg = (uint8_t)ESR_SRT(esr), .sign = esr & ESR_SSE,
        .wide = esr & ESR_SF, .gva = far,
    };
    if (!e->memory.decoded)
        e->memory.size = e->memory.reg = 0, e->memory.sign = e->memory.wide = false;
}

enum abort_kind exit_decode_abort(uint64_t esr, uint64_t far, uint64_t hpfar, struct exit *e)
{
    unsigned status = ESR_FSC(esr);
    bool fetch = ESR_EC(esr) == EC_FETCH_LOWER;
    describe(esr, far, hpfar, e);
    switch (status & ~(unsigned)FSC_LEVELS) {
    case FSC_SIZE: case FSC_TRANSLATION: case FSC_ACCESS_FLAG:
        return !fetch && (esr & ESR_CM) && !e->memory.table_walk ? ABORT_SKIP : ABORT_STAGE2;
    case FSC_PERMISSION:
        return e->memory.table_walk ? ABORT_STAGE2 : ABORT_FIND;
    case FSC_EXTERNAL: case FSC_EXTERNAL_WALK: case FSC_EXTERNAL + 8: case FSC_EXTERNAL_WALK + 8:
        return ABORT_HOST;              /* synchronous external aborts and, + 8, ECC errors of our own tables: HCR_EL2.TEA is 0 */
    default:
        return status == FSC_TLB_CONFLICT ? ABORT_RETRY : ABORT_GUEST;
    }
}
