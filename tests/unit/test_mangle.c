/*
 * The hardware domain's tables over a machine made here: what is kept stands where it stood, what is told anew is right byte by byte,
 * what is hidden is named, and a set that cannot do is refused with a sentence.
 */
#include "acpi/aml_code.h"
#include "acpi/aml_resource.h"
#include "acpi/firmware/mangle.h"
#include "platform/pc_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { BYTES = 0x8000, NODES = 4096, AT = 0xfc000000 };

/* A machine: its tables one behind the other, from `base` on if placed. */
struct machine {
    uint8_t bytes[BYTES];
    struct table_out out;
    struct acpi_set set;
    bool placed;
    uint64_t base, start;
    struct aml_node node[NODES];
    struct aml_namespace ns;
    struct mangle m;
    struct mangle_options o;
    uint8_t *image;
    struct error e;
};

static struct machine *new_machine(bool placed)
{
    struct machine *x = calloc(1, sizeof(*x));
    assert_non_null(x);
    x->out = (struct table_out){ x->bytes, BYTES, 0, false };
    x->placed = placed;
    x->base = 0x7f000000;
    x->o = (struct mangle_options){ .vcpus = 2, .xen = true };
    return x;
}

static void free_machine(struct machine *x)
{
    free(x->image);
    free(x);
}

static void begin(struct machine *x, const char *signature) { x->start = table_begin(&x->out, signature, 2); }

static void add(struct machine *x)
{
    assert_true(acpi_set_add(&x->set, span_of(x->bytes + x->start, x->out.used - x->start), x->base + x->start, x->placed, &x->e));
}

static void end(struct machine *x)
{
    table_end(&x->out, x->start);
    add(x);
}

/* A table of n bytes of content. */
static void some(struct machine *x, const char *signature, unsigned n)
{
    begin(x, signature);
    for (unsigned i = 0; i < n; i++)
        table_le(&x->out, i, 1);
    end(x);
}

static void fadt(struct machine *x)
{
    begin(x, "FACP");
    table_zero(&x->out, 64 - 36);
    table_le(&x->out, 0x404, 4);
    table_zero(&x->out, 276 - 68);
    end(x);
}

static void facs(struct machine *x)
{
    table_align(&x->out, 64);
    x->start = x->out.used;
    table_bytes(&x->out, "FACS", 4);
    table_le(&x->out, 64, 4);
    table_zero(&x->out, 56);
    add(x);
}

static void lapic(struct machine *x, uint8_t uid, uint8_t id, bool on)
{
    table_le(&x->out, 0x0800u, 2);
    table_le(&x->out, uid, 1);
    table_le(&x->out, id, 1);
    table_le(&x->out, on, 4);
}

static void x2apic(struct machine *x, uint32_t uid, uint32_t id)
{
    table_le(&x->out, 0x1009u, 4);
    table_le(&x->out, id, 4);
    table_le(&x->out, 1, 4);
    table_le(&x->out, uid, 4);
}

static const uint8_t ioapic[12] = { 1, 12, 8, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0 };
static const uint8_t override[10] = { 2, 10, 0, 9, 9, 0, 0, 0, 0xd, 0 };

static void madt_begin(struct machine *x)
{
    begin(x, "APIC");
    table_le(&x->out, 0xfee00000, 4);
    table_le(&x->out, 1, 4);
}

/* UIDs 1, 2, 3 with 2 disabled, an IOAPIC, an NMI source, an override, NMIs. */
static void madt(struct machine *x)
{
    madt_begin(x);
    lapic(x, 1, 0, true);
    lapic(x, 2, 2, false);
    lapic(x, 3, 4, true);
    table_bytes(&x->out, ioapic, sizeof(ioapic));
    table_bytes(&x->out, "\3\10\0\0\27\0\0\0", 8);
    table_bytes(&x->out, override, sizeof(override));
    for (uint8_t uid = 1; uid <= 3; uid++) {
        table_le(&x->out, 0x0604u | (unsigned)uid << 16, 4);
        table_le(&x->out, 0x0100, 2);
    }
    end(x);
}

static void device(struct machine *x, const char *name, const char *hid, uint64_t uid)
{
    uint64_t d = aml_device(&x->out, name);
    aml_hid(&x->out, hid);
    aml_name_integer(&x->out, "_UID", uid);
    aml_close(&x->out, d);
}

static void crs(struct machine *x, uint16_t port)
{
    uint64_t t = aml_template(&x->out);
    aml_io(&x->out, port, 8);
    aml_interrupt(&x->out, 4);
    aml_template_close(&x->out, t);
}

/* \_S5, three processors, a host bridge with an IOMMU, HPET, UARTs at 3f8 (a name) and 2f8 (a method). */
static void dsdt(struct machine *x)
{
    struct table_out *o = &x->out;
    begin(x, "DSDT");
    aml_name(o, "\\_S5");
    uint64_t p = aml_package(o, 4);
    for (unsigned i = 0; i < 4; i++)
        aml_integer(o, i < 2 ? 7 - i : 0);
    aml_close(o, p);
    uint64_t sb = aml_scope(o, "\\_SB");
    device(x, "C000", "ACPI0007", 0);
    device(x, "C001", "ACPI0007", 1);
    device(x, "C003", "ACPI0007", 3);
    uint64_t pci = aml_device(o, "PCI0");
    aml_hid(o, "PNP0A08");
    uint64_t iommu = aml_device(o, "IOMM");
    aml_name_integer(o, "_ADR", 0x00000002);
    aml_close(o, iommu);
    device(x, "HPET", "PNP0103", 0);
    device(x, "KBD0", "PNP0303", 0);
    uint64_t com = aml_device(o, "COM1");
    aml_hid(o, "PNP0501");
    aml_name(o, "_CRS");
    crs(x, 0x3f8);
    aml_close(o, com);
    com = aml_device(o, "COM2");
    aml_hid(o, "PNP0501");
    uint64_t method = aml_method(o, "_CRS", 0, false);
    aml_op(o, AML_RETURN);
    crs(x, 0x2f8);
    aml_close(o, method);
    aml_close(o, com);
    aml_close(o, pci);
    aml_close(o, sb);
    end(x);
}

/* All that a set must have, and nothing else. */
static void usual(struct machine *x)
{
    fadt(x);
    dsdt(x);
    facs(x);
    madt(x);
}

static bool plan(struct machine *x)
{
    aml_namespace_init(&x->ns, x->node, NODES);
    return mangle_plan(&x->m, &x->set, &x->o, &x->ns, &x->e);
}

static void make(struct machine *x)
{
    if (!plan(x))
        fail_msg("%s", x->e.text);
    free(x->image);
    x->image = malloc(x->m.size);       /* exactly: one byte more is the sanitizer's */
    assert_non_null(x->image);
    if (!mangle_write(&x->m, gpa(AT), x->image, x->m.size, &x->e))
        fail_msg("%s", x->e.text);
}

static void refused(struct machine *x, const char *words)
{
    x->e.text[0] = '\0';
    assert_false(plan(x));
    if (!strstr(x->e.text, words))
        fail_msg("\"%s\" does not say \"%s\"", x->e.text, words);
}

static const struct mangle_decision *decision(const struct machine *x, const char *signature, unsigned nth)
{
    for (unsigned i = 0; i < x->m.decisions; i++)
        if (memcmp(x->m.decision[i].signature, signature, 4) == 0 && nth-- == 0)
            return &x->m.decision[i];
    fail_msg("no decision on %s", signature);
    return NULL;
}

static uint8_t action(const struct machine *x, const char *signature) { return decision(x, signature, 0)->action; }

static const uint8_t *made(const struct machine *x, const char *signature)
{
    const struct mangle_decision *d = decision(x, signature, 0);
    assert_true(d->laid);
    assert_true(d->offset + d->length <= x->m.size);
    return x->image + d->offset;
}

static uint64_t le(const uint8_t *at, unsigned n)
{
    struct span s = span_of(at, n);
    return span_le(&s, n);
}

static uint8_t sum(const uint8_t *at, uint64_t n)
{
    uint8_t s = 0;
    while (n-- > 0)
        s = (uint8_t)(s + *at++);
    return s;
}

/* A root table lists this address, once. */
static unsigned listed(const struct machine *x, const char *root, unsigned size, uint64_t address)
{
    const uint8_t *t = made(x, root);
    unsigned n = 0;
    for (uint64_t at = 36; at < le(t + 4, 4); at += size)
        n += le(t + at, size) == address;
    return n;
}

static const char *why_hidden(const struct machine *x, const char *path)
{
    char text[AML_PATH_MAX];
    for (unsigned i = 0; i < x->m.hiddens; i++) {
        const struct mangle_hidden *h = &x->m.hidden[i];
        if (h->node != AML_NONE)
            assert_true(aml_path(&x->ns, h->node, text, sizeof(text)));
        if (strcmp(h->node == AML_NONE ? h->path : text, path) == 0)
            return h->why;
    }
    return NULL;
}

/* The nth entry of the new MADT. */
static const uint8_t *entry(const struct machine *x, unsigned nth)
{
    const uint8_t *t = made(x, "APIC"), *at = t + 44;
    while (nth-- > 0)
        at += at[1];
    assert_true(at < t + le(t + 4, 4));
    return at;
}

static void test_policy_is_complete(void **state)
{
    static const char signatures[] =    /* ACPI 6.5, tables 5.5 and 5.6; then what real machines have besides */
        "APIC BERT BGRT CCEL CPEP DSDT ECDT EINJ ERST FACP FACS FPDT GTDT HEST MISC MSCT MPST NFIT OEM0 OEMZ PCCT PHAT PMTT PPTT PSDT "
        "RAS2 RASF RGRT RHCT RSDT SBST SDEV SLIT SRAT SSDT SVKL XSDT "
        "AEST AGDI APMT ASF! ASPT BDAT BOOT CEDT CSRT DBGP DBG2 DMAR DRTM DTPR ETDT HPET HMAT IBFT IERS IORT IVRS KEYP LPIT MCFG MCHI "
        "MHSP MPAM MSDM NBFT NHLT PDTT PRMT SDEI SLIC SPCR SPMI STAO SWFT TCPA TPM2 UEFI VIOT WAET WDAT WDDT WDRT WPBT WSMT XENV "
        "SBTT CDIT CRAT FFFF FIDT PC__ VFCT WD__ ";
    (void)state;
    for (const char *s = signatures; *s; s += 5)
        if (!acpi_policy_find((const uint8_t *)s))
            fail_msg("no row for %.4s", s);
    assert_null(acpi_policy_find((const uint8_t *)"ZZZZ"));
    assert_null(acpi_policy_find((const uint8_t *)"OEN1"));
    const struct acpi_policy *row, *last = NULL;
    for (unsigned i = 0; (row = acpi_policy_row(i)) != NULL; last = row, i++) {
        size_t n = strlen(row->reason);
        assert_true(!last || strcmp(last->signature, row->signature) < 0);
        assert_ptr_equal(acpi_policy_find((const uint8_t *)row->signature), row);
        assert_true(n > 5 && row->reason[n - 1] != '.' && row->action <= ACPI_DROP);
    }
}

static void test_placed_tables_stay(void **state)
{
    struct machine *x = new_machine(true);
    uint8_t before[BYTES];
    (void)state;
    usual(x);
    some(x, "SSDT", 0);
    some(x, "HPET", 20);
    some(x, "MCFG", 24);
    memcpy(before, x->bytes, BYTES);
    make(x);
    assert_memory_equal(before, x->bytes, BYTES);
    assert_int_equal(action(x, "DSDT"), ACPI_KEEP);
    assert_int_equal(action(x, "FACP"), ACPI_KEEP);
    assert_int_equal(action(x, "HPET"), ACPI_DROP);
    static const char *const kept[] = { "FACP", "SSDT", "MCFG" };
    for (unsigned i = 0; i < 3; i++) {
        const struct mangle_decision *d = decision(x, kept[i], 0);
        assert_false(d->laid);
        assert_int_equal(listed(x, "XSDT", 8, d->table->at), 1);
        assert_int_equal(listed(x, "RSDT", 4, d->table->at), 1);
    }
    assert_int_equal(listed(x, "XSDT", 8, decision(x, "HPET", 0)->table->at), 0);
    assert_int_equal(listed(x, "XSDT", 8, decision(x, "DSDT", 0)->table->at), 0);
    assert_int_equal(listed(x, "XSDT", 8, AT + decision(x, "APIC", 0)->offset), 1);
    assert_int_equal(listed(x, "XSDT", 8, AT + decision(x, "STAO", 0)->offset), 1);
    assert_int_equal(le(made(x, "XSDT") + 4, 4), 36 + 8 * 5);
    free_machine(x);
}

static void test_roots(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    make(x);
    const uint8_t *r = x->image;
    assert_memory_equal(r, "RSD PTR ", 8);
    assert_int_equal(r[15], 2);
    assert_int_equal(sum(r, 20), 0);
    assert_int_equal(sum(r, 36), 0);
    assert_int_equal(le(r + 16, 4), AT + decision(x, "RSDT", 0)->offset);
    assert_int_equal(le(r + 24, 8), AT + decision(x, "XSDT", 0)->offset);
    static const char *const all[] = { "RSDT", "XSDT", "APIC", "STAO" };
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *t = made(x, all[i]);
        assert_memory_equal(t, all[i], 4);
        assert_int_equal(le(t + 4, 4), decision(x, all[i], 0)->length);
        assert_int_equal(sum(t, le(t + 4, 4)), 0);
        assert_int_equal((t - x->image) % 16, 0);
    }
    free_machine(x);
}

static void test_rsdt_is_for_below_4_gib(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    x->base = 0x100000000;
    some(x, "MCFG", 24);
    make(x);
    uint64_t at = decision(x, "MCFG", 0)->table->at;
    assert_true(at > UINT32_MAX);
    assert_int_equal(listed(x, "XSDT", 8, at), 1);
    assert_int_equal(le(made(x, "XSDT") + 4, 4) - 36, 8 * 4);
    assert_int_equal(le(made(x, "RSDT") + 4, 4) - 36, 4 * 3);
    free_machine(x);
}

static void test_files_are_laid_out(void **state)
{
    struct machine *x = new_machine(false);
    (void)state;
    usual(x);
    some(x, "SSDT", 3);
    make(x);
    const struct mangle_decision *d = decision(x, "DSDT", 0), *f = decision(x, "FACS", 0), *s = decision(x, "SSDT", 0);
    const uint8_t *p = made(x, "FACP"), *old = decision(x, "FACP", 0)->table->bytes.at;
    assert_int_equal(action(x, "FACP"), ACPI_REPLACE);
    assert_int_equal(le(p + 36, 4), AT + f->offset);
    assert_int_equal(le(p + 40, 4), AT + d->offset);
    assert_int_equal(le(p + 140, 8), 0);
    assert_int_equal(sum(p, 276), 0);
    assert_memory_equal(p + 44, old + 44, 276 - 44);
    assert_int_equal(f->offset % 64, 0);
    assert_memory_equal(made(x, "DSDT"), d->table->bytes.at, d->length);
    assert_memory_equal(made(x, "SSDT"), s->table->bytes.at, s->length);
    assert_int_equal(listed(x, "RSDT", 4, AT + s->offset), 1);
    assert_int_equal(listed(x, "RSDT", 4, AT + d->offset), 0);
    free_machine(x);
}

static void test_madt(void **state)
{
    struct machine *x = new_machine(true);
    static const uint8_t want[] = { 0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 1, 0, 0, 0 }, nmi[] = { 4, 6, 0xff, 0, 0, 1 };
    (void)state;
    usual(x);
    make(x);
    const uint8_t *t = made(x, "APIC");
    assert_int_equal(le(t + 36, 4), PC_LAPIC_BASE);
    assert_int_equal(le(t + 40, 4), 0);                 /* PCAT_COMPAT is cleared */
    assert_memory_equal(t + 44, want, sizeof(want));
    assert_memory_equal(entry(x, 2), ioapic, sizeof(ioapic));
    assert_memory_equal(entry(x, 3), override, sizeof(override));
    assert_memory_equal(entry(x, 4), nmi, sizeof(nmi));
    assert_int_equal(le(t + 4, 4), 44 + 16 + 12 + 10 + 6);
    const struct mangle_madt *c = &x->m.madt;
    assert_true(c->processors == 3 && c->enabled == 2 && c->ioapics == 1 && c->overrides == 1 && c->nmis == 3 && c->nmi_sources == 1);
    assert_true(!c->others && c->pcat && !c->damaged);
    x->o.pic = true;
    make(x);
    assert_int_equal(le(made(x, "APIC") + 40, 4), 1);
    x->o.x2apic = true;
    make(x);
    assert_int_equal(entry(x, 0)[0], 9);
    assert_int_equal(entry(x, 4)[0], 10);
    free_machine(x);
}

static void test_uids(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    x->o.xen = false;
    x->o.vcpus = 4;
    make(x);
    assert_int_equal(entry(x, 0)[2], 1);    /* the firmware's enabled ones */
    assert_int_equal(entry(x, 1)[2], 3);
    assert_int_equal(entry(x, 2)[2], 4);    /* not 0, which a processor of the AML has; not 2, which is a disabled one */
    assert_int_equal(entry(x, 3)[2], 5);
    assert_int_equal(entry(x, 3)[3], platform_apic_id(3));
    assert_null(why_hidden(x, "\\_SB_.C001"));
    assert_null(why_hidden(x, "\\_SB_.C003"));
    assert_non_null(why_hidden(x, "\\_SB_.C000"));
    x->o.xen = true;
    x->o.vcpus = 2;
    make(x);
    assert_int_equal(entry(x, 1)[2], 1);
    assert_null(why_hidden(x, "\\_SB_.C000"));
    assert_null(why_hidden(x, "\\_SB_.C001"));
    assert_non_null(why_hidden(x, "\\_SB_.C003"));
    free_machine(x);
}

static void test_many_vcpus(void **state)
{
    struct machine *x = new_machine(true);
    unsigned shorts = 0, longs = 0, nmis[11] = { 0 };
    (void)state;
    usual(x);
    x->o.vcpus = PLATFORM_VCPUS_MAX;
    make(x);
    const uint8_t *t = made(x, "APIC");
    for (const uint8_t *at = t + 44; at < t + le(t + 4, 4); at += at[1]) {
        shorts += at[0] == 0;
        longs += at[0] == 9;
        if (at[0] == 4 || at[0] == 10)
            nmis[at[0]]++;
    }
    assert_int_equal(shorts, 255);
    assert_int_equal(longs, PLATFORM_VCPUS_MAX - 255);
    assert_int_equal(nmis[4], 1);
    assert_int_equal(nmis[10], 1);
    free_machine(x);
}

static void test_large_uid_makes_all_long(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    fadt(x);
    dsdt(x);
    madt_begin(x);
    lapic(x, 5, 0, true);
    x2apic(x, 5, 0);                    /* the same processor again */
    x2apic(x, 4096, 300);
    end(x);
    x->o.xen = false;
    make(x);
    assert_int_equal(entry(x, 0)[0], 9);
    assert_int_equal(le(entry(x, 0) + 12, 4), 5);
    assert_int_equal(le(entry(x, 1) + 12, 4), 4096);
    assert_int_equal(le(entry(x, 1) + 4, 4), platform_apic_id(1));
    assert_int_equal(entry(x, 2)[0], 10);
    free_machine(x);
}

static void test_unknown_and_doubles(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    some(x, "ZZZZ", 4);
    some(x, "A~.B", 4);
    madt(x);
    make(x);
    assert_int_equal(action(x, "ZZZZ"), ACPI_DROP);
    assert_int_equal(action(x, "A~.B"), ACPI_DROP);
    assert_int_equal(decision(x, "APIC", 1)->action, ACPI_DROP);
    x->o.keep_unknown = true;
    make(x);
    assert_int_equal(action(x, "ZZZZ"), ACPI_KEEP);
    assert_int_equal(listed(x, "XSDT", 8, decision(x, "A~.B", 0)->table->at), 1);
    free_machine(x);
}

static void test_damaged(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    some(x, "SSDT", 8);
    begin(x, "SSDT");
    table_le(&x->out, 0xa3a3a3a3, 4);   /* four NoOps */
    table_end(&x->out, x->start);
    x->bytes[x->start + 9]++;
    add(x);
    begin(x, "SSDT");
    table_end(&x->out, x->start);
    table_patch(&x->out, x->start + 4, 4000, 4);
    add(x);
    make(x);
    assert_int_equal(decision(x, "SSDT", 1)->action, ACPI_KEEP);
    assert_string_not_equal(decision(x, "SSDT", 1)->damage, "");
    assert_int_equal(decision(x, "SSDT", 2)->action, ACPI_DROP);
    assert_string_not_equal(decision(x, "SSDT", 2)->damage, "");
    free_machine(x);
}

static void test_damaged_madt(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    fadt(x);
    dsdt(x);
    madt_begin(x);
    lapic(x, 0, 0, true);
    table_bytes(&x->out, ioapic, sizeof(ioapic));
    table_le(&x->out, 2, 2);            /* an override of length 0 */
    table_bytes(&x->out, ioapic, sizeof(ioapic));
    end(x);
    make(x);
    assert_true(x->m.madt.damaged);
    assert_int_equal(x->m.madt.ioapics, 1);
    assert_int_equal(entry(x, 2)[0], 1);
    assert_int_equal(entry(x, 3)[0], 4);
    free_machine(x);
}

static void test_refused(void **state)
{
    struct machine *x = new_machine(true);
    static const char *const nothing[] = { "\\_SB.COM7" }, *const no_id[] = { "PNP9999" };
    (void)state;
    refused(x, "no FADT");
    fadt(x);
    refused(x, "no DSDT");
    dsdt(x);
    refused(x, "no MADT");
    madt(x);
    assert_true(plan(x));
    x->o.vcpus = 0;
    refused(x, "1 to 512 vCPUs, not 0");
    x->o.vcpus = 513;
    refused(x, "not 513");
    x->o.vcpus = 1;
    x->o.hides = 1;
    x->o.hide = nothing;
    refused(x, "\\_SB.COM7: no device of the machine's AML has this path");
    x->o.hide = no_id;
    refused(x, "PNP9999: no device of the machine's AML has this _HID");
    x->o.hides = 0;
    x->o.vcpus = PLATFORM_VCPUS_MAX;    /* more than a page */
    x->e.text[0] = '\0';
    make(x);
    assert_false(mangle_write(&x->m, gpa(0xfffff000), x->image, x->m.size, &x->e));
    assert_non_null(strstr(x->e.text, "above 4 GiB"));
    x->e.text[0] = '\0';
    assert_false(mangle_write(&x->m, gpa(AT), x->image, x->m.size - 1, &x->e));
    assert_non_null(strstr(x->e.text, "bytes"));
    free_machine(x);
}

static void test_hidden(void **state)
{
    struct machine *x = new_machine(true);
    static const char *const asked[] = { "PNP0303", "\\_SB.PCI0.COM2" };
    static const char names[] = "\0\\_SB_.C003\0\\_SB_.PCI0.HPET\0\\_SB_.PCI0.KBD0\0\\_SB_.PCI0.COM2";
    (void)state;
    usual(x);
    x->o.hide = asked;
    x->o.hides = 2;
    make(x);
    const uint8_t *t = made(x, "STAO");
    assert_int_equal(le(t + 4, 4), 36 + sizeof(names));
    assert_memory_equal(t + 36, names, sizeof(names));
    assert_non_null(strstr(why_hidden(x, "\\_SB_.PCI0.HPET"), "HPET"));
    free_machine(x);
}

static void test_uart(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    begin(x, "SPCR");
    table_le(&x->out, 0, 4);
    table_le(&x->out, 0x01000801, 4);
    table_le(&x->out, 0x3f8, 8);
    table_zero(&x->out, 80 - 52);
    end(x);
    make(x);
    assert_int_equal(action(x, "SPCR"), ACPI_KEEP);
    assert_int_equal(made(x, "STAO")[36], 0);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x3f8 };
    make(x);
    assert_int_equal(action(x, "SPCR"), ACPI_DROP);
    assert_int_equal(made(x, "STAO")[36], 1);
    assert_true(x->m.uart_found);
    assert_non_null(strstr(why_hidden(x, "\\_SB_.PCI0.COM1"), "its _CRS has"));
    assert_null(why_hidden(x, "\\_SB_.PCI0.COM2"));
    x->o.uart.at = 0x2f8;
    make(x);
    assert_int_equal(action(x, "SPCR"), ACPI_KEEP);
    assert_non_null(strstr(why_hidden(x, "\\_SB_.PCI0.COM2"), "_CRS method"));
    assert_null(why_hidden(x, "\\_SB_.PCI0.COM1"));
    x->o.uart.at = 0x3e8;
    make(x);
    assert_false(x->m.uart_found);
    assert_int_equal(made(x, "STAO")[36], 1);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_MEMORY, 0x3f8 };
    make(x);
    assert_false(x->m.uart_found);
    free_machine(x);
}

static void test_debug_port(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    begin(x, "DBG2");
    table_le(&x->out, 44, 4);
    table_le(&x->out, 1, 4);
    uint64_t at = x->out.used;
    table_zero(&x->out, 22);
    table_patch(&x->out, at + 1, 22 + 12, 2);
    table_patch(&x->out, at + 3, 1, 1);
    table_patch(&x->out, at + 12, 22, 2);
    table_le(&x->out, 0x01000801, 4);
    table_le(&x->out, 0x2f8, 8);
    end(x);
    x->o.uart = (struct mangle_uart){ MANGLE_UART_PORT, 0x3f8 };
    make(x);
    assert_int_equal(action(x, "DBG2"), ACPI_KEEP);
    x->o.uart.at = 0x2f8;
    make(x);
    assert_int_equal(action(x, "DBG2"), ACPI_DROP);
    free_machine(x);
}

static void test_iommu_and_older_stao(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    begin(x, "IVRS");
    table_zero(&x->out, 12);
    table_le(&x->out, 0x180010, 4);
    table_le(&x->out, 2, 2);            /* 00:00.2 */
    table_zero(&x->out, 0x18 - 6);
    end(x);
    begin(x, "STAO");
    static const char names[] = "\1\\_SB_.SIO0\0\\_SB_.cut";
    table_bytes(&x->out, names, sizeof(names) - 1);     /* the last has no NUL */
    end(x);
    make(x);
    assert_int_equal(action(x, "IVRS"), ACPI_DROP);
    assert_int_equal(action(x, "STAO"), ACPI_REPLACE);
    assert_non_null(why_hidden(x, "\\_SB_.PCI0.IOMM"));
    assert_non_null(why_hidden(x, "\\_SB_.SIO0"));
    assert_null(why_hidden(x, "\\_SB_.cut"));
    assert_int_equal(made(x, "STAO")[36], 1);
    free_machine(x);
}

static void test_power(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    usual(x);
    make(x);
    assert_true(x->m.power.s5);
    assert_int_equal(x->m.power.type_a, 7);
    assert_int_equal(x->m.power.type_b, 6);
    assert_int_equal(x->m.power.pm1a_control, 0x404);
    assert_int_equal(x->m.power.pm1b_control, 0);
    free_machine(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_is_complete), cmocka_unit_test(test_placed_tables_stay), cmocka_unit_test(test_roots),
        cmocka_unit_test(test_rsdt_is_for_below_4_gib), cmocka_unit_test(test_files_are_laid_out), cmocka_unit_test(test_madt),
        cmocka_unit_test(test_uids), cmocka_unit_test(test_many_vcpus), cmocka_unit_test(test_large_uid_makes_all_long),
        cmocka_unit_test(test_unknown_and_doubles), cmocka_unit_test(test_damaged), cmocka_unit_test(test_damaged_madt),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_hidden), cmocka_unit_test(test_uart), cmocka_unit_test(test_debug_port),
        cmocka_unit_test(test_iommu_and_older_stao), cmocka_unit_test(test_power),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
