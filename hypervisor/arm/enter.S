/*
 * Owns: the world switch. Only x0..x30, PC and PSTATE change hands at each entry; the rest of a vCPU stays in the CPU from load to
 * unload. While the guest runs, SP_EL2 points at a frame with what the C code wants back and the vCPU: of the guest's own nothing is
 * known at an exit, so the stack is the one way to it. Offsets: struct arm_regs stands first in struct arch_vcpu, enter.c checks.
 */
    .arch armv8-a
#define REGS_PC     248
#define FRAME       112
#define FRAME_VCPU  96

    .section .text.guest_run, "ax"
    .global guest_run
    .global guest_exit_sync
    .global guest_exit_irq
    .global guest_exit_serror

    .balign 64
guest_run:                              // x0: struct arch_vcpu *
    stp x29, x30, [sp, #-FRAME]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    str x0, [sp, #FRAME_VCPU]
    ldp x1, x2, [x0, #REGS_PC]
    msr elr_el2, x1
    msr spsr_el2, x2
    ldp x2, x3, [x0, #16]
    ldp x4, x5, [x0, #32]
    ldp x6, x7, [x0, #48]
    ldp x8, x9, [x0, #64]
    ldp x10, x11, [x0, #80]
    ldp x12, x13, [x0, #96]
    ldp x14, x15, [x0, #112]
    ldp x16, x17, [x0, #128]
    ldp x18, x19, [x0, #144]
    ldp x20, x21, [x0, #160]
    ldp x22, x23, [x0, #176]
    ldp x24, x25, [x0, #192]
    ldp x26, x27, [x0, #208]
    ldp x28, x29, [x0, #224]
    ldr x30, [x0, #240]
    ldp x0, x1, [x0]
    eret
    dsb nsh                             // nothing is to be run ahead past ERET with the guest's registers
    isb

    .macro save_x2_to_x17
    stp x2, x3, [x0, #16]
    stp x4, x5, [x0, #32]
    stp x6, x7, [x0, #48]
    stp x8, x9, [x0, #64]
    stp x10, x11, [x0, #80]
    stp x12, x13, [x0, #96]
    stp x14, x15, [x0, #112]
    stp x16, x17, [x0, #128]
    .endm

    // x0: what guest_run returns; on the stack the guest's x0, x1
    .macro leave value
    stp x0, x1, [sp, #-16]!
    ldr x0, [sp, #16 + FRAME_VCPU]
    save_x2_to_x17
    \value
    b exit_common
    .endm

    .balign 64
guest_exit_sync:
    leave "mrs x1, esr_el2"
guest_exit_irq:
    leave "mov x1, #0x8000000000000000"
guest_exit_serror:
    leave "mov x1, #0x4000000000000000"

exit_common:                            // x0: the vCPU, x1: the value
    stp x18, x19, [x0, #144]
    stp x20, x21, [x0, #160]
    stp x22, x23, [x0, #176]
    stp x24, x25, [x0, #192]
    stp x26, x27, [x0, #208]
    stp x28, x29, [x0, #224]
    mrs x4, elr_el2
    mrs x5, spsr_el2
    stp x30, x4, [x0, #240]             // pc stands behind x30
    str x5, [x0, #REGS_PC + 8]
    ldp x2, x3, [sp], #16
    stp x2, x3, [x0]
    mov x0, x1
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #FRAME
    ret
