/* Owns: the RSDP (ACPI 6.4, 5.2.5.3), the RSDT and XSDT (5.2.7, 5.2.8), which point at all others. */
#include "acpi/show/describe_internal.h"
#include <string.h>

/* More pointers than this are told, but not followed: a hostile root table has room for very many. */
enum { FOLLOWED = 2 * ACPI_SET_MAX };

/* ---- the RSDP ---- */

static uint8_t sum(const struct telling *t, uint32_t n)
{
    uint8_t v = 0;
    for (uint32_t i = 0; i < n && i < t->size; i++)
        v = (uint8_t)(v + t->bytes[i]);
    return v;
}

static void check_sum(struct telling *t, uint64_t v)
{
    uint8_t rest = sum(t, 20);
    if (rest)
        tell_wrong(t, "wrong: 0x%02x would make the first 20 bytes sum to zero", (uint8_t)(v - rest));
}

static void check_extended_sum(struct telling *t, uint64_t v)
{
    uint32_t length = (uint32_t)tell_get(t, 20, 4);
    uint8_t rest = sum(t, length);
    if (length <= t->size && rest)
        tell_wrong(t, "wrong: 0x%02x would make all bytes sum to zero", (uint8_t)(v - rest));
}

static void check_length(struct telling *t, uint64_t v)
{
    if (v < 36)
        tell_wrong(t, "revision 2 has 36 bytes");
    else if (v > t->size)
        tell_wrong(t, "cut: only %u of %llu bytes are there", t->size, (unsigned long long)v);
}

static void check_revision(struct telling *t, uint64_t v)
{
    if (v == 1)
        tell_wrong(t, "there is no revision 1: ACPI 1.0 is 0, all later ones are 2");
}

static void check_pointer(struct telling *t, const struct acpi_table *to, uint64_t v, const char *name)
{
    if (!v)
        return;
    if (to->bytes.at && to->placed && to->at != v)
        tell_wrong(t, "the %s stands at 0x%llx", name, (unsigned long long)to->at);
    else if (!to->bytes.at && t->table->placed)
        tell_wrong(t, "dangling: no %s stands there", name);
}

static void check_rsdt(struct telling *t, uint64_t v)
{
    check_pointer(t, &t->set->rsdt, v, "RSDT");
    if (!v && t->revision < 2)
        tell_wrong(t, "nothing points at any table");
}

static void check_xsdt(struct telling *t, uint64_t v)
{
    check_pointer(t, &t->set->xsdt, v, "XSDT");
    if (!v)
        tell_wrong(t, "revision 2 has an XSDT, whose address stands here");
}

static const struct tell_row rsdp_1[] = {
    { "Signature", 8, TELL_TEXT, NULL, NULL },   { "Checksum", 1, TELL_HEX, NULL, check_sum }, { "OEMID", 6, TELL_TEXT, NULL, NULL },
    { "Revision", 1, TELL_NUMBER, NULL, check_revision }, { "RsdtAddress", 4, TELL_HEX, NULL, check_rsdt },
    ROWS_END,
};
static const struct tell_row rsdp_2[] = {
    { "Length", 4, TELL_NUMBER, NULL, check_length },          { "XsdtAddress", 8, TELL_HEX, NULL, check_xsdt },
    { "Extended Checksum", 1, TELL_HEX, NULL, check_extended_sum }, { "Reserved", 3, TELL_RESERVED, NULL, NULL },
    ROWS_END,
};

static void tell_rsdp(struct telling *t)
{
    tell_rows(t, rsdp_1);
    if (t->revision >= 2)
        tell_rows(t, rsdp_2);
}

static void judge_rsdp(struct telling *t)
{
    if (t->size < 20 || (t->revision >= 2 && t->size < 36))
        tell_table_wrong(t, "cut: the RSDP has %u bytes, not %u", t->size, t->revision >= 2 ? 36 : 20);
    if (t->table->placed && t->table->at % 16)
        tell_table_wrong(t, "stands at 0x%llx: nobody looks for it but on 16-byte boundaries", (unsigned long long)t->table->at);
}

/* ---- RSDT and XSDT ---- */

struct entries { unsigned n; uint64_t seen[FOLLOWED]; };

/* A root table, which no root table has to name: an operating system that follows it goes round in circles. */
static const char *root_at(const struct telling *t, uint64_t v)
{
    const struct acpi_set *s = t->set;
    if (t->table->placed && t->table->at == v)
        return "itself";
    return s->rsdp.placed && s->rsdp.at == v ? "the RSDP" : s->rsdt.placed && s->rsdt.at == v ? "the RSDT" :
           s->xsdt.placed && s->xsdt.at == v ? "the XSDT" : NULL;
}

static void check_entry(struct telling *t, uint64_t v)
{
    struct entries *e = t->own;
    const struct acpi_table *to = e->n < FOLLOWED ? tell_at(t->set, v) : NULL;
    if (to && to->bytes.left >= 4)
        tell_add(t, ": "), tell_add_ascii(t, to->bytes.at, 4);
    else if (!v)
        tell_wrong(t, "points at nothing");
    else if (root_at(t, v))
        tell_wrong(t, "points at %s: it is not followed", root_at(t, v));
    else if (tell_placed(t->set) && e->n < FOLLOWED)
        tell_wrong(t, "dangling: no table stands there");
    if (to && (acpi_is(to, "DSDT") || acpi_is(to, "FACS")))
        tell_wrong(t, "only the FADT points at a %s", acpi_is(to, "DSDT") ? "DSDT" : "FACS");
    for (unsigned i = 0; i < e->n && i < FOLLOWED; i++)
        if (e->seen[i] == v && v) {
            tell_wrong(t, "entry %u points there already", i);
            break;
        }
    if (e->n < FOLLOWED)
        e->seen[e->n] = v;
    e->n++;
}

static void tell_entries(struct telling *t, uint16_t size)
{
    const struct tell_row entry[] = { { "Entry", size, TELL_HEX, NULL, check_entry }, ROWS_END };
    struct entries e = { .n = 0 };
    t->own = &e;
    while (t->end - t->at >= size)
        tell_rows(t, entry);
    if (t->at < t->end) {
        tell_add_bytes(t, t->bytes + t->at, t->end - t->at);
        tell_wrong(t, "%u bytes are no whole entry of %u", t->end - t->at, size);
        tell_field(t, "Data", t->end - t->at, false);
    }
}

static void tell_rsdt(struct telling *t) { tell_entries(t, 4); }
static void tell_xsdt(struct telling *t) { tell_entries(t, 8); }

static uint64_t entry_of(struct span body, unsigned size, unsigned i)
{
    struct span s = span_slice(body, (uint64_t)i * size, size);
    return span_le(&s, size);
}

/* Entries of `in` that `other` has not; the first one in *first. */
static unsigned missing(struct span in, unsigned size, struct span other, unsigned other_size, uint64_t *first)
{
    unsigned n = (unsigned)(in.left / size), m = (unsigned)(other.left / other_size), lacks = 0;
    for (unsigned i = 0; i < n && i < FOLLOWED; i++) {
        uint64_t v = entry_of(in, size, i);
        bool has = false;
        for (unsigned k = 0; k < m && k < FOLLOWED && !has; k++)
            has = entry_of(other, other_size, k) == v;
        if (!has && !lacks++)
            *first = v;
    }
    return lacks;
}

static struct span body(const struct acpi_table *table)
{
    struct span all = table->bytes;
    return span_slice(all, TABLE_HEADER, all.left < TABLE_HEADER ? 0 : all.left - TABLE_HEADER);
}

/* An operating system reads one of the two: what it finds must not depend on which. */
static void judge_xsdt(struct telling *t)
{
    const struct acpi_table *rsdp = &t->set->rsdp;
    uint64_t first = 0;
    if (rsdp->bytes.at && acpi_number(rsdp->bytes, 15, 1) < 2)
        tell_table_wrong(t, "nothing points at it: an RSDP of revision 0 has an RSDT only");
    if (!t->set->rsdt.bytes.at || t->table != &t->set->xsdt)
        return;
    unsigned n = missing(body(&t->set->rsdt), 4, body(t->table), 8, &first);
    if (n)
        tell_table_wrong(t, "the RSDT lists %u that the XSDT does not, the first at 0x%llx", n, (unsigned long long)first);
    n = missing(body(t->table), 8, body(&t->set->rsdt), 4, &first);
    if (n)
        tell_table_wrong(t, "the XSDT lists %u that the RSDT does not, the first at 0x%llx%s", n, (unsigned long long)first,
                         first > UINT32_MAX ? ", above 4 GiB, where no RSDT can point" : "");
}

const struct tell_kind_of tell_root_kinds[] = {
    { .signature = "RSD ", .title = "Root System Description Pointer", .clause = "ACPI 6.4, 5.2.5.3", .tell = tell_rsdp,
      .judge = judge_rsdp, .bare = true },
    { .signature = "RSDT", .title = "Root System Description Table", .clause = "ACPI 6.4, 5.2.7", .low = 1, .high = 1, .tell = tell_rsdt },
    { .signature = "XSDT", .title = "Extended System Description Table", .clause = "ACPI 6.4, 5.2.8", .low = 1, .high = 1,
      .tell = tell_xsdt, .judge = judge_xsdt },
    { .signature = NULL },
};
