/* Owns: the start of further CPUs, one at a time: ap_number and ap_stack say who comes next. */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/hvm/hvm_vcpu.h>
#include <xen/vcpu.h>

enum { TRAMPOLINE = 0x8000, STACK = 16384 };
enum { ICR_INIT = 0x4500, ICR_INIT_DEASSERT = 0x8500, ICR_STARTUP = 0x4600 };
extern uint64_t ap_stack;
extern volatile uint32_t ap_number;
extern uint8_t ap_trampoline[], ap_trampoline_end[], ap_start64[], ap_start_flat[];
extern uint64_t page_pml4[512];
void ap_main(unsigned number);

static uint8_t stacks[CPUS_MAX][STACK] __attribute__((aligned(16)));
static ap_entry *entry;

void ap_main(unsigned n)
{
    ap_entry *f = entry;
    traps_init(n);
    __atomic_store_n(&cpus[n].up, true, __ATOMIC_RELEASE);
    f(&cpus[n]);
    for (;;)
        __asm__ volatile("cli; hlt");
}

static void by_sipi(unsigned n)
{
    uint32_t ids[CPUS_MAX];
    unsigned found = madt_cpus(ids, CPUS_MAX);
    uint32_t id = n < found ? ids[n] : n;
    memcpy((void *)TRAMPOLINE, ap_trampoline, (size_t)(ap_trampoline_end - ap_trampoline));
    apic_send(id, ICR_INIT);
    apic_send(id, ICR_INIT_DEASSERT);
    delay_us(10000);
    apic_send(id, ICR_STARTUP | TRAMPOLINE >> 12);
    delay_us(200);
    apic_send(id, ICR_STARTUP | TRAMPOLINE >> 12);      /* a CPU that runs already takes no notice */
}

/* <xen/hvm/hvm_vcpu.h>. The attributes are a descriptor's bits 40..55 without the limit: flat, as the header gives them. */
static bool by_hypercall(unsigned n, bool wide)
{
    static struct vcpu_hvm_context c;
    memset(&c, 0, sizeof(c));
    c.mode = wide ? VCPU_HVM_MODE_64B : VCPU_HVM_MODE_32B;
    if (wide) {
        c.cpu_regs.x86_64 = (struct vcpu_hvm_x86_64){ .rip = (uintptr_t)ap_start64, .rsp = ap_stack, .rflags = 2, .cr0 = 0x80010033,
                                                       .cr3 = (uintptr_t)page_pml4, .cr4 = 0x20, .efer = 0xd00 };
    } else {
        struct vcpu_hvm_x86_32 *r = &c.cpu_regs.x86_32;
        r->eip = (uint32_t)(uintptr_t)ap_start_flat;
        r->eflags = 2;
        r->cr0 = 0x11;
        r->cs_limit = r->ds_limit = r->ss_limit = r->es_limit = 0xffffffff;
        r->tr_limit = 0x67;
        r->cs_ar = 0xc9b;
        r->ds_ar = r->ss_ar = r->es_ar = 0xc93;
        r->tr_ar = 0x8b;
    }
    int64_t e = vcpu_op(VCPUOP_initialise, n, &c);
    if (e == 0)
        e = vcpu_op(VCPUOP_up, n, NULL);
    CHECK_EQ(e, 0, "VCPUOP_initialise and VCPUOP_up");
    return e == 0;
}

bool ap_start(unsigned n, int way, ap_entry *f)
{
    if (n == 0 || n >= CPUS_MAX)
        return false;
    entry = f;
    cpus[n].up = false;
    ap_stack = (uintptr_t)(stacks[n] + STACK);
    __atomic_store_n(&ap_number, n, __ATOMIC_RELEASE);
    if (way == AP_BY_SIPI)
        by_sipi(n);
    else if (!by_hypercall(n, way == AP_BY_HYPERCALL_64))
        return false;
    return wait_for(__atomic_load_n(&cpus[n].up, __ATOMIC_ACQUIRE), 10);
}

bool cpu_start(unsigned n, ap_entry *f) { return ap_start(n, AP_BY_HYPERCALL_64, f); }
