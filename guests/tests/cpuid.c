/*
 * What CPUID says agrees with what the guest has.
 *
 * Claimed: Xen's leaves (<xen/arch-x86/cpuid.h>) are there with signature, version, one hypercall page and its MSR, the
 * features that hold here, this vCPU's id; the time leaf and pvclock tell the same TSC frequency. APIC and x2APIC bits
 * are those of "lapic=" in the command line, so is the MADT's presence; the APIC id of leaf 1 is leaf 0xb's and the
 * MADT's. The TSC is told to be invariant. What the hypervisor needs for itself (SVM, VMX) is not offered.
 */
#include "guests/lib/guest.h"
#include <xen/xen.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/version.h>

const char test_name[] = "cpuid", test_title[] = "CPUID against APIC, MADT and pvclock";

static void read_hypercall_msr(void *arg) { (void)rdmsr(*(uint32_t *)arg); }
static void write_bad_page(void *arg) { wrmsr(*(uint32_t *)arg, UINT64_C(0xfffffffff0000000)); }

static void leaves(void)
{
    uint32_t b = xen_base(), msr = cpuid(b + 2, 0).ebx;
    int64_t version = hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0, 0);
    CHECK(cpuid(b, 0).eax >= b + 4, "leaves up to base + 4");
    CHECK_EQ(cpuid(b + 1, 0).eax, version, "the version leaf");
    CHECK_EQ(cpuid(b + 2, 0).eax, 1, "number of hypercall pages");
    struct fault f = try(write_bad_page, &msr);
    CHECK(f.vector == 13 || f.vector == -1, "a hypercall page where there is no RAM: vector %d", f.vector);
    f = try(read_hypercall_msr, &msr);
    CHECK(f.vector == 13 || f.vector == -1, "reading the hypercall MSR: vector %d", f.vector);
    struct x86_cpuid four = cpuid(b + 4, 0);
    CHECK(four.eax & XEN_HVM_CPUID_VCPU_ID_PRESENT, "the vCPU id is told");
    CHECK_EQ(four.ebx, 0, "the first vCPU's id");
}

static uint64_t pvclock_hz(const volatile struct vcpu_time_info *t)
{
    uint64_t hz = UINT64_C(1000000000) << 32;
    hz /= t->tsc_to_system_mul;
    return t->tsc_shift < 0 ? hz << -t->tsc_shift : hz >> t->tsc_shift;
}

static void clock(void)
{
    struct x86_cpuid one = cpuid(xen_base() + 3, 0), mul = cpuid(xen_base() + 3, 1), host = cpuid(xen_base() + 3, 2);
    const struct vcpu_info *v = vcpu_info(0);
    uint64_t khz = one.ecx;
    CHECK(khz > 100000 && khz < 20000000, "the time leaf's frequency is %llu kHz", (unsigned long long)khz);
    (void)host;     /* the host's TSC: may be 0 in what a guest is told */
    CHECK(v != NULL, "the shared info page can be mapped");
    if (!v)
        return;
    CHECK(v->time.tsc_to_system_mul != 0, "pvclock's scale");
    CHECK_EQ(v->time.version & 1, 0, "pvclock's version is even at rest");
    if (!v->time.tsc_to_system_mul)
        return;
    uint64_t hz = pvclock_hz(&v->time);
    CHECK(hz > khz * 999 && hz < khz * 1001, "pvclock says %llu Hz, the leaf %llu kHz", (unsigned long long)hz, (unsigned long long)khz);
    CHECK_EQ(mul.ecx, v->time.tsc_to_system_mul, "the time leaf's scale");
    CHECK_EQ(mul.edx & 0xff, (uint8_t)v->time.tsc_shift, "the time leaf's shift");
    uint64_t before = system_time_ns(0);
    delay_us(1000);
    CHECK(system_time_ns(0) > before, "system time goes forward");
}

static void apic(void)
{
    bool lapic = cmdline_number("lapic", 1) != 0;
    struct x86_cpuid one = cpuid(1, 0);
    uint32_t ids[CPUS_MAX];
    unsigned n = madt_cpus(ids, CPUS_MAX);
    CHECK_EQ(one.edx >> 9 & 1, lapic, "CPUID.1:EDX.APIC");
    CHECK_EQ(one.ecx >> 21 & 1, lapic, "CPUID.1:ECX.x2APIC");
    CHECK_EQ(cpuid(0x80000001, 0).edx >> 9 & 1, lapic, "CPUID.80000001:EDX.APIC");
    if (!lapic)
        CHECK_EQ(one.ecx >> 24 & 1, 0, "CPUID.1:ECX.TSC-deadline without a local APIC");
    if (acpi_rsdp())
        CHECK((n > 0) == lapic, "%u processors in the MADT", n);
    if (n) {
        CHECK_EQ(n, cmdline_number("vcpus", n), "processors in the MADT");
        CHECK_EQ(one.ebx >> 24, ids[0], "the first APIC id");
    }
    if (cpuid(0, 0).eax >= 0xb && cpuid(0xb, 0).ebx)
        CHECK_EQ(cpuid(0xb, 0).edx, one.ebx >> 24, "leaf 0xb's APIC id");
    CHECK_EQ(madt_ioapic() != 0, cmdline_number("ioapic", 0), "an IOAPIC in the MADT");
}

void test_main(void)
{
    CHECK_EQ(cpuid(1, 0).ecx >> 31, 1, "CPUID.1:ECX.HYPERVISOR");
    CHECK_EQ(cpuid(1, 0).ecx >> 5 & 1, 0, "VMX");
    CHECK_EQ(cpuid(0x80000001, 0).ecx >> 2 & 1, 0, "SVM");
    CHECK_EQ(cpuid(0x80000007, 0).edx >> 8 & 1, 1, "invariant TSC");
    apic();
    if (!has_xen()) {
        skip("no Xen leaves");
        return;
    }
    leaves();
    clock();
}
