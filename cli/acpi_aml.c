/* Owns: which tables of a machine hold AML, in which order they are read, and the memory for their names. */
#include "cli/acpi_aml.h"
#include "cli/cli.h"
#include <stdlib.h>
#include <string.h>

enum { HEADER = 36, NODES_MAX = 1 << 20 };

static void add_all(struct acpi_aml *a, const char *signature)
{
    for (unsigned i = 0; i < a->input.set.n; i++) {
        const struct acpi_table *t = &a->input.set.table[i];
        if (acpi_is(t, signature) && t->bytes.left >= HEADER)
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
        (void)span_take(&body, HEADER);
        (void)aml_read(&a->ns, body);
    }
    return true;
}

void acpi_aml_free(struct acpi_aml *a)
{
    free(a->ns.node);
    acpi_input_free(&a->input);
    memset(a, 0, sizeof(*a));
}
