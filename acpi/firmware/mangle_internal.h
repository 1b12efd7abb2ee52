/* What the files of mangle share. */
#ifndef ACPI_FIRMWARE_MANGLE_INTERNAL_H
#define ACPI_FIRMWARE_MANGLE_INTERNAL_H
#include "acpi/firmware/mangle.h"

/* mangle_madt.c: which UIDs the vCPUs get (after the namespace is read), and the new MADT. */
void mangle_plan_processors(struct mangle *m, const struct acpi_table *madt);
void mangle_write_madt(const struct mangle *m, struct table_out *o, const struct acpi_table *madt);

/* mangle_hide.c: fills m->hidden. */
bool mangle_plan_hidden(struct mangle *m, struct error *e);
/* The UID of a processor object or device; false when `node` is none, or its UID is not constant. */
bool mangle_processor_uid(const struct aml_namespace *ns, int node, uint32_t *uid);
/* Hides a node and says why, once. False: no room. */
bool mangle_hide(struct mangle *m, int node, const char *why);

/* mangle_uart.c: hides the device that is the hypervisor's UART. */
bool mangle_plan_uart(struct mangle *m);
/* A table (SPCR, DBG2, DBGP) that names it. */
bool mangle_names_uart(const struct acpi_table *t, const struct mangle_uart *u);

/* stao.c: the status override table. */
void mangle_write_stao(const struct mangle *m, struct table_out *o);
#endif
