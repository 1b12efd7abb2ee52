/* Owns: what is wrong with a set of tables though each of them is well. At most ACPI_SET_MAX tables, each beside each. */
#include "acpi/show/describe_internal.h"
#include <string.h>

typedef unsigned long long ull;

/* An operating system takes one of them, and which one is not said. */
static void judge_number(struct telling *t)
{
    static const char *const only[] = { "FACP", "DSDT", "APIC", "FACS", "SRAT", "SLIT", "MCFG", "STAO", "MSCT", "GTDT" };
    const struct acpi_set *s = t->set;
    for (unsigned i = 0; i < sizeof(only) / sizeof(only[0]); i++) {
        unsigned n = 0;
        for (unsigned k = 0; k < s->n; k++)
            n += acpi_is(&s->table[k], only[i]);
        if (n > 1)
            tell_table_wrong(t, "%u tables are called %s: an operating system takes one and does not say which", n, only[i]);
        if (!n && s->rsdp.bytes.at && i < 2 && !s->lost)
            tell_table_wrong(t, "the set has no %s, which every machine must have", only[i]);
        tell_late(t);
    }
}

static void name_of(const struct acpi_table *table, char name[5])
{
    for (unsigned i = 0; i < 4; i++)
        name[i] = table->bytes.left >= 4 && table->bytes.at[i] > 0x20 && table->bytes.at[i] < 0x7f ? (char)table->bytes.at[i] : '?';
    name[4] = '\0';
}

/* Whoever writes to one of them spoils the other: AML writes to tables, and loaders move them. */
static bool judge_places(struct telling *t, const struct acpi_table *a, const struct acpi_table *b)
{
    uint64_t a_end = a->at + a->bytes.left, b_end = b->at + b->bytes.left;
    char a_name[5], b_name[5];
    if (!a->placed || !b->placed || a->at >= b_end || b->at >= a_end)
        return false;
    name_of(a, a_name);
    name_of(b, b_name);
    tell_table_wrong(t, "the %s at 0x%llx..0x%llx and the %s at 0x%llx..0x%llx overlap", a_name, (ull)a->at, (ull)a_end - 1, b_name, (ull)b->at,
                     (ull)b_end - 1);
    return true;
}

/* Same length, checksum and table id: its names would be declared a second time. */
static bool judge_twice(struct telling *t, const struct acpi_table *a, const struct acpi_table *b)
{
    if (!acpi_is(a, "SSDT") || a->bytes.left != b->bytes.left || a->bytes.left < TABLE_HEADER || memcmp(a->bytes.at, b->bytes.at, TABLE_HEADER) != 0)
        return false;
    tell_table_wrong(t, "an SSDT of %llu bytes with the table ID \"%.8s\" is there twice", (ull)a->bytes.left, (const char *)a->bytes.at + 16);
    for (char *c = t->late; *c; c++)
        *c = *c >= 0x20 && *c < 0x7f ? *c : '.';
    return true;
}

unsigned acpi_describe_whole(const struct acpi_set *s, const struct acpi_listener *l)
{
    struct telling t = { .set = s, .l = l };
    const struct acpi_table *all[ACPI_SET_MAX + 3] = { &s->rsdp, &s->rsdt, &s->xsdt };
    judge_number(&t);
    for (unsigned i = 0; i < s->n; i++)
        all[3 + i] = &s->table[i];
    for (unsigned i = 0; i < s->n + 3; i++) {
        bool told = false;      /* one sentence a table is enough */
        for (unsigned k = i + 1; k < s->n + 3 && !told; k++)
            told = judge_places(&t, all[i], all[k]) || judge_twice(&t, all[i], all[k]);
        tell_late(&t);
    }
    if (s->lost)
        tell_table_wrong(&t, "the set has %u tables more than the %u that are told here", s->lost, ACPI_SET_MAX);
    tell_late(&t);
    return t.faults;
}
