/* Numbers that start.S and C share. */
#ifndef GUESTS_LIB_ARM_LAYOUT_H
#define GUESTS_LIB_ARM_LAYOUT_H
#define STACK_SIZE   16384
#define CPUS_MAX_ARM 64

/* Attribute 0: Device-nGnRE; 1: Normal, write-back. 39 bits of virtual address in TTBR0, none in TTBR1. DDI 0487, D17.2.139. */
#define MMU_MAIR     0xff04
#define MMU_TCR      (25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23)
#define SCTLR_ON     0x30d0199d     /* M, C, I, SA, SA0, the RES1 bits of Armv8.0, no nTWI/nTWE traps */
#endif
