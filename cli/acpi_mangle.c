/*
 * Owns: `bedplate acpi mangle`: the hardware domain's tables from a machine's, by the code that makes them at boot: what becomes of each
 * table and why, which devices are hidden, what changes, and the set itself as files.
 */
#include "acpi/firmware/mangle.h"
#include "cli/acpi.h"
#include "cli/acpi_input.h"
#include "cli/acpi_mangle.h"
#include "platform/pc_map.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 65536, AT = PC_ACPI_BASE };

struct request { const char *from, *folder; bool json; struct mangle_options options; };

/* A whole number from low to high, in decimal or 0x. */
static bool number(const char *text, uint64_t low, uint64_t high, uint64_t *v)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *v = strtoull(text, &end, text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10);
    return !*end && *v >= low && *v <= high;
}

static bool uart(const char *text, struct mangle_uart *u)
{
    static const uint16_t com[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
    if (strlen(text) == 4 && memcmp(text, "COM", 3) == 0 && text[3] >= '1' && text[3] <= '4') {
        *u = (struct mangle_uart){ MANGLE_UART_PORT, com[text[3] - '1'] };
        return true;
    }
    u->space = MANGLE_UART_PORT;
    if (number(text, 1, UINT64_MAX, &u->at) && u->at > 0xffff)
        u->space = MANGLE_UART_MEMORY;
    return u->at != 0;
}

static int take(struct request *r, int c, const char **hide)
{
    uint64_t v;
    switch (c) {
    case 'f': r->from = optarg; break;
    case 'o': r->folder = optarg; break;
    case 'j': r->json = true; break;
    case 'x': r->options.x2apic = true; break;
    case 'n': r->options.xen = false; break;
    case 'p': r->options.pic = true; break;
    case 'h': hide[r->options.hides++] = optarg; break;
    case 'v':
        if (!number(optarg, 1, PLATFORM_VCPUS_MAX, &v))
            return complain(EXIT_USAGE, "acpi mangle: --vcpus %.40s: a domain has 1 to %d vCPUs: give such a number", optarg, PLATFORM_VCPUS_MAX);
        r->options.vcpus = (unsigned)v;
        break;
    case 'u':
        if (!uart(optarg, &r->options.uart))
            return complain(EXIT_USAGE, "acpi mangle: --uart %.40s: no address of a UART: give COM1 to COM4, a port (0x3f8) or a memory address", optarg);
        break;
    case 'k':
        if (strcmp(optarg, "keep") != 0 && strcmp(optarg, "drop") != 0)
            return complain(EXIT_USAGE, "acpi mangle: --unknown %.40s: write keep or drop", optarg);
        r->options.keep_unknown = optarg[0] == 'k';
        break;
    default: break;
    }
    return EXIT_WELL;
}

/* What one request holds: about 3 MiB, most of it the namespace's. */
struct work { struct acpi_input in; struct mangle m; struct aml_namespace ns; struct aml_node node[NODES]; uint8_t *image; };

/* Everything is decided and, in memory, made before the first line is printed or the first file written. */
static bool make(struct work *w, const struct request *r, struct error *e)
{
    struct error planned = { "" };
    if (!acpi_input_add(&w->in, r->from, e))
        return false;
    aml_namespace_init(&w->ns, w->node, NODES);
    if (!mangle_plan(&w->m, &w->in.set, &r->options, &w->ns, &planned))
        return fail(e, "%s: %s", shown(r->from), planned.text);
    w->image = calloc(1, w->m.size);
    if (!w->image)
        abort();
    return mangle_write(&w->m, gpa(AT), w->image, w->m.size, e) && (!r->folder || mangle_write_files(&w->m, w->image, r->folder, e));
}

static int mangle_it(const struct request *r)
{
    struct error e = { "" };
    struct work *w = calloc(1, sizeof(*w));
    if (!w)
        abort();
    bool ok = make(w, r, &e);
    if (ok)
        (r->json ? mangle_print_json : mangle_print)(&w->m, gpa(AT), w->image);
    acpi_input_free(&w->in);
    free(w->image);
    free(w);
    return ok ? EXIT_WELL : complain_error(EXIT_REFUSED, &e);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        { "from", required_argument, NULL, 'f' }, { "vcpus", required_argument, NULL, 'v' }, { "hide", required_argument, NULL, 'h' },
        { "uart", required_argument, NULL, 'u' }, { "unknown", required_argument, NULL, 'k' }, { "output", required_argument, NULL, 'o' },
        { "x2apic", no_argument, NULL, 'x' }, { "no-xen", no_argument, NULL, 'n' }, { "pic", no_argument, NULL, 'p' },
        { "json", no_argument, NULL, 'j' }, { 0 },
    };
    struct request r = { .options.xen = true };
    const char **hide = calloc((size_t)argc + 1, sizeof(*hide));
    int code = EXIT_WELL;
    if (!hide)
        abort();
    opterr = 0;
    for (int c; code == EXIT_WELL && (c = getopt_long(argc, argv, "o:", options, NULL)) != -1;)
        code = c == '?' ? complain_option("acpi mangle", argv) : take(&r, c, hide);
    r.options.hide = hide;
    if (code == EXIT_WELL && (optind != argc || !r.from || !r.options.vcpus))
        code = complain(EXIT_USAGE, "acpi mangle: write `bedplate acpi mangle --from DIR|FILE|live --vcpus N`: see `bedplate acpi mangle --help`");
    if (code == EXIT_WELL)
        code = mangle_it(&r);
    free(hide);
    return code;
}

const struct command acpi_verb_mangle = {
    "mangle", "--from DIR|FILE|live --vcpus N", "the hardware domain's tables from a machine's",
    "Makes the tables that a hardware domain would be given on a machine, as the hypervisor does, and says of each of the\n"
    "machine's tables whether it is kept, replaced or dropped and why, which devices are hidden from the domain, and what\n"
    "changes.\n\n"
    "  --from WHAT        a folder of tables, the text of acpidump, table files, - for standard input, or live: this machine\n"
    "  --vcpus N          how many processors the domain has, 1 to 512\n"
    "  --hide PATH|ID     hide one more device by its path (\\_SB.PCI0.UAR1), or all of a _HID or _CID; may be repeated\n"
    "  --uart ADDRESS     the UART that the hypervisor uses: COM1 to COM4, a port or a memory address\n"
    "  --unknown keep     keep tables that the policy table does not know; they are dropped otherwise\n"
    "  --x2apic           name all processors by x2APIC entries\n"
    "  --no-xen           the domain has no Xen ABI: its processors keep the firmware's UIDs\n"
    "  --pic              the domain has a pair of 8259s and a PIT\n"
    "  -o, --output DIR   write the set to DIR/NAME.dat: all files or none\n"
    "  --json             decisions, hidden devices and changes, for programs\n\n"
    "Examples:\n"
    "  bedplate acpi mangle --from live --vcpus 4\n"
    "  bedplate acpi mangle --from acpidump.txt --vcpus 4 --uart COM1 --hide PNP0303 -o tables\n",
    run, NULL,
};
