/*
 * Owns: tables as the firmware has them, as a source: one after the other, or an image of memory with an RSDP in it, whose address is
 * found by what the RSDP says of its root tables.
 */
#include "acpi/table.h"
#include "cli/acpi_input_internal.h"
#include "cli/bytes.h"
#include <stdlib.h>
#include <string.h>

enum { RSDP_LEAST = 20, RSDP_WHOLE = 36, RSDP_BOUNDARY = 16, TRIES_MAX = 1000 };

struct image { struct span bytes; uint64_t base; };

static struct span map_image(void *owner, uint64_t at, uint64_t n)
{
    const struct image *m = owner;
    return at < m->base ? (struct span){ NULL, 0, true } : span_slice(m->bytes, at - m->base, n);
}

static bool is_sound(const struct image *m, uint64_t at)
{
    struct span rest = at < m->base ? (struct span){ NULL, 0, true } : span_slice(m->bytes, at - m->base, TABLE_HEADER);
    if (rest.broken)
        return false;
    rest = span_of(rest.at, m->bytes.left - (size_t)(at - m->base));
    struct acpi_table t = acpi_table_of(rest);
    return t.bytes.at && !t.faults;
}

/* A root table at this offset, which the RSDP says is at `address`, with a table at its first pointer's other end. */
static bool fits(struct image *m, size_t offset, uint64_t address, unsigned pointer)
{
    m->base = address - offset;
    return address >= offset && is_sound(m, address) && is_sound(m, acpi_number(m->bytes, offset + TABLE_HEADER, pointer));
}

/* Where in memory the image was: where both ends of the RSDP's pointer to `signature` meet. */
static bool find_base(struct image *m, const char *signature, uint64_t address, unsigned pointer)
{
    const uint8_t *at = m->bytes.at, *end = at + m->bytes.left;
    for (unsigned n = 0; n < TRIES_MAX && address && (at = memmem(at, (size_t)(end - at), signature, 4)); n++, at++)
        if (fits(m, (size_t)(at - m->bytes.at), address, pointer))
            return true;
    return false;
}

static bool find_rsdp(struct span bytes, size_t *offset)
{
    for (*offset = 0; *offset + RSDP_LEAST <= bytes.left; *offset += RSDP_BOUNDARY)
        if (memcmp(bytes.at + *offset, "RSD PTR ", 8) == 0 && acpi_sums_to_zero(span_slice(bytes, *offset, RSDP_LEAST)))
            return true;
    return false;
}

static bool is_image(struct image *m, size_t *offset)
{
    if (m->bytes.left <= RSDP_WHOLE || (acpi_table_of(m->bytes).bytes.at && memcmp(m->bytes.at, "RSD PTR ", 8) != 0) || !find_rsdp(m->bytes, offset))
        return false;
    struct span rsdp = span_slice(m->bytes, *offset, m->bytes.left - *offset);
    bool xsdt = acpi_number(rsdp, 15, 1) >= 2 && find_base(m, "XSDT", acpi_number(rsdp, 24, 8), 8);
    return xsdt || find_base(m, "RSDT", acpi_number(rsdp, 16, 4), 4);
}

static bool take_root(struct acpi_table *to, const struct acpi_table *from, struct error *e)
{
    if (from->bytes.at && to->bytes.at)
        return fail(e, "is of a second machine, whose RSDP, RSDT or XSDT is there already: give one machine at a time");
    if (from->bytes.at)
        *to = *from;
    return true;
}

static bool add_image(struct acpi_input *in, struct image *m, size_t rsdp, struct error *e)
{
    struct acpi_memory memory = { map_image, m };
    struct acpi_set *s = malloc(sizeof(*s));
    if (!s)
        abort();
    bool ok = acpi_walk(s, &memory, m->base + rsdp, e) && take_root(&in->set.rsdp, &s->rsdp, e) && take_root(&in->set.rsdt, &s->rsdt, e) &&
              take_root(&in->set.xsdt, &s->xsdt, e);
    for (unsigned i = 0; ok && i < s->n; i++)
        acpi_set_append(&in->set, &s->table[i]);
    in->set.lost += ok ? s->lost : 0;
    free(s);
    return ok;
}

static bool sound_at(struct span s, size_t offset)
{
    struct acpi_table t = acpi_table_of(span_slice(s, offset, s.left - (offset < s.left ? offset : s.left)));
    return t.bytes.at && !t.faults;
}

/* How far the table goes. Dumps of an old RSDP, which has 20 bytes, often have the 36 of a new one. */
static size_t extent(struct span rest)
{
    uint64_t length = acpi_length(rest);
    bool rsdp = memcmp(rest.at, "RSD ", 4) == 0;
    if ((rsdp && rest.left <= RSDP_WHOLE) || length < (rsdp ? RSDP_LEAST : TABLE_HEADER) || length > rest.left)
        return rest.left;
    return rsdp && !sound_at(rest, (size_t)length) && sound_at(rest, RSDP_WHOLE) ? RSDP_WHOLE : (size_t)length;
}

static bool add_tables(struct acpi_input *in, struct span bytes, struct error *e)
{
    struct span rest = bytes;
    while (rest.left) {
        struct error of_table = { "" };
        if (!acpi_set_add(&in->set, rest, 0, false, &of_table))
            return fail(e, "offset %#zx: %s", bytes.left - rest.left, of_table.text);
        (void)span_take(&rest, extent(rest));
        while (rest.left && !*rest.at)
            (void)span_u8(&rest);       /* padding */
    }
    return true;
}

static bool is_compressed(struct span s)
{
    return s.left >= 6 && (memcmp(s.at, "\xfd" "7zXZ", 6) == 0 || memcmp(s.at, "\x1f\x8b", 2) == 0 || memcmp(s.at, "\x28\xb5\x2f\xfd", 4) == 0);
}

static bool add_bytes(struct acpi_input *in, struct span bytes, struct error *e)
{
    struct image m = { bytes, 0 };
    size_t rsdp;
    if (is_compressed(bytes))
        return fail(e, "is compressed: unpack it first, e.g. `xz -dc FILE | bedplate acpi show -`");
    if (bytes.left >= 2 && (memcmp(bytes.at, "\xff\xfe", 2) == 0 || memcmp(bytes.at, "\xfe\xff", 2) == 0))
        return fail(e, "is text in UTF-16: save it as plain text (UTF-8)");
    return is_image(&m, &rsdp) ? add_image(in, &m, rsdp, e) : add_tables(in, bytes, e);
}

bool acpi_input_raw(struct acpi_input *in, struct acpi_source *s, struct error *e)
{
    struct bytes all = { 0 };
    bool ok = true;
    while (ok && s->have) {
        if (!bytes_reserve(&all, s->have))
            abort();
        memcpy(all.at + all.used, s->window, s->have);
        all.used += s->have;
        s->at = s->have;
        ok = acpi_source_fill(in, s, e);
    }
    acpi_input_hold(in, all.at);
    return ok && add_bytes(in, bytes_span(&all), e);
}
