/* What ESR_EL2 says: syndromes as the Arm ARM lays them out (D19.2.37), each built here from its fields. */
#include "hypervisor/arm/exit.c"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { EL1H = PSTATE_EL1H, T32 = PSTATE_32 | PSTATE32_T, A32 = PSTATE_32 };
#define N BIT(31)
#define Z BIT(30)
#define C BIT(29)
#define V BIT(28)
#define IPA(page) ((uint64_t)(page) << 4)       /* HPFAR_EL2: bits 55:12 at 47:4 */

static uint64_t esr(unsigned class, uint64_t iss) { return (uint64_t)class << ESR_EC_SHIFT | ESR_IL | iss; }

static void test_waits(void **state)
{
    struct exit e;
    (void)state;
    assert_int_equal(exit_decode(esr(EC_WFX, ESR_CV | 0xe << 20), EL1H, &e), TODO_EXIT);
    assert_int_equal(e.kind, EXIT_IDLE);
    for (unsigned ti = 1; ti < 4; ti++) {
        assert_int_equal(exit_decode(esr(EC_WFX, ESR_CV | 0xe << 20 | ti), EL1H, &e), TODO_EXIT);
        assert_int_equal(e.kind, EXIT_PAUSE);
    }
}

static void test_calls(void **state)
{
    struct exit e;
    (void)state;
    assert_int_equal(exit_decode(esr(EC_HVC64, 0xea1), EL1H, &e), TODO_EXIT);
    assert_int_equal(e.kind, EXIT_HYPERCALL);
    assert_int_equal(e.immediate, 0xea1);
    assert_int_equal(exit_decode(esr(EC_SMC64, 0xffff), EL1H, &e), TODO_EXIT);
    assert_int_equal(e.kind, EXIT_SMC);
    assert_int_equal(e.immediate, 0xffff);
}

/* Every encoding comes out as ARM_SYSREG makes it. */
static void test_sysregs(void **state)
{
    struct exit e;
    (void)state;
    for (uint64_t i = 0; i < 1 << 16; i++) {
        uint64_t op0 = i >> 14 & 3, op1 = i >> 11 & 7, crn = i >> 7 & 15, crm = i >> 3 & 15, op2 = i & 7, rt = i % 32, read = i & 1;
        uint64_t iss = op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | rt << 5 | crm << 1 | read;
        assert_int_equal(exit_decode(esr(EC_SYSREG, iss), EL1H, &e), TODO_EXIT);
        assert_int_equal(e.kind, EXIT_SYSREG);
        assert_int_equal(e.sysreg.name, ARM_SYSREG(op0, op1, crn, crm, op2));
        assert_int_equal(e.sysreg.reg, rt);
        assert_int_equal(e.sysreg.write, !read);
    }
}

static void test_undefined(void **state)
{
    static const unsigned classes[] = { EC_UNKNOWN, EC_PAUTH, EC_LS64, EC_BTI, EC_ILLEGAL, EC_HVC32, EC_SMC32, EC_SVE, EC_SME, 0x1a, 0x1c, 0x3f };
    struct exit e;
    (void)state;
    for (unsigned i = 0; i < sizeof(classes) / sizeof(*classes); i++)
        assert_int_equal(exit_decode(esr(classes[i], 0x1ffffff), EL1H, &e), TODO_UNDEFINED);
    assert_int_equal(exit_decode(esr(EC_FP, 0), EL1H, &e), TODO_FPU);
}

/* Each condition with each state of the flags, by the definition of C1.2.4. */
static void test_conditions(void **state)
{
    (void)state;
    for (unsigned f = 0; f < 16; f++) {
        uint64_t p = (uint64_t)f << 28;
        bool n = f & 8, z = f & 4, c = f & 2, v = f & 1;
        const bool holds[16] = { z, !z, c, !c, n, !n, v, !v, c && !z, !(c && !z), n == v, n != v, !z && n == v, z || n != v, true, true };
        for (unsigned cond = 0; cond < 16; cond++)
            assert_int_equal(condition_holds(cond, p), holds[cond]);
    }
}

/* MCR in A32 with its condition in the syndrome; in an IT block it may be left to PSTATE. */
static void test_failed_conditions(void **state)
{
    struct exit e;
    (void)state;
    assert_int_equal(exit_decode(esr(EC_CP15_32, ESR_CV | 0 << 20), A32 | Z, &e), TODO_UNDEFINED);
    assert_int_equal(exit_decode(esr(EC_CP15_32, ESR_CV | 0 << 20), A32, &e), TODO_SKIP);
    assert_int_equal(exit_decode(esr(EC_FP, ESR_CV | 1 << 20), A32 | Z, &e), TODO_SKIP);
    assert_int_equal(exit_decode(esr(EC_WFX, ESR_CV | 1 << 20), A32 | Z, &e), TODO_SKIP);
    uint64_t in_it = it_set(T32, 0x08);         /* IT EQ, the last of the block */
    assert_int_equal(exit_decode(esr(EC_CP15_32, 0), in_it | Z, &e), TODO_UNDEFINED);
    assert_int_equal(exit_decode(esr(EC_CP15_32, 0), in_it, &e), TODO_SKIP);
}

static void test_skip_a64(void **state)
{
    struct arm_regs r = { .pc = 0xffffffc0, .pstate = EL1H | PSTATE_SS | PSTATE_BTYPE | N };
    (void)state;
    exit_skip(&r, 0);
    assert_int_equal(r.pc, 0xffffffc4);
    assert_int_equal(r.pstate, EL1H | N);
}

static void test_skip_a32(void **state)
{
    struct arm_regs r = { .pc = 0xfffffffe, .pstate = T32 };
    (void)state;
    exit_skip(&r, 0);                           /* 16 bits, and around the end of the address space */
    assert_int_equal(r.pc, 0);
    exit_skip(&r, ESR_IL);
    assert_int_equal(r.pc, 4);
    r.pstate = A32;
    exit_skip(&r, 0);
    assert_int_equal(r.pc, 8);
}

/* ITTEE EQ: IT[7:0] = 0000 0111; three instructions later it is the last one's, then none. */
static void test_skip_it(void **state)
{
    static const unsigned after[] = { 0x0e, 0x1c, 0x18, 0x00 };
    struct arm_regs r = { .pc = 0x1000, .pstate = it_set(T32, 0x07) };
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        exit_skip(&r, 0);
        assert_int_equal(it_get(r.pstate), after[i]);
    }
    assert_int_equal(r.pc, 0x1008);
}

/* STRH w7 to a device. */
static void test_store(void **state)
{
    struct exit e;
    (void)state;
    uint64_t s = esr(EC_DATA_LOWER, ESR_ISV | 1 << 22 | 7 << 16 | ESR_WNR | FSC_TRANSLATION | 2);
    assert_int_equal(exit_decode_abort(s, 0xffff000012345678, IPA(0x22000), &e), ABORT_STAGE2);
    assert_int_equal(e.kind, EXIT_MEMORY);
    assert_int_equal(e.memory.at.v, 0x22000678);
    assert_int_equal(e.memory.gva, 0xffff000012345678);
    assert_true(e.memory.write && e.memory.decoded && !e.memory.fetch && !e.memory.present && !e.memory.table_walk);
    assert_int_equal(e.memory.size, 2);
    assert_int_equal(e.memory.reg, 7);
}

/* LDRSB x30. */
static void test_load_signed(void **state)
{
    struct exit e;
    (void)state;
    uint64_t s = esr(EC_DATA_LOWER, ESR_ISV | ESR_SSE | 30 << 16 | ESR_SF | FSC_TRANSLATION | 3);
    assert_int_equal(exit_decode_abort(s, 0x1003, IPA(1), &e), ABORT_STAGE2);
    assert_true(!e.memory.write && e.memory.sign && e.memory.wide && e.memory.size == 1 && e.memory.reg == 30);
}

/* What the syndrome does not tell, nothing is said of; the top of 48 bits comes through. */
static void test_no_syndrome(void **state)
{
    struct exit e;
    (void)state;
    uint64_t s = esr(EC_DATA_LOWER, 3 << 22 | ESR_SSE | 9 << 16 | ESR_SF | FSC_TRANSLATION);
    assert_int_equal(exit_decode_abort(s, 0xfff, IPA(UINT64_C(0xfffffffff)), &e), ABORT_STAGE2);
    assert_true(!e.memory.decoded && !e.memory.size && !e.memory.reg && !e.memory.sign && !e.memory.wide);
    assert_int_equal(e.memory.at.v, 0xffffffffffff);
}

static void test_walk(void **state)
{
    struct exit e;
    (void)state;
    uint64_t s = esr(EC_DATA_LOWER, ESR_ISV | ESR_S1PTW | FSC_PERMISSION | 3);
    assert_int_equal(exit_decode_abort(s, 0xabc, IPA(5), &e), ABORT_STAGE2);    /* HPFAR holds, though it is a permission fault */
    assert_true(e.memory.table_walk && e.memory.present && !e.memory.decoded);
    assert_int_equal(e.memory.at.v, 0x5000);    /* the page of the table, not of what was translated */
}

static void test_fetch(void **state)
{
    struct exit e;
    (void)state;
    assert_int_equal(exit_decode_abort(esr(EC_FETCH_LOWER, FSC_TRANSLATION | 1), 0x2004, IPA(2), &e), ABORT_STAGE2);
    assert_true(e.memory.fetch && !e.memory.write && !e.memory.decoded);
    assert_int_equal(exit_decode_abort(esr(EC_FETCH_LOWER, FSC_PERMISSION | 3), 0x2004, 0, &e), ABORT_FIND);
}

static void test_other_aborts(void **state)
{
    struct exit e;
    (void)state;
    assert_int_equal(exit_decode_abort(esr(EC_DATA_LOWER, ESR_WNR | FSC_PERMISSION | 3), 0x10, 0, &e), ABORT_FIND);
    assert_int_equal(exit_decode_abort(esr(EC_DATA_LOWER, ESR_CM | ESR_WNR | FSC_TRANSLATION), 0x10, 0, &e), ABORT_SKIP);
    assert_int_equal(exit_decode_abort(esr(EC_DATA_LOWER, FSC_TLB_CONFLICT), 0x10, 0, &e), ABORT_RETRY);
    assert_int_equal(exit_decode_abort(esr(EC_DATA_LOWER, FSC_EXCLUSIVE), 0x10, 0, &e), ABORT_GUEST);
    assert_int_equal(exit_decode_abort(esr(EC_DATA_LOWER, FSC_ATOMIC_UPDATE), 0x10, 0, &e), ABORT_GUEST);
    for (unsigned s = FSC_EXTERNAL; s < 0x20; s++)
        assert_int_equal(exit_decode_abort(esr(EC_DATA_LOWER, s), 0x10, 0, &e), ABORT_HOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits), cmocka_unit_test(test_calls), cmocka_unit_test(test_sysregs), cmocka_unit_test(test_undefined),
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_failed_conditions), cmocka_unit_test(test_skip_a64),
        cmocka_unit_test(test_skip_a32), cmocka_unit_test(test_skip_it), cmocka_unit_test(test_store), cmocka_unit_test(test_load_signed),
        cmocka_unit_test(test_no_syndrome), cmocka_unit_test(test_walk), cmocka_unit_test(test_fetch), cmocka_unit_test(test_other_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
