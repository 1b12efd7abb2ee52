/* What points at the tables that the mangler gives: RSDP, RSDT, XSDT, and the FADT's own pointers in both widths. */
#include "tests/unit/firmware_maker.h"

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

/* A FADT that points at FACS and DSDT by its 64-bit fields as well. */
static void wide_fadt(struct machine *x, uint64_t facs_at, uint64_t dsdt_at)
{
    begin(x, "FACP");
    table_zero(&x->out, 276 - 36);
    table_patch(&x->out, x->start + 36, (uint32_t)facs_at, 4);
    table_patch(&x->out, x->start + 40, (uint32_t)dsdt_at, 4);
    table_patch(&x->out, x->start + 132, facs_at, 8);
    table_patch(&x->out, x->start + 140, dsdt_at, 8);
    end(x);
}

/* What it has in FIRMWARE_CTRL and DSDT, then in the 64-bit ones. */
static void assert_pointers(const struct machine *x, uint64_t facs, uint64_t dsdt, uint64_t x_facs, uint64_t x_dsdt)
{
    const uint8_t *p = made(x, "FACP");
    assert_int_equal(le(p + 36, 4), facs);
    assert_int_equal(le(p + 40, 4), dsdt);
    assert_int_equal(le(p + 132, 8), x_facs);
    assert_int_equal(le(p + 140, 8), x_dsdt);
    assert_int_equal(sum(p, 276), 0);
}

/* Wherever the firmware had them, kernels read the 64-bit fields first where these are not 0 (ACPI 6.4, 5.2.9). */
static void test_wide_pointers(void **state)
{
    static const uint64_t were_at[] = { 0x7f001000, 0x123456000 };
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct machine *x = new_machine(false);
        wide_fadt(x, were_at[i] + 0x40, were_at[i]);
        dsdt(x);
        facs(x);
        madt(x);
        make(x);
        uint64_t f = AT + decision(x, "FACS", 0)->offset, d = AT + decision(x, "DSDT", 0)->offset;
        assert_pointers(x, f, d, f, d);
        free_machine(x);
    }
}

/* A DSDT that stands above 4 GiB stays there, and only the 64-bit field can say where, whether the firmware used it or not. */
static void test_pointers_above_4_gib(void **state)
{
    (void)state;
    for (unsigned used = 0; used < 2; used++) {
        struct machine *x = new_machine(true);
        x->base = 0x100000000;
        if (used)
            wide_fadt(x, 0x123456000, 0x123457000);
        else
            fadt(x);
        dsdt(x);
        madt(x);
        x->placed = false;
        facs(x);
        make(x);
        uint64_t f = AT + decision(x, "FACS", 0)->offset, d = decision(x, "DSDT", 0)->table->at;
        assert_true(d > UINT32_MAX && !decision(x, "DSDT", 0)->laid);
        assert_pointers(x, f, 0, used ? f : 0, d);
        free_machine(x);
    }
}

/* No FACS is given: nothing points where the firmware's was. A FADT of ACPI 1.0 has no 64-bit fields, and gets none. */
static void test_pointers_to_nothing(void **state)
{
    struct machine *x = new_machine(false);
    (void)state;
    wide_fadt(x, 0x123456000, 0x7f001000);
    dsdt(x);
    madt(x);
    make(x);
    uint64_t d = AT + decision(x, "DSDT", 0)->offset;
    assert_pointers(x, 0, d, 0, d);
    assert_non_null(strstr(decision(x, "FACP", 0)->reason, "to no FACS, as the machine's is not among the tables"));
    facs(x);
    struct acpi_table *t = &x->set.table[x->set.n - 1];
    t->bytes.left = 60;
    t->faults |= ACPI_CUT;
    make(x);
    assert_pointers(x, 0, AT + decision(x, "DSDT", 0)->offset, 0, AT + decision(x, "DSDT", 0)->offset);
    assert_non_null(strstr(decision(x, "FACP", 0)->reason, "to no FACS, as the machine's is damaged"));
    free_machine(x);
    x = new_machine(false);
    begin(x, "FACP");
    table_zero(&x->out, 116 - 36);
    end(x);
    dsdt(x);
    madt(x);
    make(x);
    assert_int_equal(decision(x, "FACP", 0)->length, 116);
    assert_int_equal(le(made(x, "FACP") + 40, 4), AT + decision(x, "DSDT", 0)->offset);
    assert_int_equal(sum(made(x, "FACP"), 116), 0);
    assert_null(strstr(decision(x, "FACP", 0)->reason, "to no FACS"));     /* it pointed at none */
    free_machine(x);
}

/* What the firmware's root table says of itself is gone in the new one, and is told. */
static void test_root_that_lists_a_root(void **state)
{
    static const struct { int64_t entry; bool circular; } cases[] = { { 0, true }, { 64, true }, { 128, false } };
    (void)state;
    for (unsigned wide = 0; wide < 2; wide++)
        for (unsigned i = 0; i < 3; i++) {
            struct machine *x = new_machine(true);
            static const char *const names[] = { "RSDT", "XSDT" };
            begin(x, names[wide]);
            uint64_t at = x->base + x->start;
            table_le(&x->out, 0x7f0f0000, wide ? 8 : 4);
            table_le(&x->out, at + (uint64_t)cases[i].entry, wide ? 8 : 4);
            table_end(&x->out, x->start);
            struct acpi_table t = acpi_table_of(span_of(x->bytes + x->start, x->out.used - x->start)), other = t;
            t.placed = other.placed = true;
            t.at = at;
            other.at = at + 64;
            *(wide ? &x->set.xsdt : &x->set.rsdt) = t;
            *(wide ? &x->set.rsdt : &x->set.xsdt) = other;
            usual(x);
            make(x);
            const struct mangle_decision *d = decision(x, names[wide], 0);
            assert_int_equal(d->action, ACPI_REPLACE);
            assert_int_equal(strstr(d->damage, "lists a root table") != NULL, cases[i].circular);
            assert_int_equal(listed(x, names[wide], wide ? 8 : 4, at), 0);
            free_machine(x);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_rsdt_is_for_below_4_gib),
        cmocka_unit_test(test_files_are_laid_out),
        cmocka_unit_test(test_wide_pointers),
        cmocka_unit_test(test_pointers_above_4_gib),
        cmocka_unit_test(test_pointers_to_nothing),
        cmocka_unit_test(test_root_that_lists_a_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
