/* Owns: `bedplate acpi s5`: what a machine's sleep registers want to be told for each sleep state (ACPI 6.4, 7.4.2). */
#include "acpi/table.h"
#include "cli/acpi.h"
#include "cli/acpi_aml.h"
#include "cli/json.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { PM1A_CNT = 64, PM1B_CNT = 68, FLAGS = 112, X_PM1A_CNT = 172, X_PM1B_CNT = 184, SLEEP_CONTROL = 244, HW_REDUCED = 1 << 20 };   /* FADT: 5.2.9 */
enum { STATES = 6, SLP_TYP_SHIFT = 10, SLP_EN = 1 << 13, SLEEP_TYP_SHIFT = 2, SLEEP_EN = 1 << 5 };

struct state { bool known, conditional; uint8_t a, b; const char *why; };

static struct state state_of(const struct aml_namespace *ns, unsigned n)
{
    const char name[] = { '_', 'S', (char)('0' + n), '\0' };
    int node = aml_child(ns, AML_ROOT, name), target = node == AML_NONE ? AML_NONE : aml_target(ns, node);
    struct state s = { .why = "is not there" };
    if (node == AML_NONE)
        return s;
    s.known = aml_sleep_type(ns, n, &s.a, &s.b);
    s.conditional = ns->node[node].conditional;
    if (target != AML_NONE && ns->node[target].kind == AML_METHOD)
        s.why = "is a method, and what it returns is known only when it runs";
    else if (target == AML_NONE || ns->node[target].kind != AML_NAMED)
        s.why = "is no name with a value";
    else
        s.why = "is no package that begins with two constant numbers";
    return s;
}

/* n bytes of the FADT; 0: it has them not, or there is none among the tables. */
static uint64_t fadt(const struct acpi_aml *a, unsigned offset, unsigned n)
{
    const struct acpi_table *t = acpi_set_find(&a->input.set, "FACP", 0);
    struct span field = t ? span_slice(t->bytes, offset, n) : (struct span){ NULL, 0, true };
    return span_le(&field, n);
}

/* What is to be written where. at 0: there is no such register. */
struct write { const char *name; bool port; uint64_t at; unsigned value, digits; };

/* The 64-bit field counts where it names something (5.2.9), as newer firmware may leave the older one 0. */
static struct write pm1(const struct acpi_aml *a, const char *name, unsigned old, unsigned extended, uint8_t type)
{
    struct write w = { name, true, fadt(a, extended + 4, 8), SLP_EN | (type & 7u) << SLP_TYP_SHIFT, 6 };
    if (w.at)
        w.port = fadt(a, extended, 1) == TABLE_IO;
    else
        w.at = fadt(a, old, 4);
    return w;
}

/* PM1 control (4.8.3.2.1), or the sleep control register of hardware-reduced machines (4.8.3.7). How many: at most 2. */
static unsigned writes(const struct acpi_aml *a, const struct state *s, struct write to[2])
{
    unsigned n = 0;
    if (fadt(a, FLAGS, 4) & HW_REDUCED) {
        bool port = fadt(a, SLEEP_CONTROL, 1) == TABLE_IO;
        to[n] = (struct write){ "SLEEP_CONTROL_REG", port, fadt(a, SLEEP_CONTROL + 4, 8), SLEEP_EN | (s->a & 7u) << SLEEP_TYP_SHIFT, 4 };
        return to[n].at != 0;
    }
    to[n] = pm1(a, "PM1a_CNT", PM1A_CNT, X_PM1A_CNT, s->a);
    n += to[n].at != 0;
    to[n] = pm1(a, "PM1b_CNT", PM1B_CNT, X_PM1B_CNT, s->b);
    return n + (to[n].at != 0);
}

static void print_registers(const struct acpi_aml *a, const struct state *s)
{
    struct write w[2];
    for (unsigned i = 0, n = writes(a, s, w); i < n; i++)
        (void)printf("       write %#0*x to %s (%s %#llx)\n", (int)w[i].digits, w[i].value, w[i].name, w[i].port ? "port" : "address",
                     (unsigned long long)w[i].at);
}

static void json_registers(const struct acpi_aml *a, const struct state *s)
{
    struct write w[2];
    json_open("writes", '[');
    for (unsigned i = 0, n = writes(a, s, w); i < n; i++) {
        json_open(NULL, '{');
        json_text("register", w[i].name);
        json_text("space", w[i].port ? "port" : "memory");
        json_number("address", w[i].at);
        json_number("value", w[i].value);
        json_close();
    }
    json_close();
}

static void print_text(const struct acpi_aml *a, bool all)
{
    for (unsigned i = all ? 0 : STATES - 1; i < STATES; i++) {
        struct state s = state_of(&a->ns, i);
        if (!s.known) {
            (void)printf("\\_S%u_  %s\n", i, s.why);
            continue;
        }
        (void)printf("\\_S%u_  SLP_TYPa %u, SLP_TYPb %u%s\n", i, s.a, s.b, s.conditional ? " (declared under a condition)" : "");
        if (i == STATES - 1)
            print_registers(a, &s);
    }
}

static void print_json(const struct acpi_aml *a, bool all)
{
    json_open(NULL, '[');
    for (unsigned i = all ? 0 : STATES - 1; i < STATES; i++) {
        struct state s = state_of(&a->ns, i);
        json_open(NULL, '{');
        json_number("state", i);
        json_toggle("known", s.known);
        if (s.known) {
            json_number("slp_typa", s.a);
            json_number("slp_typb", s.b);
            json_toggle("conditional", s.conditional);
            if (i == STATES - 1)
                json_registers(a, &s);
        } else {
            json_text("why", s.why);
        }
        json_close();
    }
    json_close();
}

static int s5(char **what, int n, bool all, bool json)
{
    static struct acpi_aml a;
    struct error e = { "" };
    if (acpi_aml_read(&a, what, n, &e)) {
        struct state s = state_of(&a.ns, STATES - 1);
        if (json)
            print_json(&a, all);
        else if (s.known || all)
            print_text(&a, all);
        if (acpi_aml_whole(&a, what, n, &e) && !s.known && !all)
            (void)fail(&e, "%s: \\_S5_ %s: give all of the machine's SSDTs, or power it off by other means", acpi_aml_name(what[0]), s.why);
    }
    acpi_aml_free(&a);
    return failed(&e) ? complain_error(EXIT_REFUSED, &e) : EXIT_WELL;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = { { "all", no_argument, NULL, 'a' }, { "json", no_argument, NULL, 'j' }, { 0 } };
    bool all = false, json = false;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "a", options, NULL)) != -1;) {
        if (c == '?')
            return complain_option("acpi s5", argv);
        all |= c == 'a';
        json |= c == 'j';
    }
    if (optind == argc)
        return complain(EXIT_USAGE, "acpi s5: write `bedplate acpi s5 FILE...`: see `bedplate acpi s5 --help`");
    return s5(argv + optind, argc - optind, all, json);
}

const struct command acpi_verb_s5 = {
    "s5", "FILE...", "what a machine's registers are told to power it off",
    "Reads \\_S5_ from the AML without running it: the sleep types that power the machine off, and what to write where when the\n"
    "FADT is among the tables. Ends with 2 where \\_S5_ is not there or not constant, or where AML was passed over: what `bedplate\n"
    "acpi namespace` says of it.\n\n"
    "  FILE        tables as files, a folder of them, the text of acpidump, - or live (this machine)\n"
    "  -a, --all   all sleep states, _S0 to _S5\n"
    "      --json  for programs\n\n"
    "Examples:\n"
    "  sudo acpidump | bedplate acpi s5 -\n"
    "  bedplate acpi s5 --all /sys/firmware/acpi/tables\n",
    run, NULL,
};
