/*
 * Owns: one instruction from its bytes to its outcome. Invariant: handlers work on a copy of the registers; the guest's
 * change in one place, here, after all accesses have succeeded.
 */
#include "hypervisor/insn/insn_internal.h"

enum insn_result insn_execute(struct x86_state *state, const uint8_t *bytes, size_t n, const struct insn_bus *bus,
                              struct insn_fault *fault, unsigned *length)
{
    struct run r;               /* not zeroed as a whole: it is large, and this path is hot */
    uint8_t vector = 0;
    r.state = state;
    r.bus = bus;
    r.fault = fault;
    r.again = false;
    enum insn_result result = insn_decode(state, bytes, n, &r.insn, &vector);
    *length = r.insn.length;
    if (result == INSN_FAULT)
        return raise_fault(&r, vector, vector == TRAP_GP && state->cr0 & CR0_PE);
    if (result != INSN_DONE)
        return result;
    r.regs = state->regs;
    result = r.insn.row->run(&r);
    if (result == INSN_UNKNOWN)
        *length = 0;
    if (result != INSN_DONE)
        return result;
    if (!r.again)
        r.regs.rip = (r.regs.rip + r.insn.length) & size_mask(r.insn.mode);
    r.regs.rflags &= ~(uint64_t)FLAG_RF;
    state->regs = r.regs;
    return INSN_DONE;
}
