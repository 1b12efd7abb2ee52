/* Owns: which tables of a machine hold AML, in which order they are read, and the memory for their names. */
#include "cli/acpi_aml.h"
#include "acpi/table.h"
#include "cli/acpi_name.h"
#include "cli/cli.h"
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 1 << 20 };

static void add_all(struct acpi_aml *a, const char *signature)
{
    for (unsigned i = 0; i < a->input.set.n; i++) {
        const struct acpi_table *t = &a->input.set.table[i];
        if (acpi_is(t, signature) && t->bytes.left >= TABLE_HEADER)
            a->table[a->n++] = t;
    }
}

const char *acpi_aml_name(const char *what)
{
    return strcmp(what, "-") == 0 ? "standard input" : strcmp(what, "live") == 0 ? "this machine" : shown(what);
}

/* Of loose files two are a mistake; of a walk, the one that the FADT's newer pointer names comes first. */
static bool choose(struct acpi_aml *a, char **what, int n, struct error *e)
{
    const char *and_more = n > 1 ? " and the others" : "";
    add_all(a, "DSDT");
    if (a->n > 1 && !a->table[1]->placed)
        return fail(e, "%s%s: %u DSDTs, but a machine has one: give the tables of one machine only", acpi_aml_name(what[0]), and_more, a->n);
    a->n = a->n ? 1 : 0;
    add_all(a, "SSDT");
    add_all(a, "PSDT");
    return a->n || fail(e, "%s%s: no DSDT or SSDT is among these tables, and only they have AML: give them too", acpi_aml_name(what[0]), and_more);
}

bool acpi_aml_read(struct acpi_aml *a, char **what, int n, struct error *e)
{
    uint64_t bytes = 0;
    for (int i = 0; i < n; i++)
        if (!acpi_input_add(&a->input, what[i], e))
            return false;
    if (!choose(a, what, n, e))
        return false;
    for (unsigned i = 0; i < a->n; i++)
        bytes += a->table[i]->bytes.left;
    /* No name takes less than four bytes. What is not used is never touched. */
    uint64_t max = bytes / 4 + 16;
    max = max > NODES_MAX ? NODES_MAX : max;
    struct aml_node *node = calloc(max, sizeof(*node));
    if (!node)
        abort();
    aml_namespace_init(&a->ns, node, (unsigned)max);
    for (unsigned i = 0; i < a->n; i++) {
        struct span body = a->table[i]->bytes;
        (void)span_take(&body, TABLE_HEADER);
        (void)aml_read(&a->ns, body);
    }
    return true;
}

/* The first table whose bytes are not all there, else where AML was passed over first. */
static bool find_damage(const struct acpi_aml *a, const char *what, const char *and_more, struct error *e)
{
    static const char *const why[] = {
        [AML_UNCLEAR] = "no AML stands there, or none that can be understood: passed over",
        [AML_PAST_END] = "its PkgLength reaches past the end of what it stands in: read up to that end",
        [AML_TOO_DEEP] = "nested deeper than 64: passed over",
    };
    _Static_assert(AML_DEPTH_MAX == 64, "the sentence above says so");
    const struct aml_passed *first = &a->ns.first;
    char name[ACPI_NAME];
    for (unsigned i = 0; i < a->n; i++) {
        unsigned missing = a->table[i]->faults & (ACPI_CUT | ACPI_SHORT);
        acpi_name(a->table[i], name);
        if (missing)
            return fail(e, "%s%s: table %u (%s): %s, so names are missing: take it from the machine anew", what, and_more, i, name, acpi_fault_text(missing));
    }
    if (!a->ns.skipped)
        return true;
    acpi_name(a->table[first->table], name);
    return fail(e, "%s%s: table %u (%s), byte %#zx: %s%s, so names may be missing: see `bedplate acpi show --hex`, or take the table from "
                "the machine anew", what, and_more, first->table, name, first->at + TABLE_HEADER, why[first->why],
                a->ns.skipped > 1 ? " as the first of several" : "");
}

bool acpi_aml_whole(const struct acpi_aml *a, char **what, int n, struct error *e)
{
    const char *name = acpi_aml_name(what[0]), *and_more = n > 1 ? " and the others" : "";
    if (a->ns.full)
        return fail(e, "%s%s: more names than the %u that are kept, so some are missing: give the tables of one machine only", name, and_more, a->ns.max);
    return find_damage(a, name, and_more, e);
}

void acpi_aml_free(struct acpi_aml *a)
{
    free(a->ns.node);
    acpi_input_free(&a->input);
    memset(a, 0, sizeof(*a));
}
