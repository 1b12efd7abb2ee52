/* What the tool's subcommands share: exit codes, the table they stand in, and how they speak. */
#ifndef CLI_CLI_H
#define CLI_CLI_H
#include "lib/error.h"
#include <stdbool.h>

/* Documented in docs/bedplate.1. */
enum exit_code { EXIT_WELL, EXIT_USAGE, EXIT_REFUSED, EXIT_CRASHED, EXIT_TIMEOUT, EXIT_HOST };

/*
 * `help` stands behind `bedplate NAME --help`; run gets argv[0] = the subcommand's name and returns an exit code. One with verbs
 * (a list that ends with NULL), each of them a command, has no run of its own.
 */
struct command {
    const char *name, *arguments, *what, *help;
    int (*run)(int argc, char **argv);
    const struct command *const *verbs;
};
extern const struct command command_run, command_pack, command_check, command_inspect, command_acpi, command_start_info;

/* One sentence on stderr, "bedplate: " before it. Both return `code`. */
int complain(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int complain_error(int code, const struct error *e);

/* An option that getopt_long has refused (its '?' or ':'), as one sentence. `name` is the subcommand's. */
int complain_option(const char *name, char **argv);

/* The end of a path that is too long for a sentence, else all of it. One of a few static buffers. */
const char *shown(const char *path);

/* Escape sequences where stdout is a terminal that wants them, "" otherwise. */
const char *bold(void);
const char *plain(void);
#endif
