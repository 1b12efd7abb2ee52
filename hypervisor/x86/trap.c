/*
 * Owns: descriptor tables and what a trap does. Interrupts only note what happened, which here means nothing at all: whoever they
 * woke looks at the queues. An exception in the hypervisor is our fault and stops the machine.
 */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"
#include "lib/format.h"
#include "lib/panic.h"
#include <stdatomic.h>

struct trap_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};
void x86_trap(struct trap_frame *f);

struct gate { uint16_t low, selector, attributes, middle; uint32_t high, reserved; };
struct pointer { uint16_t limit; uint64_t base; } __attribute__((packed));

enum { VECTOR_EXTERNAL = 32, CALLS_SHOWN = 16, STUB_SIZE = 16, VECTORS = 256, IST_FAULT = 1 };
extern char trap_stubs[], bp_text_start[], bp_text_end[];
static atomic_bool stop_at_nmi;
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

/* ---- an exception in the hypervisor ------------------------------------------------------------ */

/* Straight to the UART: whoever holds the console's lock may be the one that trapped. */
static void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *fmt, ...)
{
    char line[160];
    va_list args;
    va_start(args, fmt);
    size_t n = format_v(line, sizeof(line), fmt, args);
    va_end(args);
    for (size_t i = 0; i < n; i++)
        arch_console_put(line[i]);
}

/* No frame pointers are kept: what on the stack points into the code was likely pushed by a call. addr2line tells the names. */
static void print_calls(const struct trap_frame *f)
{
    const struct percpu *c = this_cpu();
    uint64_t end = (uintptr_t)c, shown = 0;
    print("\r\n(bp) calls:");
    if (f->rsp % 8 == 0 && f->rsp >= end - STACK_SIZE)
        for (uint64_t at = f->rsp; at < end && shown < CALLS_SHOWN; at += 8) {
            uint64_t v = *(uint64_t *)at;
            if (v < (uintptr_t)bp_text_start || v >= (uintptr_t)bp_text_end)
                continue;
            print(" %lx", v);
            shown++;
        }
    print("\r\n");
}

_Noreturn static void fault(const struct trap_frame *f)
{
    uint64_t cr2;
    __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
    print("\r\n(bp) CPU %u: rip %016lx rsp %016lx rflags %08lx cr2 %016lx", arch_cpu(), f->rip, f->rsp, f->rflags, cr2);
    print("\r\n(bp) rax %016lx rbx %016lx rcx %016lx rdx %016lx", f->rax, f->rbx, f->rcx, f->rdx);
    print("\r\n(bp) rsi %016lx rdi %016lx rbp %016lx r8  %016lx", f->rsi, f->rdi, f->rbp, f->r8);
    print("\r\n(bp) r9  %016lx r10 %016lx r11 %016lx r12 %016lx", f->r9, f->r10, f->r11, f->r12);
    print("\r\n(bp) r13 %016lx r14 %016lx r15 %016lx", f->r13, f->r14, f->r15);
    print_calls(f);
    panic("exception %lu (error %#lx) in the hypervisor at %#lx, address %#lx", f->vector, f->error, f->rip, cr2);
}

void trap_stop_at_nmi(void) { atomic_store(&stop_at_nmi, true); }

static void nmi(void)
{
    this_cpu()->nmis++;     /* a stray one harms nothing */
    while (atomic_load(&stop_at_nmi))
        __asm__ volatile("cli; hlt");
}

void x86_trap(struct trap_frame *f)
{
    switch (f->vector) {
    case TRAP_NMI: nmi(); return;
    case VECTOR_SPURIOUS: return;       /* takes no end of interrupt */
    case VECTOR_ALARM: this_cpu()->alarms++; break;
    default: break;
    }
    if (f->vector < VECTOR_EXTERNAL)
        fault(f);
    apic_end();
}

void arch_idle(void) { __asm__ volatile("sti; hlt; cli" : : : "memory"); }
void arch_interrupts(void) { __asm__ volatile("sti; nop; cli" : : : "memory"); }
void arch_relax(void) { __asm__ volatile("pause" : : : "memory"); }
