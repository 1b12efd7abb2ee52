/*
 * Owns: IDT, one TSS a CPU, and what happens at an interrupt. Exceptions run on a stack of their own (IST 1): a test may
 * spoil its stack pointer. One that nobody expects ends the test.
 */
#include "guests/lib/guest.h"
#include <string.h>

struct gate { uint16_t low, selector; uint8_t ist, type; uint16_t middle; uint32_t high, reserved; };
struct tss { uint32_t reserved; uint64_t rsp[3], reserved2, ist[7]; uint8_t rest[12]; } __attribute__((packed));
enum { EXCEPTIONS = 32, GATE_INTERRUPT = 0x8e, TSS_LIMIT = 0x67, STACK = 8192 };

extern const uint64_t trap_stubs[256];
extern uint64_t gdt_tss[];
extern uint8_t catch_landed[];
int catch_call(void (*f)(void *), void *arg, uint64_t *resume);
void trap(struct trap_frame *f);

struct cpu cpus[CPUS_MAX];
bool apic_eoi;
static struct gate idt[256];
static struct tss tss[CPUS_MAX];
static uint8_t stacks[CPUS_MAX][STACK] __attribute__((aligned(16)));
static interrupt_handler *handlers[256];

struct cpu *this_cpu(void)
{
    struct cpu *c;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(c));
    return c;
}

static void fill_idt(void)
{
    for (unsigned v = 0; v < 256; v++) {
        uint64_t at = trap_stubs[v];
        idt[v] = (struct gate){ (uint16_t)at, 0x08, v < EXCEPTIONS, GATE_INTERRUPT, (uint16_t)(at >> 16), (uint32_t)(at >> 32), 0 };
    }
}

static void load_tss(unsigned number)
{
    uint64_t at = (uintptr_t)&tss[number], low = (at & 0xffffff) << 16 | (at >> 24 & 0xff) << 56;
    tss[number].ist[0] = (uintptr_t)(stacks[number] + STACK);
    gdt_tss[2 * number] = low | UINT64_C(0x89) << 40 | TSS_LIMIT;
    gdt_tss[2 * number + 1] = at >> 32;
    __asm__ volatile("ltr %w0" : : "r"(0x28 + 16 * number));
}

void traps_init(unsigned n)
{
    struct { uint16_t limit; uint64_t base; } __attribute__((packed)) pointer = { sizeof(idt) - 1, (uintptr_t)idt };
    if (n == 0)
        fill_idt();
    __asm__ volatile("lidt %0" : : "m"(pointer));
    load_tss(n);
    cpus[n].self = &cpus[n];
    cpus[n].number = n;
    cpus[n].apic_id = cpuid(1, 0).ebx >> 24;
    cpus[n].vcpu_id = n;
    wrmsr(MSR_GS_BASE, (uintptr_t)&cpus[n]);
}

void on_interrupt(uint8_t vector, interrupt_handler *f) { handlers[vector] = f; }

struct fault try(void (*f)(void *), void *arg)
{
    struct cpu *c = this_cpu();
    c->fault.vector = -1;
    (void)catch_call(f, arg, &c->resume);
    return c->fault;
}

static void exception(struct cpu *c, struct trap_frame *f)
{
    c->fault = (struct fault){ (int)f->vector, f->error, f->rip, read_cr2() };
    if (c->resume) {
        f->rip = (uintptr_t)catch_landed;
        f->rsp = c->resume;
        f->rflags &= ~UINT64_C(0x700);      /* IF, DF, TF */
        return;
    }
    print("CPU %u: unexpected exception %llu, error %#llx, at %#llx, cr2 %#llx\n", c->number, (unsigned long long)f->vector,
          (unsigned long long)f->error, (unsigned long long)f->rip, (unsigned long long)c->fault.cr2);
    CHECK(false, "unexpected exception");
    test_end();
}

void trap(struct trap_frame *f)
{
    struct cpu *c = this_cpu();
    c->interrupts[f->vector]++;
    if (handlers[f->vector])
        handlers[f->vector](f);
    else if (f->vector < EXCEPTIONS)
        exception(c, f);
    else if (apic_eoi && f->vector != 0xff)
        apic_write(APIC_EOI, 0);
}
