/*
 * Owns: what CPUID says of the processor to a guest: the host's words, cut to features that need nothing from us or
 * that we give. A list of what passes, not of what does not, so that a newer CPU brings no surprise.
 * Left to machine/: the hypervisor bit, everything about APICs (x2APIC, TSC deadline, ids), counts of CPUs (also leaf
 * 4, 0Bh and HTT), MTRR, MCE and MCA (as MSRs back them), invariant TSC.
 */
#include "hypervisor/x86/guest.h"
#include "hypervisor/x86/guest_insn.h"

struct guest_features guest_features;

#define BIT(n) (UINT32_C(1) << (n))

/* SSE3 PCLMUL SSSE3 FMA CX16 PCID SSE4.1 SSE4.2 x2APIC MOVBE POPCNT TSC_DEADLINE AES XSAVE AVX F16C RDRAND.
 * Not: DTES64 MONITOR DS_CPL VMX SMX EST TM2 (nobody emulates them); OSXSAVE is the guest's CR4. */
#define LEAF1_ECX (BIT(0) | BIT(1) | BIT(9) | BIT(12) | BIT(13) | BIT(17) | BIT(19) | BIT(20) | BIT(21) | BIT(22) | BIT(23) | \
                   BIT(24) | BIT(25) | BIT(26) | BIT(28) | BIT(29) | BIT(30))
#define LEAF1_XSAVE (BIT(12) | BIT(26) | BIT(28) | BIT(29))      /* XSAVE and what needs it: FMA AVX F16C */
/* All that APM lists but PSN, DS, ACPI throttling, TM, PBE. */
#define LEAF1_EDX (BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(9) | BIT(11) | BIT(12) | \
                   BIT(13) | BIT(14) | BIT(15) | BIT(16) | BIT(17) | BIT(19) | BIT(23) | BIT(24) | BIT(25) | BIT(26) | BIT(28))
#define LEAF7_AVX512_EBX (BIT(16) | BIT(17) | BIT(21) | BIT(28) | BIT(30) | BIT(31))    /* F DQ IFMA CD BW VL */
#define LEAF7_AVX512_ECX (BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14))                /* VBMI VBMI2 VNNI BITALG VPOPCNTDQ */
/* FSGSBASE TSC_ADJUST BMI1 AVX2 FDP_EXCPTN SMEP BMI2 ERMS INVPCID ZERO_FCS RDSEED ADX SMAP CLFLUSHOPT CLWB SHA.
 * Not: SGX, HLE and RTM, MPX, resource control, processor trace. */
#define LEAF7_EBX (BIT(0) | BIT(1) | BIT(3) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(9) | BIT(10) | BIT(13) | BIT(18) | BIT(19) | \
                   BIT(20) | BIT(23) | BIT(24) | BIT(29) | LEAF7_AVX512_EBX)
/* PREFETCHWT1 UMIP GFNI VAES VPCLMUL LA57 RDPID CLDEMOTE MOVDIRI MOVDIR64B.
 * Not: PKU (PKRU would have to be switched and walked with), WAITPKG, CET, TME, ENQCMD, PKS. */
#define LEAF7_ECX (BIT(0) | BIT(2) | BIT(8) | BIT(9) | BIT(10) | BIT(16) | BIT(22) | BIT(25) | BIT(27) | BIT(28) | LEAF7_AVX512_ECX)
#define LEAF7_VECTOR_ECX (BIT(9) | BIT(10))             /* VAES VPCLMUL: AVX */
/* FSRM, SERIALIZE. Not: SPEC_CTRL, STIBP, SSBD, ARCH_CAPABILITIES (MSRs that are not switched), AMX. */
#define LEAF7_EDX (BIT(4) | BIT(14))
/* LAHF CMP_LEGACY(machine) ALTMOVCR8 ABM SSE4A MISALIGNSSE 3DNOWPREFETCH XOP FMA4 TBM.
 * Not: SVM, extended APIC, OSVW, IBS, SKINIT, WDT, LWP, TCE, NodeId, topology, performance counters, DBX, MONITORX. */
#define EXT1_ECX (BIT(0) | BIT(1) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(11) | BIT(16) | BIT(21))
#define EXT1_XSAVE (BIT(11) | BIT(16))
/* Leaf 1's, and SYSCALL NX MMXEXT FFXSR 1G RDTSCP LM 3DNOWEXT 3DNOW. */
#define EXT1_EDX ((LEAF1_EDX & ~(BIT(19) | BIT(25) | BIT(26) | BIT(28))) | BIT(11) | BIT(20) | BIT(22) | BIT(25) | BIT(26) | \
                  BIT(27) | BIT(29) | BIT(30) | BIT(31))
#define EXT8_EBX (BIT(0) | BIT(2))                      /* CLZERO, XSAVEERPTR; no IBPB, IBRS, STIBP, SSBD, INVLPGB, RDPRU, WBNOINVD */
#define EXT21_EAX (BIT(0) | BIT(2) | BIT(6))            /* NoNestedDataBp, LFENCE serializes, null selectors clear the base */

static void leaf_1(uint64_t cr4, struct x86_cpuid *c)
{
    c->ecx &= LEAF1_ECX;
    c->edx &= LEAF1_EDX;
    if (!guest_features.xcr0)
        c->ecx &= ~LEAF1_XSAVE;
    else if (!(guest_features.xcr0 & 4))
        c->ecx &= ~(LEAF1_XSAVE & ~BIT(26));
    if (cr4 & CR4_OSXSAVE)
        c->ecx |= BIT(27);
}

static void leaf_7(uint32_t subleaf, struct x86_cpuid *c)
{
    if (subleaf) {
        *c = (struct x86_cpuid){ 0 };
        return;
    }
    bool avx = guest_features.xcr0 & 4, avx512 = guest_features.xcr0 & 0xe0;
    c->eax = 0;
    c->ebx &= LEAF7_EBX & ~(avx ? 0 : BIT(5)) & ~(avx512 ? 0 : LEAF7_AVX512_EBX);
    c->ecx &= LEAF7_ECX & ~(avx ? 0 : LEAF7_VECTOR_ECX) & ~(avx512 ? 0 : LEAF7_AVX512_ECX);
    c->edx &= LEAF7_EDX;
}

static void extended(uint32_t leaf, struct x86_cpuid *c)
{
    switch (leaf) {
    case 0x80000000:
        c->eax = guest_features.extended_max;
        break;
    case 0x80000001:
        c->ecx &= EXT1_ECX & ~(guest_features.xcr0 & 4 ? 0 : EXT1_XSAVE);
        c->edx &= EXT1_EDX;
        break;
    case 0x80000002: case 0x80000003: case 0x80000004:      /* its name */
    case 0x80000005: case 0x80000006: case 0x80000019:      /* caches and TLBs */
        break;
    case 0x80000007:
        *c = (struct x86_cpuid){ .edx = c->edx & BIT(8) };  /* invariant TSC */
        break;
    case 0x80000008:    /* nested tables of 4 levels reach 48 bits */
        c->eax = (c->eax & 0xff00) | (guest_features.physical_bits > 48 ? 48 : guest_features.physical_bits);
        c->ebx &= EXT8_EBX;
        c->ecx = c->edx = 0;
        break;
    case 0x8000001a:
        *c = (struct x86_cpuid){ .eax = c->eax & 7 };       /* widths of the FPU's data paths */
        break;
    case 0x80000021:
        *c = (struct x86_cpuid){ .eax = c->eax & EXT21_EAX };
        break;
    default:
        *c = (struct x86_cpuid){ 0 };
    }
}

void guest_cpuid(uint32_t leaf, uint32_t subleaf, uint64_t cr4, const struct guest_fpu *f, struct x86_cpuid *c)
{
    if (leaf == 0xd) {
        guest_fpu_cpuid(f, subleaf, c);
        return;
    }
    *c = (struct x86_cpuid){ 0 };
    if (leaf > guest_features.leaf_max && (leaf < 0x80000000 || leaf > guest_features.extended_max))
        return;
    *c = host_cpuid(leaf, subleaf);
    if (leaf >= 0x80000000) {
        extended(leaf, c);
        return;
    }
    switch (leaf) {
    case 0:  c->eax = guest_features.leaf_max; break;
    case 1:  leaf_1(cr4, c); break;
    case 7:  leaf_7(subleaf, c); break;
    case 2: case 4: case 0xb: break;
    default: *c = (struct x86_cpuid){ 0 };
    }
}
