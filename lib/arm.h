/* A64 as the Arm Architecture Reference Manual (DDI 0487) names it: what machine, decoder and architecture share. */
#ifndef LIB_ARM_H
#define LIB_ARM_H
#include <stdbool.h>
#include <stdint.h>

enum { ARM_GPRS = 31, ARM_LR = 30, ARM_ZERO = 31 };    /* 31 in an instruction is XZR, or SP where it says so */

struct arm_regs { uint64_t x[ARM_GPRS], pc, pstate; };  /* pstate: as SPSR_EL2 holds it */

/* A system register or instruction by its encoding (C5.1.2): op0 0..3, op1, crn, crm, op2. The order sorts a table. */
#define ARM_SYSREG(op0, op1, crn, crm, op2) \
    ((uint32_t)(op0) << 16 | (uint32_t)(op1) << 13 | (uint32_t)(crn) << 9 | (uint32_t)(crm) << 5 | (uint32_t)(op2) << 2)

#define PSTATE_MODE   0x1fu
#define PSTATE_EL0T   0x00u
#define PSTATE_EL1T   0x04u
#define PSTATE_EL1H   0x05u
#define PSTATE_32     0x10u     /* AArch32 */
#define PSTATE_F      0x40u
#define PSTATE_I      0x80u
#define PSTATE_A      0x100u
#define PSTATE_D      0x200u

/*
 * A list register as GICv2 (IHI 0048, 5.3.8) and GICv3 (IHI 0069, 12.4) both have it. Free when state is 0.
 * hw: the guest's deactivation deactivates host interrupt `host` as well. source: GICv2, an SGI's sending CPU.
 * eoi: its end is to exit (the EOI bit, a maintenance interrupt), as more of the same waits; never together with hw.
 */
enum { LR_PENDING = 1, LR_ACTIVE = 2 };
enum { LRS_MAX = 16 };
struct gic_lr { uint16_t intid, host; uint8_t priority, state, source; bool hw, group1, eoi; };

/* Interrupt numbers: SGIs 0..15, PPIs 16..31, SPIs from 32 to 1019 at most. */
enum { GIC_SGIS = 16, GIC_PRIVATE = 32, GIC_INTIDS_MAX = 1020 };
#endif
