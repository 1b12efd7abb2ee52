/* Owns: what of the Xen ABI only a PC has: leaves, hypercall page, callback vector, pvclock. */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>

static uint8_t hypercall_page[4096] __attribute__((aligned(4096)));
static uint32_t base;
enum { UPCALL_VECTOR = 0x40 };
static void (*on_upcall)(void);

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

int64_t upcall_vector_set(unsigned vcpu, uint8_t vector)
{
    return hvm_op(HVMOP_set_evtchn_upcall_vector, &(struct xen_hvm_evtchn_upcall_vector){ .vcpu = vcpu, .vector = vector });
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

uint32_t domain_number(void) { return has_xen() ? cpuid(base + 4, 0).ecx : 0; }

static void upcall(struct trap_frame *f)
{
    (void)f;
    on_upcall();
}

bool upcall_on(void (*f)(void))
{
    on_upcall = f;
    on_interrupt(UPCALL_VECTOR, upcall);
    return xen_callback(UPCALL_VECTOR);
}

uint32_t upcalls(void) { return *(volatile uint32_t *)&this_cpu()->interrupts[UPCALL_VECTOR]; }
