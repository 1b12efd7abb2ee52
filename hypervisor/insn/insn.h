/*
 * x86 instructions that touch memory or ports, decoded and executed without hardware's help (no decode assists may be
 * assumed). Pure: memory and ports are reached through the functions handed in.
 */
#ifndef HYPERVISOR_INSN_INSN_H
#define HYPERVISOR_INSN_INSN_H
#include "lib/x86.h"
#include <stddef.h>

enum { INSN_BYTES_MAX = 15 };

enum insn_result {
    INSN_DONE,          /* executed: regs hold the outcome, rip is past it (or at it again, with fewer left of a rep) */
    INSN_FAULT,         /* the guest is due the exception in *fault; regs unchanged but for completed rep iterations */
    INSN_UNKNOWN,       /* not one that this decoder knows */
};
struct insn_fault { uint8_t vector; bool has_error; uint32_t error; uint64_t address; };

/*
 * What execution needs of the machine. gva: linear address. Size 1, 2, 4 or 8. False: *fault has been filled in.
 * An access may lie in RAM or in a device: whoever implements it knows.
 */
struct insn_bus {
    bool (*read)(void *owner, uint64_t gva, unsigned size, uint64_t *value, struct insn_fault *fault);
    bool (*write)(void *owner, uint64_t gva, unsigned size, uint64_t value, struct insn_fault *fault);
    bool (*in)(void *owner, uint16_t port, unsigned size, uint64_t *value, struct insn_fault *fault);
    bool (*out)(void *owner, uint16_t port, unsigned size, uint64_t value, struct insn_fault *fault);
    void *owner;
};
/*
 * Decodes bytes[n] at state->regs.rip and executes it once (one iteration of a rep). Changes state->regs only. n < 15 where fetching stopped at a page the
 * guest cannot execute: INSN_UNKNOWN with *length = n tells that more bytes were needed. length: of the instruction.
 */
enum insn_result insn_execute(struct x86_state *state, const uint8_t *bytes, size_t n, const struct insn_bus *bus,
                              struct insn_fault *fault, unsigned *length);
#endif
