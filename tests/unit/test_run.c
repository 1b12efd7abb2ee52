/* What each exit means, on a scripted architecture: the machine's answers as the guest's registers show them. */
#include "hypervisor/builder/build.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_x86.h"
#include "hypervisor/machine/pc_exits.h"
#include "hypervisor/run.h"
#include "platform/pc_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct platform platform;

static struct domain *make(bool lapic, bool ioapic, unsigned vcpus)
{
    platform = (struct platform){ .name = "t", .vcpus = vcpus, .memory = MIB(2), .lapic = lapic, .ioapic = ioapic, .acpi = true,
                                  .uart = { true, PC_COM1_PORT, PC_COM1_GSI }, .cmdline = "", .start_info_version = 1 };
    page_init(fake_host(MIB(16), 1));
    sched_init(1);
    struct domain *d = domain_create(&platform);
    assert_non_null(d);
    d->stage2 = arch_stage2_create(d->id);
    assert_true(domain_ram_add(d, gpa(0), MIB(2)));
    for (unsigned i = 0; i < vcpus; i++)
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
    assert_true(machine_create(d));
    atomic_store(&d->state, DOMAIN_RUNNING);
    vcpu_start(d->vcpu[0]);
    return d;
}

static void end(struct domain *d)
{
    uint16_t id = d->id;
    domain_shutdown(d, END_POWEROFF);
    assert_true(domain_is_quiet(d));
    assert_true(domain_take_ended());
    build_undo(d);
    assert_int_equal(page_held_bytes(id), 0);
}

/* Runs the first vCPU through a script and its final HLT. True: it blocked. */
static bool play(struct domain *d, const struct exit *script, unsigned n)
{
    struct vcpu *v = sched_next();
    assert_ptr_equal(v, d->vcpu[0]);
    fake_script(v->arch, script, n);
    bool blocked = run_vcpu(v);
    sched_put(v, blocked);
    return blocked;
}

static struct x86_regs *regs(struct domain *d) { return arch_regs(d->vcpu[0]->arch); }
static void enable_interrupts(struct domain *d) { regs(d)->rflags |= RFLAGS_IF; }

static void test_cpuid_tells_the_toggles(void **state)
{
    const struct exit script[] = { { .kind = EXIT_CPUID } };
    (void)state;
    for (unsigned lapic = 0; lapic < 2; lapic++) {
        struct domain *d = make(lapic, false, 1);
        enable_interrupts(d);
        regs(d)->gpr[RAX] = 1;
        assert_true(play(d, script, 1));
        assert_int_equal(regs(d)->gpr[RDX] >> 9 & 1, lapic);
        assert_int_equal(regs(d)->gpr[RCX] >> 21 & 1, lapic);
        assert_int_equal(regs(d)->gpr[RCX] >> 24 & 1, lapic);
        assert_int_equal(regs(d)->rip, 3);      /* CPUID and the HLT behind it */
        end(d);
    }
}

static void test_unclaimed_port_floats(void **state)
{
    const struct exit script[] = { { .kind = EXIT_PORT, .port = { .port = 0x1234, .size = 2, .next_rip = 2 } } };
    (void)state;
    struct domain *d = make(true, false, 1);
    enable_interrupts(d);
    regs(d)->gpr[RAX] = 0x1111222233334444;
    assert_true(play(d, script, 1));
    assert_int_equal(regs(d)->gpr[RAX], 0x111122223333ffff);
    end(d);
}

static void test_uart_speaks(void **state)
{
    struct exit out = { .kind = EXIT_PORT, .port = { .port = PC_COM1_PORT, .size = 1, .write = true, .next_rip = 2 } };
    (void)state;
    struct domain *d = make(true, false, 1);
    enable_interrupts(d);
    for (const char *s = "hello\n"; *s; s++) {
        regs(d)->gpr[RAX] = (unsigned char)*s;
        regs(d)->rip = 0;
        atomic_store(&d->vcpu[0]->work, true);
        (void)play(d, &out, 1);
        vcpu_wake(d->vcpu[0]);
    }
    assert_non_null(strstr(fake_console(), "hello"));
    end(d);
}

static void test_sleep_register_ends_it(void **state)
{
    struct exit out = { .kind = EXIT_PORT, .port = { .port = PC_SLEEP_CONTROL, .size = 1, .write = true, .next_rip = 2 } };
    (void)state;
    struct domain *d = make(true, false, 1);
    regs(d)->gpr[RAX] = PC_S5_TYPE << 2 | 1 << 5;
    (void)play(d, &out, 1);
    assert_int_equal(d->end, END_POWEROFF);
    end(d);
}

static void test_absent_msr_faults(void **state)
{
    const struct exit script[] = { { .kind = EXIT_MSR, .msr = { .index = 0x12345678 } } };
    (void)state;
    struct domain *d = make(true, false, 1);
    enable_interrupts(d);
    struct vcpu *v = sched_next();
    fake_script(v->arch, script, 1);
    (void)run_vcpu(v);
    struct fake_event e = fake_take_event(v->arch);
    assert_true(e.exception);
    assert_int_equal(e.vector, TRAP_GP);
    sched_put(v, true);
    end(d);
}

/* HLT with interrupts off, by the last vCPU that is on: the guest is finished. */
static void test_final_halt(void **state)
{
    (void)state;
    struct domain *d = make(true, false, 2);
    assert_false(play(d, NULL, 0));
    assert_int_equal(d->end, END_POWEROFF);
    end(d);
}

static void test_triple_fault_is_a_crash(void **state)
{
    const struct exit script[] = { { .kind = EXIT_SHUTDOWN } };
    (void)state;
    struct domain *d = make(true, false, 1);
    (void)play(d, script, 1);
    assert_int_equal(d->end, END_CRASH);
    assert_non_null(strstr(d->why, "triple fault"));
    const char *said = fake_console();      /* what it was doing, for those who look after it */
    assert_non_null(strstr(said, "vCPU 0 on CPU 0"));
    assert_non_null(strstr(said, "a fake vCPU"));   /* what arch_vcpu_tell told */
    end(d);
}

/* The x2APIC timer in TSC-deadline mode wakes a vCPU that halted, and its vector is what is delivered. */
static void test_deadline_wakes(void **state)
{
    const struct exit script[] = {
        { .kind = EXIT_MSR, .msr = { MSR_APIC_BASE, true, 0xfee00d00 } },
        { .kind = EXIT_MSR, .msr = { 0x80f, true, 0x1ff } },
        { .kind = EXIT_MSR, .msr = { 0x832, true, 2u << 17 | 0x55 } },
        { .kind = EXIT_MSR, .msr = { MSR_TSC_DEADLINE, true, 5000 } },
    };
    (void)state;
    struct domain *d = make(true, false, 1);
    enable_interrupts(d);
    assert_true(play(d, script, 4));
    assert_int_equal(fake_alarm, 5000);
    assert_null(sched_next());
    fake_now = 5001;
    timer_run();
    struct vcpu *v = sched_next();
    assert_ptr_equal(v, d->vcpu[0]);
    const struct exit stop = { .kind = EXIT_SHUTDOWN };
    fake_script(v->arch, &stop, 1);
    (void)run_vcpu(v);
    struct fake_event e = fake_take_event(v->arch);
    assert_true(e.interrupt);
    assert_int_equal(e.vector, 0x55);
    sched_put(v, false);
    end(d);
}

/* INIT, SIPI: the second vCPU starts where the vector says; a second SIPI changes nothing. */
static void test_startup(void **state)
{
    const struct exit script[] = {
        { .kind = EXIT_MSR, .msr = { MSR_APIC_BASE, true, 0xfee00d00 } },
        { .kind = EXIT_MSR, .msr = { 0x830, true, UINT64_C(1) << 32 | 0x4500 } },
        { .kind = EXIT_MSR, .msr = { 0x830, true, UINT64_C(1) << 32 | 0x4609 } },
        { .kind = EXIT_MSR, .msr = { 0x830, true, UINT64_C(1) << 32 | 0x4610 } },
    };
    struct x86_state s;
    (void)state;
    struct domain *d = make(true, false, 2);
    enable_interrupts(d);
    assert_false(vcpu_is_on(d->vcpu[1]));
    assert_true(play(d, script, 4));
    assert_true(vcpu_is_on(d->vcpu[1]));
    arch_state_get(d->vcpu[1]->arch, &s);
    assert_int_equal(s.seg[SEG_CS].base, 0x9000);
    assert_int_equal(s.cr0 & CR0_PE, 0);
    end(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpuid_tells_the_toggles), cmocka_unit_test(test_unclaimed_port_floats), cmocka_unit_test(test_uart_speaks),
        cmocka_unit_test(test_sleep_register_ends_it), cmocka_unit_test(test_absent_msr_faults), cmocka_unit_test(test_final_halt),
        cmocka_unit_test(test_triple_fault_is_a_crash), cmocka_unit_test(test_deadline_wakes), cmocka_unit_test(test_startup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
