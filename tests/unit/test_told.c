/*
 * What a guest is told is what it gets, and no more: every port, page, line and CPU in its ACPI tables answers in the
 * emulated machine, and nothing answers there that the tables do not name. For every combination of the toggles.
 */
#include "acpi/acpi.h"
#include "hypervisor/builder/build.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_x86.h"
#include "hypervisor/machine/pc_exits.h"
#include "lib/span.h"
#include "platform/pc_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { NAMED_MAX = 32, CPUS = 4 };
struct range { uint64_t base, size; };
struct named { struct range port[NAMED_MAX], page[NAMED_MAX]; unsigned ports, pages, cpus, lines; uint32_t cpu[CPUS], line[4]; };

static struct platform platform;
static uint8_t image[0x2000];
static uint64_t used;

static uint64_t le(uint64_t at, unsigned n)
{
    struct span s = span_slice(span_of(image, used), at - PC_ACPI_BASE, n);
    uint64_t v = span_le(&s, n);
    assert_false(s.broken);
    return v;
}

static void name_port(struct named *n, uint64_t base, uint64_t size)
{
    assert_true(n->ports < NAMED_MAX);
    n->port[n->ports++] = (struct range){ base, size };
}

static void read_fadt(struct named *n, uint64_t at)
{
    static const unsigned registers[] = { 116, 148, 160, 172, 184, 196, 208, 220, 232, 244, 256 };
    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        uint64_t r = at + registers[i];
        if (!le(r + 4, 8))
            continue;
        assert_int_equal(le(r, 1), 1);
        name_port(n, le(r + 4, 8), le(r + 1, 1) / 8);
    }
}

static void read_madt(struct named *n, uint64_t at)
{
    uint64_t end = at + le(at + 4, 4);
    n->page[n->pages++] = (struct range){ le(at + 36, 4), PAGE_SIZE };
    for (at += 44; at < end; at += le(at + 1, 1)) {
        if (le(at, 1) == 0) {
            assert_true(n->cpus < CPUS);
            n->cpu[n->cpus++] = (uint32_t)le(at + 3, 1);
        }
        if (le(at, 1) == 1)
            n->page[n->pages++] = (struct range){ le(at + 4, 4), PAGE_SIZE };
    }
}

/* I/O and interrupt descriptors, by the bytes they begin with; the AML around them is acpiexec's to judge (tests/acpi.sh). */
static void read_dsdt(struct named *n, uint64_t at)
{
    uint64_t end = at + le(at + 4, 4);
    for (at += 36; at + 9 <= end; at++) {
        if (le(at, 2) == 0x0147 && le(at + 2, 2) == le(at + 4, 2))
            name_port(n, le(at + 2, 2), le(at + 7, 1));
        if (le(at, 3) == 0x000689 && le(at + 4, 1) == 1)
            n->line[n->lines++] = (uint32_t)le(at + 5, 4);
    }
}

static struct named read_tables(void)
{
    struct named n = { .ports = 0 };
    uint64_t xsdt = le(PC_ACPI_BASE + 24, 8), end = xsdt + le(xsdt + 4, 4);
    for (uint64_t i = xsdt + 36; i < end; i += 8) {
        uint64_t at = le(i, 8);
        if (!memcmp(image + (at - PC_ACPI_BASE), "FACP", 4)) {
            read_fadt(&n, at);
            read_dsdt(&n, le(at + 140, 8));
        } else if (!memcmp(image + (at - PC_ACPI_BASE), "APIC", 4)) {
            read_madt(&n, at);
        }
    }
    return n;
}

/* Every byte of r lies in one of the n ranges. */
static bool covered(struct range r, const struct range *by, unsigned n)
{
    for (uint64_t i = 0; i < r.size; i++) {
        bool found = false;
        for (unsigned k = 0; k < n && !found; k++)
            found = r.base + i >= by[k].base && r.base + i < by[k].base + by[k].size;
        if (!found)
            return false;
    }
    return true;
}

static unsigned claimed(const struct io_map *m, struct range *to)
{
    unsigned n = 0;
    for (unsigned i = 0; i < m->count; i++) {
        /* Says "nothing here" faster than a floating bus would (machine/pc_ports.c): not a device. */
        if (strcmp(m->at[i].name, "no PIT"))
            to[n++] = (struct range){ m->at[i].base, m->at[i].size };
    }
    return n;
}

static void check_map(const char *what, const struct io_map *m, const struct range *named, unsigned n)
{
    struct range answers[IO_RANGES_MAX];
    unsigned count = claimed(m, answers);
    for (unsigned i = 0; i < n; i++)
        if (!covered(named[i], answers, count))
            fail_msg("%s 0x%llx is named, and nothing answers there", what, (unsigned long long)named[i].base);
    for (unsigned i = 0; i < count; i++)
        if (!covered(answers[i], named, n))
            fail_msg("%s 0x%llx answers, and no table names it", what, (unsigned long long)answers[i].base);
}

static struct domain *make(unsigned bits, unsigned vcpus)
{
    platform = (struct platform){ .name = "told", .vcpus = vcpus, .memory = MIB(2), .acpi = true, .xen = bits & 1, .lapic = bits & 2,
                                  .ioapic = (bits & 6) == 6, .cmdline = "", .start_info_version = 1 };
    if (bits & 8)
        platform.uart = (struct platform_uart){ true, PC_COM1_PORT, PC_COM1_GSI };
    page_init(fake_host(MIB(16), 1));
    sched_init(1);
    struct domain *d = domain_create(&platform);
    assert_non_null(d);
    d->stage2 = arch_stage2_create(d->id);
    for (unsigned i = 0; i < vcpus; i++)
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
    assert_true(machine_create(d));
    return d;
}

static void check(unsigned bits, unsigned vcpus)
{
    gpa_t rsdp;
    struct domain *d = make(bits, vcpus);
    assert_true(acpi_build(&platform, gpa(PC_ACPI_BASE), image, sizeof(image), &used, &rsdp));
    struct named n = read_tables();
    check_map("port", &d->ports, n.port, n.ports);
    check_map("page", &d->memory_io, n.page, n.pages);
    assert_int_equal(n.cpus, platform.lapic ? vcpus : 0);
    for (unsigned i = 0; i < n.cpus; i++)
        assert_int_equal(n.cpu[i], machine_apic_id(d->vcpu[i]));
    assert_int_equal(n.lines, platform.ioapic && platform.uart.present);
    for (unsigned i = 0; i < n.lines; i++)
        assert_true(n.line[i] == platform.uart.gsi && n.line[i] < PC_IOAPIC_PINS);
    atomic_store(&d->state, DOMAIN_RUNNING);
    domain_shutdown(d, END_POWEROFF);
    build_undo(d);
}

static void what_is_named_answers_and_nothing_else(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 16; bits++) {
        check(bits, 1);
        check(bits, CPUS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_named_answers_and_nothing_else) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
