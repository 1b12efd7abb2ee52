/*
 * Owns: the way from the RSDP to every table. Invariant: no address is read twice, at most POINTERS_MAX pointers are looked at, and no
 * pointer is followed out of what is no root table or FADT: whatever the bytes are, it ends.
 */
#include "acpi/firmware/set.h"
#include "acpi/table.h"
#include <string.h>

enum {
    POINTERS_MAX = 1024,            /* of a root table; real machines have some 60 */
    TABLE_MAX = 4 << 20,            /* bytes of one table; the largest DSDTs have 1 MiB: what says more is damaged */
    RSDT_ADDRESS = 16, XSDT_ADDRESS = 24, XSDT_REVISION = 2, RSDP_REVISION = 15, RSDP_LEAST = 20,     /* ACPI 6.4, 5.2.5.3 */
    FADT_FACS = 36, FADT_DSDT = 40, FADT_X_FACS = 132, FADT_X_DSDT = 140,              /* 5.2.9 */
};

struct walk { struct acpi_set *set; const struct acpi_memory *memory; };

/* As many of n bytes as are there. */
static struct span there(const struct walk *w, uint64_t at, uint64_t n)
{
    struct span all = w->memory->map(w->memory->owner, at, n);
    uint64_t is = 0, is_not = n;
    while (all.broken && is_not - is > 1) {
        uint64_t middle = is + (is_not - is) / 2;
        bool ok = !w->memory->map(w->memory->owner, at, middle).broken;
        *(ok ? &is : &is_not) = middle;
    }
    return all.broken && is ? w->memory->map(w->memory->owner, at, is) : all;
}

/* .bytes.at NULL: at that address is no memory, or nothing that is a table. */
static struct acpi_table read_table(const struct walk *w, uint64_t at)
{
    struct span head = at ? there(w, at, TABLE_HEADER) : (struct span){ NULL, 0, true };
    uint64_t length = acpi_length(head);
    if (!head.broken && length > TABLE_HEADER && length <= TABLE_MAX)
        head = there(w, at, length);
    struct acpi_table t = acpi_table_of(head);
    t.at = at;
    t.placed = true;
    return t;
}

static bool is_known(const struct acpi_set *s, uint64_t at)
{
    const struct acpi_table *root[] = { &s->rsdp, &s->rsdt, &s->xsdt };
    for (unsigned i = 0; i < 3; i++)
        if (root[i]->bytes.at && root[i]->at == at)
            return true;
    for (unsigned i = 0; i < s->n; i++)
        if (s->table[i].at == at)
            return true;
    return false;
}

/*
 * What one of two fields of the FADT points at. The wide one counts unless it is 0 or leads elsewhere: some firmware fills
 * only the old one right.
 */
static void follow_fadt(const struct walk *w, struct span fadt, const char *signature, unsigned wide, unsigned old)
{
    const uint64_t at[] = { acpi_number(fadt, wide, 8), acpi_number(fadt, old, 4) };
    struct acpi_table t[2];
    for (unsigned i = 0; i < 2; i++) {
        if (is_known(w->set, at[i]))
            return;
        t[i] = read_table(w, at[i]);
        if (acpi_is(&t[i], signature)) {
            acpi_set_append(w->set, &t[i]);
            return;
        }
    }
    for (unsigned i = 0; i < 2; i++)
        if (t[i].bytes.at) {
            t[i].faults |= ACPI_MISPLACED;
            acpi_set_append(w->set, &t[i]);
            return;
        }
}

static void visit(const struct walk *w, uint64_t at)
{
    if (!at || is_known(w->set, at))
        return;
    if (w->set->n == ACPI_SET_MAX) {
        w->set->lost++;
        return;
    }
    struct acpi_table t = read_table(w, at);
    if (!t.bytes.at)
        return;
    if (acpi_is(&t, "RSDT") || acpi_is(&t, "XSDT") || acpi_is(&t, "RSD "))
        t.faults |= ACPI_MISPLACED;
    acpi_set_append(w->set, &t);
    if (!acpi_is(&t, "FACP"))
        return;
    follow_fadt(w, t.bytes, "DSDT", FADT_X_DSDT, FADT_DSDT);
    follow_fadt(w, t.bytes, "FACS", FADT_X_FACS, FADT_FACS);
}

static struct acpi_table read_root(const struct walk *w, uint64_t at, const char *signature)
{
    struct acpi_table t = read_table(w, at);
    if (t.bytes.at && !acpi_is(&t, signature))
        t.faults |= ACPI_MISPLACED;
    return t;
}

bool acpi_walk(struct acpi_set *s, const struct acpi_memory *m, uint64_t rsdp, struct error *e)
{
    const struct walk w = { s, m };
    memset(s, 0, sizeof(*s));
    s->rsdp = read_root(&w, rsdp, "RSD ");
    if (s->rsdp.bytes.left < RSDP_LEAST || memcmp(s->rsdp.bytes.at, "RSD PTR ", 8) != 0)
        return fail(e, "no ACPI root pointer (RSDP) is at %#llx: its first letters would be \"RSD PTR \"", (unsigned long long)rsdp);
    s->rsdt = read_root(&w, acpi_number(s->rsdp.bytes, RSDT_ADDRESS, 4), "RSDT");
    if (acpi_number(s->rsdp.bytes, RSDP_REVISION, 1) >= XSDT_REVISION)
        s->xsdt = read_root(&w, acpi_number(s->rsdp.bytes, XSDT_ADDRESS, 8), "XSDT");
    const struct acpi_table *root = acpi_set_root(s);
    if (!root)
        return fail(e, "the RSDP at %#llx leads neither to an RSDT nor to an XSDT: the machine's tables cannot be found", (unsigned long long)rsdp);
    struct span list = root->bytes;
    unsigned size = root == &s->xsdt ? 8 : 4, n = 0;
    (void)span_take(&list, TABLE_HEADER);
    for (; n < POINTERS_MAX && list.left >= size; n++)
        visit(&w, span_le(&list, size));
    s->lost += (unsigned)(list.left / size);
    return true;
}
