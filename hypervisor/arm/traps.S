/* The vectors (DDI 0487, D1.3.1.1). From a lower EL each only branches to the guest half (host.h); from EL2 all goes to arm_trap, which panics. */
#define FRAME_SIZE 288

    .macro fault number
    .balign 128
    sub     sp, sp, #FRAME_SIZE
    stp     x0, x1, [sp, #0]
    mov     x1, #\number
    b       save_and_trap
    .endm

    .macro guest where
    .balign 128
    b       \where
    .endm

    .section .vectors, "ax"
    .balign 2048
    .globl  trap_vectors
trap_vectors:
    /* from EL2 with SP_EL0, which we never use */
    fault   0
    fault   1
    fault   2
    fault   3
    /* from EL2 */
    fault   4
    fault   5
    fault   6
    fault   7
    /* from AArch64 below: synchronous, IRQ, FIQ, SError */
    guest   guest_exit_sync
    guest   guest_exit_irq
    guest   guest_exit_irq
    guest   guest_exit_serror
    /* from AArch32 below */
    guest   guest_exit_sync
    guest   guest_exit_irq
    guest   guest_exit_irq
    guest   guest_exit_serror
    .balign 128

/* struct trap_frame of host.h; x0 and x1 are saved. */
save_and_trap:
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    mrs     x2, elr_el2
    stp     x30, x2, [sp, #240]
    mrs     x2, spsr_el2
    mrs     x3, esr_el2
    stp     x2, x3, [sp, #256]
    mrs     x2, far_el2
    add     x3, sp, #FRAME_SIZE
    stp     x2, x3, [sp, #272]
    mov     x0, sp
    bl      arm_trap
    brk     #0
