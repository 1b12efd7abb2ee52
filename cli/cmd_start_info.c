/* Owns: `bedplate start-info`: what %ebx points to at the guest's first instruction, read back from the bytes that are built. */
#include "acpi/acpi.h"
#include "cli/cli.h"
#include "cli/guests.h"
#include "cli/json.h"
#include "start_info/start_info.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>

typedef unsigned long long ull;
struct info_image { uint8_t *bytes; uint64_t size, at; };

/* Everything start info points to, but for modules and tables, lies in the image itself. */
static const void *within(const struct info_image *m, uint64_t address) { return address ? m->bytes + (address - m->at) : NULL; }
static const char *text_at(const struct info_image *m, uint64_t address) { return address ? within(m, address) : ""; }

static bool build(const struct guest *g, struct info_image *m)
{
    gpa_t rsdp = gpa(0);
    uint64_t used = 0;
    uint8_t *tables = calloc(1, g->plan.acpi_size + 1);
    m->at = g->plan.start_info.v;
    m->size = g->plan.start_info_size;
    m->bytes = calloc(1, m->size);
    if (!tables || !m->bytes)
        abort();
    bool ok = !g->plan.acpi_size || acpi_build(&g->platform, g->plan.acpi, tables, g->plan.acpi_size, &used, &rsdp);
    used = (used + PAGE_MASK) & ~PAGE_MASK;     /* whole pages are handed over */
    ok = ok && start_info_build(&g->platform, g->plan.start_info, g->plan.module, rsdp, g->plan.acpi, used, m->bytes, m->size);
    free(tables);
    return ok;
}

static void print(const struct info_image *m, const struct hvm_start_info *s)
{
    const struct hvm_modlist_entry *module = within(m, s->modlist_paddr);
    (void)printf("%sstart info%s at %#llx (%%ebx)\n", bold(), plain(), (ull)m->at);
    (void)printf("  magic     %#x\n  version   %u\n  flags     %#x\n", s->magic, s->version, s->flags);
    (void)printf("  cmdline   %#llx  \"%s\"\n  rsdp      %#llx\n  modules   %u at %#llx\n", (ull)s->cmdline_paddr, text_at(m, s->cmdline_paddr),
                 (ull)s->rsdp_paddr, s->nr_modules, (ull)s->modlist_paddr);
    for (unsigned i = 0; i < s->nr_modules; i++)
        (void)printf("    %#10llx .. %#10llx  \"%s\"\n", (ull)module[i].paddr, (ull)(module[i].paddr + module[i].size), text_at(m, module[i].cmdline_paddr));
    if (s->version < 1)
        return;
    const struct hvm_memmap_table_entry *e = within(m, s->memmap_paddr);
    (void)printf("  memmap    %u entries at %#llx\n", s->memmap_entries, (ull)s->memmap_paddr);
    for (unsigned i = 0; i < s->memmap_entries; i++)
        (void)printf("    %#14llx .. %#14llx  type %u\n", (ull)e[i].addr, (ull)(e[i].addr + e[i].size), e[i].type);
}

static void print_json(const struct info_image *m, const struct hvm_start_info *s)
{
    const struct hvm_modlist_entry *module = within(m, s->modlist_paddr);
    const struct hvm_memmap_table_entry *e = s->version ? within(m, s->memmap_paddr) : NULL;
    json_open(NULL, '{');
    json_number("address", m->at);
    json_number("magic", s->magic);
    json_number("version", s->version);
    json_number("flags", s->flags);
    json_text("cmdline", text_at(m, s->cmdline_paddr));
    json_number("rsdp", s->rsdp_paddr);
    json_open("modules", '[');
    for (unsigned i = 0; i < s->nr_modules; i++) {
        json_open(NULL, '{');
        json_number("address", module[i].paddr);
        json_number("size", module[i].size);
        json_text("cmdline", text_at(m, module[i].cmdline_paddr));
        json_close();
    }
    json_close();
    json_open("memory_map", '[');
    for (unsigned i = 0; e && i < s->memmap_entries; i++) {
        json_open(NULL, '{');
        json_number("base", e[i].addr);
        json_number("size", e[i].size);
        json_number("type", e[i].type);
        json_close();
    }
    json_close();
    json_close();
}

static int show(char **path, bool as_json)
{
    struct error e = { "" };
    struct info_image m = { 0 };
    struct hvm_start_info s = { 0 };
    struct guests *g = guests_plan(path, 1, NULL, &e);
    if (!g)
        return complain_error(EXIT_REFUSED, &e);
    if (!build(&g->guest[0], &m)) {
        (void)fail(&e, "%s: its start info does not fit: use a shorter cmdline or fewer modules", shown(path[0]));
    } else {
        memcpy(&s, m.bytes, m.size < sizeof(s) ? m.size : sizeof(s));
        if (as_json)
            print_json(&m, &s);
        else
            print(&m, &s);
    }
    free(m.bytes);
    guests_free(g);
    return failed(&e) ? complain_error(EXIT_REFUSED, &e) : EXIT_WELL;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { 0 } };
    bool as_json = false;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 'j')
            return complain_option("start-info", argv);
        as_json = true;
    }
    if (optind + 1 != argc)
        return complain(EXIT_USAGE, "start-info: name one configuration: write `bedplate start-info CFG`");
    return show(argv + optind, as_json);
}

const struct command command_start_info = {
    "start-info", "CFG", "what %ebx points to at the guest's first instruction",
    "Builds a guest's hvm_start_info with its modules, command lines and memory map, as the hypervisor does, and shows it.\n\n"
    "  --json   for programs\n\n"
    "Examples:\n"
    "  bedplate start-info linux.cfg\n"
    "  bedplate start-info --json linux.cfg | jq .memory_map\n",
    run, NULL,
};
