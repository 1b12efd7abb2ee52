/*
 * Owns: the first instructions of a test guest, behind the header of an arm64 Image; the tables of its MMU are made before the MMU is
 * on. All runs at EL1 with SP_EL0, exceptions with SP_EL1: a test may spoil its stack pointer.
 */
#include "guests/lib/arm/layout.h"

        .section .entry, "ax"
        .globl  _start
_start:
        b       first
        .long   0
        .quad   0                       /* text_offset */
        .long   guest_size, 0           /* image_size */
        .quad   0xa                     /* flags: 4 KiB pages, anywhere in memory */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .long   0

first:
        adrp    x19, entry_state
        add     x19, x19, :lo12:entry_state
        mov     x20, x0
        mov     x21, x1
        mov     x22, x2
        mov     x23, x3

        /* Link address 0: the addend of each R_AARCH64_RELATIVE is an offset from here. */
        adr     x9, _start
        adrp    x10, rela_begin
        add     x10, x10, :lo12:rela_begin
        adrp    x11, rela_end
        add     x11, x11, :lo12:rela_end
1:      cmp     x10, x11
        b.hs    2f
        ldp     x12, x13, [x10]
        ldr     x14, [x10, #16]
        add     x10, x10, #24
        cmp     w13, #1027
        b.ne    1b
        add     x14, x14, x9
        str     x14, [x12, x9]
        b       1b
2:
        adrp    x10, bss_begin
        add     x10, x10, :lo12:bss_begin
        adrp    x11, bss_end
        add     x11, x11, :lo12:bss_end
3:      cmp     x10, x11
        b.hs    4f
        stp     xzr, xzr, [x10], #16
        b       3b
4:
        stp     x20, x21, [x19]
        stp     x22, x23, [x19, #16]
        mrs     x0, CurrentEL
        mrs     x1, daif
        stp     x0, x1, [x19, #32]
        mrs     x0, sctlr_el1
        mrs     x1, spsel
        stp     x0, x1, [x19, #48]
        adr     x0, _start
        str     x0, [x19, #64]

        adrp    x1, first_stack + STACK_SIZE
        add     x1, x1, :lo12:first_stack + STACK_SIZE
        msr     spsel, #1
        mov     sp, x1
        bl      mmu_tables
        mov     x0, #0
        b       enter

/* Where PSCI CPU_ON begins a further CPU: x0 is its number. */
        .globl  ap_begin
ap_begin:
enter:  /* x0: number. The MMU on, two stacks, vectors, then C. */
        mov     x19, x0
        adrp    x1, mmu_l1
        add     x1, x1, :lo12:mmu_l1
        msr     ttbr0_el1, x1
        ldr     x1, =MMU_MAIR
        msr     mair_el1, x1
        ldr     x1, =MMU_TCR
        mrs     x2, id_aa64mmfr0_el1
        and     x2, x2, #0xf            /* IPS: as many bits as the CPU says, 48 at most */
        cmp     x2, #5
        mov     x3, #5
        csel    x2, x2, x3, ls
        orr     x1, x1, x2, lsl #32
        msr     tcr_el1, x1
        tlbi    vmalle1
        dsb     ish
        isb
        ldr     x1, =SCTLR_ON
        msr     sctlr_el1, x1
        isb
        mov     x1, #3 << 20            /* FPEN: what the compiler does with registers is not a test's business */
        msr     cpacr_el1, x1
        adrp    x1, vectors
        add     x1, x1, :lo12:vectors
        msr     vbar_el1, x1
        isb
        /* Of each CPU: STACK_SIZE for exceptions, then STACK_SIZE for the test. */
        adrp    x1, first_stack
        add     x1, x1, :lo12:first_stack
        mov     x2, #2 * STACK_SIZE
        madd    x1, x2, x19, x1
        add     x2, x1, #STACK_SIZE
        msr     spsel, #1
        mov     sp, x2
        add     x2, x2, #STACK_SIZE
        msr     spsel, #0
        mov     sp, x2
        mov     x0, x19
        bl      cpu_main
5:      wfi
        b       5b

/* int catch_call(f, arg, &resume): f(arg); after a fault it returns through catch_landed with the stack of the call. */
        .text
        .globl  catch_call, catch_landed
catch_call:
        stp     x29, x30, [sp, #-112]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        str     x2, [sp, #96]
        mov     x9, x0
        mov     x10, sp
        str     x10, [x2]
        mov     x0, x1
        blr     x9
catch_landed:
        ldr     x2, [sp, #96]
        str     xzr, [x2]
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     x29, x30, [sp], #112
        mov     x0, #0
        ret

/* int64_t hypercall(nr, a, b, c, d, e): xen/arch-arm.h. */
        .globl  hypercall, smccc
hypercall:
        mov     x16, x0
        mov     x0, x1
        mov     x1, x2
        mov     x2, x3
        mov     x3, x4
        mov     x4, x5
        hvc     #0xea1
        ret

/* uint64_t smccc(function, a, b, c): by HVC #0, or by SMC #0 where the tree says so. */
smccc:  adrp    x9, psci_by_smc
        ldrb    w9, [x9, :lo12:psci_by_smc]
        cbnz    w9, 6f
        hvc     #0
        ret
6:      smc     #0
        ret

/* ---- exceptions ------------------------------------------------------------------------- */
        .macro  vector kind
        .balign 128
        sub     sp, sp, #288
        stp     x0, x1, [sp]
        mov     x0, #\kind
        b       common
        .endm

        .section .text.vectors, "ax"
        .balign 2048
vectors:
        .set    n, 0
        .rept   16
        vector  n
        .set    n, n + 1
        .endr

common: stp     x2, x3, [sp, #16]
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
        mrs     x1, elr_el1
        stp     x30, x1, [sp, #240]
        mrs     x1, spsr_el1
        mrs     x2, sp_el0
        stp     x1, x2, [sp, #256]
        str     x0, [sp, #272]
        mov     x0, sp
        bl      trap
        ldp     x1, x2, [sp, #256]
        msr     spsr_el1, x1
        msr     sp_el0, x2
        ldp     x30, x1, [sp, #240]
        msr     elr_el1, x1
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ldp     x6, x7, [sp, #48]
        ldp     x8, x9, [sp, #64]
        ldp     x10, x11, [sp, #80]
        ldp     x12, x13, [sp, #96]
        ldp     x14, x15, [sp, #112]
        ldp     x16, x17, [sp, #128]
        ldp     x18, x19, [sp, #144]
        ldp     x20, x21, [sp, #160]
        ldp     x22, x23, [sp, #176]
        ldp     x24, x25, [sp, #192]
        ldp     x26, x27, [sp, #208]
        ldp     x28, x29, [sp, #224]
        ldp     x0, x1, [sp], #288
        eret

        .bss
        .balign 4096
        .globl  first_stack, entry_state
first_stack:
        .skip   2 * STACK_SIZE * CPUS_MAX_ARM
        .balign 16
entry_state:
        .skip   80
        .section .note.GNU-stack, "", %progbits
