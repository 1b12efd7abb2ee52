/*
 * Owns: memcpy, memset, arch_zero and arch_clean, where instructions count: kernels and RAM go through them. A long copy uses the vector registers,
 * which are a guest's: it puts them back, and turns their trap off meanwhile.
 */
#define CPTR_TFP (1 << 10)
#define LONG_COPY 2048

    .text
    .balign 16
    .globl  memcpy
    .type   memcpy, %function
/* Unaligned accesses are fine: SCTLR_EL2.A is 0 and this is normal memory. */
memcpy:
    mov     x3, x0
    cmp     x2, #LONG_COPY
    b.hs    long_copy
short_copy:
    subs    x2, x2, #64
    b.lo    1f
0:  ldp     x4, x5, [x1]
    ldp     x6, x7, [x1, #16]
    ldp     x8, x9, [x1, #32]
    ldp     x10, x11, [x1, #48]
    stp     x4, x5, [x3]
    stp     x6, x7, [x3, #16]
    stp     x8, x9, [x3, #32]
    stp     x10, x11, [x3, #48]
    add     x1, x1, #64
    add     x3, x3, #64
    subs    x2, x2, #64
    b.hs    0b
1:  tbz     x2, #5, 2f
    ldp     x4, x5, [x1], #16
    ldp     x6, x7, [x1], #16
    stp     x4, x5, [x3], #16
    stp     x6, x7, [x3], #16
2:  tbz     x2, #4, 3f
    ldp     x4, x5, [x1], #16
    stp     x4, x5, [x3], #16
3:  tbz     x2, #3, 4f
    ldr     x4, [x1], #8
    str     x4, [x3], #8
4:  tbz     x2, #2, 5f
    ldr     w4, [x1], #4
    str     w4, [x3], #4
5:  tbz     x2, #1, 6f
    ldrh    w4, [x1], #2
    strh    w4, [x3], #2
6:  tbz     x2, #0, 7f
    ldrb    w4, [x1]
    strb    w4, [x3]
7:  ret

/* LD1 and ST1 of four registers move 64 bytes each, wherever they stand. */
    .macro  each_four what, at
    \what   {v0.16b-v3.16b}, [\at], #64
    \what   {v4.16b-v7.16b}, [\at], #64
    \what   {v16.16b-v19.16b}, [\at], #64
    \what   {v20.16b-v23.16b}, [\at], #64
    .endm

long_copy:
    mrs     x5, cptr_el2
    bic     x6, x5, #CPTR_TFP
    msr     cptr_el2, x6
    isb
    sub     sp, sp, #256
    mov     x6, sp
    each_four st1, x6
    lsr     x4, x2, #9
    and     x2, x2, #511
    .balign 16
0:  each_four ld1, x1
    each_four st1, x3
    each_four ld1, x1
    each_four st1, x3
    sub     x4, x4, #1
    cbnz    x4, 0b
    mov     x6, sp
    each_four ld1, x6
    add     sp, sp, #256
    msr     cptr_el2, x5
    isb
    b       short_copy

    .balign 16
    .globl  memset
    .type   memset, %function
memset:
    mov     x3, x0
    and     w1, w1, #0xff
    mov     x4, #0x0101010101010101
    mul     x4, x1, x4
    subs    x2, x2, #64
    b.lo    1f
0:  stp     x4, x4, [x3]
    stp     x4, x4, [x3, #16]
    stp     x4, x4, [x3, #32]
    stp     x4, x4, [x3, #48]
    add     x3, x3, #64
    subs    x2, x2, #64
    b.hs    0b
1:  tbz     x2, #5, 2f
    stp     x4, x4, [x3], #16
    stp     x4, x4, [x3], #16
2:  tbz     x2, #4, 3f
    stp     x4, x4, [x3], #16
3:  tbz     x2, #3, 4f
    str     x4, [x3], #8
4:  tbz     x2, #2, 5f
    str     w4, [x3], #4
5:  tbz     x2, #1, 6f
    strh    w4, [x3], #2
6:  tbz     x2, #0, 7f
    strb    w4, [x3]
7:  ret

/* void arch_zero(void *p, uint64_t bytes): both multiples of 8. What cleans RAM stands here too, as part of zeroing it. */
    .section .zero_text, "ax"
    .globl  arch_zero
    .type   arch_zero, %function
arch_zero:
    mov     x5, x0
    mov     x6, x1
    mov     x8, x30
    bl      arch_zero_cached
    mov     x30, x8
    mov     x0, x5
    mov     x1, x6

/*
 * void arch_clean(void *p, uint64_t bytes): more than 0. Cleans and invalidates to the point of coherency, and what shares their eight
 * lines: within their pages. A guest starts with its caches off: it reads past ours, and a line of zeroes that were left there would be
 * written over its own later.
 */
    .globl  arch_clean
    .type   arch_clean, %function
arch_clean:
    mrs     x2, ctr_el0
    ubfx    x2, x2, #16, #4         /* DminLine: words of 4 bytes, as a power of 2 */
    mov     x3, #4
    lsl     x2, x3, x2
    add     x1, x0, x1
    lsl     x3, x2, #3
    sub     x3, x3, #1
    bic     x0, x0, x3
0:
    .rept 8
    dc      civac, x0
    add     x0, x0, x2
    .endr
    cmp     x0, x1
    b.lo    0b
    dsb     sy
    ret

/* void arch_zero_cached(void *p, uint64_t bytes). DC ZVA clears a block of DCZID_EL0.BS words of 4 bytes. */
    .globl  arch_zero_cached
    .type   arch_zero_cached, %function
arch_zero_cached:
    mrs     x2, dczid_el0
    tbnz    x2, #4, 3f              /* DZP: prohibited */
    and     x2, x2, #0xf
    mov     x3, #4
    lsl     x3, x3, x2              /* bytes of a block */
    sub     x4, x3, #1
0:  tst     x0, x4
    b.eq    1f
    cbz     x1, 4f
    str     xzr, [x0], #8
    sub     x1, x1, #8
    b       0b
1:  lsl     x7, x3, #3              /* eight at a time, then one */
    subs    x1, x1, x7
    b.lo    6f
5:
    .rept 8
    dc      zva, x0
    add     x0, x0, x3
    .endr
    subs    x1, x1, x7
    b.hs    5b
6:  add     x1, x1, x7
7:  subs    x1, x1, x3
    b.lo    2f
    dc      zva, x0
    add     x0, x0, x3
    b       7b
2:  add     x1, x1, x3
3:  cbz     x1, 4f
    str     xzr, [x0], #8
    sub     x1, x1, #8
    b       3b
4:  ret
