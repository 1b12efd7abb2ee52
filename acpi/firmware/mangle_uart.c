/*
 * Owns: which device of the AML is the UART that the hypervisor uses. It is the one whose resources name its registers. Where _CRS is a
 * method that asks the super I/O chip, nothing constant says so. Then every UART that begins there by default is meant: by a template that
 * the method fills in, or as the first of the possible settings (boards have several such, and which is on only the chip knows); or else
 * the only UART there is.
 */
#include "acpi/firmware/mangle_internal.h"
#include <string.h>

/* Small resource tags with their lengths, large ones (ACPI 6.4, 6.4.2, 6.4.3). */
enum { IO_PORT = 0x47, FIXED_IO_PORT = 0x4b, END_TAG = 0x79, LARGE = 0x80, MEMORY32 = 0x85, FIXED_MEMORY32 = 0x86 };
enum { ADDRESS16 = 0x88, ADDRESS32 = 0x87, ADDRESS64 = 0x8a };

/* Every address at which a descriptor may begin to tell registers; false: it tells none. */
static bool descriptor_base(uint8_t tag, struct span d, struct mangle_uart *u)
{
    static const struct { uint8_t tag, space, at, size; } bases[] = {
        { IO_PORT, MANGLE_UART_PORT, 1, 2 }, { FIXED_IO_PORT, MANGLE_UART_PORT, 0, 2 },
        { MEMORY32, MANGLE_UART_MEMORY, 1, 4 }, { FIXED_MEMORY32, MANGLE_UART_MEMORY, 1, 4 },
    };
    for (unsigned i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
        if (bases[i].tag == tag) {
            u->space = bases[i].space;
            u->at = acpi_number(d, bases[i].at, bases[i].size);
            return d.left >= bases[i].at + bases[i].size;
        }
    /* Address space descriptors: type (0 memory, 1 I/O), two bytes of flags, granularity, then the minimum (6.4.3.5). */
    unsigned size = tag == ADDRESS16 ? 2 : tag == ADDRESS32 ? 4 : tag == ADDRESS64 ? 8 : 0;
    uint64_t type = acpi_number(d, 0, 1);
    u->space = type == 0 ? MANGLE_UART_MEMORY : MANGLE_UART_PORT;
    u->at = acpi_number(d, 3 + size, size);
    return size && type < 2 && d.left >= 3 + 2 * size;
}

/* The next descriptor of a template. False at its end, or where it is damaged. */
static bool next_descriptor(struct span *rest, uint8_t *tag, struct span *body)
{
    *tag = span_u8(rest);
    uint64_t length = *tag & LARGE ? span_le(rest, 2) : *tag & 7u;
    *body = span_take(rest, length);
    return !body->broken && *tag != END_TAG;
}

/* A template names the UART; `first_only`: with its first descriptor of an address. */
static bool template_names(struct span t, const struct mangle_uart *u, bool first_only)
{
    uint8_t tag;
    struct span body;
    while (next_descriptor(&t, &tag, &body)) {
        struct mangle_uart found;
        if (!descriptor_base(tag, body, &found))
            continue;
        if (found.space == u->space && found.at == u->at)
            return true;
        if (first_only)
            return false;
    }
    return false;
}

/* A descriptor anywhere in a method's body: what the assembler makes of IO (Decode16, port, port, ...) or Memory32Fixed. */
static bool body_names(struct span body, const struct mangle_uart *u)
{
    const uint8_t low = (uint8_t)u->at, high = (uint8_t)(u->at >> 8);
    const uint8_t io[] = { IO_PORT, 1, low, high, low, high };
    const uint8_t memory[] = { FIXED_MEMORY32, 9, 0, 1, low, high, (uint8_t)(u->at >> 16), (uint8_t)(u->at >> 24) };
    const uint8_t *want = u->space == MANGLE_UART_PORT ? io : memory;
    const size_t n = u->space == MANGLE_UART_PORT ? sizeof(io) : sizeof(memory);
    for (; body.left >= n; body.at++, body.left--)
        if (memcmp(body.at, want, n) == 0)
            return true;
    return false;
}

static bool is_uart(const struct aml_namespace *ns, int node)
{
    static const char *const ids[] = { "PNP0500", "PNP0501", "PNP0502", "ARMH0011", "ARMHB000" };
    char text[16];
    for (unsigned n = 0; aml_device_id(ns, node, n, text, sizeof(text)); n++)
        for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
            if (strcmp(text, ids[i]) == 0)
                return true;
    return false;
}

/* How sure it is. Of BY_METHOD and BY_PRS none is better than the other. */
enum { BY_CRS, BY_METHOD, BY_PRS, ONLY_ONE, WAYS };
static const char *const whys[WAYS] = {
    "the UART that the hypervisor uses: its _CRS has these registers",
    "the UART that the hypervisor uses: its _CRS method begins with these registers",
    "the UART that the hypervisor uses: these registers are the first of its possible settings",
    "the UART that the hypervisor uses: there is no other UART",
};

/* A template of the method's own, or another name of the device's that the method fills in. */
static bool method_names(const struct aml_namespace *ns, int node, int crs, const struct mangle_uart *u)
{
    if (body_names(ns->node[crs].data, u))
        return true;
    for (int c = ns->node[node].first; c != AML_NONE; c = ns->node[c].next)
        if (memcmp(ns->node[c].name, "_PRS", 4) != 0 && template_names(aml_buffer_value(ns, c), u, false))
            return true;
    return false;
}

static bool matches(const struct aml_namespace *ns, int node, const struct mangle_uart *u, unsigned way)
{
    int crs = aml_child(ns, node, "_CRS"), prs = aml_child(ns, node, "_PRS");
    if (way == BY_CRS)
        return crs != AML_NONE && template_names(aml_buffer_value(ns, crs), u, false);
    if (crs == AML_NONE || ns->node[crs].kind != AML_METHOD)
        return false;
    if (way == BY_METHOD)
        return method_names(ns, node, crs, u);
    return way == ONLY_ONE || (prs != AML_NONE && template_names(aml_buffer_value(ns, prs), u, true));
}

/* Hides all UARTs that match; false: no room. *n: how many UARTs there are. */
static bool hide_matching(struct mangle *m, unsigned way, unsigned *n)
{
    bool room = true;
    *n = 0;
    for (int i = 0; room && i < (int)m->ns->n; i++) {
        if (m->ns->node[i].kind != AML_DEVICE_NODE || !is_uart(m->ns, i))
            continue;
        ++*n;
        if (matches(m->ns, i, &m->options->uart, way)) {
            room = mangle_hide(m, i, whys[way]);
            m->uart_found = true;
        }
    }
    return room;
}

bool mangle_plan_uart(struct mangle *m)
{
    unsigned n;
    if (m->options->uart.space == MANGLE_NO_UART)
        return true;
    bool room = hide_matching(m, BY_CRS, &n);
    if (room && !m->uart_found)
        room = hide_matching(m, BY_METHOD, &n) && hide_matching(m, BY_PRS, &n);
    if (room && !m->uart_found && n == 1)
        room = hide_matching(m, ONLY_ONE, &n);
    return room;
}

static bool gas_names(struct span t, uint64_t at, const struct mangle_uart *u)
{
    struct span gas = span_slice(t, at, 12);
    uint8_t space = span_u8(&gas);
    (void)span_take(&gas, 3);
    uint64_t address = span_le(&gas, 8);
    return !gas.broken && space == (u->space == MANGLE_UART_PORT ? 1 : 0) && address == u->at;
}

bool mangle_names_uart(const struct acpi_table *t, const struct mangle_uart *u)
{
    if (u->space == MANGLE_NO_UART)
        return false;
    if (!acpi_is(t, "DBG2"))
        return gas_names(t->bytes, 40, u);      /* SPCR and DBGP have their base address here */
    uint64_t at = acpi_number(t->bytes, 36, 4);
    for (uint64_t n = acpi_number(t->bytes, 40, 4); n-- > 0 && at < t->bytes.left;) {
        /* Debug Port Table 2, table 3; BaseAddressRegisterOffset counts from the device's start. */
        uint64_t length = acpi_number(t->bytes, at + 1, 2), registers = acpi_number(t->bytes, at + 3, 1), base = acpi_number(t->bytes, at + 18, 2);
        for (uint64_t i = 0; i < registers; i++)
            if (gas_names(t->bytes, at + base + 12 * i, u))
                return true;
        if (!length)
            break;
        at += length;
    }
    return false;
}
