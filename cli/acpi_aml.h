/* A machine's AML, from whatever cli/acpi_input.h reads: its DSDT, then its SSDTs (and PSDTs) in their order, as one namespace. */
#ifndef CLI_ACPI_AML_H
#define CLI_ACPI_AML_H
#include "acpi/namespace/namespace.h"
#include "cli/acpi_input.h"

struct acpi_aml {
    struct acpi_input input;
    struct aml_namespace ns;
    const struct acpi_table *table[ACPI_SET_MAX];   /* by aml_node.table */
    unsigned n;
};

/* About 30 KiB: static or on the heap; zero-initialized at first. False with a sentence. To be freed in either case. */
bool acpi_aml_read(struct acpi_aml *a, char **what, int n, struct error *e);
/* Whether all of it was understood; false with a sentence about the first part that was not. `what` as for acpi_aml_read. */
bool acpi_aml_whole(const struct acpi_aml *a, char **what, int n, struct error *e);
/* How a sentence calls what was named on the command line. */
const char *acpi_aml_name(const char *what);
void acpi_aml_free(struct acpi_aml *a);
#endif
