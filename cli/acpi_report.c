/* Owns: `bedplate acpi report`: one page about a guest or a machine, and how another one differs. */
#include "cli/acpi.h"
#include "cli/acpi_guest.h"
#include "cli/acpi_input.h"
#include "cli/guests.h"
#include "cli/output.h"
#include "cli/report.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* What one argument stands for: a guest's configuration, or tables of a machine. */
struct subject { struct told told; struct guests *guests; struct acpi_guest guest; struct acpi_input input; };

static bool is_configuration(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".cfg") == 0;
}

/* The whole guest, kernel and all, because the memory map shows where it is placed. One without tables is a page too. */
static bool read_guest(struct subject *s, const char *path, struct error *e)
{
    s->guests = guests_plan_alone((char *)(uintptr_t)path, e);
    if (!s->guests)
        return false;
    model_of_guest(&s->told.model, &s->guests->guest[0]);
    return !s->guests->guest[0].plan.acpi_size || acpi_guest_read(&s->guest, path, e);
}

static bool read_subject(struct subject *s, const char *path, struct error *e)
{
    const struct acpi_set *set = &s->guest.set;
    if (is_configuration(path)) {
        if (!read_guest(s, path, e))
            return false;
    } else {
        if (!acpi_input_add(&s->input, path, e))
            return false;
        set = &s->input.set;
        model_of_tables(&s->told.model, set, path);
    }
    fields_collect(&s->told.fields, set);
    return true;
}

static void forget(struct subject *s)
{
    fields_free(&s->told.fields);
    model_free(&s->told.model);
    guests_free(s->guests);
    acpi_guest_free(&s->guest);
    acpi_input_free(&s->input);
}

static void page(FILE *f, const struct subject *s, const struct subject *other, const char *other_name)
{
    page_begin(f, &s->told.model);
    page_memory(f, &s->told.model);
    page_interrupts(f, &s->told.model);
    page_tables(f, &s->told.fields);
    if (other)
        page_differences(f, &s->told, &other->told, other_name);
    page_end(f);
}

static bool write_page(const char *path, const struct subject *s, const struct subject *other, const char *other_name, struct error *e)
{
    struct output o;
    if (!output_open(&o, path, e))
        return false;
    page(stdout, s, other, other_name);
    return output_close(&o, true, e);
}

static int report(const char *path, const char *other_path, const char *to)
{
    struct error e = { "" };
    struct subject *s = calloc(2, sizeof(*s));
    if (!s)
        abort();
    if (read_subject(&s[0], path, &e) && (!other_path || read_subject(&s[1], other_path, &e)) &&
        write_page(to, &s[0], other_path ? &s[1] : NULL, other_path, &e) && !is_stdout(to))
        (void)printf("%s: %zu tables, %u fault%s\n", to, s[0].told.fields.tables, s[0].told.fields.faults, s[0].told.fields.faults == 1 ? "" : "s");
    forget(&s[0]);
    forget(&s[1]);
    free(s);
    return failed(&e) ? complain_error(EXIT_REFUSED, &e) : EXIT_WELL;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = { { "output", required_argument, NULL, 'o' }, { "against", required_argument, NULL, 'a' }, { 0 } };
    const char *to = NULL, *other = NULL;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
        if (c == '?')
            return complain_option("acpi report", argv);
        *(c == 'o' ? &to : &other) = optarg;
    }
    if (optind + 1 != argc || !to)
        return complain(EXIT_USAGE, "acpi report: write `bedplate acpi report CFG -o FILE.html`: see `bedplate acpi report --help`");
    return report(argv[optind], other, to);
}

const struct command acpi_verb_report = {
    "report", "CFG|TABLES -o FILE", "a page to look at: memory map, interrupts, tables, differences",
    "Writes one HTML page, which needs nothing besides itself, about a guest (a configuration, *.cfg; its kernel and modules are read, since\n"
    "the memory map shows where they go) or about any machine (a folder, acpidump's text, raw tables, \"live\"): its memory map drawn to\n"
    "scale, who interrupts whom, its ACPI tables field by field with the clauses that define them.\n\n"
    "  -o, --output FILE   where the page goes; - is standard output\n"
    "  --against OTHER     also how another configuration or machine differs: settings, memory map, interrupts, tables\n\n"
    "Examples:\n"
    "  bedplate acpi report web.cfg -o web.html\n"
    "  bedplate acpi report web.cfg --against plain.cfg -o web.html\n"
    "  bedplate acpi report live -o here.html\n",
    run, NULL,
};
