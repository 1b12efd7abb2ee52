/*
 * Owns: `bedplate start-info`: what %ebx points to at a PC guest's first instruction, x0 at an Arm guest's, read back from the bytes
 * that are built.
 */
#include "acpi/acpi.h"
#include "cli/cli.h"
#include "cli/guests.h"
#include "cli/json.h"
#include "cli/tree_text.h"
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

static bool show_pc(const struct guest *g, bool as_json, struct error *e)
{
    struct info_image m = { 0 };
    struct hvm_start_info s = { 0 };
    bool ok = build(g, &m);
    if (!ok) {
        (void)fail(e, "%s: its start info does not fit: use a shorter cmdline or fewer modules", shown(g->config.path));
    } else {
        memcpy(&s, m.bytes, m.size < sizeof(s) ? m.size : sizeof(s));
        (as_json ? print_json : print)(&m, &s);
    }
    free(m.bytes);
    return ok;
}

/* As build_virt.c does it. Where the tables' root stands is known once they are built. */
static bool build_tree(const struct guests *set, const struct guest *g, const struct platform *p, void *to, struct error *e)
{
    const struct payload *t = &p->arm.passthrough;
    struct guest_places w = g->plan.places;
    struct error of_guest = { "" };
    struct span devices = t->size ? bundle_payload(&set->bundle, t->offset, t->size) : span_of(NULL, 0);
    uint8_t *tables = calloc(1, g->plan.acpi_size + 1);
    if (!tables)
        abort();
    bool ok = !g->plan.acpi_size || acpi_build(p, g->plan.acpi, tables, g->plan.acpi_size, &w.acpi_size, &w.rsdp);
    w.acpi_size = (w.acpi_size + PAGE_MASK) & ~PAGE_MASK;
    ok = ok && guest_tree_build(p, &w, devices, to, w.tree_size, &of_guest);
    free(tables);
    return ok || fail(e, "%s: %s", shown(g->config.path), failed(&of_guest) ? of_guest.text : "its ACPI tables do not fit: give fewer vcpus");
}

/* A guest that takes the host's GIC is shown with one of `version`. */
static bool show_virt(const struct guests *set, const struct guest *g, unsigned version, bool as_json, struct error *e)
{
    static struct platform p;
    const struct guest_places *w = &g->plan.places;
    uint8_t *tree = calloc(1, w->tree_size);
    if (!tree)
        abort();
    p = g->platform;
    p.arm.gic_version = p.arm.gic_version ? p.arm.gic_version : version;
    bool ok = platform_check(&p, e) && build_tree(set, g, &p, tree, e);
    if (ok && as_json) {
        json_open(NULL, '{');
        json_number("address", w->tree.v);
        json_number("entry", g->plan.entry.v);
        tree_text_json("tree", tree);
        json_close();
    } else if (ok) {
        (void)printf("// the device tree, at %#llx (x0); the kernel is entered at %#llx%s\n", (ull)w->tree.v, (ull)g->plan.entry.v,
                     g->platform.arm.gic_version ? "" : version == 2 ? "; on a host with GICv2" : "; on a host with GICv3");
        tree_text_print(tree);
    }
    free(tree);
    return ok;
}

static int show(char **paths, int count, unsigned version, bool as_json)
{
    struct error e = { "" };
    struct guests *g = guests_plan(paths, count, NULL, &e);
    if (g)
        (void)(g->guest[0].platform.board == BOARD_VIRT ? show_virt(g, &g->guest[0], version, as_json, &e) : show_pc(&g->guest[0], as_json, &e));
    guests_free(g);
    return failed(&e) ? complain_error(EXIT_REFUSED, &e) : EXIT_WELL;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { "gic-version", required_argument, NULL, 'g' }, { 0 } };
    bool as_json = false;
    unsigned version = 3;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 'j' && c != 'g')
            return complain_option("start-info", argv);
        if (c == 'g' && strcmp(optarg, "2") != 0 && strcmp(optarg, "3") != 0)
            return complain(EXIT_USAGE, "start-info: --gic-version takes 2 or 3, not %s", shown(optarg));
        version = c == 'g' ? (unsigned)(*optarg - '0') : version;
        as_json |= c == 'j';
    }
    if (optind == argc)
        return complain(EXIT_USAGE, "start-info: name a configuration: write `bedplate start-info CFG`");
    return show(argv + optind, argc - optind, version, as_json);
}

const struct command command_start_info = {
    "start-info", "CFG...", "what a guest has in its hand at its first instruction",
    "Builds what the first guest is handed, as the hypervisor does, and shows it: on a PC the hvm_start_info that %ebx points to,\n"
    "with modules, command lines and memory map; on Arm the device tree that x0 points to, as source. Further configurations are\n"
    "guests beside it, as its event channels need.\n\n"
    "  --json              for programs\n"
    "  --gic-version 2|3   for an Arm guest: the host's (default: 3)\n\n"
    "Examples:\n"
    "  bedplate start-info linux.cfg\n"
    "  bedplate start-info --json linux.cfg | jq .memory_map\n"
    "  bedplate start-info ping.cfg pong.cfg | dtc -q -O dtb -o ping.dtb\n",
    run, NULL,
};
