/*
 * Loads and stores of A64 whose access to a device no syndrome tells: those with writeback, pairs, and what else has ISS.ISV = 0
 * (DDI 0487, D17.2.37). Pure: memory is reached through the functions handed in.
 */
#ifndef HYPERVISOR_INSN_A64_H
#define HYPERVISOR_INSN_A64_H
#include "lib/arm.h"

enum a64_result {
    A64_DONE,           /* executed: regs hold the outcome; pc is left to the caller */
    A64_FAULT,          /* the bus refused, and has seen to the guest's exception; regs are unchanged */
    A64_REFUSED,        /* not one that can be executed on a device: *why is a sentence's end */
};

/* gva: where; size 1, 2, 4 or 8. False: it cannot be done, and the guest was told. */
struct a64_bus {
    bool (*read)(void *owner, uint64_t gva, unsigned size, uint64_t *value);
    bool (*write)(void *owner, uint64_t gva, unsigned size, uint64_t value);
    void *owner;
};

/*
 * What an instruction does, decoded. Elements lie one after the other in memory. base ARM_ZERO: SP, which this does not know.
 * register_base: the address is base + offset, moved by `before` that access, written back when `writeback`.
 */
struct a64_access {
    bool load, sign, wide;              /* sign-extend what is loaded, to 64 bits (wide) or to 32 */
    bool nothing;                       /* a prefetch or cache maintenance by address: no effect on a device */
    bool literal;                       /* base is pc */
    bool writeback, post;               /* the base moves; post: behind the access */
    bool indexed;                       /* + index register, extended as `extend` (UXTW 2, LSL 3, SXTW 6, SXTX 7) and shifted */
    uint8_t size, count;                /* of an element, 1..8 bytes; 1 or 2 elements */
    uint8_t reg[2], base, index, extend, shift;
    int64_t offset;
};
/* False: *why says what it is instead. */
bool a64_decode(struct a64_access *a, uint32_t instruction, const char **why);
enum a64_result a64_execute(struct arm_regs *regs, uint32_t instruction, const struct a64_bus *bus, const char **why);
#endif
