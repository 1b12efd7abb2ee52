/* x86 as the manuals name it: the registers that decoder, machine and architecture share, and the bits they test. */
#ifndef LIB_X86_H
#define LIB_X86_H
#include <stdbool.h>
#include <stdint.h>

/* In the order of the instruction encodings. */
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, X86_GPRS };

struct x86_regs { uint64_t gpr[X86_GPRS]; uint64_t rip, rflags; };

/* attr: bits 0-7 are descriptor bits 40-47 (type, S, DPL, P), bits 8-11 are 52-55 (AVL, L, D/B, G): the VMCB's form. limit in bytes. */
struct x86_segment { uint16_t selector, attr; uint32_t limit; uint64_t base; };
#define SEG_TYPE 0x00fu
#define SEG_S    0x010u
#define SEG_DPL  0x060u
#define SEG_P    0x080u
#define SEG_L    0x200u
#define SEG_DB   0x400u
#define SEG_G    0x800u

enum { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, X86_SEGMENTS };   /* the encodings' order */

/* Everything of a vCPU that is set at its start or asked for when an instruction is emulated. */
struct x86_state {
    struct x86_regs regs;
    struct x86_segment seg[X86_SEGMENTS], tr, ldtr, gdtr, idtr;   /* gdtr, idtr: base and limit only */
    uint64_t cr0, cr2, cr3, cr4, efer, pat, dr6, dr7;
    uint8_t cpl;
};

struct x86_cpuid { uint32_t eax, ebx, ecx, edx; };

#define CR0_PE 0x1u
#define CR0_MP 0x2u
#define CR0_TS 0x8u
#define CR0_ET 0x10u
#define CR0_NE 0x20u
#define CR0_WP 0x10000u
#define CR0_NW 0x20000000u
#define CR0_CD 0x40000000u
#define CR0_PG 0x80000000u
#define CR4_PSE 0x10u
#define CR4_PAE 0x20u
#define CR4_PGE 0x80u
#define CR4_OSFXSR 0x200u
#define CR4_LA57 0x1000u
#define CR4_OSXSAVE 0x40000u
#define CR4_SMEP 0x100000u
#define CR4_SMAP 0x200000u
#define EFER_SCE 0x1u
#define EFER_LME 0x100u
#define EFER_LMA 0x400u
#define EFER_NXE 0x800u
#define EFER_SVME 0x1000u
#define RFLAGS_1  0x2u
#define RFLAGS_TF 0x100u
#define RFLAGS_IF 0x200u
#define RFLAGS_DF 0x400u
#define RFLAGS_VM 0x20000u
#define RFLAGS_AC 0x40000u

enum { TRAP_DE = 0, TRAP_DB = 1, TRAP_NMI = 2, TRAP_UD = 6, TRAP_NM = 7, TRAP_DF = 8, TRAP_TS = 10,
       TRAP_NP = 11, TRAP_SS = 12, TRAP_GP = 13, TRAP_PF = 14, TRAP_MC = 18 };
#define PF_PRESENT 0x1u
#define PF_WRITE   0x2u
#define PF_USER    0x4u
#define PF_RESERVED 0x8u
#define PF_FETCH   0x10u

#define MSR_TSC          0x10u
#define MSR_APIC_BASE    0x1bu
#define MSR_TSC_ADJUST   0x3bu
#define MSR_MTRRCAP      0xfeu
#define MSR_TSC_DEADLINE 0x6e0u
#define MSR_PAT          0x277u
#define MSR_MISC_ENABLE  0x1a0u
#define MSR_X2APIC       0x800u   /* ..0x8ff */
#define MSR_XSS          0xda0u
#define MSR_EFER         0xc0000080u
#define MSR_STAR         0xc0000081u
#define MSR_LSTAR        0xc0000082u
#define MSR_CSTAR        0xc0000083u
#define MSR_SFMASK       0xc0000084u
#define MSR_FS_BASE      0xc0000100u
#define MSR_GS_BASE      0xc0000101u
#define MSR_KERNEL_GS    0xc0000102u
#define MSR_TSC_AUX      0xc0000103u
#define APIC_BASE_BSP    0x100u
#define APIC_BASE_X2     0x400u
#define APIC_BASE_ENABLE 0x800u
#endif
