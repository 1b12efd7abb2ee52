/*
 * Owns: which devices of the AML the domain must not touch: what the hypervisor drives itself, processors that have no vCPU, what the
 * firmware's own STAO names, and what the options ask for. Only the AML's own words count; what is under a hidden device is hidden
 * with it.
 */
#include "acpi/firmware/mangle_internal.h"
#include "lib/format.h"
#include <string.h>

enum { ID_MAX = 64 };

bool mangle_hide(struct mangle *m, int node, const char *why)
{
    for (unsigned i = 0; i < m->hiddens; i++)
        if (m->hidden[i].node == node)
            return true;
    if (m->hiddens == MANGLE_HIDDEN_MAX)
        return false;
    m->hidden[m->hiddens++] = (struct mangle_hidden){ node, NULL, why };
    return true;
}

static bool has_id(const struct aml_namespace *ns, int device, const char *id)
{
    char text[ID_MAX];
    for (unsigned i = 0; aml_device_id(ns, device, i, text, sizeof(text)); i++)
        if (strcmp(text, id) == 0)
            return true;
    return false;
}

bool mangle_processor_uid(const struct aml_namespace *ns, int node, uint32_t *uid)
{
    const struct aml_node *n = &ns->node[node];
    struct span data = n->data;
    uint64_t v;
    if (n->kind == AML_PROCESSOR) {
        *uid = span_u8(&data);
        return !data.broken;
    }
    if (n->kind != AML_DEVICE_NODE || !has_id(ns, node, "ACPI0007"))
        return false;
    int name = aml_child(ns, node, "_UID");
    if (name == AML_NONE || !aml_integer_value(ns, name, &v) || v > UINT32_MAX)
        return false;
    *uid = (uint32_t)v;
    return true;
}

static bool has_vcpu(const struct mangle *m, uint32_t uid)
{
    for (unsigned i = 0; i < m->options->vcpus; i++)
        if (m->uid[i] == uid)
            return true;
    return false;
}

/* Devices that are the hypervisor's by what they are. `unless_pic`: only where the domain has no such pair of its own. */
static const struct kept { const char *id; bool unless_pic; const char *why; } kept[] = {
    { "PNP0103", false, "the HPET stays with the hypervisor" },
    { "PNP0000", true, "the 8259s stay with the hypervisor, and the domain has none" },
    { "PNP0100", true, "the PIT stays with the hypervisor, and the domain has none" },
};

static const char *why_kept(const struct mangle *m, int device)
{
    for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if (!(kept[i].unless_pic && m->options->pic) && has_id(m->ns, device, kept[i].id))
            return kept[i].why;
    return NULL;
}

static bool hide_kept(struct mangle *m)
{
    bool room = true;
    for (int i = 0; room && i < (int)m->ns->n; i++) {
        uint32_t uid;
        const char *why = NULL;
        if (mangle_processor_uid(m->ns, i, &uid))
            why = has_vcpu(m, uid) ? NULL : "a processor for which the domain has no vCPU";
        else if (m->ns->node[i].kind == AML_DEVICE_NODE)
            why = why_kept(m, i);
        room = !why || mangle_hide(m, i, why);
    }
    return room;
}

/* The integer that a child names, or `otherwise`. */
static uint64_t child_number(const struct aml_namespace *ns, int node, const char *name, uint64_t otherwise)
{
    uint64_t v;
    int child = aml_child(ns, node, name);
    return child != AML_NONE && aml_integer_value(ns, child, &v) ? v : otherwise;
}

/* The device of a PCI function (bus 15:8, device 7:3, function 2:0) right behind a host bridge (_ADR, _SEG, _BBN: ACPI 6.4, 6.1.1, 6.5.6, 6.5.5). */
static bool hide_function(struct mangle *m, uint64_t segment, uint64_t function, const char *why)
{
    const struct aml_namespace *ns = m->ns;
    uint64_t adr = (function >> 3 & 0x1f) << 16 | (function & 7);
    bool room = true;
    for (int i = 0; room && i < (int)ns->n; i++) {
        int bridge = ns->node[i].parent;
        if (ns->node[i].kind != AML_DEVICE_NODE || bridge == AML_NONE || child_number(ns, i, "_ADR", UINT64_MAX) != adr)
            continue;
        if ((has_id(ns, bridge, "PNP0A03") || has_id(ns, bridge, "PNP0A08")) && child_number(ns, bridge, "_BBN", 0) == function >> 8 &&
            child_number(ns, bridge, "_SEG", 0) == segment)
            room = mangle_hide(m, i, why);
    }
    return room;
}

/*
 * Tables of blocks, each with its type at 0 and its length at 2, of which some types are IOMMUs that are PCI functions. IVRS (AMD's IOMMU
 * specification, 5.2.2): the blocks begin at 48. VIOT (ACPI 6.5, 5.2.32): they begin where the table says. Intel's IOMMUs are memory
 * only, and no device of the AML.
 */
static const struct iommus { const char *signature; uint8_t first, first_at, types[3], least, function_at, segment_at; } iommus[] = {
    { "IVRS", 48, 0, { 0x10, 0x11, 0x40 }, 24, 4, 16 },
    { "VIOT", 48, 38, { 3, 3, 3 }, 16, 6, 4 },      /* what is said at first_at can be no less than `first` */
};

static bool hide_iommus_of(struct mangle *m, const struct iommus *k)
{
    const struct acpi_table *t = acpi_set_find(m->set, k->signature, 0);
    if (!t)
        return true;
    uint64_t first = k->first_at ? acpi_number(t->bytes, k->first_at, 2) : k->first;
    struct span rest = t->bytes;
    (void)span_take(&rest, first < k->first ? UINT64_MAX : first);
    while (!rest.broken && rest.left) {
        uint64_t type = acpi_number(rest, 0, 1), length = acpi_number(rest, 2, 2);
        bool iommu = type == k->types[0] || type == k->types[1] || type == k->types[2];
        if (iommu && rest.left >= k->least &&
            !hide_function(m, acpi_number(rest, k->segment_at, 2), acpi_number(rest, k->function_at, 2), "the IOMMU stays with the hypervisor"))
            return false;
        (void)span_take(&rest, length < 4 ? UINT64_MAX : length);
    }
    return true;
}

static bool hide_iommus(struct mangle *m)
{
    bool room = true;
    for (unsigned i = 0; room && i < sizeof(iommus) / sizeof(iommus[0]); i++)
        room = hide_iommus_of(m, &iommus[i]);
    return room;
}

/* A name that this AML does not declare is handed on as it is: it may be declared at run time. */
static bool keep_name(struct mangle *m, const char *path)
{
    static const char why[] = "the firmware's own STAO names it";
    int node = aml_find(m->ns, path);
    if (node != AML_NONE)
        return mangle_hide(m, node, why);
    if (m->hiddens == MANGLE_HIDDEN_MAX)
        return false;
    m->hidden[m->hiddens++] = (struct mangle_hidden){ AML_NONE, path, why };
    return true;
}

/* Names that the firmware (a hypervisor below us) hides already. */
static bool keep_hidden(struct mangle *m)
{
    const struct acpi_table *t = acpi_set_find(m->set, "STAO", 0);
    if (!t)
        return true;
    struct span rest = t->bytes;
    (void)span_take(&rest, TABLE_HEADER);
    m->ignore_spcr = span_u8(&rest);
    while (!rest.broken && rest.left) {
        const uint8_t *end = memchr(rest.at, 0, rest.left);
        struct span name = span_take(&rest, end ? (uint64_t)(end - rest.at) + 1 : UINT64_MAX);
        if (!name.broken && name.left > 1 && name.left <= AML_PATH_MAX && !keep_name(m, (const char *)name.at))
            return false;
    }
    return true;
}

static bool is_path(const char *text) { return text[0] == '\\' || text[0] == '_' || strchr(text, '.'); }

/* What an enumeration of devices comes upon; names, methods and scopes are no devices, and to hide them would do nothing, or too much. */
static bool is_device(const struct aml_namespace *ns, int node)
{
    uint8_t kind = ns->node[node].kind;
    return kind == AML_DEVICE_NODE || kind == AML_PROCESSOR || kind == AML_THERMAL || kind == AML_POWER;
}

static bool hide_asked(struct mangle *m, const char *asked, struct error *e)
{
    bool room = true, found = false;
    int at = is_path(asked) ? aml_find(m->ns, asked) : AML_NONE;
    if (at != AML_NONE && is_device(m->ns, at)) {
        found = true;
        room = mangle_hide(m, at, "asked for by its path");
    }
    for (int i = 0; room && !is_path(asked) && i < (int)m->ns->n; i++)
        if (m->ns->node[i].kind == AML_DEVICE_NODE && has_id(m->ns, i, asked)) {
            found = true;
            room = mangle_hide(m, i, "asked for by its id");
        }
    if (!found)
        return fail(e, "%.80s: no device of the machine's AML has this %s: `bedplate acpi namespace` lists them", asked, is_path(asked) ? "path" : "_HID or _CID");
    return room;
}

bool mangle_plan_hidden(struct mangle *m, struct error *e)
{
    bool room = keep_hidden(m) && mangle_plan_uart(m) && hide_kept(m) && hide_iommus(m);
    for (unsigned i = 0; room && i < m->options->hides; i++)
        room = hide_asked(m, m->options->hide[i], e);
    return room || fail(e, "more than %d devices are to be hidden: hide their parent instead", MANGLE_HIDDEN_MAX);
}
