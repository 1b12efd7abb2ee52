/* Owns: resource descriptors in their AML buffer (ACPI 6.4, section 6.4). */
#include "acpi/aml_resource.h"

enum { BUFFER_OP = 0x11, BYTE_PREFIX = 0x0a, WORD_PREFIX = 0x0b };
enum { SMALL_IO = 0x47, SMALL_END = 0x79, LARGE_MEMORY32_FIXED = 0x86, LARGE_DWORD = 0x87, LARGE_WORD = 0x88, LARGE_INTERRUPT = 0x89,
       LARGE_QWORD = 0x8a };

uint64_t aml_template(struct table_out *o)
{
    table_le(o, BUFFER_OP, 1);
    return o->used;
}

void aml_template_close(struct table_out *o, uint64_t opened)
{
    table_le(o, SMALL_END, 1);          /* checksum 0: not summed (6.4.2.9) */
    table_le(o, 0, 1);
    uint64_t size = o->used - opened;
    unsigned n = size <= 0xff ? 1 : 2;
    table_insert(o, opened, 1 + n);
    table_patch(o, opened, n == 1 ? BYTE_PREFIX : WORD_PREFIX, 1);
    table_patch(o, opened + 1, size, n);
    aml_close(o, opened);
}

void aml_io(struct table_out *o, uint16_t port, uint8_t length)
{
    table_le(o, SMALL_IO, 1);           /* 7 bytes (6.4.2.5) */
    table_le(o, 1, 1);                  /* decodes 16 bits */
    table_le(o, port, 2);               /* lowest and highest base */
    table_le(o, port, 2);
    table_le(o, 1, 1);                  /* alignment */
    table_le(o, length, 1);
}

void aml_interrupt_as(struct table_out *o, uint32_t gsi, unsigned flags)
{
    table_le(o, LARGE_INTERRUPT, 1);    /* 6.4.3.6 */
    table_le(o, 6, 2);
    table_le(o, 1 | flags, 1);          /* consumer */
    table_le(o, 1, 1);
    table_le(o, gsi, 4);
}

void aml_interrupt(struct table_out *o, uint32_t gsi)
{
    aml_interrupt_as(o, gsi, AML_EDGE);
}

void aml_memory32(struct table_out *o, uint32_t base, uint32_t length)
{
    table_le(o, LARGE_MEMORY32_FIXED, 1);
    table_le(o, 9, 2);
    table_le(o, 1, 1);                  /* writable */
    table_le(o, base, 4);
    table_le(o, length, 4);
}

/* All five numbers have to fit, the length as well: 64 KiB of ports need a double word. ASL has no word-sized memory. */
static unsigned range_bytes(const struct aml_range *r)
{
    uint64_t most = r->last > r->translation ? r->last : r->translation, length = r->last - r->first + 1;
    if (most < length)
        most = length;
    return most <= 0xffff && r->kind != AML_MEMORY_RANGE ? 2 : most <= 0xffffffff ? 4 : 8;
}

static unsigned type_flags(const struct aml_range *r)
{
    enum { WRITABLE = 1, PREFETCHABLE = 3 << 1, ENTIRE_RANGE = 3, TRANSLATED = 1 << 4 };    /* tables 6.49, 6.50 */
    if (r->kind == AML_MEMORY_RANGE)
        return WRITABLE | (r->prefetchable ? PREFETCHABLE : 0);
    if (r->kind == AML_IO_RANGE)
        return ENTIRE_RANGE | (r->memory_mapped ? TRANSLATED : 0);
    return 0;
}

/* The three descriptors differ only in how wide their five numbers are (6.4.3.5.1 to 6.4.3.5.3). */
void aml_range(struct table_out *o, const struct aml_range *r)
{
    enum { MIN_FIXED = 1 << 2, MAX_FIXED = 1 << 3 };
    unsigned bytes = range_bytes(r);
    table_le(o, bytes == 2 ? LARGE_WORD : bytes == 4 ? LARGE_DWORD : LARGE_QWORD, 1);
    table_le(o, 3 + 5 * bytes, 2);
    table_le(o, r->kind, 1);
    table_le(o, MIN_FIXED | MAX_FIXED | (r->consumer ? 1u : 0u), 1);    /* positively decoded */
    table_le(o, type_flags(r), 1);
    table_le(o, 0, bytes);              /* granularity */
    table_le(o, r->first, bytes);
    table_le(o, r->last, bytes);
    table_le(o, r->translation, bytes);
    table_le(o, r->last - r->first + 1, bytes);
}
