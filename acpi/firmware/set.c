/*
 * Owns: what makes a table sound, and the set that tables are gathered in. Invariant: each table in a set begins with a
 * readable signature, and its bytes are as many as it has, never more.
 */
#include "acpi/firmware/set.h"
#include "acpi/table.h"
#include <string.h>

enum { RSDP_OLD = 20 };      /* bytes of ACPI 1.0's RSDP; later ones have as many as other tables' headers */

/* Fewest bytes of a kind, up to the field without which it says nothing: its oldest revision in use (ACPI 1.0 for the FADT). */
static const struct { char signature[5]; uint8_t bytes; } least[] = {
    { "RSD ", 20 }, { "FACS", 64 }, { "FACP", 116 }, { "APIC", 44 }, { "BERT", 48 }, { "BGRT", 56 }, { "BOOT", 40 }, { "CPEP", 44 },
    { "DBG2", 44 }, { "DBGP", 52 }, { "DMAR", 48 }, { "ECDT", 65 }, { "EINJ", 48 }, { "ERST", 48 }, { "GTDT", 80 }, { "HEST", 40 },
    { "HPET", 56 }, { "IORT", 48 }, { "IVRS", 48 }, { "MCFG", 44 }, { "MPST", 48 }, { "MSCT", 56 }, { "PCCT", 48 }, { "SBST", 48 },
    { "SLIT", 44 }, { "SPCR", 60 }, { "SPMI", 61 }, { "SRAT", 48 }, { "STAO", 37 }, { "TPM2", 52 }, { "VIOT", 48 }, { "WAET", 40 },
};

static uint64_t least_of(const struct acpi_table *t)
{
    for (unsigned i = 0; i < sizeof(least) / sizeof(least[0]); i++)
        if (acpi_is(t, least[i].signature))
            return least[i].bytes;
    return TABLE_HEADER;
}

static bool is_rsdp(struct span s) { return s.left >= 8 && memcmp(s.at, "RSD PTR ", 8) == 0; }

/* Its own length came with revision 2 (ACPI 6.4, 5.2.5.3). */
static bool is_old_rsdp(struct span s) { return is_rsdp(s) && acpi_number(s, 15, 1) < 2; }

uint64_t acpi_length(struct span bytes)
{
    if (!is_rsdp(bytes))
        return acpi_number(bytes, 4, 4);
    return is_old_rsdp(bytes) ? RSDP_OLD : acpi_number(bytes, 20, 4);
}

bool acpi_sums_to_zero(struct span bytes)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < bytes.left; i++)
        sum = (uint8_t)(sum + bytes.at[i]);
    return sum == 0;
}

/* The RSDP has a sum over what ACPI 1.0 knew, and one over all of it; the FACS, which changes as it runs, has none (5.2.10). */
static bool sums_are_right(const struct acpi_table *t)
{
    if (acpi_is(t, "FACS"))
        return true;
    return acpi_sums_to_zero(t->bytes) && (!is_rsdp(t->bytes) || acpi_sums_to_zero(span_slice(t->bytes, 0, RSDP_OLD)));
}

/* Signatures in use are ASCII, some with quotes or exclamation marks ("ASF!"). */
static bool has_signature(struct span s)
{
    if (s.broken || s.left < 4)
        return false;
    for (unsigned i = 0; i < 4; i++)
        if (s.at[i] < 0x20 || s.at[i] > 0x7e)
            return false;
    return memcmp(s.at, "    ", 4) != 0;
}

struct acpi_table acpi_table_of(struct span bytes)
{
    struct acpi_table t = { .bytes = { NULL, 0, true } };
    if (!has_signature(bytes))
        return t;
    t.bytes = bytes;
    uint64_t length = acpi_length(bytes), whole = least_of(&t), header = is_old_rsdp(bytes) ? RSDP_OLD : TABLE_HEADER;
    if (bytes.left < header) {
        t.faults = ACPI_CUT;
        return t;
    }
    if (length < header) {
        t.bytes.left = header;
        t.faults = ACPI_SHORT;      /* and a sum over nothing says nothing */
        return t;
    }
    t.faults = length < whole ? ACPI_SHORT : 0;
    if (length > bytes.left)
        t.faults |= ACPI_CUT;       /* so is its sum */
    else
        t.bytes.left = (size_t)length;
    if (!(t.faults & ACPI_CUT) && !sums_are_right(&t))
        t.faults |= ACPI_CHECKSUM;
    return t;
}

/* Where a root table stands in the set; NULL for all others. */
static struct acpi_table *root_of(struct acpi_set *s, const struct acpi_table *t)
{
    return is_rsdp(t->bytes) ? &s->rsdp : acpi_is(t, "RSDT") ? &s->rsdt : acpi_is(t, "XSDT") ? &s->xsdt : NULL;
}

void acpi_set_append(struct acpi_set *s, const struct acpi_table *t)
{
    if (s->n < ACPI_SET_MAX)
        s->table[s->n++] = *t;
    else
        s->lost++;
}

bool acpi_set_add(struct acpi_set *s, struct span bytes, uint64_t at, bool placed, struct error *e)
{
    struct acpi_table t = acpi_table_of(bytes);
    if (!t.bytes.at)
        return fail(e, "no ACPI table begins here (four letters and a length): give tables as the firmware has them, or acpidump's text");
    t.at = placed ? at : 0;
    t.placed = placed;
    struct acpi_table *root = root_of(s, &t);
    if (!root) {
        acpi_set_append(s, &t);
        return true;
    }
    if (root->bytes.at)
        return fail(e, "a second %s: give the tables of one machine only", root == &s->rsdp ? "RSDP" : root == &s->rsdt ? "RSDT" : "XSDT");
    *root = t;
    return true;
}

const struct acpi_table *acpi_set_find(const struct acpi_set *s, const char *signature, unsigned nth)
{
    const struct acpi_table *root[] = { &s->rsdp, &s->rsdt, &s->xsdt };
    for (unsigned i = 0; i < 3; i++)
        if (acpi_is(root[i], signature) && nth-- == 0)
            return root[i];
    for (unsigned i = 0; i < s->n; i++)
        if (acpi_is(&s->table[i], signature) && nth-- == 0)
            return &s->table[i];
    return NULL;
}

const struct acpi_table *acpi_set_root(const struct acpi_set *s)
{
    const struct acpi_table *by_worth[] = { &s->xsdt, &s->rsdt };
    for (unsigned i = 0; i < 2; i++)
        if (by_worth[i]->bytes.at && !by_worth[i]->faults)
            return by_worth[i];
    for (unsigned i = 0; i < 2; i++)
        if (acpi_is(by_worth[i], i ? "RSDT" : "XSDT"))
            return by_worth[i];
    return NULL;
}

const char *acpi_fault_text(unsigned faults)
{
    static const struct { unsigned fault; const char *text; } all[] = {
        { ACPI_CUT,       "its end is missing: fewer bytes are there than its length says" },
        { ACPI_SHORT,     "its length is less than a table of its kind must have" },
        { ACPI_MISPLACED, "what points at it expects a table with another signature" },
        { ACPI_CHECKSUM,  "its checksum is wrong" },
    };
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (faults & all[i].fault)
            return all[i].text;
    return "";
}
