/* Tables for the tests of the telling, and what is heard of them. Each test has a set of its own. */
#ifndef TESTS_UNIT_DESCRIBE_MAKER_H
#define TESTS_UNIT_DESCRIBE_MAKER_H
#include "acpi/show/describe.h"
#include "acpi/table.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- what is heard ---- */

struct heard { char faults[65536], fields[65536]; size_t faults_used, fields_used; unsigned count; uint64_t told; const struct acpi_table *table; };

static inline void add(char *to, size_t *used, size_t size, const char *a, const char *b)
{
    int n = snprintf(to + *used, size - *used, "%s: %s\n", a, b);
    *used += (size_t)n < size - *used ? (size_t)n : 0;
}

static inline void hear_table(void *owner, const struct acpi_heading *head)
{
    struct heard *h = owner;
    assert_non_null(head->title);
    h->table = head->table;
    h->told = 0;
}

static inline void hear_field(void *owner, const struct acpi_field *f)
{
    struct heard *h = owner;
    if (!f->depth) {
        assert_int_equal(f->offset, h->told);
        h->told += f->size;
    }
    add(h->fields, &h->fields_used, sizeof(h->fields), f->name, f->value);
    if (f->fault) {
        add(h->faults, &h->faults_used, sizeof(h->faults), f->name, f->fault);
        h->count++;
    }
    if (h->told == h->table->bytes.left && !f->depth)
        assert_false(f->offset + f->size > h->table->bytes.left);
}

static inline void hear_fault(void *owner, const char *sentence)
{
    struct heard *h = owner;
    if (h->table)
        assert_int_equal(h->told, h->table->bytes.left);    /* after its last field */
    add(h->faults, &h->faults_used, sizeof(h->faults), "table", sentence);
    h->count++;
}

static struct heard *heard;
static struct acpi_set *set;
static inline const struct acpi_listener *listener(void)
{
    static struct acpi_listener l;
    free(heard);
    heard = calloc(1, sizeof(*heard));
    l = (struct acpi_listener){ hear_table, hear_field, hear_fault, heard };
    return &l;
}

static inline void says(const char *what)
{
    if (!strstr(heard->faults, what))
        fail_msg("not said: %s; but: %s", what, heard->faults);
}

static inline void tells(const char *what)
{
    if (!strstr(heard->fields, what))
        fail_msg("not told: %s; but: %s", what, heard->fields);
}

static inline void no_fault(void)
{
    if (heard->count)
        fail_msg("blamed: %s", heard->faults);
}

/* ---- tables, on the heap to their exact size so that reading beyond is seen ---- */

static uint8_t buffer[1 << 20];
static struct table_out out;
static uint64_t start;

static inline int set_up(void **state)
{
    (void)state;
    set = calloc(1, sizeof(*set));
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    const struct acpi_table *root[] = { &set->rsdp, &set->rsdt, &set->xsdt };
    for (unsigned i = 0; i < 3; i++)
        free((void *)(uintptr_t)root[i]->bytes.at);
    for (unsigned i = 0; i < set->n; i++)
        free((void *)(uintptr_t)set->table[i].bytes.at);
    free(set);
    free(heard);
    heard = NULL;
    return 0;
}

static inline void begin(const char *signature, uint8_t revision)
{
    memset(buffer, 0, sizeof(buffer));
    out = (struct table_out){ buffer, sizeof(buffer), 0, false };
    start = table_begin(&out, signature, revision);
}

static inline void le(uint64_t v, unsigned n) { table_le(&out, v, n); }

static inline struct span copy(const uint8_t *from, size_t n)
{
    uint8_t *to = malloc(n ? n : 1);
    memcpy(to, from, n);
    return span_of(to, n);
}

/* at 0: not placed. */
static inline struct acpi_table *end_at(uint64_t at)
{
    table_end(&out, start);
    struct acpi_table *t = &set->table[set->n++];
    *t = (struct acpi_table){ .bytes = copy(buffer + start, (size_t)(out.used - start)), .at = at, .placed = at != 0 };
    return t;
}

static inline struct acpi_table *end(void) { return end_at(0); }

static inline void sum_again(struct acpi_table *t)
{
    uint8_t *b = (uint8_t *)(uintptr_t)t->bytes.at, sum = 0;
    for (size_t i = 0; i < t->bytes.left; i++)
        sum = (uint8_t)(sum + b[i]);
    b[9] = (uint8_t)(b[9] - sum);
}

static inline void put(struct acpi_table *t, uint32_t at, uint64_t v, unsigned n)
{
    uint8_t *b = (uint8_t *)(uintptr_t)t->bytes.at;
    for (unsigned i = 0; i < n; i++)
        b[at + i] = (uint8_t)(v >> 8 * i);
    sum_again(t);
}

static inline void describe(const struct acpi_table *t)
{
    acpi_describe(set, t, listener());
    assert_int_equal(heard->told, t->bytes.left);
}

static inline void small_table(const char *signature, uint64_t at)
{
    begin(signature, 1);
    le(0, 4);
    (void)end_at(at);
}

static inline void begin_madt(uint32_t flags)
{
    begin("APIC", 5);
    le(0xfee00000, 4), le(flags, 4);
}
static inline void lapic(uint8_t uid, uint8_t id, uint32_t flags) { table_entry(&out, 0, 8), le(uid, 1), le(id, 1), le(flags, 4); }

static inline void memory(uint32_t domain, uint64_t base, uint64_t length)
{
    table_entry(&out, 1, 40), le(domain, 4), le(0, 2), le(base, 8), le(length, 8), le(0, 4), le(1, 4), le(0, 8);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#endif
