/*
 * Owns: the decisions and the image. RSDP first; then, in the set's order, what is made or must be copied because it stands nowhere in
 * memory (DSDT and FACS before the FADT that points at them); RSDT and XSDT last. Invariant: the plan alone fixes every offset.
 */
#include "acpi/firmware/mangle_internal.h"
#include "acpi/root.h"
#include "lib/checked.h"
#include <string.h>

enum { FACS_ALIGN = 64, SPCR_ADDRESS = 44 };
enum { UNTRUSTED = ACPI_CUT | ACPI_SHORT | ACPI_MISPLACED };    /* a wrong checksum alone is what kernels live with, and so it was before */

static bool is(const struct mangle_decision *d, const char *signature) { return memcmp(d->signature, signature, 4) == 0; }
static bool is_pointed_at(const struct mangle_decision *d) { return is(d, "DSDT") || is(d, "FACS"); }
static bool is_root(const struct mangle_decision *d) { return is(d, "RSD ") || is(d, "RSDT") || is(d, "XSDT"); }
static bool stands(const struct acpi_table *t) { return t->placed && t->at; }

static struct mangle_decision *add(struct mangle *m, const struct acpi_table *t, const char *signature, uint8_t action, const char *reason)
{
    struct mangle_decision *d = &m->decision[m->decisions++];
    *d = (struct mangle_decision){ .table = t, .action = action, .reason = reason, .damage = t ? acpi_fault_text(t->faults) : "" };
    for (unsigned i = 0; i < 4; i++)
        d->signature[i] = signature[i] > ' ' && signature[i] <= '~' ? signature[i] : i == 3 && signature[i] == ' ' ? ' ' : '.';
    return d;
}

/* The first of this signature that is given to the domain or told anew. */
static struct mangle_decision *given(struct mangle *m, const char *signature)
{
    for (unsigned i = 0; i < m->decisions; i++)
        if (is(&m->decision[i], signature) && m->decision[i].action != ACPI_DROP)
            return &m->decision[i];
    return NULL;
}

/* Kernels take the first of these; what stands in memory and is pointed at stays reachable whatever is said here. */
static bool is_second(struct mangle *m, const struct acpi_table *t)
{
    static const char only[][5] = { "FACP", "APIC", "STAO", "DSDT", "FACS" };
    for (unsigned i = 0; i < 5; i++)
        if (acpi_is(t, only[i]))
            return given(m, only[i]);
    return false;
}

static void decide(struct mangle *m, const struct acpi_table *t)
{
    static const char nothing[4] = "....";
    struct span head = span_slice(t->bytes, 0, 4);
    const char *signature = head.at ? (const char *)head.at : nothing;
    const struct acpi_policy *row = acpi_policy_find((const uint8_t *)signature);
    uint8_t action = row ? row->action : m->options->keep_unknown ? ACPI_KEEP : ACPI_DROP;
    const char *reason = row ? row->reason : action == ACPI_KEEP ? "nobody has judged this table: kept, as the options say"
                                           : "nobody has judged this table: it may speak of what stays with the hypervisor";
    if (t->faults & UNTRUSTED) {
        action = ACPI_DROP;
        reason = "damaged: no byte of it can be relied on";
    } else if (is_second(m, t)) {
        action = ACPI_DROP;
        reason = "there is one already: the first counts";
    } else if (row && row->names_uart && mangle_names_uart(t, &m->options->uart)) {
        action = ACPI_DROP;
        reason = "it names the UART that the hypervisor uses";
    }
    struct mangle_decision *d = add(m, t, signature, action, reason);
    d->laid = action == ACPI_REPLACE || (action == ACPI_KEEP && !stands(t));
}

/* A root table that lists one: whoever follows it goes round in circles. The walk does not, so of the set nothing is missing. */
static bool is_circular(const struct acpi_set *s, const struct acpi_table *t, unsigned size)
{
    const struct acpi_table *root[] = { &s->rsdp, &s->rsdt, &s->xsdt };
    struct span rest = t->bytes;
    (void)span_take(&rest, TABLE_HEADER);
    while (rest.left >= size) {
        uint64_t at = span_le(&rest, size);
        for (unsigned i = 0; i < 3; i++)
            if (stands(root[i]) && root[i]->at == at)
                return true;
    }
    return false;
}

/* size: of one of its pointers; 0: it is no list. */
static void decide_root(struct mangle *m, const struct acpi_table *t, const char *signature, unsigned size)
{
    const struct acpi_policy *row = acpi_policy_find((const uint8_t *)signature);
    bool there = t->bytes.at;
    struct mangle_decision *d = add(m, there ? t : NULL, signature, there ? ACPI_REPLACE : ACPI_ADD, row->reason);
    d->laid = true;
    if (size && !*d->damage && is_circular(m->set, t, size))
        d->damage = "it lists a root table, itself or another";
}

/* The domain's kernel cannot start without these three, nor be told of its own processors. */
static bool has_all(struct mangle *m, struct error *e)
{
    static const struct { const char *signature, *what; } all[] = { { "FACP", "FADT (FACP)" }, { "DSDT", "DSDT" }, { "APIC", "MADT (APIC)" } };
    for (unsigned i = 0; i < 3; i++)
        if (!given(m, all[i].signature)) {
            const struct acpi_table *t = acpi_set_find(m->set, all[i].signature, 0);
            return t ? fail(e, "the machine's %s is damaged: %s: read the tables again", all[i].what, acpi_fault_text(t->faults))
                     : fail(e, "there is no %s among the machine's tables: give the whole set, as acpidump has it", all[i].what);
        }
    return true;
}

static void read_namespace(struct mangle *m)
{
    const struct mangle_decision *dsdt = given(m, "DSDT");
    for (unsigned i = 0; i < m->decisions; i++) {
        const struct mangle_decision *d = &m->decision[i];
        if (d->action != ACPI_KEEP || !(d == dsdt || is(d, "SSDT") || is(d, "PSDT")))
            continue;
        struct span body = d->table->bytes;
        (void)span_take(&body, TABLE_HEADER);
        (void)aml_read(m->ns, body);
    }
}

/* The address in a generic address structure of the FADT, or in the older 32-bit field. */
static uint64_t register_at(const struct acpi_table *fadt, uint64_t old, uint64_t extended)
{
    uint64_t x = acpi_number(fadt->bytes, extended + 4, 8);
    return x ? x : old ? acpi_number(fadt->bytes, old, 4) : 0;
}

/* Which registers count the flag HW_REDUCED_ACPI says, whatever stands in the fields of the others (ACPI 6.4, 5.2.9, 4.8.3.7). */
static void plan_power(struct mangle *m, const struct acpi_table *fadt)
{
    struct mangle_power *p = &m->power;
    bool reduced = acpi_number(fadt->bytes, 112, 4) >> 20 & 1;
    p->s5 = aml_sleep_type(m->ns, 5, &p->type_a, &p->type_b);
    p->pm1a_control = reduced ? 0 : register_at(fadt, 64, 172);
    p->pm1b_control = reduced ? 0 : register_at(fadt, 68, 184);
    p->sleep_control = reduced ? register_at(fadt, 0, 244) : 0;
}

/* Where the FADT's pointers change, it is told anew; everything else in it is the machine's. */
static void plan_fadt(struct mangle *m)
{
    struct mangle_decision *fadt = given(m, "FACP"), *dsdt = given(m, "DSDT"), *facs = given(m, "FACS");
    if (!dsdt->laid && !(facs && facs->laid))
        return;
    bool had_facs = acpi_number(fadt->table->bytes, 36, 4) || acpi_number(fadt->table->bytes, 132, 8);
    fadt->action = ACPI_REPLACE;
    fadt->reason = facs || !had_facs ? "the machine's, with new pointers: its DSDT or FACS had no address of their own"
                 : acpi_set_find(m->set, "FACS", 0) ? "the machine's, with new pointers: to no FACS, as the machine's is damaged"
                 : "the machine's, with new pointers: to no FACS, as the machine's is not among the tables: give it too, or the domain has none";
    fadt->laid = true;
}

/* A SPCR that the domain is given names a UART, the domain's. Servers leave an address of 0 where redirection is off: that is none. */
static bool has_spcr_uart(const struct mangle *m)
{
    for (unsigned i = 0; i < m->decisions; i++) {
        const struct mangle_decision *d = &m->decision[i];
        if (is(d, "SPCR") && d->action != ACPI_DROP && acpi_number(d->table->bytes, SPCR_ADDRESS, 8))
            return true;
    }
    return false;
}

/*
 * STAO's byte speaks of one UART only: that which SPCR defines (LINARO-0002, table 1). The domain's SPCR is never the hypervisor's, which
 * is dropped; where one is left, its UART is the domain's, and a 1 would take that away: the hypervisor's own is then hidden by name alone.
 * Where none is left, a 1 takes nothing from the domain, and says it to who has read the firmware's SPCR, or takes a console for granted.
 * What the firmware's own STAO says stands: it speaks of the firmware's SPCR.
 */
static void plan_stao(struct mangle *m)
{
    if (m->options->uart.space != MANGLE_NO_UART && !has_spcr_uart(m))
        m->ignore_spcr = true;
    if (!given(m, "STAO") && (m->hiddens || m->ignore_spcr))
        add(m, NULL, "STAO", ACPI_ADD, "names the devices that the domain must not touch")->laid = true;
}

uint64_t mangle_address(const struct mangle *m, const struct mangle_decision *d, gpa_t at)
{
    (void)m;
    return d->laid ? at.v + d->offset : d->table->at;
}

/* The pointers to DSDT and FACS (ACPI 6.4, 5.2.9): the 64-bit ones only where the firmware used them. */
static void write_fadt(struct mangle *m, struct table_out *o, const struct mangle_decision *d, uint64_t base)
{
    static const struct { const char *signature; uint64_t old, extended; } pointers[] = { { "FACS", 36, 132 }, { "DSDT", 40, 140 } };
    uint64_t start = o->used;
    table_bytes(o, d->table->bytes.at, d->table->bytes.left);
    for (unsigned i = 0; i < 2; i++) {
        const struct mangle_decision *target = given(m, pointers[i].signature);
        uint64_t at = target ? mangle_address(m, target, gpa(base)) : 0;
        if (d->table->bytes.left >= pointers[i].old + 4)
            table_patch(o, start + pointers[i].old, at < GIB(4) ? at : 0, 4);
        if (d->table->bytes.left >= pointers[i].extended + 8 && (acpi_number(d->table->bytes, pointers[i].extended, 8) || at >= GIB(4)))
            table_patch(o, start + pointers[i].extended, at, 8);
    }
    table_patch(o, start + 9, 0, 1);
    table_checksum(o, start, d->table->bytes.left, start + 9);
}

static void lay(struct mangle *m, struct table_out *o, struct mangle_decision *d, uint64_t base)
{
    table_align(o, is(d, "FACS") ? FACS_ALIGN : TABLE_ALIGN);
    d->offset = o->used;
    if (is(d, "APIC"))
        mangle_write_madt(m, o, d->table);
    else if (is(d, "STAO"))
        mangle_write_stao(m, o);
    else if (is(d, "FACP") && d->action == ACPI_REPLACE)
        write_fadt(m, o, d, base);
    else
        table_bytes(o, d->table->bytes.at, d->table->bytes.left);
    d->length = (uint32_t)(o->used - d->offset);
}

/* The guest addresses of what the root tables list; their number. */
static unsigned list(const struct mangle *m, uint64_t base, uint64_t to[MANGLE_DECISIONS_MAX])
{
    unsigned n = 0;
    for (unsigned i = 0; i < m->decisions; i++) {
        const struct mangle_decision *d = &m->decision[i];
        if (d->action != ACPI_DROP && !is_root(d) && !is_pointed_at(d))
            to[n++] = mangle_address(m, d, gpa(base));
    }
    return n;
}

static void write_roots(struct mangle *m, struct table_out *o, uint64_t base)
{
    uint64_t listed[MANGLE_DECISIONS_MAX];
    unsigned n = list(m, base, listed);
    struct mangle_decision *root[] = { given(m, "RSDT"), given(m, "XSDT") };
    for (unsigned i = 0; i < 2; i++) {
        root[i]->offset = acpi_root_table(o, listed, n, i ? 8 : 4);
        root[i]->length = (uint32_t)(o->used - root[i]->offset);
    }
    acpi_rsdp(o, base + root[0]->offset, base + root[1]->offset);
    given(m, "RSD ")->length = ACPI_RSDP_LENGTH;
}

static void write_image(struct mangle *m, struct table_out *o, uint64_t base)
{
    table_zero(o, ACPI_RSDP_LENGTH);
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < m->decisions; i++) {
            struct mangle_decision *d = &m->decision[i];
            if (d->laid && !is_root(d) && is_pointed_at(d) == (pass == 0))
                lay(m, o, d, base);
            else if (d->action == ACPI_KEEP && !d->laid)
                d->length = (uint32_t)d->table->bytes.left;
        }
    write_roots(m, o, base);
}

bool mangle_plan(struct mangle *m, const struct acpi_set *s, const struct mangle_options *o, struct aml_namespace *ns, struct error *e)
{
    struct table_out count = { 0 };
    memset(m, 0, sizeof(*m));
    m->set = s;
    m->options = o;
    m->ns = ns;
    if (o->vcpus < 1 || o->vcpus > PLATFORM_VCPUS_MAX)
        return fail(e, "a domain has 1 to %d vCPUs, not %u: give another number", PLATFORM_VCPUS_MAX, o->vcpus);
    decide_root(m, &s->rsdp, "RSD ", 0);
    decide_root(m, &s->rsdt, "RSDT", 4);
    decide_root(m, &s->xsdt, "XSDT", 8);
    for (unsigned i = 0; i < s->n; i++)
        decide(m, &s->table[i]);
    if (!has_all(m, e))
        return false;
    mangle_count_madt(&m->madt, given(m, "APIC")->table->bytes);
    if (!m->madt.processors)
        return fail(e, "the machine's MADT names no local APIC, so it is no PC: only a PC's tables can be a hardware domain's yet");
    read_namespace(m);
    mangle_plan_processors(m, given(m, "APIC")->table);
    if (!mangle_plan_hidden(m, e))
        return false;
    plan_power(m, given(m, "FACP")->table);
    plan_fadt(m);
    plan_stao(m);
    write_image(m, &count, 0);
    m->size = count.used;
    return true;
}

bool mangle_write(struct mangle *m, gpa_t at, uint8_t *to, uint64_t size, struct error *e)
{
    struct table_out o = { to, size, 0, !to };
    uint64_t end;
    if (!add_ok(at.v, m->size, &end) || end > GIB(4))
        return fail(e, "the tables would end above 4 GiB, where an RSDT cannot point: place them lower");
    write_image(m, &o, at.v);
    return !o.full || fail(e, "the tables need %llu bytes: give that many", (unsigned long long)m->size);
}
