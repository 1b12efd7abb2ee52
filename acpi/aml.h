/*
 * AML (ACPI 6.4, chapter 20) written straight on: what has a length is opened and closed, and its PkgLength is put in
 * when it is closed. Every encoding is the shortest one, which is what ASL compilers make too: iasl gives the same
 * bytes back.
 */
#ifndef ACPI_AML_H
#define ACPI_AML_H
#include "acpi/table.h"

/* Each returns what the matching close wants. Names: 1..4 of [A-Z_0-9], padded with '_', in the scope that is open. */
uint64_t aml_scope(struct table_out *o, const char *name);
uint64_t aml_device(struct table_out *o, const char *name);
uint64_t aml_package(struct table_out *o, uint8_t elements);
void aml_close(struct table_out *o, uint64_t opened);

void aml_name(struct table_out *o, const char *name);           /* Name (name, ...: the object follows */
void aml_integer(struct table_out *o, uint64_t v);
void aml_string(struct table_out *o, const char *text);
/* "PNP0501" as the packed EISA id (ACPI 6.4, 19.6.36): three letters, four hex digits. */
void aml_eisa_id(struct table_out *o, const char *id);

/* A resource template (ACPI 6.4, 6.4): a buffer of descriptors, opened and closed like the others. */
uint64_t aml_template(struct table_out *o);
void aml_template_close(struct table_out *o, uint64_t opened);
void aml_io(struct table_out *o, uint16_t port, uint8_t length);                /* fixed, decoded with all 16 bits */
void aml_interrupt(struct table_out *o, uint32_t gsi);                          /* edge, active high, exclusive */
#endif
