/* Owns: the AML encodings of names and data, each in its shortest form. */
#include "acpi/aml.h"
#include <string.h>

enum {
    AML_ZERO = 0x00, AML_ONE = 0x01, AML_NAME = 0x08, AML_BYTE = 0x0a, AML_WORD = 0x0b, AML_DWORD = 0x0c, AML_STRING = 0x0d,
    AML_QWORD = 0x0e, AML_SCOPE = 0x10, AML_BUFFER = 0x11, AML_PACKAGE = 0x12, AML_DUAL_NAME = 0x2e, AML_MULTI_NAME = 0x2f,
    AML_EXT = 0x5b, AML_DEVICE = 0x82,
};

static unsigned segments(const char *path)
{
    unsigned n = *path != 0;
    for (; *path; path++)
        n += *path == '.';
    return n;
}

/* NameString (20.2.2): root or parents, then nothing, one segment, two, or a count of them. */
void aml_name_path(struct table_out *o, const char *path)
{
    while (*path == '\\' || *path == '^')
        table_le(o, (uint8_t)*path++, 1);
    unsigned n = segments(path);
    if (n == 0)
        table_le(o, AML_ZERO, 1);       /* NullName: the root itself, or a parent */
    if (n >= 2)
        table_le(o, n == 2 ? AML_DUAL_NAME : AML_MULTI_NAME, 1);
    if (n > 2)
        table_le(o, n, 1);
    while (*path) {
        char segment[4] = { '_', '_', '_', '_' };
        for (unsigned i = 0; *path && *path != '.'; path++)
            if (i < sizeof(segment))
                segment[i++] = *path;
        path += *path == '.';
        table_bytes(o, segment, sizeof(segment));
    }
}

uint64_t aml_scope(struct table_out *o, const char *name)
{
    table_le(o, AML_SCOPE, 1);
    uint64_t opened = o->used;
    aml_name_path(o, name);
    return opened;
}

uint64_t aml_device(struct table_out *o, const char *name)
{
    table_le(o, AML_EXT, 1);
    table_le(o, AML_DEVICE, 1);
    uint64_t opened = o->used;
    aml_name_path(o, name);
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
    aml_name_path(o, name);
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

void aml_buffer(struct table_out *o, const void *bytes, uint32_t n)
{
    table_le(o, AML_BUFFER, 1);
    uint64_t opened = o->used;
    aml_integer(o, n);
    table_bytes(o, bytes, n);
    aml_close(o, opened);
}

static uint8_t hex_digit(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'A' + 10); }

void aml_eisa_id(struct table_out *o, const char *id)
{
    uint32_t letters = 0, digits = 0;
    for (unsigned i = 0; i < 3; i++)
        letters = letters << 5 | ((uint32_t)id[i] - 0x40);
    for (unsigned i = 3; i < 7; i++)
        digits = digits << 4 | hex_digit(id[i]);
    /* Big-endian as a whole, read as a little-endian number. */
    aml_integer(o, __builtin_bswap32(letters << 16 | digits));
}

/* The first three groups are little-endian numbers, the rest are bytes as they stand. */
void aml_uuid(struct table_out *o, const char *uuid)
{
    static const uint8_t digit_of[16] = { 6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34 };
    uint8_t bytes[16];
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(hex_digit(uuid[digit_of[i]]) << 4 | hex_digit(uuid[digit_of[i] + 1]));
    aml_buffer(o, bytes, sizeof(bytes));
}

/* EISA ids have seven characters; "ACPI0007" and its like have eight and stand as strings (6.1.5). */
void aml_hid(struct table_out *o, const char *hid)
{
    aml_name(o, "_HID");
    if (strlen(hid) == 7)
        aml_eisa_id(o, hid);
    else
        aml_string(o, hid);
}

void aml_name_integer(struct table_out *o, const char *name, uint64_t v)
{
    aml_name(o, name);
    aml_integer(o, v);
}
