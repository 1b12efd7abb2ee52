/* The pure pieces around an entry on Arm: exceptions given to EL1, list registers' layouts, the least of identification registers. */
#include "hypervisor/arm/exception.c"
#include "hypervisor/arm/id_fields.h"
#include "hypervisor/arm/vgic_lr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define DAIF (PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F)
#define VBAR UINT64_C(0xffff800008010800)

static void test_vectors(void **state)
{
    static const struct { uint64_t from, offset; } rows[] = {
        { PSTATE_EL1T, 0x000 }, { PSTATE_EL1H, 0x200 }, { PSTATE_EL0T, 0x400 }, { PSTATE_32, 0x600 }, { PSTATE_32 | PSTATE32_T, 0x600 },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct exception_entry to = exception_enter(rows[i].from, VBAR | 0x7ff, SCTLR_SPAN, true, true);
        assert_int_equal(to.pc, VBAR + rows[i].offset);
        assert_int_equal(to.pstate, PSTATE_EL1H | DAIF);
    }
}

/* Flags and DIT stay, single step, BTYPE, IL (20), UAO (23) and TCO (25) go. */
static void test_pstate(void **state)
{
    uint64_t all = PSTATE_NZCV | PSTATE_DIT | PSTATE_SS | PSTATE_BTYPE | BIT(20) | BIT(23) | BIT(25);
    (void)state;
    assert_int_equal(exception_enter(PSTATE_EL0T | all, VBAR, SCTLR_SPAN, true, false).pstate, PSTATE_EL1H | DAIF | PSTATE_NZCV | PSTATE_DIT);
    assert_int_equal(exception_enter(PSTATE_32 | PSTATE32_DIT, VBAR, SCTLR_SPAN, false, false).pstate, PSTATE_EL1H | DAIF | PSTATE_DIT);
}

static void test_pan_ssbs(void **state)
{
    uint64_t from = PSTATE_EL1H, base = PSTATE_EL1H | DAIF;
    (void)state;
    assert_int_equal(exception_enter(from, VBAR, 0, true, true).pstate, base | PSTATE_PAN);             /* SPAN 0: set at each entry */
    assert_int_equal(exception_enter(from, VBAR, 0, false, true).pstate, base);
    assert_int_equal(exception_enter(from | PSTATE_PAN, VBAR, SCTLR_SPAN, true, true).pstate, base | PSTATE_PAN);
    assert_int_equal(exception_enter(from, VBAR, SCTLR_SPAN | SCTLR_DSSBS, true, true).pstate, base | PSTATE_SSBS);
    assert_int_equal(exception_enter(from | PSTATE_SSBS, VBAR, SCTLR_SPAN | SCTLR_DSSBS, true, false).pstate, base);
}

static void test_abort_syndrome(void **state)
{
    (void)state;
    assert_int_equal(exception_abort_esr(true, false, true, 0x10), UINT64_C(0x24) << 26 | BIT(25) | BIT(6) | 0x10);
    assert_int_equal(exception_abort_esr(false, false, false, 0x10), UINT64_C(0x25) << 26 | BIT(25) | 0x10);
    assert_int_equal(exception_abort_esr(true, true, true, 0x14), UINT64_C(0x20) << 26 | BIT(25) | 0x14);   /* a fetch writes nothing */
    assert_int_equal(exception_abort_esr(false, true, false, 0x17), UINT64_C(0x21) << 26 | BIT(25) | 0x17);
}

static void test_lr3(void **state)
{
    struct gic_lr timer = { .intid = 27, .host = 27, .priority = 0xa0, .state = LR_PENDING, .hw = true, .group1 = true };
    struct gic_lr sgi = { .intid = 3, .source = 5, .priority = 0x48, .state = LR_PENDING | LR_ACTIVE };
    (void)state;
    assert_int_equal(lr3_encode(&timer), UINT64_C(0x70a0001b0000001b));
    assert_int_equal(lr3_encode(&sgi), UINT64_C(0xc048000000000003));
    for (uint8_t s = 0; s < 4; s++) {
        timer.state = s;
        assert_int_equal(lr3_state(lr3_encode(&timer)), s);
    }
}

static void test_lr2(void **state)
{
    struct gic_lr timer = { .intid = 27, .host = 27, .priority = 0xa0, .state = LR_PENDING, .hw = true };
    struct gic_lr sgi = { .intid = 3, .source = 5, .priority = 0x48, .state = LR_ACTIVE, .group1 = true };
    (void)state;
    assert_int_equal(lr2_encode(&timer), 0x9a006c1b);
    assert_int_equal(lr2_encode(&sgi), 0x64801403);
    for (uint8_t s = 0; s < 4; s++) {
        timer.state = s;
        assert_int_equal(lr2_state(lr2_encode(&timer)), s);
    }
}

static void test_least(void **state)
{
    (void)state;
    assert_int_equal(id_least(0x123f, 0x2310, 0), 0x1210);
    assert_int_equal(id_least(0x0f, 0x01, 0xff), 0x0f);         /* -1: not there */
    assert_int_equal(id_least(0x0f, 0x01, 0x00), 0x01);
    assert_int_equal(id_least(UINT64_MAX, UINT64_C(0x8000000000000000), 0), UINT64_C(0x8000000000000000));
    assert_int_equal(id_debug_pairs(0x10305106, 4), 4);         /* Cortex-A57: six and four */
    assert_int_equal(id_debug_pairs(0x00501006, 4), 2);         /* two and six */
    assert_int_equal(id_debug_pairs(UINT64_MAX, 4), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_pstate), cmocka_unit_test(test_pan_ssbs), cmocka_unit_test(test_abort_syndrome),
        cmocka_unit_test(test_lr3), cmocka_unit_test(test_lr2), cmocka_unit_test(test_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
