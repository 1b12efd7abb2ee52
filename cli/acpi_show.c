/* Owns: `bedplate acpi show`: any machine's tables in words, with their faults, as text, annotated hex or JSON. */
#include "acpi/show/show.h"
#include "cli/acpi.h"
#include "cli/acpi_input.h"
#include "cli/acpi_json.h"
#include "cli/acpi_name.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum form { AS_TEXT, AS_HEX, AS_JSON, AS_FAULTS };
struct wishes { enum form form; bool no_aml; };

/* ---- text and hex ---- */

/* Many small lines: without a lock for each. */
static void print(void *owner, const char *text)
{
    bool loud = *(const bool *)owner && text[0] == '!';
    if (loud)
        (void)fputs("\033[1;31m", stdout);
    (void)fputs_unlocked(text, stdout);
    if (loud)
        (void)fputs("\033[0m", stdout);
    (void)putchar_unlocked('\n');
}

/* ---- faults only ---- */

static const struct acpi_table *spoken_of;

static void put_name(void)
{
    char name[ACPI_NAME];
    acpi_name(spoken_of, name);
    (void)fputs(name, stdout);
    if (spoken_of->placed)
        (void)printf(" at %#llx", (unsigned long long)spoken_of->at);
}

static void faulty_table(void *owner, const struct acpi_heading *h)
{
    (void)owner;
    spoken_of = h->table;
}

static void faulty_field(void *owner, const struct acpi_field *f)
{
    (void)owner;
    if (!f->fault)
        return;
    put_name();
    (void)printf(", byte %#x: %s: %s\n", f->offset, f->name, f->fault);
}

static void faulty(void *owner, const char *sentence)
{
    (void)owner;
    if (spoken_of)
        put_name();
    (void)printf("%s%s\n", spoken_of ? ": " : "", sentence);
}

/* ---- all of them ---- */

static bool is_aml(const struct acpi_table *t)
{
    return acpi_is(t, "DSDT") || acpi_is(t, "SSDT") || acpi_is(t, "PSDT") || acpi_is(t, "OSDT");
}

/* The set's own faults come last, and are no table's. */
struct count { unsigned tables, faults; };

static struct count tell(const struct acpi_set *s, const struct acpi_listener *l, bool no_aml)
{
    const struct acpi_table *const root[] = { &s->rsdp, &s->rsdt, &s->xsdt };
    struct count c = { 0, 0 };
    for (unsigned i = 0; i < 3; i++)
        if (root[i]->bytes.at) {
            c.faults += acpi_describe_one(s, root[i], l);
            c.tables++;
        }
    for (unsigned i = 0; i < s->n; i++)
        if (!no_aml || !is_aml(&s->table[i])) {
            c.faults += acpi_describe_one(s, &s->table[i], l);
            c.tables++;
        }
    return c;
}

static struct count show_lines(const struct acpi_set *s, const struct wishes *w)
{
    struct acpi_show show;
    bool colours = bold()[0];
    const struct acpi_listener l = acpi_show_begin(&show, w->form == AS_HEX ? ACPI_SHOW_HEX : ACPI_SHOW_TEXT, print, &colours);
    struct count c = tell(s, &l, w->no_aml);
    acpi_show_end(&show);
    (void)putchar('\n');
    c.faults += acpi_describe_whole(s, &l);
    return c;
}

static struct count show_faults(const struct acpi_set *s, const struct wishes *w)
{
    const struct acpi_listener l = { faulty_table, faulty_field, faulty, NULL };
    struct count c = tell(s, &l, w->no_aml);
    spoken_of = NULL;
    c.faults += acpi_describe_whole(s, &l);
    return c;
}

static struct count show_json(const struct acpi_set *s, const struct wishes *w)
{
    struct acpi_json j;
    const struct acpi_listener l = acpi_json_begin(&j);
    struct count c = tell(s, &l, w->no_aml);
    acpi_json_tables_end(&j);
    c.faults += acpi_describe_whole(s, &l);
    acpi_json_end(&j, c.tables, c.faults);
    return c;
}

static int show(const struct acpi_set *s, const struct wishes *w)
{
    static char buffer[1 << 16];
    (void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    struct count c = w->form == AS_JSON ? show_json(s, w) : w->form == AS_FAULTS ? show_faults(s, w) : show_lines(s, w);
    if (w->form != AS_JSON)
        (void)printf("%s%u table%s, %u fault%s%s\n", bold(), c.tables, c.tables == 1 ? "" : "s", c.faults, c.faults == 1 ? "" : "s", plain());
    if (fflush(stdout) != 0)
        return complain(EXIT_HOST, "acpi show: stdout cannot be written: make room or write elsewhere");
    return c.faults ? EXIT_REFUSED : EXIT_WELL;
}

/* argv ends with NULL. */
static int show_files(char **argv, const struct wishes *w)
{
    struct acpi_input *in = calloc(1, sizeof(*in));
    struct error e = { "" };
    bool ok = true;
    if (!in)
        abort();
    for (; ok && *argv; argv++)
        ok = acpi_input_add(in, *argv, &e);
    int code = ok ? show(&in->set, w) : complain_error(EXIT_REFUSED, &e);
    acpi_input_free(in);
    free(in);
    return code;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        { "hex", no_argument, NULL, AS_HEX }, { "json", no_argument, NULL, AS_JSON }, { "faults", no_argument, NULL, AS_FAULTS },
        { "no-aml", no_argument, NULL, 'a' }, { 0 },
    };
    struct wishes w = { AS_TEXT, false };
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == '?')
            return complain_option("acpi show", argv);
        if (c == 'a')
            w.no_aml = true;
        else if (w.form != AS_TEXT && w.form != (enum form)c)
            return complain(EXIT_USAGE, "acpi show: --hex, --json and --faults exclude each other: give one of them");
        else
            w.form = (enum form)c;
    }
    if (optind == argc)
        return complain(EXIT_USAGE, "acpi show: no tables are named: write `bedplate acpi show FILE...`, or - for standard input, or live");
    return show_files(argv + optind, &w);
}

const struct command acpi_verb_show = {
    "show", "FILE...", "any machine's ACPI tables in plain words, faults marked",
    "Tells what is in ACPI tables, field by field, and what is wrong with them: checksums, lengths, pointers to nothing, reserved\n"
    "bits, fields that contradict each other. FILE is a table, a folder of them, the text of acpidump, an image that begins with\n"
    "an RSDP, live (this machine's) or - (standard input). Lines that begin with ! are faults. Ends with 2 when there are any,\n"
    "with 0 when there are none.\n\n"
    "  --hex       every byte, beside the field it belongs to\n"
    "  --json      for programs\n"
    "  --faults    only what is wrong, a line each\n"
    "  --no-aml    without DSDT and SSDTs\n\n"
    "Examples:\n"
    "  bedplate acpi show live --faults\n"
    "  acpidump | bedplate acpi show -\n"
    "  bedplate acpi show --hex APIC.dat\n",
    run, NULL,
};
