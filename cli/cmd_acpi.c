/* Owns: `bedplate acpi`: which verbs it has. */
#include "cli/acpi.h"
#include <stddef.h>

static const struct command *const verbs[] = {
    &acpi_verb_dump, &acpi_verb_show, &acpi_verb_mangle, &acpi_verb_namespace, &acpi_verb_s5, &acpi_verb_report, NULL,
};

const struct command command_acpi = {
    "acpi", "VERB ...", "ACPI tables: a guest's, and those of any machine", "", NULL, verbs,
};
