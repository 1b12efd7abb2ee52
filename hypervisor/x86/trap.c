/*
 * Owns: descriptor tables and what a trap does. Interrupts only note what happened, which here means nothing at all: whoever they
 * woke looks at the queues. An exception in the hypervisor is our fault and stops the machine.
 */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"
#include "lib/panic.h"

struct trap_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};
void x86_trap(struct trap_frame *f);

struct gate { uint16_t low, selector, attributes, middle; uint32_t high, reserved; };
struct pointer { uint16_t limit; uint64_t base; } __attribute__((packed));

enum { STUB_SIZE = 16, VECTORS = 256, IST_FAULT = 1 };
extern char trap_stubs[];
static struct gate idt[VECTORS];
enum { FAULT_STACK = 2048 };    /* #DF, NMI, #MC: the lowest part of the CPU's stack, far from where it normally is */

/* libfdt, as Debian compiles it, checks its stack frames against fs:0x28. */
static uint64_t stack_guard[8] = { [5] = UINT64_C(0xbed91a7e0badf00d) };
_Noreturn void __stack_chk_fail(void);
void __stack_chk_fail(void) { panic("a stack frame of libfdt was overwritten"); }

static void fill_idt(void)
{
    for (unsigned v = 0; v < VECTORS; v++) {
        uintptr_t at = (uintptr_t)trap_stubs + v * STUB_SIZE;
        bool own_stack = v == TRAP_NMI || v == TRAP_DF || v == TRAP_MC;
        idt[v] = (struct gate){ (uint16_t)at, SELECTOR_CODE, (uint16_t)(0x8e00 | (own_stack ? IST_FAULT : 0)), (uint16_t)(at >> 16),
                                (uint32_t)(at >> 32), 0 };
    }
}

void trap_cpu_start(struct percpu *c)
{
    uint64_t tss = (uintptr_t)&c->tss, limit = sizeof(c->tss) - 1;
    if (!idt[0].selector)
        fill_idt();
    c->tss.ist[IST_FAULT - 1] = ((uintptr_t)c & ~(STACK_SIZE - 1)) + FAULT_STACK;
    c->tss.io_map = sizeof(c->tss);
    c->gdt[1] = UINT64_C(0x00af9b000000ffff);
    c->gdt[2] = UINT64_C(0x00cf93000000ffff);
    c->gdt[3] = limit | (tss & 0xffffff) << 16 | UINT64_C(0x89) << 40 | (tss >> 24 & 0xff) << 56;
    c->gdt[4] = tss >> 32;
    struct pointer gdtr = { sizeof(c->gdt) - 1, (uintptr_t)c->gdt }, idtr = { sizeof(idt) - 1, (uintptr_t)idt };
    msr_set(MSR_FS_BASE, (uintptr_t)stack_guard);
    __asm__ volatile("lgdt %0; lidt %1; ltr %w2" : : "m"(gdtr), "m"(idtr), "r"(SELECTOR_TSS) : "memory");
}

void x86_trap(struct trap_frame *f)
{
    switch (f->vector) {
    case TRAP_NMI: return;              /* nobody here sends any: a stray one harms nothing */
    case VECTOR_SPURIOUS: return;       /* takes no end of interrupt */
    default: break;
    }
    if (f->vector >= 32) {
        apic_end();
        return;
    }
    uint64_t cr2;
    __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
    panic("exception %lu (error %#lx) at rip %#lx, cr2 %#lx, rsp %#lx, rax %#lx rbx %#lx rcx %#lx rdx %#lx rsi %#lx rdi %#lx", f->vector,
          f->error, f->rip, cr2, f->rsp, f->rax, f->rbx, f->rcx, f->rdx, f->rsi, f->rdi);
}

void arch_idle(void) { __asm__ volatile("sti; hlt; cli" : : : "memory"); }
void arch_interrupts(void) { __asm__ volatile("sti; nop; cli" : : : "memory"); }
void arch_relax(void) { __asm__ volatile("pause" : : : "memory"); }
