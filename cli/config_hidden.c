/* Owns: whether what a configuration hides is there to be hidden. The guest's own DSDT is asked, as it will be built. */
#include "acpi/namespace/namespace.h"
#include "acpi/tables.h"
#include "cli/config_reader.h"
#include <stdlib.h>

/* The definition block of p's DSDT, to be freed. */
static struct table_out build_dsdt(const struct platform *p)
{
    struct table_out o = { .to = NULL };
    (void)acpi_dsdt(&o, p);                         /* counts */
    o = (struct table_out){ .to = calloc(1, o.used), .size = o.used };
    if (!o.to)
        abort();
    (void)acpi_dsdt(&o, p);
    return o;
}

static bool check(const struct config_reader *r, const struct aml_namespace *ns)
{
    const struct platform *p = &r->c->platform;
    for (unsigned i = 0; i < p->hiddens; i++) {
        int node = aml_find(ns, p->hidden[i]);
        if (node == AML_NONE || ns->node[node].kind != AML_DEVICE_NODE)
            return fail(r->e, "%s: hide names %s, but the guest's tables have no such device: name one that `bedplate acpi dump` shows, or "
                        "remove it", r->file, p->hidden[i]);
    }
    return true;
}

bool config_hidden_are_there(const struct config_reader *r)
{
    if (!r->c->platform.hiddens)
        return true;
    struct table_out o = build_dsdt(&r->c->platform);
    const unsigned max = (unsigned)(o.used / 4 + 16);   /* no name takes less than four bytes */
    struct aml_node *node = calloc(max, sizeof(*node));
    struct aml_namespace ns;
    if (!node)
        abort();
    aml_namespace_init(&ns, node, max);
    (void)aml_read(&ns, span_of(o.to + TABLE_HEADER, o.used - TABLE_HEADER));
    bool ok = check(r, &ns);
    free(node);
    free(o.to);
    return ok;
}
