/*
 * The image's first bytes: Linux's arm64 Image header (Documentation/arm64/booting.rst), then from the MMU off to C, for the booting
 * CPU and for those that PSCI starts. Until the jump to IMAGE_VIRT all code and data is reached by PC-relative addresses.
 *
 * Two level 0 tables: early_l0 has the image at its physical address as well, for the instruction behind the one that turns the
 * MMU on; host_l0 has it not, and is the one in use from then on. Both share the image's tables.
 */
#define IMAGE_VIRT_SLOT 511
#define DAIF_ALL 0xf
#define HCR_RW (1 << 31)

/* Descriptors, DDI 0487 D8.3: valid, table or page; AttrIndx 1, inner shareable, AF; AP[1] is RES1 at EL2. */
#define TABLE 3
#define PAGE_CODE   0x7c7                   /* a page: ... read-only is AP[2] */
#define PAGE_WRITE  0x40000000000747
#define BLOCK_CODE  0x7c5

/* 0: Device-nGnRE; 1: normal, write-back, allocating. */
#define MAIR 0xff04
/* T0SZ 16 (48 bits), walks inner shareable and write-back, 4 KiB; bits 31 and 23 are RES1. */
#define TCR 0x80803510
#define TCR_PS_SHIFT 16
#define PS_48_BITS 5
/* SCTLR_EL2: RES1 bits; M, C, SA, I; WXN: nothing writable is executable. */
#define SCTLR_OFF 0x30c50830
#define SCTLR_ON (0x30c50830 | 1 | 1 << 2 | 1 << 3 | 1 << 12 | 1 << 19)
#define SCTLR_EL1_OFF 0x30d00800
#define SCTLR_EL1_ON (0x30d00800 | 1 | 1 << 2 | 1 << 12)
#define TCR_EL1_IPS_SHIFT 32
#define TABLES 7
/* percpu.h has these as well. */
#define STACK_SIZE 0x4000
#define PERCPU_ROOM 128

    .section .head, "ax"
    .globl image_head
image_head:
    b       boot_entry
    .long   0
    .quad   0                               /* text_offset: a multiple of 2 MiB is what we take */
    .quad   image_size
    .quad   0xa                             /* little endian, 4 KiB pages, anywhere in memory */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

/* x0: physical address of the device tree. */
boot_entry:
    msr     daifset, #DAIF_ALL
    mov     x20, x0
    adr     x21, image_head
    mrs     x1, CurrentEL
    cmp     x1, #2 << 2
    b.ne    too_low
    bl      el2_reset
    bl      make_tables
    ldr     x30, =boot_high
    b       mmu_on
boot_high:
    ldr     x1, =boot_stack_top
    mov     sp, x1
    msr     tpidr_el2, x1                   /* its percpu stands right above the stack */
    bl      prepare_data
    mov     x0, x20
    mov     x1, x21
    mov     x29, xzr
    mov     x30, xzr
    b       arm_start

/*
 * Entered at EL1, where there is nothing to do but say so. The same tables do: to EL1, AP[1] says that EL0 may look as well, and TCR_EL1's
 * bit 23 that there is no upper half.
 */
too_low:
    cmp     x1, #1 << 2
    b.ne    stuck                           /* EL3: firmware's place */
    ldr     x1, =SCTLR_EL1_OFF
    msr     sctlr_el1, x1
    isb
    bl      make_tables
    ldr     x1, =MAIR
    msr     mair_el1, x1
    ldr     x1, =TCR & 0xfff0ffff & ~(1 << 31)
    mrs     x2, id_aa64mmfr0_el1
    and     x2, x2, #0xf
    mov     x3, #PS_48_BITS
    cmp     x2, x3
    csel    x2, x2, x3, lo
    orr     x1, x1, x2, lsl #TCR_EL1_IPS_SHIFT
    msr     tcr_el1, x1
    adrp    x1, early_l0
    adrp    x4, host_l0
    msr     ttbr0_el1, x1
    tlbi    vmalle1
    ic      iallu
    dsb     sy
    isb
    ldr     x1, =SCTLR_EL1_ON
    ldr     x3, =1f
    msr     sctlr_el1, x1
    isb
    br      x3
1:  msr     ttbr0_el1, x4
    isb
    tlbi    vmalle1
    dsb     sy
    isb
    ldr     x1, =boot_stack_top
    mov     sp, x1
    bl      prepare_data
    mov     x0, x20
    mov     x1, x21
    b       arm_start_too_low
stuck:
    wfi
    b       stuck

/* .data to where it is linked, .bss zeroed but for the tables that are in use. With the caches on. */
prepare_data:
    ldr     x1, =bp_data_start
    ldr     x2, =bp_data_end
    ldr     x3, =bp_data_load
0:  ldp     x4, x5, [x3], #16
    stp     x4, x5, [x1], #16
    cmp     x1, x2
    b.lo    0b
    ldr     x1, =bp_bss_start
    ldr     x2, =bp_image_end
1:  stp     xzr, xzr, [x1], #16
    cmp     x1, x2
    b.lo    1b
    ret

/* PSCI CPU_ON: x0 is the virtual address of the CPU's percpu, above its stack. */
    .globl  smp_entry
smp_entry:
    msr     daifset, #DAIF_ALL
    mov     x20, x0
    bl      el2_reset
    ldr     x30, =smp_high
    b       mmu_on
smp_high:
    mov     sp, x20
    msr     tpidr_el2, x20
    mov     x29, xzr
    mov     x30, xzr
    b       arm_start_other

/* E2H off first: with it on, TCR_EL2 and CPTR_EL2 have another layout. Caches and MMU off, as some loaders leave the data cache on. */
el2_reset:
    mov     x1, #HCR_RW
    msr     hcr_el2, x1
    isb
    ldr     x1, =SCTLR_OFF
    msr     sctlr_el2, x1
    isb
    ret

/* In: the tables are made; x30: where to go, at its virtual address. There host_l0 is in use. Changes x1..x4. */
mmu_on:
    ldr     x1, =MAIR
    msr     mair_el2, x1
    ldr     x1, =TCR
    mrs     x2, id_aa64mmfr0_el1
    and     x2, x2, #0xf                    /* PARange may tell more than these tables can hold, or what we do not know */
    mov     x3, #PS_48_BITS
    cmp     x2, x3
    csel    x2, x2, x3, lo
    orr     x1, x1, x2, lsl #TCR_PS_SHIFT
    msr     tcr_el2, x1
    ldr     x1, =trap_vectors
    msr     vbar_el2, x1
    adrp    x1, early_l0
    adrp    x4, host_l0
    msr     ttbr0_el2, x1
    tlbi    alle2
    ic      iallu
    dsb     sy
    isb
    ldr     x1, =SCTLR_ON
    ldr     x3, =1f
    msr     sctlr_el2, x1
    isb
    br      x3
1:  msr     ttbr0_el2, x4
    isb
    tlbi    alle2
    dsb     sy
    isb
    ret

/*
 * early_l0 -> ident_l1 -> ident_l2: the 2 MiB blocks that the image lies in; image_l1 -> image_l2 -> image_l3: its pages, each with its
 * rights. The caches are off: what they hold of these pages, dirty or clean, must go before and after.
 */
make_tables:
    mov     x19, x30
    bl      invalidate_tables
    adrp    x1, early_l0
    mov     x2, #TABLES * 4096
0:  stp     xzr, xzr, [x1], #16
    subs    x2, x2, #16
    b.ne    0b

    mov     x0, x21
    adrp    x1, early_l0
    adrp    x2, host_l0
    adrp    x3, image_l1
    orr     x4, x3, #TABLE
    str     x4, [x1, #IMAGE_VIRT_SLOT * 8]
    str     x4, [x2, #IMAGE_VIRT_SLOT * 8]
    adrp    x4, image_l2
    orr     x5, x4, #TABLE
    str     x5, [x3]
    adrp    x5, image_l3
    orr     x6, x5, #TABLE
    str     x6, [x4]
    adrp    x3, ident_l1
    orr     x4, x3, #TABLE
    ubfx    x6, x0, #39, #9
    str     x4, [x1, x6, lsl #3]
    adrp    x4, ident_l2
    orr     x5, x4, #TABLE
    ubfx    x6, x0, #30, #9
    str     x5, [x3, x6, lsl #3]
    ubfx    x6, x0, #21, #9
    lsr     x5, x0, #21
    lsl     x5, x5, #21
    ldr     x7, =BLOCK_CODE
    orr     x5, x5, x7
    str     x5, [x4, x6, lsl #3]

    adrp    x1, image_l3
    ldr     x2, =PAGE_CODE
    ldr     x3, =text_pages
    bl      map_pages
    ldr     x2, =PAGE_WRITE
    ldr     x3, =data_pages
    bl      map_pages
    mov     x30, x19

invalidate_tables:
    adrp    x1, early_l0
    mov     x2, #TABLES * 4096
0:  dc      ivac, x1
    add     x1, x1, #16                     /* no line is shorter */
    subs    x2, x2, #16
    b.ne    0b
    dsb     sy
    ret

/* x3 pages from x0 on with the bits x2 into the entries at x1; moves x0 and x1 on. */
map_pages:
    orr     x4, x0, x2
    str     x4, [x1], #8
    add     x0, x0, #4096
    subs    x3, x3, #1
    b.ne    map_pages
    ret

    .section .bss.page_tables, "aw", %nobits
    .balign 4096
    .globl  early_l0, host_l0, image_l3
early_l0: .skip 4096
host_l0:  .skip 4096
ident_l1: .skip 4096
ident_l2: .skip 4096
image_l1: .skip 4096
image_l2: .skip 4096
image_l3: .skip 4096

    .section .bss.boot_stack, "aw", %nobits
    .balign 16
    .skip   STACK_SIZE - PERCPU_ROOM
    .globl  boot_stack_top
boot_stack_top:
    .skip   PERCPU_ROOM
