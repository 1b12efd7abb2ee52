/* The event register and the CPUs' registers: what waits, what the line does, who may go. And what the machine makes of it. */
#include "hypervisor/builder/build.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/devices/acpi_events.h"
#include "hypervisor/fake/fake_x86.h"
#include "hypervisor/machine/pc_exits.h"
#include "hypervisor/run.h"
#include "platform/pc_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static bool line;
static unsigned edges;
static void set_line(void *owner, unsigned n, bool high)
{
    (void)owner;
    assert_int_equal(n, 9);
    edges += high && !line;
    line = high;
}

static struct acpi_events chip(unsigned cpus, unsigned cpus_max)
{
    struct acpi_events e = { .irq = { set_line, NULL, 9 } };
    edges = 0;
    acpi_events_reset(&e, cpus, cpus_max);
    return e;
}

static uint32_t flags(struct acpi_events *e, unsigned cpu)
{
    unsigned none;
    assert_false(acpi_cpus_write(e, PC_CPUS_SELECT, 4, cpu, &none));
    return acpi_cpus_read(e, PC_CPUS_FLAGS, 1);
}

static bool write_flags(struct acpi_events *e, unsigned cpu, uint32_t value, unsigned *ejected)
{
    (void)flags(e, cpu);
    return acpi_cpus_write(e, PC_CPUS_FLAGS, 1, value, ejected);
}

static void test_button(void **state)
{
    (void)state;
    struct acpi_events e = chip(1, 1);
    assert_int_equal(acpi_events_read(&e, 0), 0);
    acpi_events_press(&e);
    assert_true(line);
    assert_int_equal(edges, 1);
    assert_int_equal(acpi_events_read(&e, 0), PC_EVENT_POWER);
    assert_int_equal(acpi_events_read(&e, 1), 0);
    acpi_events_press(&e);                          /* while the first is being handled: an edge of its own */
    assert_int_equal(edges, 2);
    acpi_events_write(&e, 1, 0xff);
    acpi_events_write(&e, 0, PC_EVENT_CPUS);        /* another event's bit */
    assert_true(line);
    acpi_events_write(&e, 0, PC_EVENT_POWER);
    assert_false(line);
    assert_int_equal(acpi_events_read(&e, 0), 0);
}

static void test_cpus(void **state)
{
    unsigned gone = 99;
    (void)state;
    struct acpi_events e = chip(2, 70);
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_COUNT, 4), 70);
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_NEXT, 4), PC_CPUS_NONE);
    assert_int_equal(flags(&e, 1), PC_CPU_PRESENT);
    assert_int_equal(flags(&e, 2), 0);
    assert_int_equal(flags(&e, 70), 0);
    assert_int_equal(flags(&e, UINT32_MAX), 0);
    assert_int_equal(acpi_cpus_absent(&e), 2);
    assert_int_equal(acpi_cpus_last(&e), 1);
    acpi_cpus_insert(&e, 69);
    acpi_cpus_insert(&e, 70);                       /* beyond */
    assert_int_equal(edges, 1);
    assert_int_equal(acpi_events_read(&e, 0), PC_EVENT_CPUS);
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_NEXT, 4), 69);
    assert_int_equal(flags(&e, 69), PC_CPU_PRESENT | PC_CPU_INSERTED);
    assert_int_equal(acpi_cpus_last(&e), 69);
    acpi_cpus_ask_back(&e, 1);
    acpi_cpus_ask_back(&e, 0);                      /* never */
    acpi_cpus_ask_back(&e, 5);                      /* not there */
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_NEXT, 4), 1);
    assert_false(write_flags(&e, 1, PC_CPU_INSERTED | PC_CPU_REMOVE, &gone));
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_NEXT, 4), 69);
    assert_false(write_flags(&e, 69, PC_CPU_INSERTED, &gone));
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_NEXT, 4), PC_CPUS_NONE);
    assert_false(write_flags(&e, 0, PC_CPU_EJECT, &gone));
    assert_false(write_flags(&e, 3, PC_CPU_EJECT, &gone));
    assert_true(write_flags(&e, 69, PC_CPU_EJECT, &gone));
    assert_int_equal(gone, 69);
    assert_false(write_flags(&e, 69, PC_CPU_EJECT, &gone));
    assert_int_equal(flags(&e, 69), 0);
}

/* Any width at any place, as a guest may ask; only the wide selector selects. */
static void test_widths(void **state)
{
    unsigned gone;
    (void)state;
    struct acpi_events e = chip(2, 0x102);
    assert_false(acpi_cpus_write(&e, PC_CPUS_SELECT, 4, 1, &gone));
    assert_false(acpi_cpus_write(&e, PC_CPUS_SELECT, 2, 0, &gone));
    assert_false(acpi_cpus_write(&e, PC_CPUS_COUNT, 4, 0, &gone));
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_SELECT, 4), 1);
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_COUNT + 1, 1), 1);
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_COUNT, 2), 0x102);
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_COUNT + 2, 4), 0);      /* the end of the registers */
    assert_int_equal(acpi_cpus_read(&e, PC_CPUS_NEXT + 3, 2), 0x02ff);
}

/* ---- in the machine ------------------------------------------------------------------------ */

static struct platform platform;

static struct domain *make(bool ioapic, unsigned vcpus, unsigned vcpus_max)
{
    platform = (struct platform){ .name = "t", .vcpus = vcpus, .vcpus_max = vcpus_max, .memory = MIB(2), .lapic = true, .ioapic = ioapic,
                                  .acpi = true, .power_button = true, .ged = { ioapic, PC_GED_PORT, PC_GED_GSI }, .cmdline = "", .start_info_version = 1 };
    page_init(fake_host(MIB(16), 1));
    sched_init(1);
    struct domain *d = domain_create(&platform);
    assert_non_null(d);
    d->stage2 = arch_stage2_create(d->id);
    assert_true(domain_ram_add(d, gpa(0), MIB(2)));
    for (unsigned i = 0; i < d->vcpus; i++)
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
    assert_true(machine_create(d));
    atomic_store(&d->state, DOMAIN_RUNNING);
    vcpu_start(d->vcpu[0]);
    return d;
}

static void end(struct domain *d)
{
    domain_shutdown(d, END_POWEROFF);
    assert_true(domain_is_quiet(d));
    assert_true(domain_take_ended());
    build_undo(d);
}

static void out(struct domain *d, uint16_t port, uint8_t size, uint32_t value)
{
    struct io_access a = { port, size, true, value };
    assert_true(io_dispatch(&d->ports, d->vcpu[0], &a));
}

static uint32_t in(struct domain *d, uint16_t port, uint8_t size)
{
    struct io_access a = { port, size, false, 0 };
    assert_true(io_dispatch(&d->ports, d->vcpu[0], &a));
    return (uint32_t)a.value;
}

static void eject(struct domain *d, unsigned cpu)
{
    out(d, PC_CPUS_PORT + PC_CPUS_SELECT, 4, cpu);
    out(d, PC_CPUS_PORT + PC_CPUS_FLAGS, 1, PC_CPU_EJECT);
}

static void test_machine_without(void **state)
{
    struct error e = { "" };
    unsigned cpu;
    (void)state;
    struct domain *d = make(false, 1, 0);
    assert_false(machine_press_power(d, &e));
    assert_non_null(strstr(e.text, "ioapic=1"));
    e.text[0] = '\0';
    assert_false(machine_cpu_plug(d, &cpu, &e));
    assert_non_null(strstr(e.text, "maxvcpus"));
    end(d);
}

static void test_machine_power(void **state)
{
    struct error e = { "" };
    (void)state;
    struct domain *d = make(true, 1, 0);
    assert_true(machine_press_power(d, &e));
    assert_int_equal(in(d, PC_GED_PORT, 4), PC_EVENT_POWER);
    out(d, PC_GED_PORT, 4, PC_EVENT_POWER);
    assert_int_equal(in(d, PC_GED_PORT, 4), 0);
    end(d);
}

static void test_machine_cpus(void **state)
{
    struct error e = { "" };
    unsigned cpu = 99;
    (void)state;
    struct domain *d = make(true, 1, 2);
    assert_int_equal(d->vcpus, 2);
    vcpu_start(d->vcpu[1]);
    assert_false(vcpu_is_on(d->vcpu[1]));           /* nothing starts what is not there */
    assert_true(machine_cpu_plug(d, &cpu, &e));
    assert_int_equal(cpu, 1);
    assert_false(vcpu_is_on(d->vcpu[1]));           /* the guest starts it */
    assert_int_equal(in(d, PC_CPUS_PORT + PC_CPUS_NEXT, 4), 1);
    assert_false(machine_cpu_plug(d, &cpu, &e));
    assert_non_null(strstr(e.text, "all of its 2 CPUs"));
    vcpu_start(d->vcpu[1]);
    assert_true(vcpu_is_on(d->vcpu[1]));
    e.text[0] = '\0';
    assert_true(machine_cpu_unplug(d, &cpu, &e));
    assert_int_equal(cpu, 1);
    eject(d, 1);
    assert_false(vcpu_is_on(d->vcpu[1]));
    assert_true(d->vcpu[1]->absent);
    vcpu_start(d->vcpu[1]);
    assert_false(vcpu_is_on(d->vcpu[1]));
    assert_false(machine_cpu_unplug(d, &cpu, &e));
    assert_non_null(strstr(e.text, "one CPU left"));
    end(d);
}

/* A guest may eject what it still runs on; with nobody left it has ended. */
static void test_machine_ejects_all(void **state)
{
    struct error e = { "" };
    unsigned cpu;
    (void)state;
    struct domain *d = make(true, 1, 2);
    assert_true(machine_cpu_plug(d, &cpu, &e));
    vcpu_start(d->vcpu[1]);
    vcpu_stop(d->vcpu[0]);
    eject(d, 1);
    assert_false(domain_is_running(d));
    assert_int_equal(d->end, END_POWEROFF);
    end(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_button), cmocka_unit_test(test_cpus), cmocka_unit_test(test_widths), cmocka_unit_test(test_machine_without),
        cmocka_unit_test(test_machine_power), cmocka_unit_test(test_machine_cpus), cmocka_unit_test(test_machine_ejects_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
