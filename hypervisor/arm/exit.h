/* What an exception from a guest means (ESR_EL2): pure, so that tests and a fuzzer on any machine can ask it everything. */
#ifndef HYPERVISOR_ARM_EXIT_H
#define HYPERVISOR_ARM_EXIT_H
#include "hypervisor/arch.h"
#include "hypervisor/arm/registers.h"
#include "lib/arm.h"

/* What is to be done before anyone else hears of it, or that the struct exit is whole. */
enum exit_todo {
    TODO_EXIT,          /* *e says it */
    TODO_UNDEFINED,     /* the guest is given "unknown reason" */
    TODO_SKIP,          /* nothing but going past the instruction */
    TODO_FPU,           /* the FPU is to be opened */
};

/* Any exception but aborts. pstate: SPSR_EL2. */
enum exit_todo exit_decode(uint64_t esr, uint64_t pstate, struct exit *e);

enum abort_kind {
    ABORT_STAGE2,       /* *e says it all */
    ABORT_FIND,         /* the same, but e->memory.at is to be found: HPFAR_EL2 does not hold for a permission fault, D19.2.54 */
    ABORT_SKIP,         /* cache maintenance of what is not RAM */
    ABORT_RETRY,        /* a TLB conflict */
    ABORT_GUEST,        /* the guest's doing, to be told to it with the same status */
    ABORT_HOST,         /* the host's memory failed */
};
enum abort_kind exit_decode_abort(uint64_t esr, uint64_t far, uint64_t hpfar, struct exit *e);

static inline bool exit_is_abort(uint64_t esr) { return ESR_EC(esr) == EC_DATA_LOWER || ESR_EC(esr) == EC_FETCH_LOWER; }

/* Past an instruction: PSTATE and the length of it. esr: of its exception; in AArch32 it tells the size. */
void exit_skip(struct arm_regs *r, uint64_t esr);
#endif
