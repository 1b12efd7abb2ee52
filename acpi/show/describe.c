/* Owns: which table is told by which rows, and what every table has: the header (ACPI 6.4, 5.2.6), its length, its checksum. */
#include "acpi/show/describe_internal.h"
#include <string.h>

static const struct tell_kind_of *const families[] = {
    tell_root_kinds, tell_fadt_kinds, tell_madt_kinds, tell_aml_kinds, tell_numa_kinds, tell_pci_kinds, tell_iort_kinds, tell_iommu_kinds,
    tell_serial_kinds, tell_error_kinds, tell_platform_kinds, tell_guest_kinds, tell_power_kinds, tell_boot_kinds, tell_other_kinds,
};

static const struct tell_kind_of unknown = { .signature = "????", .title = "", .clause = "" };

static const struct tell_kind_of *find(const char *signature)
{
    for (unsigned i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        for (const struct tell_kind_of *k = families[i]; k->signature; k++)
            if (!strncmp(k->signature, signature, 4))
                return k;
    return &unknown;
}

const struct tell_kind_of *tell_kind(const struct acpi_table *table)
{
    char signature[5] = "";
    if (table->bytes.left < 4)
        return &unknown;
    memcpy(signature, table->bytes.at, 4);
    return strlen(signature) == 4 ? find(signature) : &unknown;
}

const char *acpi_title(const char *signature) { return find(signature)->title; }
const char *acpi_clause(const char *signature) { return find(signature)->clause; }

/* ---- the header ---- */

static void check_length(struct telling *t, uint64_t v)
{
    uint32_t least = TABLE_HEADER, said = 0;
    for (unsigned i = 0; i < TELL_LEAST && t->kind->least[i].length; i++)
        if (t->kind->least[i].revision <= t->revision || !i)
            least = t->kind->least[i].length, said = t->kind->least[i].revision;
    if (v > t->size)
        tell_wrong(t, "cut: only %u of %llu bytes are there", t->size, (unsigned long long)v);
    else if (v < TABLE_HEADER)
        tell_wrong(t, "less than the 36 bytes of its header");
    else if (v < least)
        tell_wrong(t, "too short: revision %u has at least %u bytes", said, least);
    else if (v < t->size)
        tell_wrong(t, "%llu bytes stand behind its end", (unsigned long long)(t->size - v));
}

static void check_revision(struct telling *t, uint64_t v)
{
    if (t->newer)
        tell_add(t, " (newer than the %u known here: what it adds is told as data)", t->kind->high);
    else if (t->kind->high && v < t->kind->low)
        tell_wrong(t, "there is no revision below %u", t->kind->low);
}

static uint8_t sum(const struct telling *t, uint32_t n)
{
    uint8_t v = 0;
    for (uint32_t i = 0; i < n; i++)
        v = (uint8_t)(v + t->bytes[i]);
    return v;
}

static void check_sum(struct telling *t, uint64_t v)
{
    uint32_t said = (uint32_t)tell_get(t, 4, 4);
    uint8_t rest = sum(t, said < t->size ? said : t->size);
    if (said <= t->size && rest)
        tell_wrong(t, "wrong: 0x%02x would make the bytes sum to zero", (uint8_t)(v - rest));
}

/* Which spoils a listing, or what is compared with it. */
static void check_text(struct telling *t, uint64_t v)
{
    (void)v;
    for (uint32_t i = 0; i < 6; i++)
        if (t->bytes[t->at + i] >= 0x7f)
            tell_wrong(t, "is no text");
}

static const struct tell_row header[] = {
    { "Signature", 4, TELL_TEXT, NULL, NULL },
    { "Length", 4, TELL_NUMBER, NULL, check_length },
    { "Revision", 1, TELL_NUMBER, NULL, check_revision },
    { "Checksum", 1, TELL_HEX, NULL, check_sum },
    { "OEM ID", 6, TELL_TEXT, NULL, check_text },
    { "OEM Table ID", 8, TELL_TEXT, NULL, NULL },
    { "OEM Revision", 4, TELL_HEX, NULL, NULL },
    { "Creator ID", 4, TELL_TEXT, NULL, NULL },
    { "Creator Revision", 4, TELL_HEX, NULL, NULL },
    ROWS_END,
};

/* What stands behind the length a table tells, or what a damaged one has: told as bytes, like everything else. */
static void tell_body(struct telling *t)
{
    uint32_t said = (uint32_t)tell_get(t, 4, 4);
    if (!t->kind->bare) {
        if (said >= TABLE_HEADER && said < t->end)
            t->end = said;
        tell_rows(t, header);
    }
    if (t->kind->tell) {
        t->kind->tell(t);
    } else {
        tell_rows(t, t->kind->rows);
        if (t->kind->list)
            tell_list(t, t->kind->list, UINT32_MAX);
    }
    tell_data(t, t->end, "Data");
    t->end = t->size;
    tell_data(t, t->end, "Behind the table");
}

static unsigned describe(const struct acpi_set *s, const struct acpi_table *table, const struct acpi_listener *l)
{
    struct telling t = {
        .set = s, .table = table, .kind = tell_kind(table), .l = l, .bytes = table->bytes.at,
        .size = table->bytes.left > UINT32_MAX ? UINT32_MAX : (uint32_t)table->bytes.left,
    };
    const struct acpi_heading h = { table, t.kind->title, t.kind->clause };
    t.end = t.size;
    t.revision = (uint8_t)tell_get(&t, t.kind->bare ? 15 : 8, 1);       /* of an RSDP; a FACS has none that counts */
    t.newer = t.kind->high && t.revision > t.kind->high;
    l->table(l->owner, &h);
    tell_body(&t);
    if (table->faults & ACPI_MISPLACED)
        tell_table_wrong(&t, "what points at it expects a table of another signature");
    if (t.kind->judge)
        t.kind->judge(&t);
    tell_late(&t);
    return t.faults;
}

void acpi_describe(const struct acpi_set *s, const struct acpi_table *table, const struct acpi_listener *l)
{
    (void)acpi_describe_one(s, table, l);
}

unsigned acpi_describe_one(const struct acpi_set *s, const struct acpi_table *table, const struct acpi_listener *l)
{
    return table->bytes.at ? describe(s, table, l) : 0;
}

/* ---- the set ---- */

bool tell_placed(const struct acpi_set *s)
{
    for (unsigned i = 0; i < s->n; i++)
        if (!s->table[i].placed)
            return false;
    return s->n && !s->lost;
}

const struct acpi_table *tell_at(const struct acpi_set *s, uint64_t at)
{
    for (unsigned i = 0; i < s->n; i++)
        if (s->table[i].placed && s->table[i].at == at)
            return &s->table[i];
    return NULL;
}

unsigned acpi_describe_set(const struct acpi_set *s, const struct acpi_listener *l)
{
    unsigned faults = 0;
    const struct acpi_table *const root[] = { &s->rsdp, &s->rsdt, &s->xsdt };
    for (unsigned i = 0; i < 3; i++)
        faults += acpi_describe_one(s, root[i], l);
    for (unsigned i = 0; i < s->n; i++)
        faults += acpi_describe_one(s, &s->table[i], l);
    return faults + acpi_describe_whole(s, l);
}
