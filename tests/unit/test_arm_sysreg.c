/* System registers that trap: what each answers, who may, and that nothing unknown gets through. */
#include "lib/checked.h"
#include "tests/unit/virt_maker.h"

#define ID(crm, op2) ARM_SYSREG(3, 0, 0, crm, op2)
#define CNTPCT    ARM_SYSREG(3, 3, 14, 0, 1)
#define CNTP_TVAL ARM_SYSREG(3, 3, 14, 2, 0)
#define CNTP_CTL  ARM_SYSREG(3, 3, 14, 2, 1)
#define CNTP_CVAL ARM_SYSREG(3, 3, 14, 2, 2)
enum { MARK = 0x5a5a };

static struct exit access(uint32_t name, bool write, unsigned reg)
{
    return (struct exit){ .kind = EXIT_SYSREG, .sysreg = { name, (uint8_t)reg, write } };
}

/* True: done, x1 holds what was read. False: undefined in the guest, at the instruction, with registers as they were. */
static bool try(struct domain *d, uint32_t name, bool write, uint64_t value)
{
    struct arm_regs *r = virt_regs(d, 0);
    r->pc = ENTRY;
    r->x[1] = value;
    virt_one(d, access(name, write, 1));
    if (fake_take_event(d->vcpu[0]->arch).undefined) {
        assert_int_equal(r->pc, ENTRY + 4);         /* the final WFI's */
        assert_int_equal(r->x[1], value);
        return false;
    }
    assert_int_equal(r->pc, ENTRY + 8);
    return true;
}

static uint64_t get(struct domain *d, uint32_t name)
{
    assert_true(try(d, name, false, MARK));
    return virt_regs(d, 0)->x[1];
}

/* Against a host that has everything, all ones: only what is known is told, and no more of it than a guest can have. */
static void test_id(void **state)
{
    static const struct { uint32_t name; uint64_t value; } told[] = {
        { ID(4, 0), UINT64_C(0x1101000001ff0012) }, { ID(4, 1), 0x21 }, { ID(4, 4), 0 }, { ID(4, 5), 0 }, { ID(5, 0), 0xf0f006 }, { ID(5, 1), 0 },
        { ID(7, 3), 0 }, { ID(7, 7), 0 }, { ID(1, 0), 0xfffff },
    };
    struct domain *d = virt_make(1, 3);
    (void)state;
    for (unsigned i = 0; i < sizeof(told) / sizeof(*told); i++)
        if (get(d, told[i].name) != told[i].value)
            fail_msg("ID register %u of CRm %u: %#llx", told[i].name >> 2 & 7, told[i].name >> 5 & 15,
                     (unsigned long long)virt_regs(d, 0)->x[1]);
    for (unsigned crm = 1; crm < 8; crm++)
        for (unsigned op2 = 0; op2 < 8; op2++)
            assert_false(try(d, ID(crm, op2), true, 0));
    virt_end(d);
    d = virt_make(1, 2);        /* without the GIC's system registers */
    assert_int_equal(get(d, ID(4, 0)) >> 24 & 15, 0);
    virt_end(d);
}

static void test_debug(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    assert_int_equal(get(d, ARM_SYSREG(2, 0, 1, 1, 4)), 8);                 /* OSLSR: there, and open */
    assert_true(try(d, ARM_SYSREG(2, 0, 1, 0, 4), true, 1));                /* OSLAR */
    assert_int_equal(get(d, ARM_SYSREG(2, 0, 1, 1, 4)), 8);                 /* stays open: a lock that locks nothing */
    for (unsigned n = 0; n < 16; n++)
        for (unsigned op2 = 4; op2 < 8; op2++) {
            assert_true(try(d, ARM_SYSREG(2, 0, 0, n, op2), true, UINT64_MAX));
            assert_int_equal(get(d, ARM_SYSREG(2, 0, 0, n, op2)), 0);
        }
    assert_true(try(d, ARM_SYSREG(2, 0, 0, 2, 2), true, 1 << 15));          /* MDSCR.MDE */
    assert_int_equal(get(d, ARM_SYSREG(2, 0, 0, 2, 2)), 0);
    assert_false(try(d, ARM_SYSREG(2, 0, 1, 1, 4), true, 0));               /* read-only */
    virt_end(d);
}

static void test_denied(void **state)
{
    static const uint32_t denied[] = {
        ARM_SYSREG(3, 3, 9, 12, 0) /* PMCR */, ARM_SYSREG(3, 3, 9, 13, 0) /* PMCCNTR */, ARM_SYSREG(3, 0, 9, 14, 1) /* PMINTENSET */,
        ARM_SYSREG(3, 3, 14, 8, 0) /* PMEVCNTR0 */, ARM_SYSREG(3, 3, 14, 15, 7) /* PMCCFILTR */, ARM_SYSREG(3, 0, 10, 4, 3) /* LORC */,
        ARM_SYSREG(3, 0, 1, 2, 0) /* ZCR */, ARM_SYSREG(3, 4, 1, 1, 0) /* HCR_EL2 */, ARM_SYSREG(3, 7, 15, 7, 7), ARM_SYSREG(3, 1, 11, 0, 2),
    };
    struct domain *d = virt_make(1, 3);
    (void)state;
    for (unsigned i = 0; i < sizeof(denied) / sizeof(*denied); i++) {
        assert_false(try(d, denied[i], false, MARK));
        assert_false(try(d, denied[i], true, MARK));
    }
    assert_true(domain_is_running(d));
    assert_true(try(d, ARM_SYSREG(1, 0, 7, 14, 2), true, 0));       /* DC CISW */
    assert_int_equal(get(d, ARM_SYSREG(3, 0, 1, 0, 1)), 0);         /* ACTLR */
    virt_end(d);
}

/* A program may use what its kernel has let it, which is of op1 3 alone. */
static void test_programs(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    fake_mode(d->vcpu[0]->arch, 64, true);
    assert_true(try(d, CNTPCT, false, MARK));
    assert_true(try(d, CNTP_CTL, true, 2));
    assert_false(try(d, ID(4, 0), false, MARK));
    assert_false(try(d, ARM_SYSREG(3, 0, 12, 11, 5), true, 0));
    assert_false(try(d, ARM_SYSREG(2, 0, 1, 1, 4), false, MARK));
    virt_end(d);
}

static void test_zero_register(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    virt_one(d, access(ID(4, 0), false, ARM_ZERO));
    virt_one(d, access(CNTP_CVAL, true, ARM_ZERO));
    assert_int_equal(get(d, CNTP_CVAL), 0);
    virt_end(d);
}

static void test_physical_timer(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    fake_now = 1000;
    assert_int_equal(get(d, CNTPCT), 1000);
    assert_false(try(d, CNTPCT, true, 0));
    assert_true(try(d, CNTP_CVAL, true, 5000));
    assert_int_equal(get(d, CNTP_TVAL), 4000);
    assert_true(try(d, CNTP_TVAL, true, 0xffffffff));       /* signed: one tick ago */
    assert_int_equal(get(d, CNTP_CVAL), 999);
    assert_int_equal(get(d, CNTP_CTL), 0);
    assert_true(try(d, CNTP_CTL, true, 0xff));              /* ENABLE, IMASK; ISTATUS is not to be written */
    assert_int_equal(get(d, CNTP_CTL), 7);
    assert_true(try(d, CNTP_CVAL, true, 5000));
    assert_int_equal(get(d, CNTP_CTL), 3);
    fake_now = 5000;
    assert_int_equal(get(d, CNTP_CTL), 7);
    assert_true(try(d, CNTP_CVAL, true, UINT64_MAX));       /* never: no overflow on the way to nanoseconds */
    assert_true(try(d, CNTP_CTL, true, 1));
    assert_int_equal(get(d, CNTP_CTL), 5);                  /* as a signed difference it is past */
    virt_end(d);
}

static void enable_ppi(struct domain *d, unsigned intid)
{
    struct arm_regs *r = virt_regs(d, 0);
    r->x[1] = 1u << intid;
    virt_one(d, virt_store(VIRT_GICR_BASE + 0x10100, 4, 1));    /* GICR_ISENABLER0 */
    r->x[1] = 2;
    virt_one(d, virt_store(VIRT_GICD_BASE, 4, 1));              /* GICD_CTLR.EnableGrp1 */
}

static unsigned listed(struct domain *d, unsigned intid)
{
    unsigned n = 0;
    for (unsigned i = 0; i < fake_lrs; i++)
        n += arch_lr(d->vcpu[0]->arch)[i].state && arch_lr(d->vcpu[0]->arch)[i].intid == intid;
    return n;
}

/* Its alarm fires while the vCPU waits, wakes it, and the interrupt stands in a list register; IMASK keeps it away. */
static void test_physical_timer_interrupts(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    fake_now = 1000;
    enable_ppi(d, VIRT_TIMER_EL1_GSI);
    assert_true(try(d, CNTP_CVAL, true, 9000));
    assert_true(try(d, CNTP_CTL, true, 1));
    assert_true(virt_play(d, 0, NULL, 0));
    assert_null(sched_next());
    fake_now = 8999;
    timer_run();
    assert_null(sched_next());
    fake_now = 9000;
    timer_run();
    assert_false(virt_play(d, 0, &(struct exit){ .kind = EXIT_BROKEN, .why = "enough" }, 1));
    assert_int_equal(listed(d, VIRT_TIMER_EL1_GSI), 1);
    virt_end(d);
}

static void test_sgi(void **state)
{
    struct domain *d = virt_make(2, 3);
    (void)state;
    enable_ppi(d, 3);
    assert_false(try(d, ARM_SYSREG(3, 0, 12, 11, 5), false, MARK));
    assert_int_equal(get(d, ARM_SYSREG(3, 0, 12, 12, 5)), 7);                          /* ICC_SRE */
    assert_true(try(d, ARM_SYSREG(3, 0, 12, 12, 5), true, 0));
    virt_regs(d, 0)->x[1] = UINT64_C(3) << 24 | 1;                                     /* INTID 3 to itself */
    const struct exit script[] = { access(ARM_SYSREG(3, 0, 12, 11, 5), true, 1), { .kind = EXIT_BROKEN, .why = "enough" } };
    assert_false(virt_play(d, 0, script, 2));
    assert_int_equal(listed(d, 3), 1);
    virt_end(d);
    d = virt_make(1, 2);
    assert_false(try(d, ARM_SYSREG(3, 0, 12, 11, 5), true, 1));
    assert_false(try(d, ARM_SYSREG(3, 0, 12, 12, 5), false, MARK));
    virt_end(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id), cmocka_unit_test(test_debug), cmocka_unit_test(test_denied), cmocka_unit_test(test_programs),
        cmocka_unit_test(test_zero_register), cmocka_unit_test(test_physical_timer), cmocka_unit_test(test_physical_timer_interrupts),
        cmocka_unit_test(test_sgi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
