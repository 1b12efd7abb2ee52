/* Nodes of a namespace in words. Texts from the firmware are made printable. */
#ifndef CLI_ACPI_DEVICE_H
#define CLI_ACPI_DEVICE_H
#include "acpi/namespace/namespace.h"

enum { ACPI_ID_MAX = 64, ACPI_CIDS_MAX = 256, ACPI_VALUE_MAX = 1024 };

/* "" where a device does not say; "method" where only running it tells, "..." where it is no constant for another reason. */
struct acpi_device { char hid[ACPI_ID_MAX], cids[ACPI_CIDS_MAX], uid[ACPI_ID_MAX], adr[ACPI_ID_MAX], what[ACPI_ID_MAX]; };
void acpi_device_of(const struct aml_namespace *ns, int device, struct acpi_device *d);

/* As aml_device_id, printable. */
bool acpi_device_id_text(const struct aml_namespace *ns, int device, unsigned which, char to[ACPI_ID_MAX]);

/* "device", "method", ...; what a node holds: "0x5", "\"Linux\"", "2 arguments, 40 bytes", "" when there is nothing to say. */
const char *acpi_kind_name(unsigned kind);
void acpi_value_of(const struct aml_namespace *ns, int node, char to[ACPI_VALUE_MAX]);

/* Up to size - 1 of the bytes up to a NUL, others than ASCII's printable ones as '?', without blanks at the end. */
void acpi_clean(struct span bytes, char *to, unsigned size);
#endif
