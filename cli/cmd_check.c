/* Owns: `bedplate check`: each guest as it will be built, in words or as JSON. */
#include "cli/check.h"
#include "cli/cli.h"
#include "cli/dtb.h"
#include "cli/json.h"
#include <getopt.h>
#include <stddef.h>

static void show(const struct guests *g, bool json)
{
    if (json)
        json_open(NULL, '[');
    for (unsigned i = 0; i < g->count; i++)
        (json ? check_json : check_text)(g, &g->guest[i]);
    if (json)
        json_close();
}

static int check(char **paths, int count, bool json)
{
    struct error e = { "" };
    struct guests *g = guests_plan(paths, count, NULL, &e);
    if (!g)
        return complain_error(EXIT_REFUSED, &e);
    show(g, json);
    guests_free(g);
    return EXIT_WELL;
}

/* As `bedplate run --dtb` would have them. */
static int check_tree(struct dtb *d, bool json)
{
    struct error e = { "" };
    struct machine_options o = { .bundle = -1 };
    if (!machine_found(true, &e))
        return complain_error(EXIT_HOST, &e);
    struct guests *g = dtb_read(d, &o, &e);
    if (g)
        show(g, json);
    dtb_free(d);
    return g ? EXIT_WELL : complain_error(EXIT_REFUSED, &e);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        { "json", no_argument, NULL, 'j' }, { "dtb", required_argument, NULL, 'd' }, { "module", required_argument, NULL, 'o' }, { 0 },
    };
    static struct dtb tree;
    bool json = false;
    opterr = 0;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == '?')
            return complain_option("check", argv);
        if (o == 'o' && !dtb_add_module(&tree, optarg))
            return EXIT_USAGE;
        tree.path = o == 'd' ? optarg : tree.path;
        json |= o == 'j';
    }
    if (!dtb_fits_command("check", &tree, argc - optind))
        return EXIT_USAGE;
    return tree.path ? check_tree(&tree, json) : check(argv + optind, argc - optind, json);
}

const struct command command_check = {
    "check", "CFG... | --dtb FILE", "say whether guests would start, and how they would be built",
    "Checks the configurations together, with the kernels and ramdisks that they name, as the hypervisor will. Prints for\n"
    "each guest its machine, its memory map and what stands where in its memory.\n\n"
    "  --json                 the same, for programs\n"
    "  --dtb FILE             in place of CFG: a device tree with guests in /chosen, as `bedplate run --dtb` takes it\n"
    "  --module ADDRESS=FILE  with --dtb: what a boot loader puts there\n\n"
    "Examples:\n"
    "  bedplate check web.cfg\n"
    "  bedplate check --json web.cfg db.cfg\n",
    run, NULL,
};
