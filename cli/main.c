/* Owns: which subcommands there are, and the help that lists them. */
#include "cli/cli.h"
#include "lib/nearest.h"
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_run, &command_pack, &command_check, &command_inspect, &command_acpi, &command_start_info, NULL,
};

/* `before`: "" or the command whose verbs these are, and a space. */
static void list(const char *before, const struct command *const *c)
{
    for (; *c; c++)
        (void)printf("  bedplate %s%s%-10s%s %-20s %s\n", before, bold(), (*c)->name, plain(), (*c)->arguments, (*c)->what);
}

static int help(void)
{
    (void)printf("%sbedplate%s packs, checks and runs guests of the Bedplate hypervisor.\n\n", bold(), plain());
    list("", commands);
    (void)printf("  bedplate %s--version%s\n\n"
                 "CFG is a guest's configuration, xl.cfg text. `bedplate COMMAND --help` tells more, with examples.\n"
                 "Exit status: 0 well, 1 wrong usage, 2 refused (a file or a configuration), 3 a guest crashed, 4 time-out,\n"
                 "5 the machine that runs it failed.\n", bold(), plain());
    return EXIT_WELL;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int run(const struct command *c, const char *before, int argc, char **argv)
{
    if (!asks_for_help(argc, argv)) {
        int code = c->run(argc, argv);
        if (fflush(stdout) != 0 && code == EXIT_WELL)
            return complain(EXIT_HOST, "standard output cannot be written: is the disk full?");
        return code;
    }
    (void)printf("usage: bedplate %s%s %s\n\n%s", before, c->name, c->arguments, c->help);
    return EXIT_WELL;
}

static bool is_help(const char *word) { return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0; }

/* argv[0] is what `before` ends with (the program itself when that is ""); argv[1] is one of `c`. */
static int choose(const struct command *const *c, const char *before, int argc, char **argv)
{
    const char *names[16];
    unsigned n = 0;
    char deeper[32];
    for (; c[n] && n < 16; n++) {
        names[n] = c[n]->name;
        if (strcmp(argv[1], names[n]) != 0)
            continue;
        if (!c[n]->verbs)
            return run(c[n], before, argc - 1, argv + 1);
        if (argc > 2 && !is_help(argv[2])) {
            (void)snprintf(deeper, sizeof(deeper), "%s ", names[n]);
            return choose(c[n]->verbs, deeper, argc - 1, argv + 1);
        }
        (void)printf("usage: bedplate %s %s\n\n%s", c[n]->name, c[n]->arguments, c[n]->help);
        (void)snprintf(deeper, sizeof(deeper), "%s ", names[n]);
        list(deeper, c[n]->verbs);
        return argc > 2 ? EXIT_WELL : EXIT_USAGE;
    }
    const char *near = nearest(argv[1], names, n);
    return complain(EXIT_USAGE, "%s%s is no command: %s%s%s%s", before, shown(argv[1]), near ? "did you mean " : "see `bedplate ",
                    near ? before : "", near ? near : before, near ? "?" : "--help`");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)complain(EXIT_USAGE, "no command was given: see `bedplate --help`");
        return EXIT_USAGE;
    }
    if (is_help(argv[1]))
        return help();
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)
        return printf("bedplate " BEDPLATE_VERSION "\n") < 0;
    return choose(commands, "", argc, argv);
}
