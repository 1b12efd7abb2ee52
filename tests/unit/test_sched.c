/* The scheduler and the alarms, on a fake host whose clock the test moves. */
#include "hypervisor/core/domain.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_x86.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct platform platform = { .name = "t", .vcpus = 4, .memory = MIB(16), .lapic = true };

static struct domain *make(unsigned cpus, uint64_t affinity)
{
    page_init(fake_host(MIB(32), cpus));
    sched_init(cpus);
    platform.affinity = affinity;
    struct domain *d = domain_create(&platform);
    assert_non_null(d);
    atomic_store(&d->state, DOMAIN_RUNNING);
    return d;
}

/* Four vCPUs on one CPU, each always ready: after many slices each has had a quarter, give or take a slice. */
static void test_fair_shares(void **state)
{
    uint64_t had[4] = { 0 };
    (void)state;
    struct domain *d = make(1, 0);
    for (unsigned i = 0; i < 4; i++)
        vcpu_start(d->vcpu[i]);
    for (unsigned n = 0; n < 400; n++) {
        struct vcpu *v = sched_next();
        assert_non_null(v);
        while (!sched_should_leave()) {
            fake_now += 1000000;
            timer_run();
        }
        sched_put(v, false);
        had[v->id] += SCHED_SLICE_NS;
    }
    for (unsigned i = 0; i < 4; i++)
        assert_in_range(had[i], 99ull * SCHED_SLICE_NS, 101ull * SCHED_SLICE_NS);
    domain_free(d);
}

/* A vCPU alone on its CPU has no slice to end: no alarm is set for it. */
static void test_alone_no_alarm(void **state)
{
    (void)state;
    struct domain *d = make(1, 0);
    vcpu_start(d->vcpu[0]);
    struct vcpu *v = sched_next();
    assert_ptr_equal(v, d->vcpu[0]);
    fake_now += 100ull * SCHED_SLICE_NS;
    assert_false(sched_should_leave());
    assert_int_equal(fake_alarm, UINT64_MAX);
    atomic_store(&v->work, false);
    sched_put(v, true);
    assert_null(sched_next());
    domain_free(d);
}

static void test_affinity(void **state)
{
    (void)state;
    struct domain *d = make(2, 2);
    vcpu_start(d->vcpu[0]);
    assert_null(sched_next());
    fake_this_cpu = 1;
    assert_ptr_equal(sched_next(), d->vcpu[0]);
    sched_put(d->vcpu[0], true);
    domain_free(d);
}

/* A wake-up that comes between the last look and sched_put is not lost. */
static void test_wake_is_not_lost(void **state)
{
    (void)state;
    struct domain *d = make(1, 0);
    vcpu_start(d->vcpu[0]);
    struct vcpu *v = sched_next();
    atomic_store(&v->work, false);
    vcpu_wake(v);
    sched_put(v, true);
    assert_ptr_equal(sched_next(), v);
    atomic_store(&v->work, false);
    sched_put(v, true);
    assert_null(sched_next());
    fake_this_cpu = 1;
    vcpu_wake(v);
    assert_int_equal(fake_kicks[0], 1);     /* CPU 0 slept */
    fake_this_cpu = 0;
    assert_ptr_equal(sched_next(), v);
    atomic_store(&v->work, false);
    sched_put(v, true);
    assert_null(sched_next());
    vcpu_wake(v);
    assert_int_equal(fake_kicks[0], 1);     /* it is awake already if it does this itself */
    assert_ptr_equal(sched_next(), v);
    sched_put(v, true);
    domain_free(d);
}

static void test_stop(void **state)
{
    (void)state;
    struct domain *d = make(1, 0);
    vcpu_start(d->vcpu[0]);
    vcpu_start(d->vcpu[1]);
    struct vcpu *v = sched_next();
    domain_crash(d, "because of %d", 7);
    assert_true(atomic_load(&v->stop));
    assert_false(domain_is_quiet(d));
    sched_put(v, false);
    assert_true(domain_is_quiet(d));
    assert_string_equal(d->why, "because of 7");
    assert_null(sched_next());
    domain_shutdown(d, END_POWEROFF);
    assert_int_equal(d->end, END_CRASH);    /* the first reason stands */
    uint64_t held = page_held_bytes(d->id);
    assert_true(held > 0);
    uint16_t id = d->id;
    domain_free(d);
    assert_int_equal(page_held_bytes(id), 0);
    assert_null(domain_by_id(id));
}

/* One that starts late is owed a slice, not all the time that it was not there. */
static void test_latecomer(void **state)
{
    uint64_t had = 0;
    (void)state;
    struct domain *d = make(1, 0);
    vcpu_start(d->vcpu[0]);
    (void)sched_next();
    fake_now += 1000ull * SCHED_SLICE_NS;
    vcpu_start(d->vcpu[1]);
    sched_put(d->vcpu[0], false);
    for (unsigned n = 0; n < 10; n++) {
        struct vcpu *v = sched_next();
        fake_now += SCHED_SLICE_NS;
        sched_put(v, false);
        had += v == d->vcpu[1];
    }
    assert_in_range(had, 5, 6);
    domain_free(d);
}

static unsigned fired[3];
static void count(void *owner) { ++*(unsigned *)owner; }

static void test_alarms(void **state)
{
    struct timer t[3];
    (void)state;
    page_init(fake_host(MIB(8), 1));
    sched_init(1);
    memset(fired, 0, sizeof(fired));
    for (unsigned i = 0; i < 3; i++)
        timer_init(&t[i], count, &fired[i]);
    timer_set(&t[0], 300);
    timer_set(&t[1], 100);
    timer_set(&t[2], 200);
    assert_int_equal(fake_alarm, 100);
    fake_now = 150;
    timer_run();
    assert_int_equal(fired[1], 1);
    assert_int_equal(fake_alarm, 200);
    timer_cancel(&t[2]);
    timer_set(&t[0], 160);
    assert_int_equal(fake_alarm, 160);
    fake_now = 1000;
    timer_run();
    assert_int_equal(fired[0], 1);
    assert_int_equal(fired[2], 0);
    assert_int_equal(fake_alarm, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fair_shares), cmocka_unit_test(test_alone_no_alarm), cmocka_unit_test(test_affinity),
        cmocka_unit_test(test_wake_is_not_lost), cmocka_unit_test(test_stop), cmocka_unit_test(test_latecomer), cmocka_unit_test(test_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
