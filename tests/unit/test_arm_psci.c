/* PSCI and SMCCC as a guest calls them: numbers, errors, who is on and off, and what ends the guest. */
#include "tests/unit/virt_maker.h"

enum { SUCCESS = 0, NOT_SUPPORTED = -1, INVALID_PARAMETERS = -2, ALREADY_ON = -4, INVALID_ADDRESS = -9 };
enum { VERSION = 0x84000000, SUSPEND = 0x84000001, OFF = 0x84000002, ON = 0x84000003, AFFINITY = 0x84000004, MIGRATE = 0x84000005,
       MIGRATE_INFO = 0x84000006, SYSTEM_OFF = 0x84000008, SYSTEM_RESET = 0x84000009, FEATURES = 0x8400000a, RESET2 = 0x84000012,
       SMCCC_VERSION = 0x80000000, ARCH_FEATURES = 0x80000001, SMC64 = 0x40000000 };
static const struct exit hvc = { .kind = EXIT_HYPERCALL, .immediate = 0 }, smc = { .kind = EXIT_SMC, .immediate = 0 };

static void prepare(struct domain *d, unsigned n, uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    struct arm_regs *r = virt_regs(d, n);
    r->x[0] = function | UINT64_C(0xabcd) << 32;        /* the upper half is nobody's */
    r->x[1] = a;
    r->x[2] = b;
    r->x[3] = c;
}

/* As vCPU 0, with the whole of x0 as the result. */
static int64_t call(struct domain *d, uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    prepare(d, 0, function, a, b, c);
    virt_one(d, hvc);
    return (int64_t)virt_regs(d, 0)->x[0];
}

static void test_versions(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    assert_int_equal(call(d, VERSION, 0, 0, 0), 0x10001);
    assert_int_equal(call(d, SMCCC_VERSION, 0, 0, 0), 0x10001);
    assert_int_equal(call(d, MIGRATE_INFO, 0, 0, 0), 2);
    assert_int_equal(call(d, MIGRATE, 0, 0, 0), NOT_SUPPORTED);
    assert_int_equal(call(d, VERSION | SMC64, 0, 0, 0), NOT_SUPPORTED);    /* has no SMC64 form */
    assert_int_equal(call(d, 0x8600ff01, 0, 0, 0), NOT_SUPPORTED);         /* no vendor's hypervisor calls */
    assert_int_equal(call(d, 0, 0, 0, 0), NOT_SUPPORTED);
    virt_end(d);
}

static void test_features(void **state)
{
    static const uint32_t have[] = { VERSION, SUSPEND, SUSPEND | SMC64, OFF, ON, ON | SMC64, AFFINITY, AFFINITY | SMC64, MIGRATE_INFO,
                                     SYSTEM_OFF, SYSTEM_RESET, FEATURES, RESET2, RESET2 | SMC64, SMCCC_VERSION };
    static const uint32_t lack[] = { MIGRATE, 0x84000007, 0x8400000b, 0x8400000e, 0x84000010, OFF | SMC64, 0x12345678, 0, ARCH_FEATURES };
    struct domain *d = virt_make(1, 3);
    (void)state;
    for (unsigned i = 0; i < sizeof(have) / sizeof(*have); i++)
        assert_int_equal(call(d, FEATURES, have[i], 0, 0), SUCCESS);
    for (unsigned i = 0; i < sizeof(lack) / sizeof(*lack); i++)
        assert_int_equal(call(d, FEATURES, lack[i], 0, 0), NOT_SUPPORTED);
    assert_int_equal(call(d, ARCH_FEATURES, ARCH_FEATURES, 0, 0), SUCCESS);
    assert_int_equal(call(d, ARCH_FEATURES, 0x80008000, 0, 0), NOT_SUPPORTED);
    assert_int_equal(call(d, ARCH_FEATURES, ON, 0, 0), NOT_SUPPORTED);
    virt_end(d);
}

/* The conduits: HVC is behind itself already, SMC is not; other numbers are undefined at the instruction itself. */
static void test_conduits(void **state)
{
    struct domain *d = virt_make(1, 3);
    struct arm_regs *r = virt_regs(d, 0);
    struct exit e = smc;
    (void)state;
    prepare(d, 0, VERSION, 0, 0, 0);
    r->pc = ENTRY;
    assert_true(virt_play(d, 0, &e, 1));
    assert_int_equal(r->x[0], 0x10001);
    assert_int_equal(r->pc, ENTRY + 4 + 4);     /* and the final WFI */
    vcpu_wake(d->vcpu[0]);
    r->pc = ENTRY + 4;
    e = (struct exit){ .kind = EXIT_HYPERCALL, .immediate = 1 };
    virt_one(d, e);
    assert_true(fake_take_event(d->vcpu[0]->arch).undefined);
    assert_int_equal(r->pc, ENTRY + 4);         /* back at the HVC, past the WFI */
    r->pc = ENTRY;
    e = (struct exit){ .kind = EXIT_SMC, .immediate = 7 };
    virt_one(d, e);
    assert_true(fake_take_event(d->vcpu[0]->arch).undefined);
    assert_int_equal(r->pc, ENTRY + 4);
    /* Without the Xen ABI its number is undefined as well. */
    e = (struct exit){ .kind = EXIT_HYPERCALL, .immediate = 0xea1 };
    virt_one(d, e);
    assert_true(fake_take_event(d->vcpu[0]->arch).undefined);
    virt_end(d);
}

static void test_cpu_on(void **state)
{
    struct domain *d = virt_make(2, 3);
    (void)state;
    assert_int_equal(call(d, AFFINITY, 1, 0, 0), 1);
    assert_int_equal(call(d, ON | SMC64, 2, ENTRY, 0), INVALID_PARAMETERS);
    assert_int_equal(call(d, ON | SMC64, UINT64_C(1) << 31 | 1, ENTRY, 0), INVALID_PARAMETERS);
    assert_int_equal(call(d, ON | SMC64, 1, RAM - 0x1000, 0), INVALID_ADDRESS);
    assert_int_equal(call(d, ON | SMC64, 1, ENTRY + 2, 0), INVALID_ADDRESS);
    assert_int_equal(call(d, ON | SMC64, 1, UINT64_MAX - 3, 0), INVALID_ADDRESS);
    assert_false(vcpu_is_on(d->vcpu[1]));
    assert_int_equal(call(d, ON | SMC64, 0, ENTRY, 0), ALREADY_ON);
    assert_int_equal(call(d, ON | SMC64, 1, ENTRY, UINT64_C(0x123456789abc)), SUCCESS);
    assert_true(vcpu_is_on(d->vcpu[1]));
    struct fake_start s = fake_start(d->vcpu[1]->arch);
    assert_int_equal(s.count, 1);
    assert_int_equal(s.pc, ENTRY);
    assert_int_equal(s.x0, UINT64_C(0x123456789abc));
    assert_int_equal(s.mpidr, platform_mpidr(1));
    virt_end(d);
}

/* vCPU 1 comes up, goes, and is brought up again; while it is on nobody sets its state. */
static void test_on_off_on(void **state)
{
    struct domain *d = virt_make(2, 3);
    (void)state;
    prepare(d, 0, ON, 1, ENTRY | UINT64_C(5) << 32, UINT64_C(0x1ffffffff));   /* by SMC32: 32 bits count */
    assert_true(virt_play(d, 0, &hvc, 1));
    assert_int_equal(virt_regs(d, 0)->x[0], SUCCESS);
    assert_int_equal(fake_start(d->vcpu[1]->arch).x0, UINT32_MAX);
    assert_int_equal(fake_start(d->vcpu[1]->arch).pc, ENTRY);
    prepare(d, 1, OFF, 0, 0, 0);
    assert_false(virt_play(d, 1, &hvc, 1));
    assert_false(vcpu_is_on(d->vcpu[1]));
    assert_true(domain_is_running(d));
    vcpu_wake(d->vcpu[0]);
    assert_int_equal(call(d, AFFINITY, 1, 0, 0), 1);
    prepare(d, 0, ON, 1, ENTRY + 8, 7);
    assert_true(virt_play(d, 0, &hvc, 1));
    assert_int_equal(fake_start(d->vcpu[1]->arch).count, 2);
    assert_true(virt_play(d, 1, NULL, 0));
    vcpu_wake(d->vcpu[0]);
    assert_int_equal(call(d, ON, 1, ENTRY, 0), ALREADY_ON);     /* it waits, and so is on */
    assert_int_equal(fake_start(d->vcpu[1]->arch).count, 2);
    assert_int_equal(call(d, AFFINITY, 1, 0, 0), 0);
    virt_end(d);
}

static void test_affinity(void **state)
{
    struct domain *d = virt_make(20, 3);
    (void)state;
    assert_int_equal(call(d, AFFINITY, 0, 0, 0), 0);
    assert_int_equal(call(d, AFFINITY, 0x103, 0, 0), 1);
    assert_int_equal(call(d, AFFINITY, 0x104, 0, 0), INVALID_PARAMETERS);   /* there are 16 + 4 */
    assert_int_equal(call(d, AFFINITY, 0x100, 1, 0), 1);                    /* the second cluster is all off */
    assert_int_equal(call(d, AFFINITY, 0x000, 1, 0), 0);
    assert_int_equal(call(d, AFFINITY, 0x200, 1, 0), INVALID_PARAMETERS);
    assert_int_equal(call(d, AFFINITY, 0, 3, 0), 0);
    assert_int_equal(call(d, AFFINITY, 0, 4, 0), INVALID_PARAMETERS);
    assert_int_equal(call(d, AFFINITY | SMC64, UINT64_C(1) << 40, 0, 0), INVALID_PARAMETERS);
    virt_end(d);
}

static void test_suspend(void **state)
{
    struct domain *d = virt_make(1, 3);
    struct exit script[] = { hvc, { .kind = EXIT_UNDEFINED } };
    (void)state;
    prepare(d, 0, SUSPEND, 0, 0, 0);
    assert_true(virt_play(d, 0, script, 2));    /* blocks at once: the second exit is not come to */
    assert_false(fake_take_event(d->vcpu[0]->arch).undefined);
    assert_int_equal(virt_regs(d, 0)->x[0], SUCCESS);
    vcpu_wake(d->vcpu[0]);
    assert_int_equal(call(d, SUSPEND, 1 << 20, 0, 0), INVALID_PARAMETERS);
    assert_int_equal(call(d, SUSPEND | SMC64, 1 << 16, 0x1000, 0), INVALID_ADDRESS);
    assert_int_equal(call(d, SUSPEND | SMC64, 1 << 16, ENTRY, 0), SUCCESS);     /* given as standby */
    virt_end(d);
}

static void ends_by(uint32_t function, uint64_t a, enum domain_end how)
{
    struct domain *d = virt_make(1, 3);
    prepare(d, 0, function, a, 0, 0);
    assert_false(virt_play(d, 0, &hvc, 1));
    assert_false(domain_is_running(d));
    assert_int_equal(d->end, how);
    virt_end(d);
}

static void test_ends(void **state)
{
    (void)state;
    ends_by(SYSTEM_OFF, 0, END_POWEROFF);
    ends_by(SYSTEM_RESET, 0, END_REBOOT);
    ends_by(RESET2, 0, END_REBOOT);
    ends_by(OFF, 0, END_POWEROFF);      /* the last one */
    struct domain *d = virt_make(1, 3);
    assert_int_equal(call(d, RESET2, 1, 0, 0), INVALID_PARAMETERS);
    assert_int_equal(call(d, RESET2, 0x80000000, 0, 0), NOT_SUPPORTED);
    virt_end(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions), cmocka_unit_test(test_features), cmocka_unit_test(test_conduits), cmocka_unit_test(test_cpu_on),
        cmocka_unit_test(test_on_off_on), cmocka_unit_test(test_affinity), cmocka_unit_test(test_suspend), cmocka_unit_test(test_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
