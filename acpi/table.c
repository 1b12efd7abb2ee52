/* Owns: the bounded buffer of table bytes, and the header that all system description tables share. */
#include "acpi/table.h"
#include "lib/checked.h"
#include <string.h>

/* n bytes at the end, or NULL when there are none to write (too few left, or only counting). */
static uint8_t *grow(struct table_out *o, uint64_t n)
{
    uint64_t end;
    if (o->full || !add_ok(o->used, n, &end) || (o->to && end > o->size)) {
        o->full = true;
        return NULL;
    }
    uint8_t *at = o->to ? o->to + o->used : NULL;
    o->used = end;
    return at;
}

void table_le(struct table_out *o, uint64_t v, unsigned n)
{
    uint8_t *at = grow(o, n);
    for (unsigned i = 0; at && i < n; i++)
        at[i] = (uint8_t)(v >> 8 * i);
}

void table_bytes(struct table_out *o, const void *from, uint64_t n)
{
    uint8_t *at = grow(o, n);
    if (at)
        memcpy(at, from, n);
}

void table_zero(struct table_out *o, uint64_t n)
{
    uint8_t *at = grow(o, n);
    if (at)
        memset(at, 0, n);
}

void table_align(struct table_out *o, uint64_t unit)
{
    table_zero(o, -o->used & (unit - 1));
}

void table_patch(struct table_out *o, uint64_t at, uint64_t v, unsigned n)
{
    for (unsigned i = 0; o->to && !o->full && i < n; i++)
        o->to[at + i] = (uint8_t)(v >> 8 * i);
}

void table_insert(struct table_out *o, uint64_t at, unsigned n)
{
    uint64_t tail = o->used - at;
    if (grow(o, n))
        memmove(o->to + at + n, o->to + at, tail);
}

void table_entry(struct table_out *o, uint8_t type, uint8_t length)
{
    table_le(o, type, 1);
    table_le(o, length, 1);
}

void table_gas(struct table_out *o, enum table_space space, unsigned bytes, uint64_t address)
{
    table_le(o, space, 1);
    table_le(o, bytes * 8u, 1);
    table_le(o, 0, 1);                  /* bit offset */
    table_le(o, bytes == 8 ? 4 : bytes == 4 ? 3 : bytes, 1);    /* access size: byte, word, dword, qword */
    table_le(o, address, 8);
}

uint64_t table_begin(struct table_out *o, const char *signature, uint8_t revision)
{
    table_align(o, TABLE_ALIGN);
    uint64_t start = o->used;
    table_bytes(o, signature, 4);
    table_le(o, 0, 4);                  /* length: table_end */
    table_le(o, revision, 1);
    table_le(o, 0, 1);                  /* checksum: table_end */
    table_bytes(o, "BEDPLT", 6);
    table_bytes(o, "BEDPLATE", 8);
    table_le(o, 1, 4);                  /* OEM revision */
    table_bytes(o, "BDPL", 4);          /* who made it: no ASL compiler did */
    table_le(o, 1, 4);
    return start;
}

void table_end(struct table_out *o, uint64_t start)
{
    table_patch(o, start + 4, o->used - start, 4);
    table_checksum(o, start, o->used - start, start + 9);
}

void table_checksum(struct table_out *o, uint64_t start, uint64_t n, uint64_t at)
{
    uint8_t sum = 0;
    if (!o->to || o->full)
        return;
    for (uint64_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + o->to[start + i]);
    o->to[at] = (uint8_t)-sum;
}
