/* The Xen notes of a kernel (<xen/elfnote.h>), gathered from note segments or sections. Private to loader/. */
#ifndef LOADER_NOTE_H
#define LOADER_NOTE_H
#include "loader/elf.h"
#include "loader/kernel.h"
#include <xen/elfnote.h>

/*
 * Newer Xen defines it; Debian 12's headers (4.17) end at 18. Up to three 32-bit numbers: the start's alignment (else
 * the largest p_align of at least 4 KiB, else 2 MiB), the lowest start (else 0), the highest last byte (else 4 GiB - 1).
 */
#ifndef XEN_ELFNOTE_PHYS32_RELOC
#define XEN_ELFNOTE_PHYS32_RELOC 19
#endif

/*
 * Gathers all notes of f into k (of several of one kind the first counts; reloc_align is 0 when the note leaves it open).
 * False with a sentence when a note is damaged and none before it gave an entry. k->notes tells whether there is one.
 */
bool notes_read(struct kernel *k, const struct elf *f, const char *name, struct error *e);
#endif
