/* Owns: the AML encodings that the generated tables need, each in its shortest form. */
#include "acpi/aml.h"
#include <string.h>

enum {
    AML_ZERO = 0x00, AML_ONE = 0x01, AML_NAME = 0x08, AML_BYTE = 0x0a, AML_WORD = 0x0b, AML_DWORD = 0x0c, AML_STRING = 0x0d,
    AML_QWORD = 0x0e, AML_SCOPE = 0x10, AML_BUFFER = 0x11, AML_PACKAGE = 0x12, AML_EXT = 0x5b, AML_DEVICE = 0x82,
};

static void name_string(struct table_out *o, const char *name)
{
    size_t n = strlen(name) < 4 ? strlen(name) : 4;
    table_bytes(o, name, n);
    table_bytes(o, "____", 4 - n);
}

uint64_t aml_scope(struct table_out *o, const char *name)
{
    table_le(o, AML_SCOPE, 1);
    uint64_t opened = o->used;
    name_string(o, name);
    return opened;
}

uint64_t aml_device(struct table_out *o, const char *name)
{
    table_le(o, AML_EXT, 1);
    table_le(o, AML_DEVICE, 1);
    uint64_t opened = o->used;
    name_string(o, name);
    return opened;
}

uint64_t aml_package(struct table_out *o, uint8_t elements)
{
    table_le(o, AML_PACKAGE, 1);
    uint64_t opened = o->used;
    table_le(o, elements, 1);
    return opened;
}

/*
 * PkgLength (20.2.4) counts itself: one byte holds 6 bits; 2, 3 or 4 bytes hold 4 bits and 8 more in each byte after
 * the first, whose top two bits say how many those are.
 */
void aml_close(struct table_out *o, uint64_t opened)
{
    uint64_t body = o->used - opened;
    unsigned n = body + 1 < 0x40 ? 1 : body + 2 < 0x1000 ? 2 : body + 3 < 0x100000 ? 3 : 4;
    uint64_t length = body + n;
    table_insert(o, opened, n);
    if (n == 1) {
        table_patch(o, opened, length, 1);
        return;
    }
    table_patch(o, opened, (uint64_t)(n - 1) << 6 | (length & 0xf), 1);
    table_patch(o, opened + 1, length >> 4, n - 1);
}

void aml_name(struct table_out *o, const char *name)
{
    table_le(o, AML_NAME, 1);
    name_string(o, name);
}

void aml_integer(struct table_out *o, uint64_t v)
{
    if (v <= 1) {
        table_le(o, v ? AML_ONE : AML_ZERO, 1);
        return;
    }
    unsigned size = v <= 0xff ? 1 : v <= 0xffff ? 2 : v <= 0xffffffff ? 4 : 8;
    static const uint8_t prefix[9] = { [1] = AML_BYTE, [2] = AML_WORD, [4] = AML_DWORD, [8] = AML_QWORD };
    table_le(o, prefix[size], 1);
    table_le(o, v, size);
}

void aml_string(struct table_out *o, const char *text)
{
    table_le(o, AML_STRING, 1);
    table_bytes(o, text, strlen(text) + 1);
}

void aml_eisa_id(struct table_out *o, const char *id)
{
    uint32_t letters = 0, digits = 0;
    for (unsigned i = 0; i < 3; i++)
        letters = letters << 5 | ((uint32_t)id[i] - 0x40);
    for (unsigned i = 3; i < 7; i++)
        digits = digits << 4 | (uint32_t)(id[i] <= '9' ? id[i] - '0' : id[i] - 'A' + 10);
    /* Big-endian as a whole, read as a little-endian number. */
    aml_integer(o, __builtin_bswap32(letters << 16 | digits));
}

uint64_t aml_template(struct table_out *o)
{
    table_le(o, AML_BUFFER, 1);
    return o->used;
}

void aml_template_close(struct table_out *o, uint64_t opened)
{
    table_le(o, 0x79, 1);               /* end tag; checksum 0: not summed (6.4.2.9) */
    table_le(o, 0, 1);
    uint64_t size = o->used - opened;
    unsigned n = size <= 0xff ? 1 : 2;
    table_insert(o, opened, 1 + n);
    table_patch(o, opened, n == 1 ? AML_BYTE : AML_WORD, 1);
    table_patch(o, opened + 1, size, n);
    aml_close(o, opened);
}

void aml_io(struct table_out *o, uint16_t port, uint8_t length)
{
    table_le(o, 0x47, 1);               /* small, I/O port, 7 bytes (6.4.2.5) */
    table_le(o, 1, 1);                  /* decodes 16 bits */
    table_le(o, port, 2);               /* lowest and highest base */
    table_le(o, port, 2);
    table_le(o, 1, 1);                  /* alignment */
    table_le(o, length, 1);
}

void aml_interrupt(struct table_out *o, uint32_t gsi)
{
    table_le(o, 0x89, 1);               /* large, extended interrupt (6.4.3.6) */
    table_le(o, 6, 2);
    table_le(o, 0x03, 1);               /* consumer, edge, active high, exclusive */
    table_le(o, 1, 1);
    table_le(o, gsi, 4);
}
