/* Owns: `bedplate acpi namespace`: a machine's devices, or all of its names, as a list. */
#include "cli/acpi.h"
#include "cli/acpi_aml.h"
#include "cli/acpi_device.h"
#include "cli/json.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { PATH_WIDTH_MAX = 44 };

static bool is_device(unsigned kind)
{
    return kind == AML_DEVICE_NODE || kind == AML_PROCESSOR || kind == AML_THERMAL || kind == AML_POWER;
}

/* The next node in the order of a tree's listing; AML_NONE: that was the last. */
static int next(const struct aml_namespace *ns, int node)
{
    if (ns->node[node].first != AML_NONE)
        return ns->node[node].first;
    while (node != AML_NONE && ns->node[node].next == AML_NONE)
        node = ns->node[node].parent;
    return node == AML_NONE ? AML_NONE : ns->node[node].next;
}

static bool is_listed(const struct aml_namespace *ns, int node, bool all) { return node != AML_ROOT && (all || is_device(ns->node[node].kind)); }

/* How wide the column of paths is: that of the longest, but a few very long ones stick out. */
static unsigned path_width(const struct aml_namespace *ns, bool all)
{
    unsigned width = 0;
    for (int i = AML_ROOT; i != AML_NONE; i = next(ns, i)) {
        unsigned w = ns->node[i].depth * 5u;
        if (is_listed(ns, i, all) && w > width && w <= PATH_WIDTH_MAX)
            width = w;
    }
    return width;
}

static const char *dash(const char *text) { return *text ? text : "-"; }

static void print_device(const struct aml_namespace *ns, int node, int width)
{
    char path[AML_PATH_MAX];
    struct acpi_device d;
    acpi_device_of(ns, node, &d);
    (void)aml_path(ns, node, path, sizeof(path));
    (void)printf("%-*s  %-8s  %-18s  %-8s  %-10s  %s%s\n", width, path, dash(d.hid), dash(d.cids), dash(d.uid), dash(d.adr), dash(d.what),
                 ns->node[node].conditional ? " (conditional)" : "");
}

static void print_devices(const struct aml_namespace *ns)
{
    int width = (int)path_width(ns, false);
    (void)printf("%s%-*s  %-8s  %-18s  %-8s  %-10s  what%s\n", bold(), width, "path", "_HID", "_CID", "_UID", "_ADR", plain());
    for (int i = AML_ROOT; i != AML_NONE; i = next(ns, i))
        if (is_listed(ns, i, false))
            print_device(ns, i, width);
}

static void print_names(const struct aml_namespace *ns)
{
    int width = (int)path_width(ns, true);
    (void)printf("%s%-*s  %-14s  what%s\n", bold(), width, "path", "kind", plain());
    for (int i = AML_ROOT; i != AML_NONE; i = next(ns, i)) {
        char path[AML_PATH_MAX], value[ACPI_VALUE_MAX];
        if (!is_listed(ns, i, true))
            continue;
        (void)aml_path(ns, i, path, sizeof(path));
        acpi_value_of(ns, i, value);
        (void)printf("%-*s  %-14s  %s%s\n", width, path, acpi_kind_name(ns->node[i].kind), dash(value), ns->node[i].conditional ? " (conditional)" : "");
    }
}

/* "12 tables, 107 devices, 4 processors", and what one should know before one believes it. */
static void print_sum(const struct acpi_aml *a)
{
    const struct aml_namespace *ns = &a->ns;
    unsigned devices = 0, processors = 0, conditional = 0;
    for (unsigned i = 0; i < ns->n; i++) {
        devices += ns->node[i].kind == AML_DEVICE_NODE;
        processors += ns->node[i].kind == AML_PROCESSOR;
        conditional += is_device(ns->node[i].kind) && ns->node[i].conditional;
    }
    (void)printf("\n%u table%s, %u name%s, %u device%s", a->n, a->n == 1 ? "" : "s", ns->n - 1, ns->n == 2 ? "" : "s", devices, devices == 1 ? "" : "s");
    (void)(processors && printf(", %u processor object%s", processors, processors == 1 ? "" : "s"));
    (void)(conditional && printf("; %u declared under a condition: %s may not exist", conditional, conditional == 1 ? "it" : "they"));
    (void)puts("");
    for (unsigned i = 0; i < a->n; i++)
        if (a->table[i]->faults)
            (void)printf("table %u (%.4s): %s\n", i, (const char *)a->table[i]->bytes.at, acpi_fault_text(a->table[i]->faults));
    if (ns->skipped)
        (void)printf("%u place%s passed over: names in %s are missing here\n", ns->skipped, ns->skipped == 1 ? " was" : "s were",
                     ns->skipped == 1 ? "it" : "them");
    if (ns->full)
        (void)puts("more names than are kept: the list is not complete");
}

static void text_unless_empty(const char *name, const char *v) { if (*v) json_text(name, v); }

static void json_ids(const struct aml_namespace *ns, int node)
{
    char id[ACPI_ID_MAX];
    struct acpi_device d;
    acpi_device_of(ns, node, &d);
    text_unless_empty("hid", d.hid);
    json_open("cid", '[');
    for (unsigned i = 1; acpi_device_id_text(ns, node, i, id); i++)
        json_text(NULL, id);
    json_close();
    text_unless_empty("uid", d.uid);
    text_unless_empty("adr", d.adr);
    text_unless_empty("what", d.what);
}

static void json_node(const struct acpi_aml *a, int node)
{
    const struct aml_node *n = &a->ns.node[node];
    char text[AML_PATH_MAX];
    json_open(NULL, '{');
    (void)aml_path(&a->ns, node, text, sizeof(text));
    json_text("path", text);
    json_text("kind", acpi_kind_name(n->kind));
    json_toggle("conditional", n->conditional);
    json_number("table", n->table);
    if (is_device(n->kind)) {
        json_ids(&a->ns, node);
    } else {
        acpi_value_of(&a->ns, node, text);
        text_unless_empty("value", text);
    }
    json_close();
}

static void print_json(const struct acpi_aml *a, bool all)
{
    json_open(NULL, '{');
    json_open("tables", '[');
    for (unsigned i = 0; i < a->n; i++) {
        char name[9] = "";
        acpi_clean(span_slice(a->table[i]->bytes, 0, 4), name, sizeof(name));
        json_open(NULL, '{');
        json_text("signature", name);
        acpi_clean(span_slice(a->table[i]->bytes, 16, 8), name, sizeof(name));
        json_text("oem_table_id", name);
        json_number("bytes", a->table[i]->bytes.left);
        json_close();
    }
    json_close();
    json_number("passed_over", a->ns.skipped);
    json_open("nodes", '[');
    for (int i = AML_ROOT; i != AML_NONE; i = next(&a->ns, i))
        if (is_listed(&a->ns, i, all))
            json_node(a, i);
    json_close();
    json_close();
}

static int list(char **what, int n, bool all, bool json)
{
    static struct acpi_aml a;
    struct error e = { "" };
    if (acpi_aml_read(&a, what, n, &e)) {
        if (json) {
            print_json(&a, all);
        } else {
            all ? print_names(&a.ns) : print_devices(&a.ns);
            print_sum(&a);
        }
        (void)acpi_aml_whole(&a, what, n, &e);
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
            return complain_option("acpi namespace", argv);
        all |= c == 'a';
        json |= c == 'j';
    }
    if (optind == argc)
        return complain(EXIT_USAGE, "acpi namespace: write `bedplate acpi namespace FILE...`: see `bedplate acpi namespace --help`");
    return list(argv + optind, argc - optind, all, json);
}

const struct command acpi_verb_namespace = {
    "namespace", "FILE...", "the devices that a machine's AML declares",
    "Reads the DSDT and the SSDTs without running them, and lists the devices by the paths that STAO and `mangle --hide` want,\n"
    "with their ids. What is declared under If, Else or While may not exist on the machine, and is marked. Ends with 2, after the\n"
    "list, where something was passed over: a table is cut, a PkgLength reaches past the end, scopes are nested deeper than 64.\n\n"
    "  FILE        tables as files, a folder of them, the text of acpidump, - or live (this machine)\n"
    "  -a, --all   all names: methods, fields, regions and values too\n"
    "      --json  for programs\n\n"
    "Examples:\n"
    "  sudo acpidump | bedplate acpi namespace -\n"
    "  bedplate acpi namespace --all DSDT.dat SSDT*.dat | grep _HID\n",
    run, NULL,
};
