/*
 * Every system register there can be (DDI 0487, C5.1.2): read, and those that may be written without harm to us, written.
 *
 * Claimed: a read gives a value or an undefined-instruction exception at that instruction, and harms nobody. What the ID registers
 * deny is undefined: performance counters, SVE, EL2 and EL3. What they offer works; breakpoints there are as many as they tell. No feature
 * is told that no guest can have: no EL2, no EL3, no SVE, no statistical profiling, and an address range that is a known one of 48 bits at
 * most.
 */
#include "guests/lib/guest.h"
#include "lib/arm.h"

const char test_name[] = "sysregs", test_title[] = "every system register, read and written";

/* Beside "unknown": what FEAT_IDST says of identification registers, and what CPACR_EL1, all zero but for FPEN, does to SVE and SME. */
enum { RET = (int)0xd65f03c0, EC_SYSREG = 0x18, EC_SVE = 0x19, EC_SME = 0x1d };
static uint32_t code[16] __attribute__((aligned(64)));
static uint64_t value;

static void run(void *arg)
{
    register uint64_t x0 __asm__("x0") = value;
    __asm__ volatile("blr %1" : "+r"(x0) : "r"(arg) : "memory", "x30");
    value = x0;
}

/* MRS X0, reg or MSR reg, X0; then RET. */
static struct fault access(uint32_t name, bool write)
{
    uint32_t op0 = name >> 16 & 3, op1 = name >> 13 & 7, crn = name >> 9 & 15, crm = name >> 5 & 15, op2 = name >> 2 & 7;
    code[0] = 0xd5000000u | (write ? 0 : 1u << 21) | op0 << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5;
    code[1] = (uint32_t)RET;
    __asm__ volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" : : "r"(code) : "memory");
    return try(run, code);
}

static bool read_register(uint32_t name, uint64_t *v)
{
    struct fault f = access(name, false);
    if (f.ec == NO_FAULT) {
        *v = value;
        return true;
    }
    CHECK(f.ec == EC_UNKNOWN || f.ec == EC_SYSREG || f.ec == EC_SVE || f.ec == EC_SME, "a read of %#x that is refused has class %#x", name, f.ec);
    CHECK_EQ(f.pc, (uintptr_t)code, "where it was refused");
    return false;
}

static void sweep(void)
{
    unsigned there = 0, undefined = 0;
    uint64_t v;
    for (unsigned op0 = 2; op0 <= 3; op0++)
        for (unsigned op1 = 0; op1 < 8; op1++)
            for (unsigned crn = 0; crn < 16; crn++)
                for (unsigned crm = 0; crm < 16; crm++)
                    for (unsigned op2 = 0; op2 < 8; op2++) {
                        if (op0 == 3 && crn == 12 && (crm == 12 || crm == 8) && (op2 == 0 || op2 == 1 || op2 == 3))
                            continue;           /* acknowledging interrupts is no mere reading */
                        if (read_register(ARM_SYSREG(op0, op1, crn, crm, op2), &v))
                            there++;
                        else
                            undefined++;
                    }
    print("  %u can be read, %u are undefined\n", there, undefined);
    CHECK(there > 60 && undefined > 20000, "%u and %u", there, undefined);
}

static uint64_t id(uint32_t crm, uint32_t op2)
{
    uint64_t v = UINT64_MAX;
    CHECK(read_register(ARM_SYSREG(3, 0, 0, crm, op2), &v), "ID register c%u, %u can be read", crm, op2);
    return v;
}

static unsigned field(uint64_t v, unsigned at) { return (unsigned)(v >> at & 15); }

static void identification(void)
{
    uint64_t pfr0 = id(4, 0), mmfr0 = id(7, 0), dfr0 = id(5, 0), mmfr2 = id(7, 2), mmfr1 = id(7, 1), v;
    for (unsigned crm = 0; crm < 8; crm++)
        for (unsigned op2 = 0; op2 < 8; op2++)
            if (crm > 0)
                (void)id(crm, op2);
    CHECK(field(pfr0, 0) >= 1 && field(pfr0, 4) >= 1, "EL0 and EL1 are there");
    CHECK_EQ(field(pfr0, 8), 0, "EL2");
    CHECK_EQ(field(pfr0, 32), 0, "SVE");
    CHECK_EQ(field(pfr0, 24), gic_version() == 3, "registers of the GIC");
    CHECK_EQ(field(dfr0, 32), 0, "statistical profiling");
    CHECK_EQ(field(dfr0, 8) == 0 || field(dfr0, 8) == 15, 1, "performance counters");
    CHECK(field(mmfr0, 0) <= 5, "PARange is %u: 48 bits are 5", field(mmfr0, 0));
    CHECK_EQ(field(mmfr1, 8), 0, "virtualization host extensions");
    CHECK_EQ(field(mmfr2, 24), 0, "nested virtualization");
    CHECK(!read_register(ARM_SYSREG(3, 4, 1, 1, 0), &v), "HCR_EL2 is undefined");
    CHECK(!read_register(ARM_SYSREG(3, 6, 1, 1, 0), &v), "SCR_EL3 is undefined");
    CHECK(!read_register(ARM_SYSREG(3, 0, 1, 2, 0), &v), "ZCR_EL1 is undefined");
    CHECK(!read_register(ARM_SYSREG(3, 3, 9, 13, 0), &v), "PMCCNTR_EL0 is undefined");
    CHECK(read_register(ARM_SYSREG(3, 0, 0, 0, 5), &v) && (v >> 31 & 1), "MPIDR_EL1");
    CHECK(read_register(ARM_SYSREG(3, 0, 0, 0, 0), &v) && v != 0, "MIDR_EL1");
    CHECK(!read_register(ARM_SYSREG(3, 0, 12, 12, 5), &v) == (gic_version() != 3), "ICC_SRE_EL1");
}

/* Debug registers, the PMU's, those of EL2 and EL3, of LORegions and what is reserved: nobody is harmed by a write. */
static void writes(void)
{
    unsigned taken = 0;
    for (unsigned op1 = 0; op1 < 8; op1++)
        for (unsigned crn = 0; crn < 16; crn++)
            for (unsigned crm = 0; crm < 16; crm++)
                for (unsigned op2 = 0; op2 < 8; op2++) {
                    static const uint64_t some[] = { 0, UINT64_MAX, UINT64_C(0xaaaaaaaaaaaaaaaa) };
                    uint32_t three = ARM_SYSREG(3, op1, crn, crm, op2);
                    bool harmless = op1 == 4 || op1 == 6 || (op1 == 3 && crn == 9) || (op1 == 0 && crn == 10 && crm == 4) || crn == 0 || crn == 15;
                    for (unsigned i = 0; i < 3; i++) {
                        value = some[i];
                        taken += access(ARM_SYSREG(2, op1, crn, crm, op2), true).ec == NO_FAULT;
                        value = some[i];
                        if (harmless && !(op1 == 3 && crn == 0))
                            taken += access(three, true).ec == NO_FAULT;
                    }
                }
    print("  %u writes are taken\n", taken);
    value = 0;
    (void)access(ARM_SYSREG(2, 0, 0, 2, 2), true);      /* MDSCR_EL1: no single steps */
    CHECK(taken > 0, "some writes are taken");
}

/* As many breakpoints and watchpoints as are told hold what is written, no others do; the architecture has two of each at least. */
static void debug_pairs(void)
{
    uint64_t dfr0 = id(5, 0), v;
    unsigned told[] = { field(dfr0, 12) + 1, field(dfr0, 20) + 1 };
    CHECK(told[0] >= 2 && told[1] >= 2, "%u breakpoints and %u watchpoints", told[0], told[1]);
    for (unsigned i = 0; i < 64; i++) {
        static const uint64_t some[] = { 0x1000, 0x1e6 };       /* an address; a control that does not enable it */
        unsigned n = i / 4, op2 = 4 + i % 4;
        uint32_t name = ARM_SYSREG(2, 0, 0, n, op2);
        value = some[i % 2];
        (void)access(name, true);
        if (n < told[op2 / 6])
            CHECK_EQ(read_register(name, &v) ? v : 0, some[i % 2], "a debug register that is told of");
        else
            CHECK(!read_register(name, &v) || v == 0, "debug register c%u, %u is not told of, but there", n, op2);
    }
}

static void by_set_and_way(void *arg)
{
    (void)arg;
    __asm__ volatile("dc isw, xzr; dc csw, xzr; dc cisw, xzr; dsb sy" : : : "memory");
}

static void counters(void)
{
    uint64_t a = read_sysreg("cntpct_el0"), b = read_sysreg("cntpct_el0");
    CHECK(b >= a, "CNTPCT_EL0 goes forward");
    CHECK_EQ(read_sysreg("cntfrq_el0"), ticks_hz(), "CNTFRQ_EL0");
    CHECK_EQ(try(by_set_and_way, NULL).ec, NO_FAULT, "cache maintenance by set and way");
    write_sysreg("oslar_el1", 0);
    CHECK_EQ(read_sysreg("oslsr_el1") & 2, 0, "the OS lock is open");
    write_sysreg("contextidr_el1", 0x1234);
    CHECK_EQ(read_sysreg("contextidr_el1"), 0x1234, "CONTEXTIDR_EL1 is our own");
}

void test_main(void)
{
    sweep();
    identification();
    writes();
    debug_pairs();
    counters();
}
