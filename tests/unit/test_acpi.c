/*
 * The ACPI image over a grid of platforms: whole, well summed, pointing inside itself, and naming exactly the CPUs,
 * lines, ports and addresses that platform/pc_map.h and the platform give the guest.
 */
#include "acpi/acpi.h"
#include "lib/span.h"
#include "platform/pc_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct image { struct platform p; uint8_t *bytes; uint64_t used; uint64_t at; };

static uint64_t le(const struct image *m, uint64_t gpa_at, unsigned n)
{
    struct span s = span_slice(span_of(m->bytes, m->used), gpa_at - m->at, n);
    uint64_t v = span_le(&s, n);
    assert_false(s.broken);
    return v;
}

static uint8_t sum(const struct image *m, uint64_t at, uint64_t n)
{
    uint8_t s = 0;
    for (uint64_t i = 0; i < n; i++)
        s = (uint8_t)(s + le(m, at + i, 1));
    return s;
}

/* A table that is whole, aligned and summed; returns its length. */
static uint64_t check_table(const struct image *m, uint64_t at, const char *signature)
{
    uint64_t n = le(m, at + 4, 4);
    assert_memory_equal(m->bytes + (at - m->at), signature, 4);
    assert_true(n >= 36 && at - m->at + n <= m->used);
    assert_int_equal(at % 16, 0);
    assert_int_equal(sum(m, at, n), 0);
    assert_memory_equal(m->bytes + (at - m->at) + 10, "BEDPLT", 6);
    return n;
}

static bool find(const struct image *m, const char *signature, uint64_t *at)
{
    uint64_t xsdt = le(m, m->at + 24, 8), n = check_table(m, xsdt, "XSDT");
    for (uint64_t i = 36; i < n; i += 8) {
        *at = le(m, xsdt + i, 8);
        if (!memcmp(m->bytes + (*at - m->at), signature, 4))
            return true;
    }
    return false;
}

static struct image build(struct platform p, uint64_t at)
{
    struct image m = { .p = p, .at = at };
    uint64_t size = acpi_size(&p);
    gpa_t rsdp = gpa(0);
    m.bytes = malloc(size);
    memset(m.bytes, 0xa5, size);
    assert_true(acpi_build(&p, gpa(at), m.bytes, size, &m.used, &rsdp));
    assert_int_equal(rsdp.v, at);
    assert_true(m.used <= size && size - m.used < PAGE_SIZE && size % PAGE_SIZE == 0);
    return m;
}

/* Exactly the tables that the platform has something for, each once. */
static void check_listed(const struct image *m, uint64_t tables)
{
    const struct platform *p = &m->p;
    const struct { const char *signature; bool wanted; } row[] = {
        { "FACP", true }, { "APIC", p->lapic }, { "SPCR", p->uart.present }, { "DBG2", p->uart.present },
        { "WAET", !p->xen || !p->lapic }, { "MCFG", p->pcie.present }, { "VIOT", p->viommu.present }, { "SRAT", p->nodes },
        { "SLIT", p->nodes }, { "TPM2", p->tpm.present }, { "STAO", p->hiddens },
    };
    uint64_t n = 0, at;
    for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        assert_int_equal(find(m, row[i].signature, &at), row[i].wanted);
        if (row[i].wanted)
            check_table(m, at, row[i].signature);
        n += row[i].wanted;
    }
    assert_int_equal(n, tables);
}

static void check_roots(const struct image *m)
{
    uint64_t rsdt = le(m, m->at + 16, 4), xsdt = le(m, m->at + 24, 8), tables = (le(m, xsdt + 4, 4) - 36) / 8;
    check_listed(m, tables);
    assert_memory_equal(m->bytes, "RSD PTR ", 8);
    assert_int_equal(sum(m, m->at, 20), 0);
    assert_int_equal(sum(m, m->at, 36), 0);
    assert_int_equal(le(m, m->at + 15, 1), 2);
    assert_int_equal(le(m, m->at + 20, 4), 36);
    assert_int_equal(check_table(m, rsdt, "RSDT"), 36 + 4 * tables);
    assert_int_equal(check_table(m, xsdt, "XSDT"), 36 + 8 * tables);
    for (uint64_t i = 0; i < tables; i++)
        assert_int_equal(le(m, rsdt + 36 + 4 * i, 4), le(m, xsdt + 36 + 8 * i, 8));
}

/* A register in I/O space at `port`, or with port 0 none at all. */
static void check_register(const struct image *m, uint64_t at, uint64_t port, unsigned bits)
{
    assert_int_equal(le(m, at, 1), port ? 1 : 0);
    assert_int_equal(le(m, at + 1, 1), port ? bits : 0);
    assert_int_equal(le(m, at + 4, 8), port);
}

static void check_fadt(const struct image *m)
{
    uint64_t at, timer = m->p.xen && m->p.lapic ? 0 : PC_PM_TIMER;
    assert_true(find(m, "FACP", &at));
    assert_int_equal(check_table(m, at, "FACP"), 276);
    assert_int_equal(le(m, at + 8, 1), 6);
    assert_int_equal(le(m, at + 131, 1), 4);
    uint64_t facs = le(m, at + 36, 4);
    bool reduced = m->p.lapic;                                          /* else an old PC, for the PIT and the 8259s */
    assert_int_equal(le(m, at + 132, 8), 0);
    if (reduced)
        assert_int_equal(facs, 0);
    else
        assert_true(le(m, facs, 4) == 0x53434146 && le(m, facs + 4, 4) == 64 && facs % 64 == 0);
    assert_int_equal(le(m, at + 40, 4), le(m, at + 140, 8));
    uint64_t features = le(m, at + 112, 4);
    assert_int_equal(features >> 20 & 1, reduced);                      /* hardware-reduced */
    assert_true(features & 1 << 10);                                    /* reset register */
    assert_int_equal(features >> 8 & 1, timer ? 1 : 0);                 /* 32-bit PM timer */
    check_register(m, at + 116, PC_RESET_PORT, 8);
    assert_int_equal(le(m, at + 128, 1), PC_RESET_VALUE);
    check_register(m, at + 244, reduced ? PC_SLEEP_CONTROL : 0, reduced ? 8 : 0);
    check_register(m, at + 256, reduced ? PC_SLEEP_STATUS : 0, reduced ? 8 : 0);
    check_register(m, at + 148, reduced ? 0 : PC_PM1A_EVENT, reduced ? 0 : 32);
    check_register(m, at + 172, reduced ? 0 : PC_PM1A_CONTROL, reduced ? 0 : 16);
    assert_int_equal(le(m, at + 56, 4), reduced ? 0 : PC_PM1A_EVENT);
    assert_int_equal(le(m, at + 64, 4), reduced ? 0 : PC_PM1A_CONTROL);
    assert_int_equal(le(m, at + 88, 2), reduced ? 0 : 0x204);
    check_register(m, at + 208, timer, 32);
    assert_int_equal(le(m, at + 76, 4), timer);
    assert_int_equal(le(m, at + 91, 1), timer ? 4 : 0);
    for (unsigned i = 148; i < 244; i += 12)
        if (i != 208 && i != 148 && i != 172)
            check_register(m, at + i, 0, 0);                            /* no fixed hardware */
    assert_int_equal(le(m, at + 46, 2), reduced ? 0 : PC_SCI_GSI);
    uint64_t boot = le(m, at + 109, 2);
    assert_int_equal(boot, 0x24 | (m->p.uart.present ? 1 : 0));         /* no VGA, no CMOS RTC, no 8042 (bit 1), MSI allowed (bit 3) */
    assert_memory_equal(m->bytes + (at - m->at) + 268, "Bedplate", 8);
}

struct seen { unsigned cpus, nmi, x2nmi, ioapics; };

static void check_entry(const struct image *m, uint64_t at, struct seen *s)
{
    switch (le(m, at, 1)) {
    case 0:
        assert_int_equal(le(m, at + 1, 1), 8);
        assert_int_equal(le(m, at + 2, 1), s->cpus);
        assert_int_equal(le(m, at + 3, 1), platform_apic_id(s->cpus));
        assert_true(platform_apic_id(s->cpus) < 255);
        assert_int_equal(le(m, at + 4, 4), s->cpus < m->p.vcpus ? 1 : 2);       /* enabled, or able to come */
        s->cpus++;
        return;
    case 9:
        assert_int_equal(le(m, at + 1, 1), 16);
        assert_int_equal(le(m, at + 4, 4), platform_apic_id(s->cpus));
        assert_int_equal(le(m, at + 12, 4), s->cpus);
        assert_true(platform_apic_id(s->cpus) >= 255);
        assert_int_equal(le(m, at + 8, 4), s->cpus < m->p.vcpus ? 1 : 2);
        s->cpus++;
        return;
    case 4:
        assert_int_equal(le(m, at + 2, 1), 0xff);
        assert_int_equal(le(m, at + 5, 1), 1);
        s->nmi++;
        return;
    case 10:
        assert_int_equal(le(m, at + 4, 4), 0xffffffff);
        assert_int_equal(le(m, at + 8, 1), 1);
        s->x2nmi++;
        return;
    case 1:
        assert_int_equal(le(m, at + 2, 1), PC_IOAPIC_ID);
        assert_int_equal(le(m, at + 4, 4), PC_IOAPIC_BASE);
        assert_int_equal(le(m, at + 8, 4), 0);
        s->ioapics++;
        return;
    default:
        fail_msg("an entry of type %u names what no guest has", (unsigned)le(m, at, 1));
    }
}

static void check_madt(const struct image *m)
{
    uint64_t at, i;
    struct seen s = { 0 };
    if (!m->p.lapic) {
        assert_false(find(m, "APIC", &at));
        return;
    }
    assert_true(find(m, "APIC", &at));
    uint64_t n = check_table(m, at, "APIC");
    assert_int_equal(le(m, at + 36, 4), PC_LAPIC_BASE);
    assert_int_equal(le(m, at + 40, 4), 0);                             /* no PCAT_COMPAT */
    for (i = 44; i < n; i += le(m, at + i + 1, 1))
        check_entry(m, at + i, &s);
    assert_int_equal(i, n);
    assert_int_equal(s.cpus, platform_vcpus_told(&m->p));
    assert_int_equal(s.nmi, 1);
    assert_int_equal(s.x2nmi, platform_vcpus_told(&m->p) > 255);
    assert_int_equal(s.ioapics, m->p.ioapic);
}

static unsigned occurrences(const struct image *m, uint64_t at, uint64_t n, const void *what, size_t length)
{
    unsigned found = 0;
    for (uint64_t i = 0; i + length <= n; i++)
        found += !memcmp(m->bytes + (at - m->at) + i, what, length);
    return found;
}

/* The structure of the AML is iasl's and acpiexec's to judge (tests/acpi.sh); here: what it names. */
static void check_dsdt(const struct image *m)
{
    static const uint8_t com1[] = { 0x47, 1, PC_COM1_PORT & 0xff, PC_COM1_PORT >> 8, PC_COM1_PORT & 0xff, PC_COM1_PORT >> 8, 1, 8 };
    static const uint8_t line[] = { 0x89, 6, 0, 3, 1, PC_COM1_GSI, 0, 0, 0 };
    static const uint8_t s5[] = { 0x08, '_', 'S', '5', '_', 0x12, 7, 4, 0x0a, PC_S5_TYPE, 0, 0, 0 };
    uint64_t fadt;
    assert_true(find(m, "FACP", &fadt));
    uint64_t at = le(m, fadt + 140, 8), n = check_table(m, at, "DSDT");
    assert_int_equal(le(m, at + 8, 1), 2);
    assert_int_equal(occurrences(m, at, n, s5, sizeof(s5)), 1);
    assert_int_equal(occurrences(m, at, n, "ACPI0007", 9), platform_vcpus_told(&m->p));
    for (unsigned i = 0; i < platform_vcpus_told(&m->p); i++) {
        char name[16];          /* the device's name with the first object in it */
        snprintf(name, sizeof(name), "C%03X%c_HID", i & 0xfff, 8);
        assert_int_equal(occurrences(m, at, n, name, 9), 1);
    }
    assert_int_equal(occurrences(m, at, n, com1, sizeof(com1)), m->p.uart.present);
    assert_int_equal(occurrences(m, at, n, line, sizeof(line)), m->p.uart.present && m->p.ioapic);
}

static void check_platform(struct platform p, uint64_t at)
{
    struct image m = build(p, at), again = build(p, at);
    assert_int_equal(m.used, again.used);
    assert_memory_equal(m.bytes, again.bytes, m.used);
    check_roots(&m);
    check_fadt(&m);
    check_madt(&m);
    check_dsdt(&m);
    assert_true(m.used <= PC_ACPI_MAX);
    free(m.bytes);
    free(again.bytes);
}

static struct platform platform(unsigned vcpus, unsigned bits)
{
    struct platform p = { .vcpus = vcpus, .acpi = true, .xen = bits & 1, .lapic = bits & 2, .ioapic = (bits & 6) == 6, .cmdline = "" };
    if (bits & 8)
        p.uart = (struct platform_uart){ true, PC_COM1_PORT, PC_COM1_GSI };
    return p;
}

static void every_configuration_names_what_answers(void **state)
{
    static const unsigned vcpus[] = { 1, 2, 4, 128, 254, 255, 256, 512 };
    (void)state;
    for (unsigned i = 0; i < sizeof(vcpus) / sizeof(vcpus[0]); i++)
        for (unsigned bits = 0; bits < 16; bits++)
            check_platform(platform(vcpus[i], bits), PC_ACPI_BASE);
}

/* Everything that a PC can have, and as many of it as there may be: room enough, and all of it told. */
static struct platform everything(void)
{
    struct platform p = platform(256, 14);
    p.vcpus_max = PLATFORM_VCPUS_MAX;
    p.ram[0] = (struct platform_ram){ gpa(0), PC_RAM_HOLE };
    p.ram[1] = (struct platform_ram){ gpa(PC_RAM_ABOVE), GIB(4) };
    p.memory = p.ram[0].size + p.ram[1].size;
    p.ged = (struct platform_ged){ true, PC_GED_PORT, PC_GED_GSI };
    p.pcie = (struct platform_pcie){ true, gpa(0xe0000000), 0xff, { 0x1000, 0xf000 }, { 0xf0000000, 0x0c000000 }, { GIB(512), GIB(64) } };
    p.tpm = (struct platform_tpm){ true, gpa(0xfed40000) };
    p.viommu = (struct platform_viommu){ true, 2, 0 };
    p.nodes = PLATFORM_NODES_MAX;
    for (unsigned i = 0; i < p.nodes; i++)
        p.node[i].size = p.memory / p.nodes;
    for (unsigned i = 0; i < PLATFORM_VCPUS_MAX; i++)
        p.vcpu_node[i] = (uint8_t)(i % p.nodes);
    static char path[PLATFORM_PATH_MAX + 1] = "\\_SB";
    while (strlen(path) + 5 <= PLATFORM_PATH_MAX)
        strcat(path, ".ABCD");
    for (p.hiddens = 0; p.hiddens < PLATFORM_HIDDEN_MAX; p.hiddens++)
        p.hidden[p.hiddens] = path;
    return p;
}

static void everything_at_once_fits(void **state)
{
    (void)state;
    struct platform p = everything();
    check_platform(p, PC_ACPI_BASE);
    p.xen = true;
    check_platform(p, PC_ACPI_BASE);
    p.vcpus = PLATFORM_VCPUS_MAX;
    check_platform(p, PC_ACPI_BASE);
}

static void tables_move_with_their_address(void **state)
{
    (void)state;
    check_platform(platform(4, 15), 0x1000);
    check_platform(platform(4, 15), GIB(4) - 0x1000);
}

/* Too small by any number of bytes is refused; AddressSanitizer sees a write past the end. */
static void too_small_a_buffer_is_refused(void **state)
{
    static const unsigned vcpus[] = { 1, 60, 256 };
    (void)state;
    for (unsigned i = 0; i < sizeof(vcpus) / sizeof(vcpus[0]); i++) {
        struct platform p = platform(vcpus[i], 15);
        struct image m = build(p, PC_ACPI_BASE);
        for (uint64_t size = 0; size < m.used; size += 1 + size / 64) {
            uint8_t *to = malloc(size ? size : 1);
            uint64_t used;
            gpa_t rsdp;
            assert_false(acpi_build(&p, gpa(PC_ACPI_BASE), to, size, &used, &rsdp));
            free(to);
        }
        uint8_t *to = malloc(m.used);
        uint64_t used;
        gpa_t rsdp;
        assert_false(acpi_build(&p, gpa(PC_ACPI_BASE), to, m.used - 1, &used, &rsdp));
        assert_true(acpi_build(&p, gpa(PC_ACPI_BASE), to, m.used, &used, &rsdp));
        assert_int_equal(used, m.used);
        free(to);
        free(m.bytes);
    }
}

static void tables_above_4_gib_are_refused(void **state)
{
    static uint8_t to[0x2000];
    struct platform p = platform(200, 15);      /* more than a page */
    uint64_t used;
    gpa_t rsdp;
    (void)state;
    assert_false(acpi_build(&p, gpa(GIB(4)), to, sizeof(to), &used, &rsdp));
    assert_false(acpi_build(&p, gpa(GIB(4) - 0x1000), to, sizeof(to), &used, &rsdp));
    assert_false(acpi_build(&p, gpa(UINT64_MAX - 0xfff), to, sizeof(to), &used, &rsdp));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_configuration_names_what_answers),
        cmocka_unit_test(everything_at_once_fits),
        cmocka_unit_test(tables_move_with_their_address),
        cmocka_unit_test(too_small_a_buffer_is_refused),
        cmocka_unit_test(tables_above_4_gib_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
