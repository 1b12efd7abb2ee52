/* Owns: which subcommands there are, and the help that lists them. */
#include "cli/cli.h"
#include "lib/nearest.h"
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_run, &command_pack, &command_check, &command_inspect, &command_acpi, &command_start_info,
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int help(void)
{
    (void)printf("%sbedplate%s packs, checks and runs guests of the Bedplate hypervisor.\n\n", bold(), plain());
    for (unsigned i = 0; i < COMMANDS; i++)
        (void)printf("  bedplate %s%-10s%s %-18s %s\n", bold(), commands[i]->name, plain(), commands[i]->arguments, commands[i]->what);
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

static int run(const struct command *c, int argc, char **argv)
{
    if (!asks_for_help(argc, argv)) {
        int code = c->run(argc, argv);
        if (fflush(stdout) != 0 && code == EXIT_WELL)
            return complain(EXIT_HOST, "standard output cannot be written: is the disk full?");
        return code;
    }
    (void)printf("usage: bedplate %s %s\n\n%s", c->name, c->arguments, c->help);
    return EXIT_WELL;
}

int main(int argc, char **argv)
{
    const char *names[COMMANDS];
    if (argc < 2) {
        (void)complain(EXIT_USAGE, "no command was given: see `bedplate --help`");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)
        return printf("bedplate " BEDPLATE_VERSION "\n") < 0;
    for (unsigned i = 0; i < COMMANDS; i++) {
        names[i] = commands[i]->name;
        if (strcmp(argv[1], names[i]) == 0)
            return run(commands[i], argc - 1, argv + 1);
    }
    const char *near = nearest(argv[1], names, COMMANDS);
    return complain(EXIT_USAGE, "%s is no command: %s%s%s", shown(argv[1]), near ? "did you mean " : "see `bedplate --help`",
                    near ? near : "", near ? "?" : "");
}
