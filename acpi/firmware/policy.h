/* What becomes of each of the firmware's tables when the hardware domain is given the machine: one row for each signature, with its reason. */
#ifndef ACPI_FIRMWARE_POLICY_H
#define ACPI_FIRMWARE_POLICY_H
#include <stdbool.h>
#include <stdint.h>

enum acpi_action { ACPI_KEEP, ACPI_REPLACE, ACPI_DROP, ACPI_ADD };      /* ADD is in no row: the firmware had none */

struct acpi_policy {
    char signature[5];          /* '?' stands for any character */
    uint8_t action;             /* enum acpi_action */
    bool names_uart;            /* kept, but not when the UART that it names is the hypervisor's */
    const char *reason;         /* a clause that begins small and has no full stop */
};

/* The row for a table whose first four bytes are these; NULL: nobody has judged it. */
const struct acpi_policy *acpi_policy_find(const uint8_t signature[4]);

/* All rows, in order of signature, for listings; NULL when n is beyond the last. */
const struct acpi_policy *acpi_policy_row(unsigned n);

/* "keep", "replace", "drop", "add". */
const char *acpi_action_name(uint8_t action);
#endif
