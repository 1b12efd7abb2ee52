/*
 * Owns: the CPUID leaves from 0x40000000 (xen/arch-x86/cpuid.h) and the hypercall page.
 *
 * The event channel upcall through the local APIC is not advertised, though it works: the callback vector needs no EOI
 * and so costs the guest one exit less for each interrupt. Nor is APIC virtualization: without it guests send IPIs as
 * event channels, which is one hypercall, instead of an emulated APIC access.
 */
#include "hypervisor/arch_x86.h"
#include "hypervisor/xen/internal.h"
#include <string.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/version.h>

enum {
    HYPERCALL_MSR = 0x40000000, STUB_SIZE = 32, STUBS = 128,
    TSC_MODE_NATIVE = 2,            /* the guest reads the hardware's TSC, never emulated */
    TSC_HOST_RELIABLE = 1u << 1,
    TSC_RDTSCP = 1u << 2,
    CPUID_EXT_RDTSCP = 1u << 27,
};

static uint32_t guest_khz(void)
{
    /* What pvclock's scale says, so that the guest's two sources of it agree. */
    return (uint32_t)(arch_ns_to_tsc(1000000000) / 1000 - arch_ns_to_tsc(0) / 1000);
}

static void time_leaf(struct vcpu *v, uint32_t subleaf, struct x86_cpuid *out)
{
    uint32_t mul;
    int8_t shift;
    uint64_t base;
    struct x86_cpuid ext;
    arch_clock_scale(&mul, &shift, &base);
    switch (subleaf) {
    case 0:
        arch_cpuid(v->arch, 0x80000001, 0, &ext);
        *out = (struct x86_cpuid){ TSC_HOST_RELIABLE | (ext.edx & CPUID_EXT_RDTSCP ? TSC_RDTSCP : 0), TSC_MODE_NATIVE,
                                   guest_khz(), v->domain->xen->incarnation };
        return;
    case 1: {   /* the offset from system time to the guest's TSC time, in ns: none, time counts from the host's start */
        *out = (struct x86_cpuid){ 0, 0, mul, (uint32_t)(int32_t)shift };
        return;
    }
    case 2:
        *out = (struct x86_cpuid){ guest_khz(), 0, 0, 0 };
        return;
    default:
        return;
    }
}

bool xen_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct x86_cpuid *out)
{
    if (!v->xen || leaf < XEN_CPUID_FIRST_LEAF || leaf > XEN_CPUID_FIRST_LEAF + 0xff)
        return false;
    *out = (struct x86_cpuid){ 0 };
    switch (leaf - XEN_CPUID_FIRST_LEAF) {
    case 0:
        *out = (struct x86_cpuid){ XEN_CPUID_LEAF(4), XEN_CPUID_SIGNATURE_EBX, XEN_CPUID_SIGNATURE_ECX, XEN_CPUID_SIGNATURE_EDX };
        break;
    case 1:
        out->eax = XEN_ABI_MAJOR << 16 | XEN_ABI_MINOR;
        break;
    case 2:
        *out = (struct x86_cpuid){ 1, HYPERCALL_MSR, 0, 0 };
        break;
    case 3:
        time_leaf(v, subleaf, out);
        break;
    case 4:
        if (subleaf == 0)
            *out = (struct x86_cpuid){ XEN_HVM_CPUID_VCPU_ID_PRESENT | XEN_HVM_CPUID_DOMID_PRESENT, v->id, v->domain->id, 0 };
        break;
    }
    return true;
}

/* One stub per hypercall number: mov $n, %eax; vmmcall; ret. The rest of each traps. */
static void make_stubs(uint8_t *page)
{
    memset(page, 0xcc, STUB_SIZE * STUBS);
    for (uint32_t i = 0; i < STUBS; i++) {
        uint8_t *p = page + i * STUB_SIZE;
        const uint8_t stub[] = { 0xb8, (uint8_t)i, 0, 0, 0, 0x0f, 0x01, 0xd9, 0xc3 };
        memcpy(p, stub, sizeof(stub));
    }
    /* HYPERVISOR_iret is for PV guests: ud2. */
    memcpy(page + __HYPERVISOR_iret * STUB_SIZE, "\x0f\x0b", 2);
}

bool xen_msr_write(struct vcpu *v, uint32_t msr, uint64_t value, bool *fault)
{
    uint8_t part[STUB_SIZE * STUBS];
    *fault = false;
    if (msr != HYPERCALL_MSR || !v->xen)
        return false;
    /* The low twelve bits say which page of them; there is one. */
    if (value & PAGE_MASK) {
        *fault = true;
        return true;
    }
    make_stubs(part);
    *fault = !guest_write(v->domain, gpa(value), part, sizeof(part));
    if (!*fault)
        shared_latch(v);
    return true;
}

bool xen_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    if (msr != HYPERCALL_MSR || !v->xen)
        return false;
    *value = 0;
    return true;
}
