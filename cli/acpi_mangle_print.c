/* Owns: how the decisions are told: for people, and as JSON. */
#include "cli/acpi_mangle.h"
#include "cli/acpi_name.h"
#include "cli/cli.h"
#include "cli/json.h"
#include <stdio.h>
#include <string.h>

enum { SHOWN = 3 };             /* of one kind in a row: big machines have hundreds of processors */

static const char *path_of(const struct mangle *m, const struct mangle_hidden *h, char *to, unsigned size)
{
    if (h->node == AML_NONE)
        return h->path;
    (void)aml_path(m->ns, h->node, to, size);
    return to;
}

static const char *name_of(const struct mangle_decision *d) { return acpi_name_of(d->signature); }

static bool same(const struct mangle_decision *a, const struct mangle_decision *b)
{
    return a->action == b->action && strcmp(a->signature, b->signature) == 0 && a->reason == b->reason && strcmp(a->damage, b->damage) == 0;
}

/* One line for all that are the same: machines have dozens of SSDTs. */
static void print_decision(const struct mangle *m, const struct mangle_decision *d)
{
    static const char *const headings[] = { "kept", "replaced", "dropped", "added" };
    unsigned n = 0;
    for (unsigned i = 0; i < m->decisions; i++) {
        if (!same(&m->decision[i], d))
            continue;
        if (n++ == 0 && &m->decision[i] != d)
            return;
    }
    (void)printf("%s%-8s  %s%s  %s", bold(), headings[d->action], name_of(d), plain(), d->reason);
    if (*d->damage)
        (void)printf("; damaged: %s", d->damage);
    if (n > 1)
        (void)printf(" (%u tables)", n);
    (void)putchar('\n');
}

static void print_decisions(const struct mangle *m)
{
    static const uint8_t order[] = { ACPI_KEEP, ACPI_REPLACE, ACPI_ADD, ACPI_DROP };
    for (unsigned k = 0; k < 4; k++)
        for (unsigned i = 0; i < m->decisions; i++)
            if (m->decision[i].action == order[k])
                print_decision(m, &m->decision[i]);
}

static void print_hidden(const struct mangle *m)
{
    char path[AML_PATH_MAX];
    for (unsigned i = 0, row = 0; i < m->hiddens; i++) {
        const char *why = m->hidden[i].why;
        bool last = i + 1 == m->hiddens || m->hidden[i + 1].why != why;
        if (row++ < SHOWN || last)
            (void)printf("%shidden    %s%s  %s", bold(), path_of(m, &m->hidden[i], path, sizeof(path)), plain(), why);
        if (last && row > SHOWN + 1)
            (void)printf(", as %u more before it", row - SHOWN - 1);
        if (row <= SHOWN || last)
            (void)putchar('\n');
        row = last ? 0 : row;
    }
    if (m->options->uart.space != MANGLE_NO_UART && !m->uart_found)
        (void)printf("%shidden    %sno device of the AML is known to be the UART at %#llx: %s\n", bold(), plain(), (unsigned long long)m->options->uart.at,
                     m->ignore_spcr ? "STAO says only that SPCR's UART is to be ignored" : "the domain is not told to leave it alone");
    if (m->ns->full || m->ns->skipped)
        (void)printf("%shidden    %spart of the AML could not be read (%u places): a device there is not hidden\n", bold(), plain(), m->ns->skipped + m->ns->full);
}

static const char *plural(unsigned n) { return n == 1 ? "" : "s"; }

/* The MADT in one sentence. */
static void print_madt(const struct mangle *m)
{
    const struct mangle_madt *c = &m->madt;
    (void)printf("%schanges   MADT%s  %u local APIC%s (%u enabled) become%s %u", bold(), plain(), c->processors, plural(c->processors), c->enabled,
                 c->processors == 1 ? "s" : "", m->options->vcpus);
    (void)printf("; %u IOAPIC%s and %u interrupt source override%s kept", c->ioapics, plural(c->ioapics), c->overrides, plural(c->overrides));
    if (c->nmis)
        (void)printf("; %u NMI entr%s told anew as one for all processors", c->nmis, c->nmis == 1 ? "y" : "ies");
    else
        (void)printf("; an NMI entry for all processors is new");
    if (c->nmi_sources || c->others)
        (void)printf("; %u entr%s of other kinds dropped", c->nmi_sources + c->others, c->nmi_sources + c->others == 1 ? "y" : "ies");
    if (c->pcat != m->options->pic)
        (void)printf("; PCAT_COMPAT %s: the domain has %s8259s", m->options->pic ? "set" : "cleared", m->options->pic ? "" : "no ");
    if (c->damaged)
        (void)printf("; damaged: an entry's length is wrong, and what is behind it was not read");
    (void)putchar('\n');
}

static void print_line(void *owner, const char *text)
{
    (void)owner;
    (void)printf("%schanges   %s%s\n", bold(), plain(), text);
}

static void print_power(const struct mangle_power *p)
{
    (void)printf("%spower%s     ", bold(), plain());
    if (p->s5)
        (void)printf("S5 is SLP_TYPa %u, SLP_TYPb %u", p->type_a, p->type_b);
    else
        (void)printf("no \\_S5_ of constants: power-off cannot be told from what the domain writes");
    if (p->pm1a_control)
        (void)printf("; PM1a control is port %#llx", (unsigned long long)p->pm1a_control);
    if (p->pm1b_control)
        (void)printf("; PM1b control is port %#llx", (unsigned long long)p->pm1b_control);
    if (p->sleep_control)
        (void)printf("; sleep control is at %#llx", (unsigned long long)p->sleep_control);
    (void)putchar('\n');
}

void mangle_print(const struct mangle *m, gpa_t at, const uint8_t *image)
{
    print_decisions(m);
    print_hidden(m);
    print_madt(m);
    mangle_changes(m, at, image, SHOWN, print_line, NULL);
    print_power(&m->power);
}

static void json_line(void *owner, const char *text)
{
    (void)owner;
    json_text(NULL, text);
}

static void json_decisions(const struct mangle *m, gpa_t at)
{
    json_open("tables", '[');
    for (unsigned i = 0; i < m->decisions; i++) {
        const struct mangle_decision *d = &m->decision[i];
        json_open(NULL, '{');
        json_text("signature", name_of(d));
        json_text("action", acpi_action_name(d->action));
        json_text("reason", d->reason);
        if (*d->damage)
            json_text("damage", d->damage);
        if (d->action != ACPI_DROP) {
            json_number("address", mangle_address(m, d, at));
            json_number("length", d->length);
        }
        json_close();
    }
    json_close();
}

static void json_madt(const struct mangle *m)
{
    json_open("madt", '{');
    json_number("processors_before", m->madt.processors);
    json_number("enabled_before", m->madt.enabled);
    json_number("processors", m->options->vcpus);
    json_number("ioapics", m->madt.ioapics);
    json_number("overrides", m->madt.overrides);
    json_number("nmis_before", m->madt.nmis);
    json_number("dropped", m->madt.nmi_sources + m->madt.others);
    json_toggle("pcat_before", m->madt.pcat);
    json_toggle("pcat", m->options->pic);
    json_toggle("damaged", m->madt.damaged);
    json_close();
}

void mangle_print_json(const struct mangle *m, gpa_t at, const uint8_t *image)
{
    char path[AML_PATH_MAX];
    json_open(NULL, '{');
    json_decisions(m, at);
    json_open("hidden", '[');
    for (unsigned i = 0; i < m->hiddens; i++) {
        json_open(NULL, '{');
        json_text("path", path_of(m, &m->hidden[i], path, sizeof(path)));
        json_text("why", m->hidden[i].why);
        json_close();
    }
    json_close();
    json_madt(m);
    json_open("changes", '[');
    mangle_changes(m, at, image, UINT32_MAX, json_line, NULL);
    json_close();
    json_open("power", '{');
    json_toggle("s5", m->power.s5);
    json_number("slp_typa", m->power.type_a);
    json_number("slp_typb", m->power.type_b);
    json_number("pm1a_control", m->power.pm1a_control);
    json_number("pm1b_control", m->power.pm1b_control);
    json_number("sleep_control", m->power.sleep_control);
    json_close();
    json_close();
}
