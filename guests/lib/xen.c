/* Owns: the guest's side of the Xen ABI: leaves, hypercall page, shared info. */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

static uint8_t hypercall_page[4096] __attribute__((aligned(4096)));
static uint8_t shared_page[4096] __attribute__((aligned(4096)));
static bool shared_mapped;
static uint32_t base;

static uint32_t find_base(void)
{
    for (uint32_t leaf = 0x40000000; leaf < 0x40010000; leaf += 0x100) {
        struct x86_cpuid c = cpuid(leaf, 0);
        if (c.ebx == XEN_CPUID_SIGNATURE_EBX && c.ecx == XEN_CPUID_SIGNATURE_ECX && c.edx == XEN_CPUID_SIGNATURE_EDX)
            return leaf;
    }
    return 0;
}

bool xen_init(void)
{
    base = find_base();
    if (base)
        wrmsr(cpuid(base + 2, 0).ebx, (uintptr_t)hypercall_page);
    return base != 0;
}

bool has_xen(void) { return base != 0; }
uint32_t xen_base(void) { return base; }

int64_t hypercall(unsigned nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    int64_t result;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    __asm__ volatile("call *%[to]" : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)
                     : [to] "r"(hypercall_page + 32 * nr) : "memory", "rcx", "r11", "cc");
    return result;
}

int64_t evtchn_op(unsigned cmd, void *arg) { return hypercall(__HYPERVISOR_event_channel_op, cmd, (uintptr_t)arg, 0, 0, 0); }
int64_t vcpu_op(unsigned cmd, unsigned vcpu, void *arg) { return hypercall(__HYPERVISOR_vcpu_op, cmd, vcpu, (uintptr_t)arg, 0, 0); }
int64_t memory_op(unsigned cmd, void *arg) { return hypercall(__HYPERVISOR_memory_op, cmd, (uintptr_t)arg, 0, 0, 0); }
int64_t hvm_op(unsigned cmd, void *arg) { return hypercall(__HYPERVISOR_hvm_op, cmd, (uintptr_t)arg, 0, 0, 0); }

int64_t hvm_param_get(unsigned index, uint64_t *value)
{
    struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };
    int64_t r = hvm_op(HVMOP_get_param, &p);
    *value = p.value;
    return r;
}

int64_t hvm_param_set(unsigned index, uint64_t value)
{
    struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index, .value = value };
    return hvm_op(HVMOP_set_param, &p);
}

struct shared_info *shared_info(void)
{
    struct xen_add_to_physmap x = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = (uintptr_t)shared_page >> 12 };
    if (!shared_mapped && (!has_xen() || memory_op(XENMEM_add_to_physmap, &x) != 0))
        return NULL;
    shared_mapped = true;
    return (struct shared_info *)(void *)shared_page;
}

/* Those beyond the shared info's 32 are registered by the test itself. */
struct vcpu_info *vcpu_info(unsigned vcpu)
{
    struct shared_info *s = shared_info();
    return s && vcpu < XEN_LEGACY_MAX_VCPUS ? &s->vcpu_info[vcpu] : NULL;
}

void xen_shutdown(unsigned reason)
{
    struct sched_shutdown s = { .reason = reason };
    (void)hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uintptr_t)&s, 0, 0, 0);
}

bool xen_callback(uint8_t vector)
{
    return hvm_param_set(HVM_PARAM_CALLBACK_IRQ, (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56 | vector) == 0;
}

/* A 64x32 bit product, shifted: <xen/xen.h>, struct vcpu_time_info. */
static uint64_t scale(uint64_t delta, uint32_t mul, int8_t shift)
{
    if (shift < 0)
        delta >>= -shift;
    else
        delta <<= shift;
    return (uint64_t)((unsigned __int128)delta * mul >> 32);
}

uint64_t system_time_ns(unsigned vcpu)
{
    const volatile struct vcpu_time_info *t = &vcpu_info(vcpu)->time;
    uint32_t version;
    uint64_t ns;
    do {
        version = t->version;
        __asm__ volatile("lfence" : : : "memory");
        ns = t->system_time + scale(rdtsc() - t->tsc_timestamp, t->tsc_to_system_mul, t->tsc_shift);
        __asm__ volatile("lfence" : : : "memory");
    } while (version & 1 || version != t->version);
    return ns;
}
