/* The verbs of `bedplate acpi`. */
#ifndef CLI_ACPI_H
#define CLI_ACPI_H
#include "cli/cli.h"

/* One verb: cli/acpi_NAME.c. run gets argv[0] = the verb's name, and returns an exit code. `help` stands behind `bedplate acpi NAME --help`. */
extern const struct command acpi_verb_dump, acpi_verb_mangle, acpi_verb_namespace, acpi_verb_report, acpi_verb_s5, acpi_verb_show;
#endif
