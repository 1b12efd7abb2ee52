/*
 * A vCPU's registers are its own (hypervisor/arm/vcpu.c switches them).
 *
 * Claimed: the vector registers, FPCR and FPSR, the registers of EL1 that a kernel keeps values in, and the debug registers hold what
 * each vCPU put there, however many other vCPUs of this and of other guests had its CPU in between and wherever it runs; MDSCR_EL1 is 0
 * at the start. To be run with more vCPUs than CPUs; twice at once even better.
 */
#include "guests/lib/guest.h"

const char test_name[] = "registers_arm", test_title[] = "registers hold what their vCPU put there";

enum { ROUNDS = 2000, FPEN = 3 << 20 };
static volatile unsigned done;
static unsigned wrong[CPUS_MAX];

#define EACH_Q(X) \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) \
    X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
/* Registers of EL1 that nothing in this program lives by. */
#define EACH_EL1(X) X("contextidr_el1", 32) X("tpidr_el0", 64) X("tpidrro_el0", 64) X("far_el1", 64) X("cntkctl_el1", 0)

/* The compiler knows no vector registers here (-mgeneral-regs-only), so none is in its way. */
#define SIMD ".arch armv8-a\n.arch_extension fp\n.arch_extension simd\n"
#define PLAIN "\n.arch_extension nosimd\n.arch_extension nofp"

static void vectors_fill(uint64_t seed)
{
#define X(n) __asm__ volatile(SIMD "fmov d" #n ", %0\n fmov v" #n ".d[1], %1" PLAIN : : "r"(seed + n), "r"(~seed - n));
    EACH_Q(X)
#undef X
    __asm__ volatile(SIMD "msr fpsr, %0\n msr fpcr, %1" PLAIN : : "r"(seed & 0x1f), "r"((seed & 3) << 22));
}

static unsigned vectors_wrong(uint64_t seed)
{
    uint64_t low, high, bad = 0;
#define X(n) __asm__ volatile(SIMD "fmov %0, d" #n "\n fmov %1, v" #n ".d[1]" PLAIN : "=r"(low), "=r"(high)); \
    bad += low != seed + n || high != ~seed - n;
    EACH_Q(X)
#undef X
    __asm__ volatile(SIMD "mrs %0, fpsr\n mrs %1, fpcr" PLAIN : "=r"(low), "=r"(high));
    return (unsigned)bad + (low != (seed & 0x1f)) + (high != (seed & 3) << 22);
}

static uint64_t part(uint64_t seed, unsigned bits) { return bits == 64 ? seed : bits ? (uint32_t)seed : seed & 3; }

static void el1_fill(uint64_t seed)
{
#define X(name, bits) write_sysreg(name, part(seed * 3, bits));
    EACH_EL1(X)
#undef X
    write_sysreg("s2_0_c0_c0_4", seed & ~UINT64_C(3));      /* DBGBVR0_EL1 */
    write_sysreg("s2_0_c0_c0_6", seed * 5 & ~UINT64_C(3));  /* DBGWVR0_EL1 */
}

static unsigned el1_wrong(uint64_t seed)
{
    unsigned bad = 0;
#define X(name, bits) bad += read_sysreg(name) != part(seed * 3, bits);
    EACH_EL1(X)
#undef X
    return bad + (read_sysreg("s2_0_c0_c0_4") != (seed & ~UINT64_C(3))) + (read_sysreg("s2_0_c0_c0_6") != (seed * 5 & ~UINT64_C(3)));
}

/* Some rounds spin, so that the slice ends; some give the CPU up. */
static void work(unsigned me)
{
    uint64_t seed = (UINT64_C(0x0123456700000000) | me << 8) + (ticks() & 0xff);
    write_sysreg("cpacr_el1", FPEN);
    isb();
    for (unsigned i = 0; i < ROUNDS; i++) {
        vectors_fill(seed + i);
        el1_fill(seed + i);
        for (volatile unsigned k = 0; k < (i % 4 ? 50u : 20000u); k++)
            ;
        if (i % 3 == 0)
            __asm__ volatile("wfe");
        wrong[me] += vectors_wrong(seed + i) + el1_wrong(seed + i);
    }
}

static uint64_t entry_mdscr[CPUS_MAX];

static void other(struct cpu *c)
{
    entry_mdscr[c->number] = read_sysreg("mdscr_el1");
    work(c->number);
    __atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
}

void test_main(void)
{
    uint64_t mpidr[CPUS_MAX];
    unsigned n = tree_cpus(mpidr, CPUS_MAX);
    for (unsigned i = 1; i < n; i++)
        CHECK(cpu_start(i, other), "vCPU %u comes up", i);
    work(0);
    CHECK(wait_for(done == n - 1, 60), "all %u have ended", n);
    for (unsigned i = 0; i < n; i++)
        CHECK_EQ(wrong[i], 0, "registers that another's value was in");
    for (unsigned i = 1; i < n; i++)
        CHECK_EQ(entry_mdscr[i], 0, "MDSCR_EL1 at the start: no debugging");
}
