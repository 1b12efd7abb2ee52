/* Owns: what is near to what: SRAT (ACPI 6.4, 5.2.16), SLIT (5.2.17), MSCT (5.2.19). */
#include "acpi/show/describe_internal.h"

/* Ranges beyond these are told, but not compared: the work stays linear. */
enum { RANGES = 128 };
struct srat {
    struct tell_seen apic, uid, madt;
    bool has_madt;
    struct { uint64_t base, end; } range[RANGES];
    unsigned ranges;
};

/* The APIC IDs that the set's MADT has, enabled or not. One with more entries than machines have is not asked: each SRAT comes by here. */
enum { ENTRIES_ASKED = 16384 };
static void gather(struct srat *s, const struct acpi_set *set)
{
    for (unsigned i = 0; i < set->n && !s->has_madt; i++) {
        struct span v = set->table[i].bytes;
        s->has_madt = acpi_is(&set->table[i], "APIC");
        (void)span_take(&v, 44);
        for (unsigned n = 0; s->has_madt && v.left && !v.broken; n++) {
            if (n == ENTRIES_ASKED) {
                s->has_madt = false;
                return;
            }
            struct span head = v, entry, id;
            uint8_t type = span_u8(&head), length = span_u8(&head);
            entry = span_take(&v, length ? length : UINT64_MAX);
            id = type == 0 ? span_slice(entry, 3, 1) : span_slice(entry, 4, 4);
            if (!id.broken && (type == 0 || type == 9))
                (void)tell_seen(&s->madt, span_le(&id, type ? 4 : 1));
        }
    }
}

static void check_apic(struct telling *t, uint64_t v)
{
    struct srat *s = t->own;
    if (!(tell_own(t, tell_own(t, 0, 1) == 2 ? 12 : 4, 4) & 1))
        return;
    if (tell_seen(&s->apic, v))
        tell_wrong(t, "APIC ID %llu has an affinity already", (unsigned long long)v);
    else if (s->has_madt && v < SEEN_MAX && !tell_seen(&s->madt, v))
        tell_wrong(t, "no processor of the MADT has APIC ID %llu", (unsigned long long)v);
}

static void check_uid(struct telling *t, uint64_t v)
{
    struct srat *s = t->own;
    if (tell_own(t, 10, 4) & 1 && tell_seen(&s->uid, v))
        tell_wrong(t, "UID %llu has an affinity already", (unsigned long long)v);
}

static void check_length(struct telling *t, uint64_t length)
{
    struct srat *s = t->own;
    uint64_t base = tell_own(t, 8, 8), end = base + length;
    if (!(tell_own(t, 28, 4) & 1))
        return;
    if (end < base)
        tell_wrong(t, "reaches beyond the end of all addresses");
    else if (!length)
        tell_wrong(t, "enabled, but has no byte");
    for (unsigned i = 0; i < s->ranges && end > base; i++)
        if (base < s->range[i].end && s->range[i].base < end)
            tell_wrong(t, "overlaps with 0x%llx..0x%llx above", (unsigned long long)s->range[i].base, (unsigned long long)s->range[i].end - 1);
    if (s->ranges < RANGES && end > base) {
        s->range[s->ranges].base = base;
        s->range[s->ranges++].end = end;
    }
}

static void check_one(struct telling *t, uint64_t v)
{
    if (v != 1)
        tell_wrong(t, "reserved: has to be 1");
}

static const struct tell_word enabled[] = { BIT(0, "enabled"), WORDS_END };
static const struct tell_word memory_flag[] = { BIT(0, "enabled"), BIT(1, "hot pluggable"), BIT(2, "non-volatile"), WORDS_END };
static const struct tell_word initiator_flag[] = { BIT(0, "enabled"), BIT(1, "architectural transactions"), WORDS_END };
static const struct tell_word handle[] = { IS(0, "ACPI"), IS(1, "PCI"), WORDS_END };

static const struct tell_row cpu[] = {
    T_NUMBER("Proximity Domain [7:0]", 1), T_CHECK("APIC ID", 1, TELL_NUMBER, check_apic), T_BITS("Flags", 4, enabled),
    T_ROW("Local SAPIC EID", 1, TELL_NUMBER | TELL_DULL), T_ROW("Proximity Domain [31:8]", 3, TELL_HEX | TELL_DULL),
    T_ROW("Clock Domain", 4, TELL_NUMBER | TELL_DULL), ROWS_END,
};
static const struct tell_row memory[] = {
    T_NUMBER("Proximity Domain", 4), T_RESERVED(2), T_HEX("Base Address", 8), T_CHECK("Length", 8, TELL_HEX, check_length), T_RESERVED(4),
    T_BITS("Flags", 4, memory_flag), T_RESERVED(8), ROWS_END,
};
static const struct tell_row x2[] = {
    T_RESERVED(2), T_NUMBER("Proximity Domain", 4), T_CHECK("X2APIC ID", 4, TELL_NUMBER, check_apic), T_BITS("Flags", 4, enabled),
    T_ROW("Clock Domain", 4, TELL_NUMBER | TELL_DULL), T_RESERVED(4), ROWS_END,
};
static const struct tell_row gicc[] = {
    T_NUMBER("Proximity Domain", 4), T_CHECK("ACPI Processor UID", 4, TELL_NUMBER, check_uid), T_BITS("Flags", 4, enabled),
    T_ROW("Clock Domain", 4, TELL_NUMBER | TELL_DULL), ROWS_END,
};
static const struct tell_row its[] = { T_NUMBER("Proximity Domain", 4), T_RESERVED(2), T_NUMBER("ITS ID", 4), ROWS_END };
static const struct tell_row initiator[] = {
    T_RESERVED(1), T_WORD("Device Handle Type", 1, handle), T_NUMBER("Proximity Domain", 4), T_BYTES("Device Handle", 16),
    T_BITS("Flags", 4, initiator_flag), T_RESERVED(4), ROWS_END,
};
static const struct tell_row head[] = { T_ROW("Type", 1, TELL_TYPE), T_ROW("Length", 1, TELL_LENGTH), ROWS_END };
static const struct tell_sub subs[] = {
    { 0, 0, "Processor Local APIC Affinity", cpu, NULL, NULL },      { 1, 0, "Memory Affinity", memory, NULL, NULL },
    { 2, 0, "Processor Local x2APIC Affinity", x2, NULL, NULL },     { 3, 0, "GICC Affinity", gicc, NULL, NULL },
    { 4, 0, "GIC ITS Affinity", its, NULL, NULL },                   { 5, 0, "Generic Initiator Affinity", initiator, NULL, NULL }, SUBS_END,
};
static const struct tell_list entries = { .head = head, .subs = subs, .other = "Affinity" };
static const struct tell_row srat_rows[] = { T_CHECK("Reserved (Table Revision)", 4, TELL_NUMBER, check_one), T_UNUSED(8), ROWS_END };

static void tell_srat(struct telling *t)
{
    struct srat s = { .ranges = 0 };
    gather(&s, t->set);
    t->own = &s;
    tell_rows(t, srat_rows);
    tell_list(t, &entries, UINT32_MAX);
    t->own = NULL;
}

/* ---- SLIT ---- */

static const struct tell_row slit_rows[] = { T_NUMBER("Number of System Localities", 8), ROWS_END };

/* Distances from locality i: 10 to itself, 255 where there is no way; 0 to 9 mean nothing. Those of the way back may be others. */
static void tell_distances(struct telling *t, uint64_t i, uint64_t n)
{
    char name[TELL_NAME] = "Distances";
    for (uint64_t k = 0; k < n; k++) {
        uint8_t v = t->bytes[t->at + k];
        if (k < 100)
            tell_add(t, k ? " %u" : "%u", v);
        if (k == i && v != 10)
            tell_wrong(t, "locality %llu is %u from itself, not 10", (unsigned long long)i, v);
        else if (k != i && v < 10)
            tell_wrong(t, "%u to locality %llu: less than 10 means nothing", v, (unsigned long long)k);
    }
    tell_field(t, name, (uint32_t)n, false);
}

static void tell_slit(struct telling *t)
{
    tell_rows(t, slit_rows);
    uint64_t n = tell_get(t, 36, 8), left = t->end - t->at;
    if (n > 0xffff || n * n > left) {
        tell_table_wrong(t, "%llu localities have more distances than the %llu bytes that are here", (unsigned long long)n, (unsigned long long)left);
        return;
    }
    for (uint64_t i = 0; i < n; i++)
        tell_distances(t, i, n);
}

/* ---- MSCT ---- */

static const struct tell_row msct_rows[] = {
    T_HEX("Proximity Domain Information Offset", 4), T_NUMBER("Maximum Number of Proximity Domains - 1", 4),
    T_NUMBER("Maximum Number of Clock Domains - 1", 4), T_HEX("Maximum Physical Address", 8), ROWS_END,
};
static const struct tell_row domain_head[] = { T_NUMBER("Revision", 1), T_ROW("Length", 1, TELL_LENGTH), ROWS_END };
static const struct tell_row domain[] = {
    T_NUMBER("First Proximity Domain", 4), T_NUMBER("Last Proximity Domain", 4), T_NUMBER("Maximum Processor Capacity", 4),
    T_HEX("Maximum Memory Capacity", 8), ROWS_END,
};
static const struct tell_sub domains[] = { { 0, 0, "Proximity Domain Information", domain, NULL, NULL }, SUBS_END };
static const struct tell_list msct_list = { .head = domain_head, .subs = domains };

const struct tell_kind_of tell_numa_kinds[] = {
    { .signature = "SRAT", .title = "System Resource Affinity Table", .clause = "ACPI 6.4, 5.2.16", .low = 1, .high = 3, .tell = tell_srat,
      .least = { { 1, 48 } } },
    { .signature = "SLIT", .title = "System Locality Information Table", .clause = "ACPI 6.4, 5.2.17", .low = 1, .high = 1,
      .tell = tell_slit, .least = { { 1, 44 } } },
    { .signature = "MSCT", .title = "Maximum System Characteristics Table", .clause = "ACPI 6.4, 5.2.19", .low = 1, .high = 1,
      .rows = msct_rows, .list = &msct_list, .least = { { 1, 56 } } },
    { .signature = NULL },
};
