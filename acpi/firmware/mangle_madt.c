/*
 * Owns: the new MADT (ACPI 6.4, 5.2.12): the domain's processors; the machine's IOAPICs and interrupt source overrides as they were, since
 * the domain's IOAPICs stand for those; one NMI entry for all processors. Nothing else is taken over: SAPICs and GICs are of other
 * machines, the other kinds speak of the real processors.
 */
#include "acpi/firmware/mangle_internal.h"
#include "acpi/madt.h"
#include "platform/pc_map.h"
#include <string.h>

struct entry { uint8_t type; struct span body; };   /* body: with type and length */

/* The next entry; false at the end, or (*damaged) where a length is wrong. */
static bool next_entry(struct span *rest, struct entry *en, bool *damaged)
{
    struct span head = *rest;
    *damaged = rest->broken;
    if (rest->broken || !rest->left)
        return false;
    en->type = span_u8(&head);
    uint8_t length = span_u8(&head);
    en->body = span_take(rest, length < 2 ? UINT64_MAX : length);
    *damaged = en->body.broken;
    return !en->body.broken;
}

static struct span entries(struct span madt)
{
    (void)span_take(&madt, MADT_ENTRIES);
    return madt;
}

/* A processor's UID; false when the entry is no processor's. */
static bool processor(const struct entry *en, uint32_t *uid, bool *enabled)
{
    if (en->type == MADT_LAPIC && en->body.left == 8) {
        *uid = (uint32_t)acpi_number(en->body, 2, 1);
        *enabled = acpi_number(en->body, 4, 4) & MADT_ENABLED;
        return true;
    }
    if (en->type == MADT_X2APIC && en->body.left == 16) {
        *uid = (uint32_t)acpi_number(en->body, 12, 4);
        *enabled = acpi_number(en->body, 8, 4) & MADT_ENABLED;
        return true;
    }
    return false;
}

static bool kept(const struct entry *en)
{
    return (en->type == MADT_IOAPIC && en->body.left == 12) || (en->type == MADT_OVERRIDE && en->body.left == 10);
}

static void count(struct mangle_madt *c, const struct entry *en)
{
    uint32_t uid;
    bool enabled;
    if (processor(en, &uid, &enabled)) {
        c->processors++;
        c->enabled += enabled;
    } else if (kept(en)) {
        *(en->type == MADT_IOAPIC ? &c->ioapics : &c->overrides) += 1;
    } else if (en->type == MADT_LAPIC_NMI || en->type == MADT_X2APIC_NMI) {
        c->nmis++;
    } else if (en->type == MADT_NMI_SOURCE) {
        c->nmi_sources++;
    } else {
        c->others++;
    }
}

void mangle_count_madt(struct mangle_madt *c, struct span madt)
{
    struct span rest = entries(madt);
    struct entry en;
    *c = (struct mangle_madt){ .pcat = acpi_number(madt, 40, 4) & MADT_PCAT_COMPAT };
    while (next_entry(&rest, &en, &c->damaged))
        count(c, &en);
}

/* UIDs below 2048 that somebody has; larger ones are not asked for before all these are given away. */
struct uids { uint64_t bits[32]; };
enum { UIDS = 32 * 64 };
static void take(struct uids *u, uint32_t uid) { if (uid < UIDS) u->bits[uid / 64] |= UINT64_C(1) << uid % 64; }
static bool taken(const struct uids *u, uint32_t uid) { return uid < UIDS && (u->bits[uid / 64] >> uid % 64 & 1); }

static bool given(const struct mangle *m, unsigned n, uint32_t uid)
{
    for (unsigned i = 0; i < n; i++)
        if (m->uid[i] == uid)
            return true;
    return false;
}

/* The first enabled processors' UIDs, as many as are wanted and there. `u` gets all of them, those of disabled ones too. */
static unsigned firmware_uids(struct mangle *m, struct uids *u, struct span madt)
{
    struct span rest = entries(madt);
    struct entry en;
    unsigned n = 0;
    bool enabled, damaged;
    uint32_t uid;
    while (next_entry(&rest, &en, &damaged)) {
        if (!processor(&en, &uid, &enabled))
            continue;
        take(u, uid);
        if (enabled && n < m->options->vcpus && !given(m, n, uid))
            m->uid[n++] = uid;
    }
    return n;
}

/* More vCPUs than the machine has processors get UIDs that no object of the AML has: none is to be taken for another processor. */
static void new_uids(struct mangle *m, struct uids *u, unsigned from)
{
    uint32_t uid = 0, other;
    for (unsigned i = 0; i < m->ns->n; i++)
        if (mangle_processor_uid(m->ns, (int)i, &other))
            take(u, other);
    for (unsigned n = from; n < m->options->vcpus; n++) {
        while (taken(u, uid))
            uid++;
        m->uid[n] = uid++;
    }
}

void mangle_plan_processors(struct mangle *m, const struct acpi_table *madt)
{
    unsigned vcpus = m->options->vcpus, n = 0;
    struct uids u = { { 0 } };
    if (m->options->xen)
        for (; n < vcpus; n++)
            m->uid[n] = n;
    else
        n = firmware_uids(m, &u, madt->bytes);
    if (n < vcpus)
        new_uids(m, &u, n);
    /*
     * An id below 255 belongs in a short entry (5.2.12.12), yet a UID above 254 does not fit one. Then all have the long form: Linux
     * ignores long entries of small ids where there are short ones too.
     */
    m->wide = m->options->x2apic;
    for (n = 0; n < vcpus; n++)
        m->wide |= m->uid[n] > MADT_SHORT_MAX && platform_apic_id(n) <= MADT_SHORT_MAX;
}

void mangle_write_madt(const struct mangle *m, struct table_out *o, const struct acpi_table *madt)
{
    struct span rest = entries(madt->bytes);
    struct entry en;
    bool damaged, some_short = false, some_wide = false;
    uint64_t start = table_begin(o, "APIC", MADT_REVISION);
    table_le(o, PC_LAPIC_BASE, 4);
    table_le(o, m->options->pic ? MADT_PCAT_COMPAT : 0, 4);
    for (unsigned n = 0; n < m->options->vcpus; n++) {
        bool wide = m->wide || platform_apic_id(n) > MADT_SHORT_MAX;
        some_short |= !wide;
        some_wide |= wide;
        acpi_madt_apic(o, wide, m->uid[n], platform_apic_id(n), MADT_ENABLED);
    }
    while (next_entry(&rest, &en, &damaged))
        if (kept(&en))
            table_bytes(o, en.body.at, en.body.left);
    /* The domain's local APICs are ours: NMI is LINT1 at every one of them, whatever the firmware said of the real ones. */
    if (some_short)
        acpi_madt_nmi(o, false);
    if (some_wide)
        acpi_madt_nmi(o, true);
    table_end(o, start);
}
