/* The virtual machine control block of AMD SVM and its codes: APM vol. 2, appendix B (layout) and C (exit codes). */
#ifndef HYPERVISOR_X86_VMCB_H
#define HYPERVISOR_X86_VMCB_H
#include "lib/x86.h"
#include <stddef.h>

struct vmcb {
    /* control area, B.1 */
    uint16_t cr_read, cr_write, dr_read, dr_write;
    uint32_t exceptions;
    uint32_t intercept1, intercept2, intercept3;
    uint8_t reserved018[0x3c - 0x18];
    uint16_t pause_threshold, pause_count;
    uint64_t iopm, msrpm, tsc_offset;
    uint32_t asid;
    uint8_t tlb_control, reserved05d[3];
    uint64_t vintr;
    uint64_t shadow;                    /* bit 0: the next instruction is shielded from interrupts (STI, MOV SS) */
    uint64_t exitcode, exitinfo1, exitinfo2, exitintinfo;
    uint64_t np_control;
    uint64_t reserved098[2];
    uint64_t eventinj;
    uint64_t ncr3;
    uint64_t lbr_control;
    uint32_t clean, reserved0c4;
    uint64_t next_rip;
    uint8_t fetched, bytes[15];         /* decode assists */
    uint8_t reserved0e0[0x400 - 0xe0];
    /* state save area, B.2; a segment has the form of struct x86_segment */
    struct x86_segment seg[X86_SEGMENTS];   /* ES CS SS DS FS GS: the encodings' order is the VMCB's */
    struct x86_segment gdtr, ldtr, idtr, tr;
    uint8_t reserved4a0[0x4cb - 0x4a0];
    uint8_t cpl;
    uint32_t reserved4cc;
    uint64_t efer;
    uint8_t reserved4d8[0x548 - 0x4d8];
    uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
    uint8_t reserved580[0x5d8 - 0x580];
    uint64_t rsp;
    uint64_t reserved5e0[3];
    uint64_t rax;
    uint64_t star, lstar, cstar, sfmask, kernel_gs;
    uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
    uint64_t cr2;
    uint8_t reserved648[0x668 - 0x648];
    uint64_t pat;
    uint64_t debugctl;
    uint8_t reserved678[0x1000 - 0x678];
};
_Static_assert(offsetof(struct vmcb, pause_threshold) == 0x3c, "VMCB");
_Static_assert(offsetof(struct vmcb, iopm) == 0x40, "VMCB");
_Static_assert(offsetof(struct vmcb, exitcode) == 0x70, "VMCB");
_Static_assert(offsetof(struct vmcb, eventinj) == 0xa8, "VMCB");
_Static_assert(offsetof(struct vmcb, clean) == 0xc0, "VMCB");
_Static_assert(offsetof(struct vmcb, seg) == 0x400, "VMCB");
_Static_assert(offsetof(struct vmcb, tr) == 0x490, "VMCB");
_Static_assert(offsetof(struct vmcb, efer) == 0x4d0, "VMCB");
_Static_assert(offsetof(struct vmcb, rip) == 0x578, "VMCB");
_Static_assert(offsetof(struct vmcb, rax) == 0x5f8, "VMCB");
_Static_assert(offsetof(struct vmcb, cr2) == 0x640, "VMCB");
_Static_assert(offsetof(struct vmcb, pat) == 0x668, "VMCB");
_Static_assert(sizeof(struct vmcb) == 0x1000, "VMCB");

/* intercept1, offset 00Ch */
#define ICPT_INTR     (UINT32_C(1) << 0)
#define ICPT_NMI      (UINT32_C(1) << 1)
#define ICPT_SMI      (UINT32_C(1) << 2)
#define ICPT_INIT     (UINT32_C(1) << 3)
#define ICPT_VINTR    (UINT32_C(1) << 4)
#define ICPT_RDPMC    (UINT32_C(1) << 15)
#define ICPT_CPUID    (UINT32_C(1) << 18)
#define ICPT_IRET     (UINT32_C(1) << 20)
#define ICPT_INVD     (UINT32_C(1) << 22)
#define ICPT_PAUSE    (UINT32_C(1) << 23)
#define ICPT_HLT      (UINT32_C(1) << 24)
#define ICPT_INVLPGA  (UINT32_C(1) << 26)
#define ICPT_IOIO     (UINT32_C(1) << 27)
#define ICPT_MSR      (UINT32_C(1) << 28)
#define ICPT_FERR     (UINT32_C(1) << 30)
#define ICPT_SHUTDOWN (UINT32_C(1) << 31)
/* intercept2, offset 010h */
#define ICPT_VMRUN    (UINT32_C(1) << 0)
#define ICPT_VMMCALL  (UINT32_C(1) << 1)
#define ICPT_VMLOAD   (UINT32_C(1) << 2)
#define ICPT_VMSAVE   (UINT32_C(1) << 3)
#define ICPT_STGI     (UINT32_C(1) << 4)
#define ICPT_CLGI     (UINT32_C(1) << 5)
#define ICPT_SKINIT   (UINT32_C(1) << 6)
#define ICPT_WBINVD   (UINT32_C(1) << 9)
#define ICPT_MONITOR  (UINT32_C(1) << 10)
#define ICPT_MWAIT    (UINT32_C(1) << 11)
#define ICPT_MWAIT_ARMED (UINT32_C(1) << 12)
#define ICPT_XSETBV   (UINT32_C(1) << 13)
#define ICPT_RDPRU    (UINT32_C(1) << 14)

/* vintr, offset 060h */
#define VINTR_TPR      UINT64_C(0xf)
#define VINTR_IRQ      (UINT64_C(1) << 8)
#define VINTR_PRIORITY (UINT64_C(0xf) << 16)
#define VINTR_IGNORE_TPR (UINT64_C(1) << 20)
#define VINTR_MASKING  (UINT64_C(1) << 24)

enum { TLB_KEEP = 0, TLB_FLUSH_ALL = 1, TLB_FLUSH_ASID = 3 };

/* clean, offset 0C0h: what has not changed since this CPU last ran this VMCB */
#define CLEAN_INTERCEPTS (UINT32_C(1) << 0)     /* also TSC offset, pause filter */
#define CLEAN_ASID       (UINT32_C(1) << 2)
#define CLEAN_VINTR      (UINT32_C(1) << 3)
#define CLEAN_NP         (UINT32_C(1) << 4)     /* nested CR3, PAT */
#define CLEAN_CR         (UINT32_C(1) << 5)     /* CR0 CR3 CR4 EFER */
#define CLEAN_CR2        (UINT32_C(1) << 9)
#define CLEAN_DR         (UINT32_C(1) << 6)

/* eventinj and exitintinfo, 15.20 */
#define EVENT_VECTOR     UINT64_C(0xff)
#define EVENT_TYPE       (UINT64_C(7) << 8)
#define EVENT_INTR       (UINT64_C(0) << 8)
#define EVENT_NMI        (UINT64_C(2) << 8)
#define EVENT_EXCEPTION  (UINT64_C(3) << 8)
#define EVENT_SOFT       (UINT64_C(4) << 8)
#define EVENT_HAS_ERROR  (UINT64_C(1) << 11)
#define EVENT_VALID      (UINT64_C(1) << 31)

enum {
    VMEXIT_EXCEPTION = 0x40,            /* + vector, up to 5f */
    VMEXIT_INTR = 0x60, VMEXIT_NMI = 0x61, VMEXIT_SMI = 0x62, VMEXIT_INIT = 0x63, VMEXIT_VINTR = 0x64,
    VMEXIT_RDPMC = 0x6f, VMEXIT_CPUID = 0x72, VMEXIT_IRET = 0x74, VMEXIT_INVD = 0x76, VMEXIT_PAUSE = 0x77,
    VMEXIT_HLT = 0x78, VMEXIT_INVLPGA = 0x7a, VMEXIT_IOIO = 0x7b, VMEXIT_MSR = 0x7c, VMEXIT_FERR = 0x7e,
    VMEXIT_SHUTDOWN = 0x7f, VMEXIT_VMRUN = 0x80, VMEXIT_VMMCALL = 0x81, VMEXIT_VMLOAD = 0x82, VMEXIT_VMSAVE = 0x83,
    VMEXIT_STGI = 0x84, VMEXIT_CLGI = 0x85, VMEXIT_SKINIT = 0x86, VMEXIT_WBINVD = 0x89, VMEXIT_MONITOR = 0x8a,
    VMEXIT_MWAIT = 0x8b, VMEXIT_MWAIT_ARMED = 0x8c, VMEXIT_XSETBV = 0x8d, VMEXIT_RDPRU = 0x8e, VMEXIT_NPF = 0x400,
};
#define VMEXIT_INVALID UINT64_MAX       /* VMRUN refused the state */

/* exitinfo1 of IOIO, 15.10.2 */
#define IOIO_IN     UINT64_C(0x1)
#define IOIO_STRING UINT64_C(0x4)
#define IOIO_REP    UINT64_C(0x8)
/* exitinfo1 of NPF, 15.25.6: a page fault's error code and these */
#define NPF_TABLES  (UINT64_C(1) << 33) /* while walking the guest's tables */
#endif
