/* The loop of every CPU: a vCPU that can run runs, one that waits lets the CPU sleep, what ends is tended. */
#include "hypervisor/builder/build.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_x86.h"
#include "hypervisor/machine/pc_exits.h"
#include "hypervisor/run.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

static struct platform platform;
static struct domain *domain;
static jmp_buf out;
static unsigned sleeps, tended;

static void make(void)
{
    platform = (struct platform){ .name = "t", .vcpus = 1, .memory = MIB(2), .lapic = true, .acpi = true, .cmdline = "", .start_info_version = 1 };
    page_init(fake_host(MIB(16), 1));
    sched_init(1);
    domain = domain_create(&platform);
    assert_non_null(domain);
    domain->stage2 = arch_stage2_create(domain->id);
    assert_true(domain_ram_add(domain, gpa(0), MIB(2)));
    domain->vcpu[0]->arch = arch_vcpu_create(domain->stage2, domain->id);
    assert_true(machine_create(domain));
    atomic_store(&domain->state, DOMAIN_RUNNING);
    arch_regs(domain->vcpu[0]->arch)->rflags |= RFLAGS_IF;     /* HLT is to wait, not to end it */
    vcpu_start(domain->vcpu[0]);
    sleeps = tended = 0;
    (void)alarm(60);        /* a loop that never sleeps does not come back */
}

static void tend(void)
{
    tended++;
    longjmp(out, 1);
}

/* Asleep: the vCPU has run to its HLT and waits. It is woken twice, then its domain ends. */
static void asleep(void)
{
    uint64_t halts = domain->vcpu[0]->exits[EXIT_IDLE];
    sleeps++;
    assert_int_equal(halts, sleeps);
    assert_int_equal(atomic_load(&domain->vcpu[0]->state), VCPU_BLOCKED);
    assert_null(sched_current());
    if (sleeps == 3)
        domain_shutdown(domain, END_POWEROFF);
    else
        vcpu_wake(domain->vcpu[0]);
}

static void test_idle(void **state)
{
    (void)state;
    make();
    fake_idle = asleep;
    if (!setjmp(out))
        run_cpu(tend);
    fake_idle = NULL;
    (void)alarm(0);
    assert_int_equal(sleeps, 3);
    assert_int_equal(tended, 1);
    build_undo(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_idle) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
