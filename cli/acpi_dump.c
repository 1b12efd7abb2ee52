/* Owns: `bedplate acpi dump`: the tables that a guest will see, by the code that builds them at boot. */
#include "acpi/acpi.h"
#include "acpi/show.h"
#include "cli/acpi.h"
#include "cli/guests.h"
#include "cli/json.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct image { uint8_t *bytes; uint64_t used, at, rsdp; };
enum form { AS_TEXT, AS_JSON, AS_FILES };

static bool build(const struct guest *g, struct image *m, struct error *e)
{
    gpa_t rsdp;
    if (!g->plan.acpi_size)
        return fail(e, "%s: the guest has no ACPI tables (acpi=0): set acpi=1 to give it some", shown(g->config.path));
    m->at = g->plan.acpi.v;
    m->bytes = calloc(1, g->plan.acpi_size);
    if (!m->bytes)
        abort();
    if (!acpi_build(&g->platform, g->plan.acpi, m->bytes, g->plan.acpi_size, &m->used, &rsdp))
        return fail(e, "%s: its ACPI tables do not fit: use fewer vcpus", shown(g->config.path));
    m->rsdp = rsdp.v;
    return true;
}

/* The addresses in the XSDT (ACPI 6.4, 5.2.8), the XSDT itself, the RSDT and the DSDT: all from tables of our own making. */
enum { TABLES_MAX = 32, HEADER = 36 };
struct table { char name[5]; uint64_t offset; uint32_t length; };

static uint64_t number(const struct image *m, uint64_t offset, unsigned size)
{
    struct span s = span_slice(span_of(m->bytes, m->used), offset, size);
    return span_le(&s, size);
}

static unsigned add(const struct image *m, uint64_t address, struct table *t, unsigned n)
{
    uint64_t offset = address - m->at;
    if (n == TABLES_MAX || offset + HEADER > m->used)
        return n;
    memcpy(t[n].name, m->bytes + offset, 4);
    t[n].name[4] = '\0';
    t[n].offset = offset;
    t[n].length = (uint32_t)number(m, offset + 4, 4);
    return n + 1;
}

static unsigned find_tables(const struct image *m, struct table *t)
{
    uint64_t rsdp = m->rsdp - m->at, xsdt = number(m, rsdp + 24, 8);
    unsigned n = 0;
    memcpy(t[0].name, "RSDP", 5);
    t[0].offset = rsdp;
    t[0].length = 36;
    n = add(m, number(m, rsdp + 16, 4), t, 1);
    n = add(m, xsdt, t, n);
    uint64_t end = number(m, xsdt - m->at + 4, 4);
    for (uint64_t at = HEADER; at + 8 <= end; at += 8) {
        n = add(m, number(m, xsdt - m->at + at, 8), t, n);
        if (memcmp(t[n - 1].name, "FACP", 4) == 0) {
            n = add(m, number(m, t[n - 1].offset + 40, 4), t, n);       /* DSDT */
            if (number(m, t[n - 2].offset + 36, 4))
                n = add(m, number(m, t[n - 2].offset + 36, 4), t, n);   /* FACS */
        }
    }
    return n;
}

static void line(void *owner, const char *text)
{
    (void)owner;
    (void)puts(text);
}

static bool write_file(const char *folder, const struct table *t, const struct image *m, struct error *e)
{
    char *path;
    if (asprintf(&path, "%s/%s.dat", folder, t->name) < 0)
        abort();
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(m->bytes + t->offset, 1, t->length, f) == t->length;
    if (f && fclose(f) != 0)
        ok = false;
    if (!ok) {
        (void)fail(e, "%s: cannot be written: %s: name another folder with -o", shown(path), strerror(errno));
        (void)unlink(path);
    } else {
        (void)printf("%s: %u bytes at %#llx\n", path, t->length, (unsigned long long)(m->at + t->offset));
    }
    free(path);
    return ok;
}

static bool write_files(const char *folder, const struct image *m, struct error *e)
{
    struct table t[TABLES_MAX];
    unsigned n = find_tables(m, t);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return fail(e, "%s: cannot be made: %s: name another folder with -o", shown(folder), strerror(errno));
    for (unsigned i = 0; i < n; i++)
        if (!write_file(folder, &t[i], m, e))
            return false;
    return true;
}

static void print_json(const struct image *m)
{
    struct table t[TABLES_MAX];
    unsigned n = find_tables(m, t);
    json_open(NULL, '[');
    for (unsigned i = 0; i < n; i++) {
        char *hex = calloc(1, 2ul * t[i].length + 1);
        if (!hex)
            abort();
        for (uint32_t b = 0; b < t[i].length; b++)
            (void)snprintf(hex + 2ul * b, 3, "%02x", m->bytes[t[i].offset + b]);
        json_open(NULL, '{');
        json_text("signature", t[i].name);
        json_number("address", m->at + t[i].offset);
        json_number("length", t[i].length);
        json_text("bytes", hex);
        json_close();
        free(hex);
    }
    json_close();
}

static int dump(char **path, enum form form, const char *folder)
{
    struct error e = { "" };
    struct image m = { 0 };
    struct guests *g = guests_plan(path, 1, NULL, &e);
    if (g && build(&g->guest[0], &m, &e)) {
        if (form == AS_FILES)
            (void)write_files(folder, &m, &e);
        else if (form == AS_JSON)
            print_json(&m);
        else
            acpi_show(span_of(m.bytes, m.used), m.at, line, NULL);
    }
    free(m.bytes);
    guests_free(g);
    return failed(&e) ? complain_error(EXIT_REFUSED, &e) : EXIT_WELL;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { "output", required_argument, NULL, 'o' }, { 0 } };
    enum form form = AS_TEXT;
    const char *folder = NULL;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
        if (c == '?')
            return complain_option("acpi dump", argv);
        form = c == 'j' ? AS_JSON : AS_FILES;
        folder = c == 'o' ? optarg : folder;
    }
    if (optind + 1 != argc)
        return complain(EXIT_USAGE, "acpi dump: write `bedplate acpi dump CFG`: see `bedplate acpi dump --help`");
    return dump(argv + optind, form, folder);
}

const struct command acpi_verb_dump = {
    "dump", "CFG", "the ACPI tables that a guest will see",
    "Builds a guest's ACPI tables as the hypervisor does, byte for byte, and shows them field by field.\n\n"
    "  -o, --output DIR   write each table's bytes to DIR/NAME.dat instead, for iasl\n"
    "  --json             names, addresses and bytes, for programs\n\n"
    "Examples:\n"
    "  bedplate acpi dump linux.cfg\n"
    "  bedplate acpi dump linux.cfg -o tables && iasl -d tables/DSDT.dat\n",
    run, NULL,
};
