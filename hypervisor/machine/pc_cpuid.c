/*
 * Owns: what CPUID tells a PC guest about its machine: which APIC it has, how many CPUs, that its TSC can be trusted.
 * What the processor itself can do comes from arch_cpuid. Leaves: AMD APM vol. 3, appendix E.
 */
#include "hypervisor/machine/pc.h"

#define BIT(n) (UINT32_C(1) << (n))

enum { LEAF1_ECX_X2APIC = 21, LEAF1_ECX_DEADLINE = 24, LEAF1_ECX_HYPERVISOR = 31 };
enum { LEAF1_EDX_MCE = 7, LEAF1_EDX_APIC = 9, LEAF1_EDX_MTRR = 12, LEAF1_EDX_MCA = 14, LEAF1_EDX_HTT = 28 };

/* CPUs of a package; ids may be left over in one. */
static unsigned in_package(const struct vcpu *v)
{
    unsigned most = 1u << platform_package_bits(v->domain->platform);
    return most < v->domain->vcpus ? most : v->domain->vcpus;
}

static uint32_t with(uint32_t word, unsigned bit, bool on) { return on ? word | BIT(bit) : word & ~BIT(bit); }

static void features(struct vcpu *v, struct x86_cpuid *c)
{
    bool lapic = v->domain->platform->lapic;
    uint32_t here = in_package(v), count = here > 255 ? 255 : here;
    c->ebx = (c->ebx & 0xffff) | count << 16 | machine_apic_id(v) << 24;
    c->ecx = with(c->ecx, LEAF1_ECX_X2APIC, lapic);
    c->ecx = with(c->ecx, LEAF1_ECX_DEADLINE, lapic);
    c->ecx = with(c->ecx, LEAF1_ECX_HYPERVISOR, true);
    /* As hardware does, the bit follows IA32_APIC_BASE's enable (APM vol. 2, 16.3.1). */
    c->edx = with(c->edx, LEAF1_EDX_APIC, lapic && (v->machine->lapic.base & APIC_BASE_ENABLE));
    c->edx = with(c->edx, LEAF1_EDX_MTRR, true);
    c->edx = with(c->edx, LEAF1_EDX_MCE, false);
    c->edx = with(c->edx, LEAF1_EDX_MCA, false);
    c->edx = with(c->edx, LEAF1_EDX_HTT, here > 1);
}

/* Extended topology: one thread a core. */
static void topology(struct vcpu *v, uint32_t subleaf, struct x86_cpuid *c)
{
    *c = (struct x86_cpuid){ .ecx = subleaf & 0xff, .edx = machine_apic_id(v) };
    if (subleaf == 0)
        *c = (struct x86_cpuid){ 0, 1, 0x100, machine_apic_id(v) };
    else if (subleaf == 1)
        *c = (struct x86_cpuid){ platform_package_bits(v->domain->platform), in_package(v), 0x201, machine_apic_id(v) };
}

/* Who runs this, for a guest without the Xen ABI: a name, no leaves behind it. */
static void signature(struct x86_cpuid *c) { *c = (struct x86_cpuid){ 0x40000000, 0x50646542, 0x6574616c, 0x20202020 }; }

void machine_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct x86_cpuid *c)
{
    arch_cpuid(v->arch, leaf, subleaf, c);
    switch (leaf) {
    case 0x1: features(v, c); return;
    case 0x4: case 0x5: case 0x9: case 0xa: case 0x15: case 0x16: *c = (struct x86_cpuid){ 0 }; return;
    case 0x6: *c = (struct x86_cpuid){ .eax = v->domain->platform->lapic ? BIT(2) : 0 }; return;     /* ARAT: the APIC timer never stops */
    /* TSC_ADJUST is emulated (pc_msr.c) whatever the processor has: with it Linux trusts an invariant TSC and stops comparing. */
    case 0x7: c->ebx = with(c->ebx, 1, subleaf == 0); return;
    case 0xb: topology(v, subleaf, c); return;
    case 0x40000000: signature(c); return;
    case 0x80000001: c->ecx = with(c->ecx, 1, in_package(v) > 1); c->edx = with(c->edx, LEAF1_EDX_APIC, v->domain->platform->lapic); return;
    case 0x80000007: *c = (struct x86_cpuid){ .edx = BIT(8) }; return;     /* invariant TSC: the hypervisor itself keeps time by it */
    case 0x80000008: c->ecx = platform_package_bits(v->domain->platform) << 12 | ((in_package(v) - 1) & 0xff); return;
    default:
        if (leaf >= 0x40000000 && leaf < 0x50000000)
            *c = (struct x86_cpuid){ 0 };
    }
}
