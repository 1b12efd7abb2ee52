/*
 * A guest's kernel as an ELF file: read first (touch nothing), place second. Bounds-checked throughout; fuzzed.
 */
#ifndef LOADER_KERNEL_H
#define LOADER_KERNEL_H
#include "lib/addr.h"
#include "lib/error.h"
#include "lib/span.h"

enum { KERNEL_SEGMENTS_MAX = 32 };

struct kernel_segment { uint64_t at; uint64_t offset, file_size, memory_size; bool exec, write; };  /* at: p_paddr, guest physical */

struct kernel {
    bool is64;                              /* ELF64 */
    uint32_t entry;                         /* of XEN_ELFNOTE_PHYS32_ENTRY, moved by kernel_move */
    uint64_t low, high;                     /* all segments lie in [low, high) */
    struct kernel_segment segment[KERNEL_SEGMENTS_MAX];     /* PT_LOAD with memory_size > 0, ascending, disjoint */
    unsigned segments;
    bool relocatable;                       /* carries XEN_ELFNOTE_PHYS32_RELOC */
    uint64_t reloc_align, reloc_min, reloc_max;
    char guest_os[32], guest_version[32];   /* of the notes, "" when absent */
    uint32_t notes;                         /* bit n: a note of owner "Xen" and type n (< 32) was seen */
};

/* Reads an ELF32 or ELF64 image. `name`: what to call the file in a sentence. False: *e says what is wrong and the way out. */
bool kernel_read(struct kernel *k, struct span file, const char *name, struct error *e);
/* Moves a relocatable kernel so that its low end is at `low`; false when its alignment or range does not allow it. */
bool kernel_move(struct kernel *k, uint64_t low);
/* Lists the notes seen by name into `to` ("GUEST_OS, PHYS32_ENTRY"), "none" when none. */
void kernel_notes_text(const struct kernel *k, char *to, size_t size);
#endif
