/* Fields of EL2's and EL1's registers as the Arm ARM (DDI 0487, D19) names them: only those that the guest half uses. */
#ifndef HYPERVISOR_ARM_REGISTERS_H
#define HYPERVISOR_ARM_REGISTERS_H
#include <stdint.h>

#define BIT(n) (UINT64_C(1) << (n))

/* HCR_EL2 */
#define HCR_VM     BIT(0)
#define HCR_SWIO   BIT(1)
#define HCR_PTW    BIT(2)
#define HCR_FMO    BIT(3)
#define HCR_IMO    BIT(4)
#define HCR_AMO    BIT(5)
#define HCR_FB     BIT(9)
#define HCR_BSU_IS BIT(10)
#define HCR_TWI    BIT(13)
#define HCR_TWE    BIT(14)
#define HCR_TID1   BIT(16)
#define HCR_TID3   BIT(18)
#define HCR_TSC    BIT(19)
#define HCR_TIDCP  BIT(20)
#define HCR_TACR   BIT(21)
#define HCR_RW     BIT(31)
#define HCR_TLOR   BIT(35)
#define HCR_TERR   BIT(36)

/* CPTR_EL2 while HCR_EL2.E2H is 0; CPTR_RES1 includes TZ and TSM, which are RES1 where there is no SVE or SME */
#define CPTR_RES1  UINT64_C(0x33ff)
#define CPTR_TFP   BIT(10)
#define CPTR_TTA   BIT(20)
#define CPTR_TAM   BIT(30)

/* MDCR_EL2 */
#define MDCR_HPMN  UINT64_C(0x1f)
#define MDCR_TPMCR BIT(5)
#define MDCR_TPM   BIT(6)
#define MDCR_TDA   BIT(9)
#define MDCR_TDOSA BIT(10)
#define MDCR_TDRA  BIT(11)
#define MDCR_TPMS  BIT(14)
#define MDCR_TTRF  BIT(19)

#define HSTR_T15   BIT(15)

/* CNTHCTL_EL2 while HCR_EL2.E2H is 0 */
#define CNTHCTL_EL1PCTEN BIT(0)         /* CNTPCT does not trap */
#define CNTHCTL_EL1PCEN  BIT(1)         /* CNTP_* do not trap */

#define CNT_CTL_ENABLE BIT(0)
#define CNT_CTL_IMASK  BIT(1)
#define CNT_CTL_ISTATUS BIT(2)

/* TCR_EL1 */
#define TCR_EPD0     BIT(7)
#define TCR_EPD1     BIT(23)

/* SCTLR_EL1 */
#define SCTLR_EL1_RES1 UINT64_C(0x30d00800)
#define SCTLR_M      BIT(0)
#define SCTLR_SPAN   BIT(23)
#define SCTLR_DSSBS  BIT(44)

/* VTTBR_EL2, VTCR_EL2 */
#define VTTBR_VMID_SHIFT 48
#define VTCR_SL0_SHIFT   6
#define VTCR_IRGN0_WB    BIT(8)
#define VTCR_ORGN0_WB    BIT(10)
#define VTCR_SH0_INNER   (UINT64_C(3) << 12)
#define VTCR_PS_SHIFT    16
#define VTCR_VS          BIT(19)        /* 16-bit VMIDs */
#define VTCR_RES1        BIT(31)

/* SPSR_EL2 beyond lib/arm.h; of AArch32 state: C5.2.19 */
#define PSTATE_BTYPE (UINT64_C(3) << 10)
#define PSTATE_SSBS  BIT(12)
#define PSTATE_SS    BIT(21)
#define PSTATE_PAN   BIT(22)
#define PSTATE_DIT   BIT(24)
#define PSTATE_NZCV  (UINT64_C(0xf) << 28)
#define PSTATE32_T   BIT(5)
#define PSTATE32_DIT BIT(21)
#define PSTATE32_SSBS BIT(23)
#define PSTATE32_IT  ((UINT64_C(3) << 25) | (UINT64_C(0x3f) << 10))

/* ESR_ELx */
#define ESR_EC_SHIFT 26
#define ESR_EC(esr)  ((unsigned)((esr) >> ESR_EC_SHIFT) & 0x3f)
#define ESR_IL       BIT(25)
#define ESR_ISV      BIT(24)
#define ESR_SAS(esr) ((unsigned)((esr) >> 22) & 3)
#define ESR_SSE      BIT(21)
#define ESR_SRT(esr) ((unsigned)((esr) >> 16) & 31)
#define ESR_SF       BIT(15)
#define ESR_FNV      BIT(10)
#define ESR_CM       BIT(8)
#define ESR_S1PTW    BIT(7)
#define ESR_WNR      BIT(6)
#define ESR_FSC(esr) ((unsigned)(esr) & 0x3f)
#define ESR_CV       BIT(24)
#define ESR_COND(esr) ((unsigned)((esr) >> 20) & 0xf)

enum esr_class {
    EC_UNKNOWN = 0x00, EC_WFX = 0x01, EC_CP15_32 = 0x03, EC_CP15_64 = 0x04, EC_CP14_32 = 0x05, EC_CP14_LDC = 0x06, EC_FP = 0x07,
    EC_CP10 = 0x08, EC_PAUTH = 0x09, EC_LS64 = 0x0a, EC_CP14_64 = 0x0c, EC_BTI = 0x0d, EC_ILLEGAL = 0x0e, EC_HVC32 = 0x12,
    EC_SMC32 = 0x13, EC_HVC64 = 0x16, EC_SMC64 = 0x17, EC_SYSREG = 0x18, EC_SVE = 0x19, EC_SME = 0x1d, EC_FETCH_LOWER = 0x20,
    EC_FETCH_SAME = 0x21, EC_DATA_LOWER = 0x24, EC_DATA_SAME = 0x25, EC_SERROR = 0x2f,
};

/* Fault status codes (ISS.DFSC, IFSC): the lowest two bits are the level where FSC_LEVELS says so */
enum esr_status {
    FSC_SIZE = 0x00, FSC_TRANSLATION = 0x04, FSC_ACCESS_FLAG = 0x08, FSC_PERMISSION = 0x0c, FSC_EXTERNAL = 0x10,
    FSC_EXTERNAL_WALK = 0x14, FSC_TLB_CONFLICT = 0x30, FSC_ATOMIC_UPDATE = 0x31, FSC_EXCLUSIVE = 0x35, FSC_LEVELS = 0x03,
};

#define HPFAR_FIPA(hpfar) (((hpfar) & UINT64_C(0xfffffffffff0)) << 8)

/* PAR_EL1 */
#define PAR_F       BIT(0)
#define PAR_FST(par) ((unsigned)((par) >> 1) & 0x3f)
#define PAR_STAGE2  BIT(9)
#define PAR_ADDRESS UINT64_C(0x000ffffffffff000)

/* ICH_HCR_EL2, GICH_HCR alike */
#define ICH_HCR_EN  1u
#define ICH_HCR_UIE 2u
#define ICH_MISR_U  2u
#endif
