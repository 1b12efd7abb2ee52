/*
 * Owns: the rewriting of kernels for the bundle. A third of Debian's vmlinux is zeroes (.bss and .brk, made part of the file by
 * its build), which would be packed, loaded and copied only to lie on memory that is zero already. Invariant: what is
 * made is read again by kernel_read and must span the same memory with the same entry, or it is not used.
 */
#include "cli/arrange.h"
#include "lib/addr.h"
#include "lib/checked.h"
#include "loader/kernel.h"
#include <elf.h>
#include <string.h>

enum { RUN_LEAST = 16 /* pages of zeroes that are worth a segment of their own */, NOTES_MAX = 1 << 20 };

/* A part of a PT_LOAD; phdr.p_offset is where its bytes are in the old file. */
struct pieces { Elf64_Phdr piece[KERNEL_SEGMENTS_MAX]; unsigned count; bool too_many; };

static void add(struct pieces *p, const Elf64_Phdr *whole, uint64_t from, uint64_t file_end, uint64_t end)
{
    if (p->count == KERNEL_SEGMENTS_MAX) {
        p->too_many = true;
        return;
    }
    Elf64_Phdr *to = &p->piece[p->count++];
    *to = *whole;
    to->p_offset += from;
    to->p_vaddr += from;
    to->p_paddr += from;
    to->p_filesz = file_end - from;
    to->p_memsz = end - from;
}

static bool zero(const uint8_t *at, uint64_t size)
{
    return size == 0 || (at[0] == 0 && memcmp(at, at + 1, size - 1) == 0);
}

/* The end of the page-wise run of zeroes at `from` within the file's part of a segment. */
static uint64_t zero_end(const uint8_t *bytes, const Elf64_Phdr *s, uint64_t from)
{
    while (from < s->p_filesz) {
        uint64_t left = s->p_filesz - from, page = left < PAGE_SIZE ? left : PAGE_SIZE;
        if (!zero(bytes + from, page))
            break;
        from += page;
    }
    return from;
}

/* Cuts a segment where a run of at least `least` bytes of zeroes begins and ends; the zeroes become memory behind a piece. */
static void cut(struct pieces *p, const uint8_t *bytes, const Elf64_Phdr *s, uint64_t least)
{
    uint64_t begin = 0, at = round_up(s->p_paddr, PAGE_SIZE) - s->p_paddr;
    while (at < s->p_filesz) {
        uint64_t end = zero_end(bytes, s, at);
        if (end - at >= least || (end == s->p_filesz && end > at)) {
            bool last = end == s->p_filesz;
            add(p, s, begin, at, last ? s->p_memsz : end);
            if (last)
                return;
            begin = end;
        }
        at = end + PAGE_SIZE;
    }
    add(p, s, begin, s->p_filesz, s->p_memsz);
}

static bool read_header(struct span elf, unsigned i, const Elf64_Ehdr *h, Elf64_Phdr *to)
{
    struct span s = span_slice(elf, h->e_phoff + (uint64_t)i * h->e_phentsize, sizeof(*to));
    if (s.broken)
        return false;
    memcpy(to, s.at, sizeof(*to));
    return true;
}

/* All PT_LOADs in pieces, and the one PT_NOTE. False: not a file to be rearranged. */
static bool take_apart(struct span elf, const Elf64_Ehdr *h, uint64_t least, struct pieces *p, struct span *notes)
{
    Elf64_Phdr s;
    unsigned note_segments = 0;
    *p = (struct pieces){ .count = 0 };
    for (unsigned i = 0; i < h->e_phnum; i++) {
        if (!read_header(elf, i, h, &s))
            return false;
        struct span bytes = span_slice(elf, s.p_offset, s.p_filesz);
        if (bytes.broken)
            return false;
        if (s.p_type == PT_NOTE && note_segments++ == 0)
            *notes = bytes;
        if (s.p_type == PT_LOAD && s.p_memsz)
            cut(p, bytes.at, &s, least);
    }
    return note_segments == 1 && notes->left <= NOTES_MAX;
}

static uint64_t place(struct pieces *p, uint64_t *offset, uint64_t from)
{
    for (unsigned i = 0; i < p->count; i++) {
        from = round_up(from, PAGE_SIZE) + (p->piece[i].p_paddr & PAGE_MASK);
        offset[i] = from;
        from += p->piece[i].p_filesz;
    }
    return from;
}

static bool put_together(struct bytes *to, struct span elf, Elf64_Ehdr h, struct pieces *p, struct span notes)
{
    uint64_t offset[KERNEL_SEGMENTS_MAX], notes_at = sizeof(h) + (p->count + 1) * sizeof(Elf64_Phdr);
    uint64_t size = place(p, offset, notes_at + notes.left);
    Elf64_Phdr note = { .p_type = PT_NOTE, .p_offset = notes_at, .p_filesz = notes.left, .p_memsz = notes.left, .p_align = 4 };
    if (size >= elf.left || !bytes_reserve(to, size))
        return false;
    memset(to->at, 0, size);
    to->used = size;
    h.e_phoff = sizeof(h);
    h.e_phnum = (Elf64_Half)(p->count + 1);
    h.e_shoff = h.e_shnum = h.e_shstrndx = 0;
    memcpy(to->at, &h, sizeof(h));
    memcpy(to->at + sizeof(h) + p->count * sizeof(note), &note, sizeof(note));
    memcpy(to->at + notes_at, notes.at, notes.left);
    for (unsigned i = 0; i < p->count; i++) {
        memcpy(to->at + offset[i], elf.at + p->piece[i].p_offset, p->piece[i].p_filesz);
        p->piece[i].p_offset = offset[i];
        memcpy(to->at + sizeof(h) + i * sizeof(Elf64_Phdr), &p->piece[i], sizeof(Elf64_Phdr));
    }
    return true;
}

static bool same_kernel(struct span a, struct span b)
{
    struct kernel ka, kb;
    struct error e = { "" };
    return kernel_read(&ka, a, "", &e) && kernel_read(&kb, b, "", &e) && ka.entry == kb.entry && ka.low == kb.low &&
           ka.high == kb.high && ka.notes == kb.notes && ka.relocatable == kb.relocatable && ka.reloc_align == kb.reloc_align;
}

bool arrange_kernel(struct bytes *to, struct span elf)
{
    Elf64_Ehdr h;
    struct pieces p;
    struct span notes = { NULL, 0, false };
    *to = (struct bytes){ 0 };
    if (elf.left < sizeof(h))
        return false;
    memcpy(&h, elf.at, sizeof(h));
    if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_phentsize != sizeof(Elf64_Phdr) || h.e_ehsize != sizeof(h))
        return false;
    for (uint64_t least = RUN_LEAST * PAGE_SIZE; least < BYTES_MAX; least *= 2) {
        if (!take_apart(elf, &h, least, &p, &notes))
            return false;
        if (!p.too_many)
            break;
    }
    if (!p.too_many && put_together(to, elf, h, &p, notes) && same_kernel(elf, bytes_span(to)))
        return true;
    bytes_free(to);
    return false;
}
