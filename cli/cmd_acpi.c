/* Owns: `bedplate acpi`: which verbs it has. */
#include "cli/acpi.h"
#include <stddef.h>

static const struct command *const verbs[] = { &acpi_verb_dump, NULL };

const struct command command_acpi = {
    "acpi", "VERB ...", "ACPI tables: a guest's, and those of any machine", "", NULL, verbs,
};
