/*
 * Owns: whether this machine has SVM, and each CPU's part of it: the host save area, the host's VMCB, the bit maps of
 * what is intercepted. APM vol. 2, chapter 15.
 */
#include "hypervisor/x86/svm.h"
#include "hypervisor/x86/guest_insn.h"
#include "lib/format.h"
#include "lib/panic.h"
#include <string.h>

struct svm_features svm;
struct svm_cpu svm_cpus[HOST_CPUS_MAX];

enum { IOPM_ORDER = 2, IOPM_BYTES = 0x3000, MSRPM_ORDER = 1, MSRPM_BYTES = 0x2000 };
#define LEAF1_VMX   (UINT32_C(1) << 5)
#define EXT1_SVM    (UINT32_C(1) << 2)
#define EXT1_NX     (UINT32_C(1) << 20)
#define EXT8_IBPB   (UINT32_C(1) << 12)
#define SVM_NESTED_PAGING (UINT32_C(1) << 0)
#define SVM_FLUSH_BY_ASID (UINT32_C(1) << 6)
#define SVM_PAUSE_FILTER  (UINT32_C(1) << 10)

/* Without VMX too: a processor's name tells a user more than its vendor, but which of the two extensions it has is what decides. */
static const char *lacks_svm(void)
{
    static char text[160];
    struct x86_cpuid c = host_cpuid(0, 0);
    char vendor[13] = { 0 };
    memcpy(vendor, &c.ebx, 4);
    memcpy(vendor + 4, &c.edx, 4);
    memcpy(vendor + 8, &c.ecx, 4);
    if (host_cpuid(1, 0).ecx & LEAF1_VMX)
        format(text, sizeof(text), "this %s processor has VT-x, which Bedplate does not drive yet: AMD SVM with nested paging is needed", vendor);
    else
        format(text, sizeof(text), "this %s processor has neither AMD SVM nor VT-x (in a virtual machine: nested virtualization is off)", vendor);
    return text;
}

const char *svm_refusal(void)
{
    if (host_cpuid(0x80000000, 0).eax < 0x8000000a || !(host_cpuid(0x80000001, 0).ecx & EXT1_SVM))
        return lacks_svm();
    if (msr_get(MSR_VM_CR) & VM_CR_SVMDIS)
        return "this processor has AMD SVM, but the firmware has switched it off (look for SVM or Virtualization in its setup)";
    if (!(host_cpuid(0x8000000a, 0).edx & SVM_NESTED_PAGING))
        return "this processor has AMD SVM without nested paging, which Bedplate needs";
    if (!(host_cpuid(0x80000001, 0).edx & EXT1_NX))
        return "this processor does not offer NX, which Bedplate needs";
    return NULL;
}

/* Two bits an MSR, read and write, in three ranges of 8192 MSRs, 15.11. */
static void msr_pass(uint8_t *map, uint32_t msr)
{
    uint32_t bit = (msr < 0x2000 ? msr : 0x2000 + (msr & 0x1fff)) * 2;
    map[bit / 8] &= (uint8_t)~(3u << bit % 8);
}

static void maps_make(void)
{
    /* Those VMLOAD and VMSAVE switch, so that the guest may have them in hand. */
    static const uint32_t passed[] = { MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_SFMASK, MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS,
                                       0x174, 0x175, 0x176 };
    if (!arch_up_table->pages_take(OWNER_HYPERVISOR, IOPM_ORDER, &svm.iopm) ||
        !arch_up_table->pages_take(OWNER_HYPERVISOR, MSRPM_ORDER, &svm.msrpm))
        panic("no memory for the permission maps of SVM");
    memset(hpa_ptr(svm.iopm), 0xff, IOPM_BYTES);
    memset(hpa_ptr(svm.msrpm), 0xff, MSRPM_BYTES);
    for (unsigned i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
        msr_pass(hpa_ptr(svm.msrpm), passed[i]);
}

static bool host_is_tcg(void)
{
    struct x86_cpuid c = host_cpuid(0x40000000, 0);
    return host_cpuid(1, 0).ecx >> 31 && memcmp(&c.ebx, "TCGT", 4) == 0 && memcmp(&c.ecx, "CGTC", 4) == 0;
}

static void features_find(void)
{
    struct x86_cpuid c = host_cpuid(0x8000000a, 0);
    svm.tcg = host_is_tcg();
    svm.flush_by_asid = c.edx & SVM_FLUSH_BY_ASID;
    svm.pause_filter = c.edx & SVM_PAUSE_FILTER;
    svm.asids = c.ebx < 2 ? 2 : c.ebx;
    guest_features_find();
    svm.ibpb = guest_features.extended_max >= 0x80000008 && (host_cpuid(0x80000008, 0).ebx & EXT8_IBPB);
    npt_largest = guest_features.pages_1g ? 3 : 2;
}

void svm_cpu_start(void)
{
    struct svm_cpu *c = &svm_cpus[arch_cpu()];
    hpa_t pages;
    if (!svm.ready) {
        features_find();
        maps_make();
        svm.ready = true;
    }
    if (!arch_up_table->pages_take(OWNER_HYPERVISOR, 1, &pages))
        panic("no memory for SVM's save areas of CPU %u", arch_cpu());
    /* NXE: without it the nested tables' NX bit is a reserved one, 15.25.4. */
    msr_set(MSR_EFER, msr_get(MSR_EFER) | EFER_SVME | EFER_NXE);
    c->host_vmcb = hpa_add(pages, PAGE_SIZE);
    c->asid_next = 1;
    c->generation = 1;      /* 0 is nobody's */
    msr_set(MSR_VM_HSAVE_PA, pages.v);
    guest_fpu_cpu_start();
    vmsave(c->host_vmcb.v);
}
