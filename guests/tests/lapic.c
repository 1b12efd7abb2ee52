/*
 * The local APIC of one CPU, in both modes (SDM vol. 3, chapter 10).
 *
 * Claimed: its registers read as they were written, through MOV of all shapes, XCHG, arithmetic on memory and string
 * instructions; its timer counts down and fires in one-shot, periodic and TSC-deadline mode, never before its time; a
 * priority below TPR waits in IRR; EOI clears ISR. x2APIC MSRs fault (#GP) where the manual says so: in xAPIC mode, on
 * reserved registers, reserved bits and on read-only registers. The way from x2APIC to xAPIC leads through "disabled".
 */
#include "guests/lib/guest.h"

const char test_name[] = "lapic", test_title[] = "the local APIC's registers and timer";

enum { XAPIC = 0xfee00000, VECTOR = 0x60, LOW_VECTOR = 0x41, MASKED = 1 << 16, PERIODIC = 1 << 17, DEADLINE = 1 << 18, DIVIDE_1 = 0xb };

static volatile unsigned held;
static uint32_t count(void) { return *(volatile uint32_t *)&this_cpu()->interrupts[VECTOR]; }

/* Every shape of access that kernels use on MMIO, against the timer's initial count, which is a plain register while LVTT is masked. */
static void shapes(void)
{
    const uint64_t at = XAPIC + APIC_LVT_ERROR;
    uint32_t v = 0, mask = MASKED;
    uint64_t wide;
    __asm__ volatile("movl $0x10071, (%0)" : : "r"(at) : "memory");
    CHECK_EQ(read32(at), 0x10071, "MOV m32, imm32");
    __asm__ volatile("movl %1, 0x10(%0)" : : "r"(at - 0x10), "r"(0x10072) : "memory");
    __asm__ volatile("movl (%1,%2,8), %0" : "=r"(v) : "r"(at - 0x80), "r"(UINT64_C(0x10)) : "memory");
    CHECK_EQ(v, 0x10072, "MOV r32, m32 with SIB");
    __asm__ volatile("movq %1, %%r13; movl (%%r13), %%r12d; movl %%r12d, %0" : "=r"(v) : "r"(at) : "r12", "r13", "memory");
    CHECK_EQ(v, 0x10072, "MOV r12d, [r13]");
    __asm__ volatile("movabsl 0xfee00370, %%eax" : "=a"(wide) : : "memory");
    CHECK_EQ((uint32_t)wide, 0x10072, "MOV eax, moffs64");
    v = 0x10073;
    __asm__ volatile("xchgl %0, (%1)" : "+r"(v) : "r"(at) : "memory");
    CHECK_EQ(v, 0x10072, "XCHG's old value");
    CHECK_EQ(read32(at), 0x10073, "XCHG's new value");
    __asm__ volatile("orl $0x4, (%0)" : : "r"(at) : "memory", "cc");
    CHECK_EQ(read32(at), 0x10077, "OR m32, imm8");
    __asm__ volatile("andl %1, (%0)" : : "r"(at), "r"(0x10070) : "memory", "cc");
    CHECK_EQ(read32(at), 0x10070, "AND m32, r32");
    __asm__ volatile("addl $2, (%0); incl (%0); subl $1, (%0)" : : "r"(at) : "memory", "cc");
    CHECK_EQ(read32(at), 0x10072, "ADD, INC, SUB m32");
    __asm__ volatile("btl $16, (%1); sbbl %0, %0" : "=r"(v) : "r"(at) : "memory", "cc");
    CHECK_EQ(v, 0xffffffff, "BT m32, imm8");
    __asm__ volatile("testl %1, (%2); setnz %b0; movzbl %b0, %0" : "=&q"(v) : "r"(mask), "r"(at) : "memory", "cc");
    CHECK_EQ(v, 1, "TEST m32, r32");
    __asm__ volatile("cmpl $0x10072, (%1); sete %b0; movzbl %b0, %0" : "=q"(v) : "r"(at) : "memory", "cc");
    CHECK_EQ(v, 1, "CMP m32, imm32");
    uint32_t buffer[2] = { 0, 0 };
    void *to = buffer;
    uint64_t from = at, n = 1;
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    CHECK_EQ(buffer[0], 0x10072, "REP MOVSD from the APIC");
    uint64_t di = at;
    __asm__ volatile("stosl" : "+D"(di) : "a"(0x10074) : "memory");
    CHECK_EQ(read32(at), 0x10074, "STOSD");
    write32(at, MASKED);
}

static void registers(void)
{
    uint32_t version = apic_read(APIC_VERSION);
    CHECK((version & 0xf0) == 0x10, "version %#x", version);
    CHECK((version >> 16 & 0xff) >= 3, "at least 4 LVT entries: %#x", version);
    apic_write(APIC_TPR, 0x35);
    CHECK_EQ(apic_read(APIC_TPR), 0x35, "TPR");
    CHECK_EQ(apic_read(APIC_PPR), 0x35, "PPR follows TPR");
    apic_write(APIC_TPR, 0);
    apic_write(APIC_TDCR, DIVIDE_1);
    CHECK_EQ(apic_read(APIC_TDCR), DIVIDE_1, "divide configuration");
    apic_write(APIC_ESR, 0);
    CHECK_EQ(apic_read(APIC_ESR), 0, "ESR after writing to it");
}

static bool comes(uint32_t before, unsigned n)
{
    bool yes;
    interrupts_on();
    yes = wait_for(count() - before >= n, 10);
    interrupts_off();
    return yes;
}

static void timer(void)
{
    uint32_t before = count();
    apic_write(APIC_TDCR, DIVIDE_1);
    apic_write(APIC_LVTT, VECTOR);
    apic_write(APIC_TMICT, 100000);
    uint32_t a = apic_read(APIC_TMCCT);
    CHECK(a <= 100000, "the current count starts at the initial count: %u", a);
    CHECK(comes(before, 1), "the one-shot fires");
    CHECK_EQ(apic_read(APIC_TMCCT), 0, "the current count after a one-shot");
    delay_us(1000);
    CHECK_EQ(count() - before, 1, "interrupts of a one-shot");
    before = count();
    apic_write(APIC_LVTT, VECTOR | PERIODIC);
    apic_write(APIC_TMICT, 200000);
    CHECK(comes(before, 4), "the periodic timer fires again and again");
    apic_write(APIC_TMICT, 0);
    interrupts_on();
    delay_us(1000);
    before = count();
    delay_us(3000);
    interrupts_off();
    CHECK_EQ(count(), before, "interrupts of a stopped timer");
    apic_write(APIC_LVTT, VECTOR | MASKED);
    apic_write(APIC_TMICT, 1000);
    interrupts_on();
    delay_us(1000);
    interrupts_off();
    CHECK_EQ(count(), before, "interrupts of a masked timer");
}

static void deadline(void)
{
    if (!(cpuid(1, 0).ecx >> 24 & 1)) {
        print("  no TSC-deadline mode\n");
        return;
    }
    uint32_t before = count();
    apic_write(APIC_LVTT, VECTOR | DEADLINE);
    uint64_t when = rdtsc() + tsc_hz() / 500;
    wrmsr(MSR_TSC_DEADLINE, when);
    CHECK(comes(before, 1), "the deadline fires");
    CHECK(rdtsc() >= when, "not before its time");
    CHECK_EQ(rdmsr(MSR_TSC_DEADLINE), 0, "the deadline's MSR after it fired");
    before = count();
    wrmsr(MSR_TSC_DEADLINE, 1);
    CHECK(comes(before, 1), "a deadline of the past fires at once");
    before = count();
    wrmsr(MSR_TSC_DEADLINE, rdtsc() + tsc_hz() / 100);
    wrmsr(MSR_TSC_DEADLINE, 0);
    interrupts_on();
    delay_us(20000);
    interrupts_off();
    CHECK_EQ(count(), before, "interrupts of a deadline that was taken back");
    apic_write(APIC_LVTT, MASKED);
}

static bool bit(unsigned reg, unsigned vector) { return apic_read(reg + vector / 32 * 0x10) >> (vector % 32) & 1; }

/* A second interrupt of lower priority stays in IRR until the first has its EOI. */
static void first(struct trap_frame *f)
{
    (void)f;
    CHECK(bit(APIC_ISR, VECTOR), "ISR while its handler runs");
    CHECK_EQ(apic_read(APIC_PPR) & 0xf0, VECTOR & 0xf0, "PPR while its handler runs");
    apic_send(cpus[0].apic_id, 0x4000 | 1 << 18 | LOW_VECTOR);
    CHECK(bit(APIC_IRR, LOW_VECTOR), "the lower one waits in IRR");
    held = this_cpu()->interrupts[LOW_VECTOR];
    apic_write(APIC_EOI, 0);
    CHECK(!bit(APIC_ISR, VECTOR), "ISR after EOI");
}

static void priority(void)
{
    uint32_t before = this_cpu()->interrupts[LOW_VECTOR];
    on_interrupt(VECTOR, first);
    interrupts_on();
    apic_send(cpus[0].apic_id, 0x4000 | 1 << 18 | VECTOR);
    bool came = wait_for(*(volatile uint32_t *)&this_cpu()->interrupts[LOW_VECTOR] != before, 10);
    interrupts_off();
    CHECK(came, "the lower one comes in the end");
    CHECK_EQ(held, before, "lower interrupts taken while the higher one was in service");
    on_interrupt(VECTOR, NULL);
    apic_write(APIC_TPR, 0x70);
    apic_send(cpus[0].apic_id, 0x4000 | 1 << 18 | VECTOR);
    before = count();
    interrupts_on();
    delay_us(1000);
    CHECK_EQ(count(), before, "interrupts below TPR");
    apic_write(APIC_TPR, 0);
    (void)wait_for(count() != before, 10);
    interrupts_off();
    CHECK_EQ(count(), before + 1, "the one that waited for TPR");
}

struct msr { uint32_t index; uint64_t value; };
static void read_msr(void *m) { (void)rdmsr(((struct msr *)m)->index); }
static void write_msr(void *m) { wrmsr(((struct msr *)m)->index, ((struct msr *)m)->value); }

static void faults(bool read, uint32_t index, uint64_t value, const char *what)
{
    struct msr m = { index, value };
    struct fault f = try(read ? read_msr : write_msr, &m);
    CHECK(f.vector == TRAP_GP && f.error == 0, "%s: vector %d, not #GP", what, f.vector);
}

static void x2apic_faults(void)
{
    faults(false, MSR_X2APIC + APIC_ID / 16, 0, "writing the x2APIC id");
    faults(false, MSR_X2APIC + APIC_VERSION / 16, 0, "writing the version");
    faults(true, MSR_X2APIC + APIC_EOI / 16, 0, "reading EOI");
    faults(false, MSR_X2APIC + APIC_EOI / 16, 1, "writing 1 to EOI");
    faults(true, MSR_X2APIC + 0x01, 0, "reading a reserved register");
    faults(true, MSR_X2APIC + APIC_DFR / 16, 0, "reading DFR, which x2APIC mode has not");
    faults(true, MSR_X2APIC + APIC_ICR2 / 16, 0, "reading ICR's upper half, which x2APIC mode has not");
    faults(false, MSR_X2APIC + APIC_LVTT / 16, UINT64_C(1) << 32, "a reserved bit of LVTT");
    faults(true, MSR_X2APIC + APIC_SELF_IPI / 16, 0, "reading SELF IPI");
    faults(false, MSR_APIC_BASE, (rdmsr(MSR_APIC_BASE) & ~(uint64_t)APIC_BASE_X2), "from x2APIC to xAPIC at one step");
    uint32_t before = count();
    interrupts_on();
    wrmsr(MSR_X2APIC + APIC_SELF_IPI / 16, VECTOR);
    bool came = wait_for(count() != before, 10);
    interrupts_off();
    CHECK(came, "SELF IPI");
}

void test_main(void)
{
    if (!has_apic()) {
        skip("no local APIC");
        return;
    }
    CHECK_EQ(rdmsr(MSR_APIC_BASE) & ~UINT64_C(0xc00), XAPIC | APIC_BASE_BSP, "IA32_APIC_BASE of the first CPU");
    faults(false, MSR_APIC_BASE, UINT64_C(1) << 62, "a reserved bit of IA32_APIC_BASE");
    apic_enable(false);
    faults(true, MSR_X2APIC + APIC_ID / 16, 0, "x2APIC MSRs in xAPIC mode");
    shapes();
    for (int x2 = 0; x2 < 2; x2++) {
        print("  %s\n", x2 ? "x2APIC" : "xAPIC");
        if (x2 && !(cpuid(1, 0).ecx >> 21 & 1))
            break;
        apic_enable(x2);
        registers();
        timer();
        deadline();
        priority();
    }
    x2apic_faults();
    apic_enable(false);
    CHECK(!apic_is_x2(), "back in xAPIC mode");
    registers();
}
