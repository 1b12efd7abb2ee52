/* Resource templates (ACPI 6.4, section 6.4): a buffer of descriptors, opened and closed like what acpi/aml.h has. */
#ifndef ACPI_AML_RESOURCE_H
#define ACPI_AML_RESOURCE_H
#include "acpi/aml.h"

uint64_t aml_template(struct table_out *o);
void aml_template_close(struct table_out *o, uint64_t opened);
void aml_io(struct table_out *o, uint16_t port, uint8_t length);                /* fixed, decoded with all 16 bits */
void aml_interrupt(struct table_out *o, uint32_t gsi);                          /* edge, active high, exclusive */

/* Bits of the extended interrupt descriptor (6.4.3.6); none of them: level, active high, exclusive. */
enum aml_interrupt_flags { AML_LEVEL = 0, AML_EDGE = 1 << 1, AML_ACTIVE_LOW = 1 << 2, AML_SHARED = 1 << 3 };
void aml_interrupt_as(struct table_out *o, uint32_t gsi, unsigned flags);
void aml_memory32(struct table_out *o, uint32_t base, uint32_t length);         /* Memory32Fixed, read and write (6.4.3.4) */

/*
 * What a bridge hands on (6.4.3.5): first..last as its secondary side has them; the CPU finds them `translation` higher. The
 * descriptor is the narrowest of word, double and quad word that ASL has for the kind.
 */
enum aml_range_kind { AML_MEMORY_RANGE, AML_IO_RANGE, AML_BUS_RANGE };
struct aml_range {
    enum aml_range_kind kind;
    bool consumer;              /* the device uses it itself */
    bool prefetchable;          /* memory only */
    bool memory_mapped;         /* I/O only: ports that the CPU reaches as memory, at `translation` */
    uint64_t first, last, translation;
};
void aml_range(struct table_out *o, const struct aml_range *r);
#endif
