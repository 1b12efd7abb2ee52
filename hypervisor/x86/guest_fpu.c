/*
 * Owns: the registers a guest has in the CPU while its vCPU is loaded: FPU state (XSAVE), XCR0, DR0-3, TSC_AUX.
 * Invariant: the hypervisor itself uses none of them; while no vCPU is loaded, XCR0 is all that guests are offered.
 */
#include "hypervisor/x86/guest.h"
#include "hypervisor/x86/guest_insn.h"
#include <string.h>

#define CR0_EM   UINT64_C(0x4)
#define CR4_XMM  UINT64_C(0x600)        /* OSFXSR, OSXMMEXCPT */
#define XCR0_SSE_AVX UINT64_C(0x6)
#define XCR0_AVX UINT64_C(0x4)
#define XCR0_SSE UINT64_C(0x2)
#define XCR0_AVX512 UINT64_C(0xe0)
#define LEGACY_BYTES 512u
#define HEADER_BYTES 64u

struct fx_area { uint16_t fcw, fsw; uint8_t ftw, reserved; uint16_t fop; uint64_t fip, fdp; uint32_t mxcsr, mxcsr_mask; };

void guest_fpu_cpu_start(void)
{
    write_cr0((read_cr0() & ~(CR0_TS | CR0_EM)) | CR0_MP | CR0_NE);
    write_cr4(read_cr4() | CR4_XMM | (guest_features.xcr0 ? CR4_OSXSAVE : 0));
    if (guest_features.xcr0)
        xsetbv(0, guest_features.xcr0);
}

void guest_fpu_reset(struct guest_fpu *f)
{
    struct fx_area *fx = f->area;
    memset(f->area, 0, guest_features.fpu_bytes);      /* XSTATE_BV 0: XRSTOR gives every component its INIT values */
    fx->fcw = 0x37f;
    fx->mxcsr = 0x1f80;
    f->xcr0 = 1;
    memset(f->dr, 0, sizeof(f->dr));
    if (f->loaded) {
        if (guest_features.xcr0)
            xsetbv(0, guest_features.xcr0);
        f->loaded = false;
        guest_fpu_load(f);
    }
}

void guest_fpu_load(struct guest_fpu *f)
{
    if (guest_features.xcr0) {
        xrstor(f->area, guest_features.xcr0);
        if (f->xcr0 != guest_features.xcr0)
            xsetbv(0, f->xcr0);
    } else {
        fxrstor(f->area);
    }
    write_dr0(f->dr[0]);
    write_dr1(f->dr[1]);
    write_dr2(f->dr[2]);
    write_dr3(f->dr[3]);
    if (guest_features.rdtscp)
        msr_set(MSR_TSC_AUX, f->tsc_aux);
    f->loaded = true;
}

/* QEMU's SVM up to 7.2 lets a guest execute XSETBV though it is intercepted: the register is asked, not our memory of it. */
static uint64_t xcr0_now(const struct guest_fpu *f)
{
    return f->loaded && guest_features.xcr0 ? xgetbv(0) & guest_features.xcr0 : f->xcr0;
}

void guest_fpu_unload(struct guest_fpu *f)
{
    if (guest_features.xcr0) {
        f->xcr0 = xcr0_now(f);
        xsetbv(0, guest_features.xcr0);
        xsave(f->area, guest_features.xcr0);
    } else {
        fxsave(f->area);
    }
    f->dr[0] = read_dr0();
    f->dr[1] = read_dr1();
    f->dr[2] = read_dr2();
    f->dr[3] = read_dr3();
    f->loaded = false;
}

/* APM vol. 2, 11.5.2: x87 always; AVX needs SSE; AVX-512's three come together and need AVX. */
bool guest_fpu_set_xcr0(struct guest_fpu *f, uint64_t value)
{
    uint64_t avx512 = value & XCR0_AVX512;
    if (!(value & 1) || (value & ~guest_features.xcr0))
        return false;
    if ((value & XCR0_AVX) && !(value & XCR0_SSE))
        return false;
    if (avx512 && (avx512 != XCR0_AVX512 || (value & XCR0_SSE_AVX) != XCR0_SSE_AVX))
        return false;
    f->xcr0 = value;
    if (f->loaded)
        xsetbv(0, value);
    return true;
}

void guest_fpu_set_tsc_aux(struct guest_fpu *f, uint32_t value)
{
    f->tsc_aux = value;
    if (f->loaded)
        msr_set(MSR_TSC_AUX, value);
}

/* Bytes of an XSAVE area for these components, in the standard or the compacted form (11.5.3, 11.5.5). */
static uint32_t area_bytes(uint64_t components, bool compacted)
{
    uint32_t bytes = LEGACY_BYTES + HEADER_BYTES;
    for (unsigned i = 2; i < XSTATES; i++) {
        if (!(components >> i & 1))
            continue;
        uint32_t at = !compacted ? guest_features.xstate[i].offset :
                      guest_features.xstate[i].align ? (bytes + 63) & ~63u : bytes;
        if (at + guest_features.xstate[i].size > bytes)
            bytes = at + guest_features.xstate[i].size;
    }
    return bytes;
}

/* The sizes are for what is offered and what the guest has switched on, whatever the CPU has besides. */
void guest_fpu_cpuid(const struct guest_fpu *f, uint32_t subleaf, struct x86_cpuid *out)
{
    enum { XSAVEOPT = 1, XSAVEC = 2, XGETBV1 = 4 };     /* not XSAVES: no supervisor component is offered */
    struct x86_cpuid host = host_cpuid(0xd, 1);
    uint64_t offered = guest_features.xcr0;
    *out = (struct x86_cpuid){ 0 };
    if (!offered)
        return;
    if (subleaf == 0)
        *out = (struct x86_cpuid){ (uint32_t)offered, area_bytes(xcr0_now(f), false), area_bytes(offered, false), 0 };
    else if (subleaf == 1)
        *out = (struct x86_cpuid){ host.eax & (XSAVEOPT | XSAVEC | XGETBV1), host.eax & XSAVEC ? area_bytes(xcr0_now(f), true) : 0, 0, 0 };
    else if (subleaf < XSTATES && (offered >> subleaf & 1))
        *out = (struct x86_cpuid){ guest_features.xstate[subleaf].size, guest_features.xstate[subleaf].offset,
                                   guest_features.xstate[subleaf].align ? 2 : 0, 0 };
}

static void xstates_find(void)
{
    struct x86_cpuid c = host_cpuid(0xd, 0);
    uint64_t has = c.eax & (XCR0_AVX512 | XCR0_SSE_AVX | 1);
    if ((has & XCR0_AVX512) != XCR0_AVX512 || !(has & XCR0_AVX))
        has &= ~XCR0_AVX512;
    guest_features.xcr0 = has;
    for (unsigned i = 2; i < XSTATES; i++) {
        if (!(has >> i & 1))
            continue;
        c = host_cpuid(0xd, i);
        guest_features.xstate[i].size = c.eax;
        guest_features.xstate[i].offset = c.ebx;
        guest_features.xstate[i].align = c.ecx & 2;
    }
}

void guest_features_find(void)
{
    struct guest_features *g = &guest_features;
    struct x86_cpuid c;
    if (host_cpuid(1, 0).ecx & UINT32_C(1) << 26)
        xstates_find();
    g->fpu_bytes = g->xcr0 ? area_bytes(g->xcr0, false) : LEGACY_BYTES;
    uint32_t leaf_max = host_cpuid(0, 0).eax, extended_max = host_cpuid(0x80000000, 0).eax;
    g->leaf_max = leaf_max < 0xd ? leaf_max : 0xd;
    g->extended_max = extended_max < 0x80000021 ? extended_max : 0x80000021;
    c = host_cpuid(0x80000001, 0);
    g->pages_1g = c.edx & UINT32_C(1) << 26;
    g->rdtscp = c.edx & UINT32_C(1) << 27;
    g->efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | (c.edx & UINT32_C(1) << 25 ? 0x4000 : 0);    /* FFXSR */
    g->physical_bits = extended_max >= 0x80000008 ? host_cpuid(0x80000008, 0).eax & 0xff : 36;
    struct guest_fpu none = { .xcr0 = 1 };
    struct x86_cpuid seven = { 0 }, one;
    guest_cpuid(1, 0, 0, &none, &one);
    guest_cpuid(7, 0, 0, &none, &seven);
    g->cr4 = 0x7ff                                      /* VME .. OSXMMEXCPT: what every 64-bit CPU has */
           | (one.ecx & UINT32_C(1) << 17 ? 0x20000 : 0) | (g->xcr0 ? CR4_OSXSAVE : 0)
           | (seven.ebx & 1 ? 0x10000 : 0) | (seven.ebx & UINT32_C(1) << 7 ? CR4_SMEP : 0)
           | (seven.ebx & UINT32_C(1) << 20 ? CR4_SMAP : 0) | (seven.ecx & UINT32_C(1) << 2 ? 0x800 : 0)
           | (seven.ecx & UINT32_C(1) << 16 ? CR4_LA57 : 0);
}
