/*
 * Makes small ELF files for the tests of loader/ and builder/plan: program headers, then what they point at. Nothing is
 * checked: bending a number before maker_file() is what it is for.
 */
#ifndef TESTS_UNIT_ELF_MAKER_H
#define TESTS_UNIT_ELF_MAKER_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "lib/span.h"

struct maker_segment { uint32_t type, flags; uint64_t offset, paddr, file_size, memory_size, align; };
struct maker {
    bool is64;
    struct maker_segment segment[48];       /* offset relative to the bytes behind the headers */
    unsigned segments;
    struct maker_segment section;           /* one SHT_NOTE section when type is 7 */
    uint64_t used;                          /* bytes behind the headers; the notes are the last of them */
    unsigned note_pad;
    uint8_t note_bytes[1024];
    uint64_t notes, notes_taken, notes_at;
};

static inline struct maker maker_new(bool is64)
{
    return (struct maker){ .is64 = is64, .note_pad = 4 };
}

static inline void maker_load(struct maker *m, uint64_t at, uint64_t file_size, uint64_t memory_size, uint32_t flags)
{
    m->segment[m->segments++] = (struct maker_segment){ 1, flags, m->used, at, file_size, memory_size, 0x1000 };
    m->used += file_size;
}

static inline void maker_note(struct maker *m, const char *owner, uint32_t type, const void *body, uint32_t size)
{
    uint32_t head[3] = { (uint32_t)strlen(owner) + 1, size, type };
    uint8_t *to = m->note_bytes + m->notes;
    memcpy(to, head, 12);
    memcpy(to + 12, owner, head[0]);
    uint64_t at = (12 + head[0] + m->note_pad - 1) & ~(uint64_t)(m->note_pad - 1);
    memcpy(to + at, body, size);
    m->notes += at + ((size + m->note_pad - 1) & ~(m->note_pad - 1));
}

static inline void maker_note_le(struct maker *m, const char *owner, uint32_t type, uint64_t value, uint32_t size)
{
    maker_note(m, owner, type, &value, size);
}

/* The notes made since the last call become a PT_NOTE segment (all notes of a file stand together at its end). */
static inline void maker_notes_as_segment(struct maker *m, uint64_t align)
{
    uint64_t size = m->notes - m->notes_taken;
    m->segment[m->segments++] = (struct maker_segment){ 4, 4, UINT64_C(1) << 40 | m->notes_taken, 0, size, size, align };
    m->notes_taken = m->notes;
}

static inline void maker_notes_as_section(struct maker *m, uint64_t align)
{
    uint64_t size = m->notes - m->notes_taken;
    m->section = (struct maker_segment){ 7, 0, UINT64_C(1) << 40 | m->notes_taken, 0, size, size, align };
    m->notes_taken = m->notes;
}

static inline void maker_put(uint8_t **to, uint64_t value, unsigned size)
{
    memcpy(*to, &value, size);
    *to += size;
}

/* A mark in bit 40 says "offset within the notes". */
static inline uint64_t maker_offset(const struct maker *m, uint64_t offset, uint64_t head)
{
    bool note = offset >> 40 == 1;
    return note ? head + m->used + (offset & 0xffffffff) : offset + head;
}

static inline void maker_header(const struct maker *m, uint8_t **to, uint64_t shoff)
{
    unsigned w = m->is64 ? 8 : 4, eh = m->is64 ? 64 : 52;
    const uint8_t ident[16] = { 0x7f, 'E', 'L', 'F', (uint8_t)(m->is64 ? 2 : 1), 1, 1 };
    memcpy(*to, ident, 16);
    *to += 16;
    maker_put(to, 2, 2);
    maker_put(to, m->is64 ? 62 : 3, 2);
    maker_put(to, 1, 4);
    maker_put(to, 0, w);
    maker_put(to, eh, w);
    maker_put(to, shoff, w);
    maker_put(to, 0, 4);
    maker_put(to, eh, 2);
    maker_put(to, m->is64 ? 56 : 32, 2);
    maker_put(to, m->segments, 2);
    maker_put(to, m->is64 ? 64 : 40, 2);
    maker_put(to, m->section.type ? 1 : 0, 2);
    maker_put(to, 0, 2);
}

static inline void maker_program(const struct maker *m, uint8_t **to, const struct maker_segment *s, uint64_t head)
{
    unsigned w = m->is64 ? 8 : 4;
    maker_put(to, s->type, 4);
    if (m->is64)
        maker_put(to, s->flags, 4);
    maker_put(to, maker_offset(m, s->offset, head), w);
    maker_put(to, s->paddr | 0xc0000000, w);        /* p_vaddr is none of the loader's business */
    maker_put(to, s->paddr, w);
    maker_put(to, s->file_size, w);
    maker_put(to, s->memory_size, w);
    if (!m->is64)
        maker_put(to, s->flags, 4);
    maker_put(to, s->align, w);
}

static inline void maker_section(const struct maker *m, uint8_t **to, uint64_t head)
{
    unsigned w = m->is64 ? 8 : 4;
    maker_put(to, 0, 4);
    maker_put(to, m->section.type, 4);
    maker_put(to, 0, w);
    maker_put(to, 0, w);
    maker_put(to, maker_offset(m, m->section.offset, head), w);
    maker_put(to, m->section.file_size, w);
    maker_put(to, 0, 8);
    maker_put(to, m->section.align, w);
    maker_put(to, 0, w);
}

/* The file, to be freed by the caller: headers, contents (0x90), notes. */
static inline struct span maker_file(const struct maker *m)
{
    uint64_t head = (m->is64 ? 64 + 56 * m->segments : 52 + 32 * m->segments);
    uint64_t shoff = head;
    head += m->section.type ? (m->is64 ? 64 : 40) : 0;
    uint64_t size = head + m->used + m->notes;
    uint8_t *file = malloc(size), *to = file;
    maker_header(m, &to, m->section.type ? shoff : 0);
    for (unsigned i = 0; i < m->segments; i++)
        maker_program(m, &to, &m->segment[i], head);
    if (m->section.type)
        maker_section(m, &to, head);
    memset(to, 0x90, m->used);
    memcpy(to + m->used, m->note_bytes, m->notes);
    return span_of(file, size);
}
#endif
