/*
 * The hardware domain's tables over machines made here: what is kept stands where it stood, what is told anew is right byte by byte,
 * and a set that cannot do is refused with a sentence.
 */
#include "tests/unit/firmware_maker.h"

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

static void test_no_pc(void **state)
{
    struct machine *x = new_machine(true);
    (void)state;
    fadt(x);
    dsdt(x);
    madt_begin(x);
    table_le(&x->out, 0x520b, 2);       /* a GICC */
    table_zero(&x->out, 80);
    end(x);
    refused(x, "no local APIC");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_is_complete),
        cmocka_unit_test(test_placed_tables_stay),
        cmocka_unit_test(test_madt),
        cmocka_unit_test(test_many_vcpus),
        cmocka_unit_test(test_large_uid_makes_all_long),
        cmocka_unit_test(test_unknown_and_doubles),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_damaged_madt),
        cmocka_unit_test(test_no_pc),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
