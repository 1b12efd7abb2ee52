/*
 * AML (ACPI 6.4, chapter 20) written straight on, in the order it is read: what has a length is opened and closed, and its
 * PkgLength is put in when it is closed. Every encoding is the shortest one, which is what ASL compilers make too: iasl
 * gives the same bytes back. Here: names, data, and what groups them; acpi/aml_code.h has methods, acpi/aml_resource.h
 * resource templates.
 */
#ifndef ACPI_AML_H
#define ACPI_AML_H
#include "acpi/table.h"

/*
 * Wherever a name is asked for, a path as ASL writes it: "COM1", "\\_SB.PCI0", "^DEV" (20.2.2). Segments have 1..4 of
 * [A-Z0-9_] and are padded with '_'; at most 255 of them. Give the shortest one that finds it: ASL compilers make it that too.
 */
void aml_name_path(struct table_out *o, const char *path);           /* as a term: what it names, or a call of that method */

/* Each returns what the matching close wants. */
uint64_t aml_scope(struct table_out *o, const char *name);
uint64_t aml_device(struct table_out *o, const char *name);
uint64_t aml_package(struct table_out *o, uint8_t elements);    /* data, or paths as references */
void aml_close(struct table_out *o, uint64_t opened);

void aml_name(struct table_out *o, const char *name);           /* Name (name, ...: the object follows */
void aml_integer(struct table_out *o, uint64_t v);
void aml_string(struct table_out *o, const char *text);
void aml_buffer(struct table_out *o, const void *bytes, uint32_t n);
/* "PNP0501" as the packed EISA id (ACPI 6.4, 19.6.36): three letters, four hex digits. */
void aml_eisa_id(struct table_out *o, const char *id);
/* "33DB4D5B-1FF7-401C-9657-7441C03DD766" as the 16 bytes of ToUUID (19.6.142); capital hex digits. */
void aml_uuid(struct table_out *o, const char *uuid);

/* A device's usual first lines: Name (_HID, EisaId (hid)) or a string where hid is not three letters and four digits; Name (_UID, uid). */
void aml_hid(struct table_out *o, const char *hid);
void aml_name_integer(struct table_out *o, const char *name, uint64_t v);
#endif
