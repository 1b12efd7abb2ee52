/*
 * The Arm board's map is Xen's, its tables say what the specification has at each offset, and the walk over tables
 * (tests/golden/acpi_walk.h) finds what a table names wrongly, too much or not at all.
 */
#include "acpi/acpi.h"
#include "acpi/arm.h"
#include "tests/golden/acpi_walk.h"
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#define XEN_HEADER "/usr/include/xen/arch-arm.h"

/* ---- the map ------------------------------------------------------------------------------ */

static char *read_text(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = calloc(1, MIB(1));
    if (!f)
        fail_msg("%s is not there: install libxen-dev", path);
    assert_non_null(text);
    assert_true(fread(text, 1, MIB(1) - 1, f) > 0);
    fclose(f);
    return text;
}

/* The number behind "#define name", bare or in xen_mk_ullong(). */
static uint64_t defined(const char *text, const char *name)
{
    char line[80];
    snprintf(line, sizeof(line), "#define %s ", name);
    const char *at = strstr(text, line);
    if (!at)
        fail_msg("%s has no %s", XEN_HEADER, name);
    at += strlen(line);
    at += strspn(at, " ");
    if (!strncmp(at, "xen_mk_ullong(", 14))
        at += 14;
    return strtoull(at, NULL, 0);
}

static void the_map_is_xens(void **state)
{
    static const struct { const char *name; uint64_t ours; } row[] = {
        { "GUEST_GICD_BASE", VIRT_GICD_BASE }, { "GUEST_GICV3_GICD_BASE", VIRT_GICD_BASE }, { "GUEST_GICC_BASE", VIRT_GICC_BASE },
        { "GUEST_GICV3_GICR0_BASE", VIRT_GICR_BASE }, { "GUEST_VPCI_ECAM_BASE", VIRT_ECAM_BASE },
        { "GUEST_VPCI_ECAM_SIZE", VIRT_ECAM_SIZE }, { "GUEST_ACPI_BASE", VIRT_ACPI_BASE }, { "GUEST_ACPI_SIZE", VIRT_ACPI_MAX },
        { "GUEST_PL011_BASE", VIRT_PL011_BASE }, { "GUEST_PL011_SIZE", VIRT_PL011_SIZE }, { "GUEST_VPCI_MEM_ADDR", VIRT_PCI_MEM_BASE },
        { "GUEST_VPCI_MEM_SIZE", VIRT_PCI_MEM_SIZE }, { "GUEST_GNTTAB_BASE", VIRT_GRANT_BASE }, { "GUEST_GNTTAB_SIZE", VIRT_GRANT_SIZE },
        { "GUEST_RAM0_BASE", VIRT_RAM0_BASE }, { "GUEST_RAM0_SIZE", VIRT_RAM0_SIZE }, { "GUEST_RAM1_BASE", VIRT_RAM1_BASE },
        { "GUEST_RAM1_SIZE", VIRT_RAM1_SIZE }, { "GUEST_VPCI_PREFETCH_MEM_ADDR", VIRT_PCI_MEM64_BASE },
        { "GUEST_VPCI_PREFETCH_MEM_SIZE", VIRT_PCI_MEM64_SIZE }, { "GUEST_TIMER_VIRT_PPI", VIRT_TIMER_VIRT_GSI },
        { "GUEST_TIMER_PHYS_S_PPI", VIRT_TIMER_SEC_GSI }, { "GUEST_TIMER_PHYS_NS_PPI", VIRT_TIMER_EL1_GSI },
        { "GUEST_EVTCHN_PPI", VIRT_EVTCHN_GSI }, { "GUEST_VPL011_SPI", VIRT_PL011_GSI },
    };
    (void)state;
    char *text = read_text(XEN_HEADER);
    for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        if (defined(text, row[i].name) != row[i].ours)
            fail_msg("%s is 0x%llx in Xen's header", row[i].name, (unsigned long long)defined(text, row[i].name));
    /* Xen's redistributors are 128 in 16 MiB: the same size each. */
    assert_int_equal(defined(text, "GUEST_GICV3_GICR0_SIZE"), 128 * VIRT_GICR_SIZE);
    free(text);
}

static void nothing_of_ours_meets_xens(void **state)
{
    (void)state;
    assert_true(VIRT_GICR_BASE + PLATFORM_VCPUS_MAX * VIRT_GICR_SIZE <= VIRT_ITS_BASE);
    assert_true(VIRT_ITS_BASE + 2 * KIB(64) <= VIRT_TPM_BASE);
    assert_true(VIRT_TPM_BASE + PAGE_SIZE <= VIRT_ECAM_BASE);
    assert_int_equal(VIRT_ITS_BASE % KIB(64), 0);
}

static void mpidr_has_16_to_a_cluster(void **state)
{
    (void)state;
    assert_int_equal(platform_mpidr(0), 0);
    assert_int_equal(platform_mpidr(15), 15);
    assert_int_equal(platform_mpidr(16), 0x100);
    assert_int_equal(platform_mpidr(511), 0x1f0f);
}

/* ---- tables, one by one ------------------------------------------------------------------- */

static struct platform arm(unsigned vcpus, unsigned gic)
{
    struct platform p = { .board = BOARD_VIRT, .vcpus = vcpus, .memory = MIB(256), .acpi = true, .cmdline = "" };
    p.ram[0] = (struct platform_ram){ gpa(VIRT_RAM0_BASE), p.memory };
    p.arm.gic_version = gic;
    return p;
}

static uint8_t bytes[65536];
static struct span told(uint64_t (*tell)(struct table_out *o, const struct platform *p), struct platform p)
{
    struct table_out o = { bytes, sizeof(bytes), 0, false };
    uint64_t at = tell(&o, &p);
    assert_int_equal(at, 0);
    assert_false(o.full);
    uint8_t sum = 0;
    for (uint64_t i = 0; i < o.used; i++)
        sum = (uint8_t)(sum + bytes[i]);
    assert_int_equal(sum, 0);
    return span_of(bytes, o.used);
}

static uint64_t at(struct span t, uint64_t offset, unsigned n)
{
    struct span s = span_slice(t, offset, n);
    uint64_t v = span_le(&s, n);
    assert_false(s.broken);
    return v;
}

static void madt_of_gicv2_has_cpu_interfaces(void **state)
{
    (void)state;
    struct span t = told(acpi_arm_madt, arm(8, 2));
    assert_int_equal(t.left, 44 + 8 * 80 + 24);
    assert_int_equal(at(t, 44 + 7 * 80 + 32, 8), VIRT_GICC_BASE);
    assert_int_equal(at(t, 44 + 7 * 80 + 68, 8), 7);
    assert_int_equal(at(t, 44 + 8 * 80 + 20, 1), 2);
}

static void madt_of_gicv3_has_redistributors_and_its(void **state)
{
    (void)state;
    struct platform p = arm(17, 3);
    struct span t = told(acpi_arm_madt, p);
    uint64_t gicd = 44 + 17 * 80, gicr = gicd + 24;
    assert_int_equal(t.left, gicr + 16);
    assert_int_equal(at(t, 44 + 16 * 80 + 8, 4), 16);          /* UID */
    assert_int_equal(at(t, 44 + 16 * 80 + 12, 4), 1);          /* enabled */
    assert_int_equal(at(t, 44 + 16 * 80 + 32, 8), 0);
    assert_int_equal(at(t, 44 + 16 * 80 + 68, 8), 0x100);
    assert_int_equal(at(t, gicd + 8, 8), VIRT_GICD_BASE);
    assert_int_equal(at(t, gicd + 20, 1), 3);
    assert_int_equal(at(t, gicr + 4, 8), VIRT_GICR_BASE);
    assert_int_equal(at(t, gicr + 12, 4), 17 * 0x20000);
    p.arm.its = true;
    t = told(acpi_arm_madt, p);
    assert_int_equal(t.left, gicr + 16 + 20);
    assert_int_equal(at(t, gicr + 16 + 8, 8), VIRT_ITS_BASE);
}

static void gtdt_timers_are_level_low_and_always_on(void **state)
{
    (void)state;
    struct span t = told(acpi_arm_gtdt, arm(1, 3));
    assert_int_equal(t.left, 104);
    assert_int_equal(at(t, 8, 1), 3);
    assert_int_equal(at(t, 36, 8), UINT64_MAX);
    assert_int_equal(at(t, 48, 8), 29 | 2ull << 32);
    assert_int_equal(at(t, 56, 8), 30 | 6ull << 32);
    assert_int_equal(at(t, 64, 8), 27 | 6ull << 32);
    assert_int_equal(at(t, 72, 8), 26 | 2ull << 32);           /* Linux wants a number */
    assert_int_equal(at(t, 80, 8), UINT64_MAX);
    assert_int_equal(at(t, 88, 8), 0);
}

static void pptt_is_a_package_of_cores(void **state)
{
    (void)state;
    struct platform p = arm(2, 3);
    struct span t = told(acpi_arm_pptt, p);
    assert_int_equal(t.left, 36 + 20 + 2 * 76);
    assert_int_equal(at(t, 36, 8), 0x1400 | 0x11ull << 32);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t core = 56 + 76 * i;
        assert_int_equal(at(t, core, 8), 0x1c00 | 0xaull << 32);
        assert_int_equal(at(t, core + 8, 8), 36 | (uint64_t)i << 32);
        assert_int_equal(at(t, core + 20, 4), core + 28);
        assert_int_equal(at(t, core + 28, 8), 0x1801 | 0x10ull << 32);
        assert_int_equal(at(t, core + 52 + 21, 1), 4);         /* the second: of instructions */
    }
    p.nodes = 2;
    p.vcpu_node[1] = 1;
    t = told(acpi_arm_pptt, p);
    assert_int_equal(at(t, 36 + 40 + 76 + 8, 8), 56 | 1ull << 32);
}

static uint64_t fadt(struct table_out *o, const struct platform *p) { return acpi_arm_fadt(o, p, 0x20000040); }
static void fadt_is_reduced_and_starts_by_psci(void **state)
{
    (void)state;
    struct span t = told(fadt, arm(1, 3));
    assert_int_equal(t.left, 276);
    assert_int_equal(at(t, 8, 1), 6);
    assert_int_equal(at(t, 40, 4), 0x20000040);
    assert_int_equal(at(t, 140, 8), 0x20000040);
    assert_int_equal(at(t, 112, 4) & 1 << 20, 1 << 20);        /* HW_REDUCED_ACPI */
    assert_int_equal(at(t, 112, 4) & 1 << 10, 0);              /* no RESET_REG_SUP */
    assert_int_equal(at(t, 109, 2), 0);                        /* IA-PC boot flags: another architecture's */
    assert_int_equal(at(t, 129, 2), 3);                        /* PSCI, by HVC */
    assert_int_equal(at(t, 131, 1), 4);
}

static void uart_is_an_sbsa_uart(void **state)
{
    (void)state;
    struct span t = told(acpi_arm_spcr, arm(1, 3));
    assert_int_equal(t.left, 80);
    assert_int_equal(at(t, 36, 1), 0x0e);
    assert_int_equal(at(t, 40, 4), 0x03002000);                /* memory, 32 bits wide, by 32 bits */
    assert_int_equal(at(t, 44, 8), VIRT_PL011_BASE);
    assert_int_equal(at(t, 52, 1), 8);                         /* interrupt by GIC */
    assert_int_equal(at(t, 54, 4), VIRT_PL011_GSI);
    assert_int_equal(at(t, 64, 4), 0xffffffff);
    t = told(acpi_arm_dbg2, arm(1, 3));
    assert_int_equal(at(t, 56, 4), 0x000e8000);                /* serial, SBSA */
    assert_int_equal(at(t, 70, 8), VIRT_PL011_BASE);
    assert_string_equal((const char *)t.at + 82, "\\_SB.COM0");
    assert_int_equal(t.left, 82 + 10);
}

static void xenv_says_where_grants_and_events_are(void **state)
{
    (void)state;
    struct span t = told(acpi_arm_xenv, arm(1, 3));
    assert_int_equal(t.left, 57);
    assert_int_equal(at(t, 36, 8), VIRT_GRANT_BASE);
    assert_int_equal(at(t, 44, 8), VIRT_GRANT_SIZE);
    assert_int_equal(at(t, 52, 4), 31);
    assert_int_equal(at(t, 56, 1), 2);
}

static void iort_leads_every_requester_to_the_its(void **state)
{
    (void)state;
    struct platform p = arm(1, 3);
    p.pcie.bus_last = 15;
    struct span t = told(acpi_arm_iort, p);
    assert_int_equal(t.left, 128);
    assert_int_equal(at(t, 36, 8), 2 | 48ull << 32);
    assert_int_equal(at(t, 48, 4), 0x00001800);                /* ITS group, 24 bytes */
    assert_int_equal(at(t, 72, 4), 0x01003802);                /* root complex, 56 bytes, revision 1 */
    assert_int_equal(at(t, 72 + 36, 8), 0xfffull << 32);       /* ids 0..0xfff ... */
    assert_int_equal(at(t, 72 + 44, 8), 48ull << 32);          /* ... as they are, to the node at 48 */
}

/* ---- the walk ----------------------------------------------------------------------------- */

static uint8_t image[1 << 20];
static struct span build(const struct platform *p, uint64_t where)
{
    uint64_t used = 0;
    gpa_t rsdp;
    assert_true(acpi_build(p, gpa(where), image, sizeof(image), &used, &rsdp));
    return span_of(image, used);
}

/* What the walk says of tables built from `told_of`, where the platform is p; "" when it is content. */
static const char *walked(const struct platform *p, const struct platform *told_of, uint64_t where)
{
    static struct walk w;
    struct span all = build(told_of, where);
    bool content = walk_image(&w, p, all, where);
    assert_int_equal(content, !w.why[0]);
    return w.why;
}

static struct platform full(void)
{
    struct platform p = arm(40, 3);
    p.xen = p.arm.its = p.arm.pl011 = true;
    p.pcie = (struct platform_pcie){ true, gpa(VIRT_ECAM_BASE), 255, { 0, 0 }, { VIRT_PCI_MEM_BASE, VIRT_PCI_MEM_SIZE },
                                     { VIRT_PCI_MEM64_BASE, VIRT_PCI_MEM64_SIZE } };
    p.tpm = (struct platform_tpm){ true, gpa(VIRT_TPM_BASE) };
    p.viommu = (struct platform_viommu){ true, 2, 1 };
    p.nodes = 2;
    p.node[0] = (struct platform_node){ MIB(64), { 10, 21 } };
    p.node[1] = (struct platform_node){ MIB(192), { 22, 10 } };
    for (unsigned i = 20; i < 40; i++)
        p.vcpu_node[i] = 1;
    p.hidden[p.hiddens++] = "\\_SB.COM0";
    return p;
}

static void a_path_is_known_by_its_segments(void **state)
{
    (void)state;
    assert_true(is_path(span_of("\\_SB.COM0", 10), "\\_SB_.COM0"));
    assert_true(is_path(span_of("\\_SB_.COM0", 11), "\\_SB_.COM0"));
    assert_false(is_path(span_of("\\_SB.COM0", 9), "\\_SB_.COM0"));     /* without its NUL */
    assert_false(is_path(span_of("\\_SB.COM1", 10), "\\_SB_.COM0"));
    assert_false(is_path(span_of("\\_SB", 5), "\\_SB_.COM0"));
    assert_false(is_path(span_of("\\_SB.COM0", 10), ""));
}

static void the_walk_is_content(void **state)
{
    (void)state;
    struct platform p = full(), bare = arm(1, 2);
    assert_string_equal(walked(&p, &p, VIRT_ACPI_BASE), "");
    assert_string_equal(walked(&bare, &bare, VIRT_ACPI_BASE), "");
}

/* Each change is one that a table would name wrongly: the walk says which. */
static void the_walk_finds_what_is_wrong(void **state)
{
    (void)state;
    const struct platform good = full();
    struct platform p;
#define WRONG(change, sentence) (p = good, change, assert_string_equal(walked(&p, &good, VIRT_ACPI_BASE), sentence))
    WRONG(p.vcpus = 41, "APIC: names memory 0x3020000 (0x500000), which the platform has not");
    WRONG(p.arm.its = false, "APIC: names memory 0x8000000 (0x0), which the platform has not");
    WRONG(p.arm.pl011 = false, "DSDT: names memory 0x22000000 (0x1000), which the platform has not");
    WRONG(p.xen = false, "XENV: names memory 0x38000000 (0x1000000), which the platform has not");
    WRONG(p.arm.gic_version = 2, "APIC: GICD of version 3");
    WRONG(p.pcie.bus_last = 127, "DSDT: names memory 0x10000000 (0x10000000), which the platform has not");
    WRONG(p.pcie.memory64.base += GIB(1), "DSDT: names memory 0x100000000 (0x100000000), which the platform has not");
    WRONG(p.tpm.base.v += 0x1000, "DSDT: names memory 0xc000000 (0x1000), which the platform has not");
    WRONG(p.viommu.function = 2, "VIOT: a node of type 3 that is not the platform's");
    WRONG(p.vcpu_node[7] = 1, "DSDT: CPU 7 is said to be on node 0");
    WRONG(p.node[1].distance[0] = 23, "SLIT: node 1 is at the wrong distance from 0");
    WRONG(p.node[0].size = MIB(65), "SRAT: node 0 has 0x4000000 bytes");
    WRONG(p.hiddens = 0, "STAO: hides what the platform does not");
#undef WRONG
}

static void the_walk_finds_what_is_missing(void **state)
{
    (void)state;
    const struct platform good = full(), bare = arm(1, 3);
    struct platform p;
#define MISSING(change, sentence) (p = bare, change, assert_string_equal(walked(&p, &bare, VIRT_ACPI_BASE), sentence))
    MISSING(p.arm.its = true, "all: no table names the platform's ITS (0x8000000)");
    MISSING(p.arm.pl011 = true, "all: no table names the platform's PL011 (0x22000000)");
    MISSING(p.xen = true, "all: no table names the platform's event channels (0x1f)");
    MISSING(p.tpm = good.tpm, "all: no table names the platform's TPM (0xc000000)");
    MISSING(p.pcie = good.pcie, "all: no table names the platform's buses (0x0)");
#undef MISSING
}

/* Between tables, or in the RSDT, which the walk leaves to test_acpi.c. */
static bool is_gap(struct span all, uint64_t i)
{
    for (uint64_t t = 48; t + 36 <= all.left; t = (t + at(all, t + 4, 4) + 15) & ~15ull)
        if (i >= t && i < t + at(all, t + 4, 4))
            return !memcmp(all.at + t, "RSDT", 4);
    return true;
}

/* Whatever byte is damaged, the walk ends and reads nothing that is not there; what a table says is damaged is found by its sum. */
static void the_walk_survives_damage(void **state)
{
    (void)state;
    static struct walk w;
    struct platform p = full();
    struct span all = build(&p, VIRT_ACPI_BASE);
    for (size_t i = 48; i < all.left; i++) {
        uint8_t *exact = malloc(all.left);              /* so that reads past the end are seen */
        memcpy(exact, image, all.left);
        exact[i] ^= 0x5a;
        bool content = walk_image(&w, &p, span_of(exact, all.left), VIRT_ACPI_BASE);
        assert_true(!content || is_gap(all, i));
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_is_xens),
        cmocka_unit_test(nothing_of_ours_meets_xens),
        cmocka_unit_test(mpidr_has_16_to_a_cluster),
        cmocka_unit_test(madt_of_gicv2_has_cpu_interfaces),
        cmocka_unit_test(madt_of_gicv3_has_redistributors_and_its),
        cmocka_unit_test(gtdt_timers_are_level_low_and_always_on), cmocka_unit_test(pptt_is_a_package_of_cores),
        cmocka_unit_test(fadt_is_reduced_and_starts_by_psci),
        cmocka_unit_test(uart_is_an_sbsa_uart),
        cmocka_unit_test(xenv_says_where_grants_and_events_are),
        cmocka_unit_test(iort_leads_every_requester_to_the_its),
        cmocka_unit_test(a_path_is_known_by_its_segments),
        cmocka_unit_test(the_walk_is_content),
        cmocka_unit_test(the_walk_finds_what_is_wrong),
        cmocka_unit_test(the_walk_finds_what_is_missing),
        cmocka_unit_test(the_walk_survives_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
