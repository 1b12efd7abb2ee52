/*
 * Owns: operation regions and the fields in them (ACPI 6.4, 20.2.5.2) in words. Where a region is may be worked out as the table is loaded;
 * then that is told.
 */
#include "acpi/show/aml_text.h"

uint32_t aml_operand_at(struct telling *t, uint32_t at, uint32_t limit)
{
    unsigned used = t->used;
    uint32_t end = aml_term_end(t, t->own, at, limit);
    if (end && aml_object_at(t, at, limit, false) != end) {
        t->used = used;
        tell_add_text(t, "computed");
    }
    return end;
}

bool aml_tell_region(struct telling *t)
{
    static const char *const space[] = { "memory", "I/O", "PCI configuration", "embedded controller", "SMBus", "CMOS", "PCI BAR", "IPMI", "GPIO", "serial bus", "PCC" };
    struct aml_words w = { .used = 0 };
    aml_words_put(&w, "OperationRegion (");
    uint32_t at = aml_name_at(t, t->at + 2, t->end, &w);
    aml_words_put(&w, ")");
    if (!at || at >= t->end)
        return false;
    uint8_t kind = t->bytes[at++];
    if (kind < sizeof(space) / sizeof(space[0]))
        tell_add_text(t, space[kind]);
    else
        tell_add(t, "space 0x%x", kind);
    tell_add_text(t, ", from ");
    at = aml_operand_at(t, at, t->end);
    tell_add_text(t, ", bytes ");
    at = at ? aml_operand_at(t, at, t->end) : 0;
    if (at)
        tell_field(t, w.text, at - t->at, false);
    return at != 0;
}

/* Bits of a unit are a PkgLength's number (20.2.5.2). */
static uint32_t unit_bits(const struct telling *t, uint32_t at, uint32_t end, uint32_t *bits)
{
    if (at >= end)
        return 0;
    uint32_t lead = t->bytes[at], more = lead >> 6;
    *bits = more ? lead & 0xf : lead & 0x3f;
    if (more >= end - at)
        return 0;
    for (uint32_t i = 0; i < more; i++)
        *bits |= (uint32_t)t->bytes[at + 1 + i] << (4 + 8 * i);
    return at + 1 + more;
}

/* A unit's connection: a name, or a resource descriptor in a buffer. */
static uint32_t connection(const struct telling *t, uint32_t at, uint32_t end)
{
    uint32_t after = 0;
    if (at < end && t->bytes[at] == 0x11)
        return aml_package_at(t, at + 1, end, &after) ? after : 0;
    return aml_name_at(t, at, end, NULL);
}

/* "NAME from bit 0x8, 4" for each unit; false: something else is in there. */
static bool units(struct telling *t, uint32_t at, uint32_t end)
{
    uint32_t bits;
    uint64_t offset = 0;
    bool first = true;
    while (at && at < end) {
        struct aml_words w = { .used = 0 };
        uint8_t op = t->bytes[at];
        if (op == 0) {
            at = unit_bits(t, at + 1, end, &bits);
            offset += at ? bits : 0;
        } else if (op == 1 || op == 3) {
            at = end - at >= (op == 1 ? 3u : 4u) ? at + (op == 1 ? 3 : 4) : 0;
        } else if (op == 2) {
            at = connection(t, at + 1, end);
        } else {
            at = aml_name_at(t, at, end, &w);
            at = at ? unit_bits(t, at, end, &bits) : 0;
            if (!at)
                return false;
            tell_add_text(t, first ? "" : "; ");
            tell_add_text(t, w.text);
            tell_add_text(t, " from bit ");
            tell_add_hex(t, offset);
            tell_add_text(t, ", ");
            tell_add_number(t, bits);
            offset += bits;
            first = false;
        }
    }
    return at != 0;
}

bool aml_tell_fields(struct telling *t, const char *what, unsigned names, bool bank)
{
    struct aml_words w = { .used = 0 };
    uint32_t end, at = aml_package_at(t, t->at + 2, t->end, &end);
    aml_words_put(&w, what);
    aml_words_put(&w, " (");
    for (unsigned i = 0; i < names && at; i++) {
        if (i)
            aml_words_put(&w, ", ");
        at = aml_name_at(t, at, end, &w);
    }
    aml_words_put(&w, ")");
    if (at && bank) {
        tell_add_text(t, "bank ");
        at = aml_operand_at(t, at, end);
        tell_add_text(t, ": ");
    }
    if (!at || at >= end || !units(t, at + 1, end))
        return false;
    if (!t->used)
        tell_add_text(t, "no units");
    tell_field(t, w.text, end - t->at, false);
    return true;
}
