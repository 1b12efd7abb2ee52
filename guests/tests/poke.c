/*
 * A guest that pokes at random: hypercalls, MSRs, ports, MMIO, page tables, registers, instructions.
 *
 * Claimed, by the runner: nobody but this guest is harmed. It survives what faults, and may well end itself, for
 * which it is not blamed: what counts is that the hypervisor and its other guests do not notice. "seed=" and "rounds=" in
 * the command line make a run repeatable. Ways to end at once (power-off, reset, shutdown, HLT) are left out, so that a run
 * gets far; and with on_crash="restart" each life goes on with other numbers, until the domain's number is above "lives=".
 */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/hvm/hvm_op.h>
#include <xen/memory.h>
#include <xen/sched.h>

const char test_name[] = "poke", test_title[] = "random hypercalls, MSRs, ports, MMIO and page tables";

enum { TIME_UP = 0xee };
extern uint8_t catch_landed[];
static uint64_t state;
static uint8_t scratch[16][4096] __attribute__((aligned(4096)));

/* xorshift64* (Vigna 2016). */
static uint64_t any(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t below(uint64_t n) { return any() % n; }

/* Numbers that mean something more often than chance has it. */
static uint64_t interesting(void)
{
    static const uint64_t some[] = { 0, 1, 2, 0x7f, 0x80, 0xff, 0xfff, 0x1000, 0x7ff0, 0x7fff, 0xffff, 0x100000, 0x7fffffff, 0x80000000,
                                     0xfec00000, 0xfee00000, 0xfeff8000, 0xffffffff, UINT64_C(0x100000000), UINT64_C(0x7fffffffffffffff),
                                     UINT64_C(0xffff800000000000), UINT64_MAX };
    switch (below(6)) {
    case 0: return some[below(sizeof(some) / sizeof(*some))];
    case 1: return (uintptr_t)scratch + below(sizeof(scratch));
    case 2: return (uintptr_t)scratch + 4096 * below(16) - below(24);
    case 3: return below(64);
    case 4: return UINT64_C(1) << below(64);
    default: return any();
    }
}

static void stir(void)
{
    uint64_t *w = (uint64_t *)(void *)scratch[below(16)];
    for (unsigned i = 0; i < 16; i++)
        w[i] = interesting();
}

static void poke_hypercall(void *arg)
{
    static const uint8_t likely[] = { __HYPERVISOR_memory_op, __HYPERVISOR_event_channel_op, __HYPERVISOR_grant_table_op, __HYPERVISOR_vcpu_op,
                                      __HYPERVISOR_hvm_op, __HYPERVISOR_sched_op, __HYPERVISOR_multicall, __HYPERVISOR_xen_version,
                                      __HYPERVISOR_set_timer_op, __HYPERVISOR_vm_assist, __HYPERVISOR_physdev_op };
    unsigned nr = below(4) ? likely[below(sizeof(likely))] : (unsigned)below(64);
    uint64_t a = below(3) ? below(40) : interesting();
    (void)arg;
    if (nr == __HYPERVISOR_console_io || nr == __HYPERVISOR_multicall)
        return;                                 /* the one floods the log, the other might hold a shutdown */
    if (nr == __HYPERVISOR_sched_op && a != SCHEDOP_yield)
        return;
    if (nr == __HYPERVISOR_vcpu_op && a == 2)   /* VCPUOP_down: of our only vCPU */
        return;
    stir();
    (void)hypercall(nr, a, interesting(), interesting(), interesting(), interesting());
}

static bool suicidal(uint32_t msr) { return msr == MSR_GS_BASE || msr == MSR_EFER || msr == MSR_LSTAR || msr == 0x40000000; }

static void poke_msr(void *arg)
{
    static const uint32_t bases[] = { 0, 0x1b, 0x174, 0x200, 0x250, 0x277, 0x6e0, 0x800, 0xc0000080, 0xc0010000, 0xc0011020, 0x40000000, 0xda0, 0x38d, 0x480 };
    uint32_t msr = below(8) ? bases[below(sizeof(bases) / sizeof(*bases))] + (uint32_t)below(64) : (uint32_t)any();
    (void)arg;
    if (below(2) || suicidal(msr))
        (void)rdmsr(msr);
    else
        wrmsr(msr, interesting());
}

static void poke_port(void *arg)
{
    uint16_t port = (uint16_t)(below(2) ? any() : below(0x700));
    uint64_t n = below(20), si = (uintptr_t)scratch + below(4096 * 8), di = si;
    (void)arg;
    if (port >= 0x5fc && port <= 0x607)
        return;                                 /* sleep and reset registers */
    switch (below(8)) {
    case 0: (void)inb(port); return;
    case 1: (void)inw(port); return;
    case 2: (void)inl(port); return;
    case 3: outb(port, (uint8_t)any()); return;
    case 4: outw(port, (uint16_t)any()); return;
    case 5: outl(port, (uint32_t)any()); return;
    case 6: __asm__ volatile("rep insb" : "+D"(di), "+c"(n) : "d"(port) : "memory"); return;
    default: __asm__ volatile("rep outsl" : "+S"(si), "+c"(n) : "d"(port) : "memory");
    }
}

static uint64_t hole(void)
{
    static const uint64_t places[] = { 0xfee00000, 0xfec00000, 0xfed00000, 0xf8000000, 0xfc100000, 0xffff0000, 0xe0000000 };
    return places[below(sizeof(places) / sizeof(*places))] + below(4096 + 16) - 8;
}

/* Instructions on MMIO, the decoder's included whose bytes are chance: they run with a pointer to a device in every register. */
static uint8_t code[64] __attribute__((aligned(4096)));
static void poke_mmio(void *arg)
{
    uint64_t at = hole();
    (void)arg;
    for (unsigned i = 0; i < 12; i++)
        code[i] = (uint8_t)any();
    for (unsigned i = 0; i < 12; i++)
        if (code[i] == 0xf4 || (code[i] >= 0xd8 && code[i] <= 0xdf && below(16)))
            code[i] = 0x8b;     /* HLT with interrupts off is a power-off, x87 on a device a crash: seldom, or we never get far */
    if (below(8))
        code[0] = (uint8_t[]){ 0x88, 0x89, 0x8a, 0x8b, 0xa4, 0xa5, 0xab, 0x87, 0xc6, 0x0f, 0x66, 0xf0 }[below(12)];
    if (code[0] == 0xc6)
        code[1] &= 0xc7;
    for (unsigned i = 12; i < 64; i++)
        code[i] = 0xcc;
    __asm__ volatile("sti; pushq %%rbp; pushq %%rbx; pushq %%r12; pushq %%r13; pushq %%r14; pushq %%r15\n"
                     "movq %0, %%rbx; movq %0, %%rcx; movq %0, %%rdx; movq %0, %%rsi; movq %0, %%rdi; movq %0, %%r8; movq %0, %%r9\n"
                     "movq %1, %%rax; jmp *%%rax"
                     : : "r"(at), "r"((uint64_t)(uintptr_t)code) : "memory", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9");
}

static void poke_page_tables(void *arg)
{
    static const uint64_t target[] = { 0, 0xfee00000, 0xfec00000, 0xfc000000, 0xfeff8000, 0xf8000000, 0xffff000, UINT64_C(0x100000000), UINT64_C(0xfffffff000) };
    uint64_t va = (uintptr_t)scratch[8 + below(8)], *pte = pte_of(va), was;
    (void)arg;
    if (!pte)
        return;
    was = *pte;
    *pte = (target[below(sizeof(target) / sizeof(*target))] + 4096 * below(8)) | (any() & UINT64_C(0x8000000000000fff));
    flush_page(va);
    if (below(2))
        (void)*(volatile uint32_t *)(va + below(4090));
    else
        *(volatile uint32_t *)(va + below(4090)) = (uint32_t)any();
    *pte = was;
    flush_page(va);
}

static void restore_pages(void)
{
    for (unsigned i = 8; i < 16; i++) {
        uint64_t va = (uintptr_t)scratch[i], *pte = pte_of(va);
        if (pte)
            *pte = va | 3;
        flush_page(va);
    }
}

static void poke_cpu(void *arg)
{
    (void)arg;
    switch (below(9)) {
    case 0: (void)cpuid((uint32_t)interesting(), (uint32_t)below(20)); return;
    case 1: __asm__ volatile("xsetbv" : : "a"((uint32_t)any()), "d"(0), "c"((uint32_t)below(2))); return;
    case 2: __asm__ volatile("mov %0, %%cr4" : : "r"(read_cr4() | (UINT64_C(1) << below(32)))); return;
    case 3: __asm__ volatile("vmrun" : : "a"(interesting()) : "memory"); return;
    case 4: __asm__ volatile("vmload" : : "a"(interesting()) : "memory"); return;
    case 5: __asm__ volatile("invd" : : : "memory"); return;
    case 6: __asm__ volatile("wbinvd" : : : "memory"); return;
    case 7: __asm__ volatile("mov %0, %%dr7" : : "r"(any() & 0xffff)); __asm__ volatile("mov %0, %%dr7" : : "r"(UINT64_C(0x400))); return;
    default: __asm__ volatile("monitor" : : "a"(hole()), "c"(0), "d"(0) : "memory");
    }
}

static void swallow(struct trap_frame *f) { (void)f; }

/* Random code may loop: the timer ends such a round as a fault would; where it has disabled interrupts, the watchdog this life. */
static void time_up(struct trap_frame *f)
{
    struct cpu *c = this_cpu();
    apic_write(APIC_EOI, 0);
    if (!c->resume)
        return;
    f->rip = (uintptr_t)catch_landed;
    f->rsp = c->resume;
    f->rflags &= ~UINT64_C(0x700);
}

static void watchdog(uint32_t *id)
{
    struct sched_watchdog w = { *id, 2 };
    int64_t r = has_xen() ? hypercall(__HYPERVISOR_sched_op, SCHEDOP_watchdog, (uintptr_t)&w, 0, 0, 0) : 0;
    if (*id == 0 && r > 0)
        *id = (uint32_t)r;
}

static void round_begins(uint64_t i, uint32_t *dog)
{
    if (i % 16 == 0)
        watchdog(dog);
    if (!has_apic())
        return;
    apic_enable(false);
    apic_write(APIC_TDCR, 0xb);
    apic_write(APIC_LVTT, TIME_UP);
    apic_write(APIC_TMICT, 2000000);
}

void test_main(void)
{
    static void (*const poke[])(void *) = { poke_hypercall, poke_msr, poke_port, poke_mmio, poke_page_tables, poke_cpu };
    enum { KINDS = sizeof(poke) / sizeof(*poke) };
    uint64_t rounds = cmdline_number("rounds", 10000), seed = cmdline_number("seed", 1);
    unsigned faults[KINDS] = { 0 };
    uint32_t dog = 0;
    uint32_t life = has_xen() ? cpuid(xen_base() + 4, 0).ecx : 1;
    state = (seed + life * 1000) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    CHECK(true, "alive");
    if (life > cmdline_number("lives", life))
        return;
    (void)shared_info();
    for (unsigned v = 32; v < 256; v++)
        on_interrupt((uint8_t)v, v == TIME_UP ? time_up : swallow);
    for (uint64_t i = 0; i < rounds; i++) {
        unsigned kind = (unsigned)below(KINDS);
        round_begins(i, &dog);
        faults[kind] += try(poke[kind], NULL).vector >= 0;
        restore_pages();
        wrmsr(MSR_GS_BASE, (uintptr_t)&cpus[0]);
        if (i % 5000 == 0)
            print("life %u, round %llu\n", life, (unsigned long long)i);
    }
    print("faults: hypercall %u, MSR %u, port %u, MMIO %u, page tables %u, CPU %u\n", faults[0], faults[1], faults[2], faults[3], faults[4], faults[5]);
}
