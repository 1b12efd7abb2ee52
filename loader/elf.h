/*
 * The parts of an ELF file that a loader asks for, in either class, as plain numbers. Private to loader/.
 * Numbers of the System V ABI, chapters 4 and 5 (object files, program loading); there is no freestanding <elf.h>.
 */
#ifndef LOADER_ELF_H
#define LOADER_ELF_H
#include "lib/error.h"
#include "lib/span.h"

enum { ELF_REL = 1, ELF_EXEC = 2, ELF_DYN = 3 };            /* e_type */
enum { ELF_I386 = 3, ELF_X86_64 = 62, ELF_AARCH64 = 183 };                     /* e_machine */
enum { ELF_PT_LOAD = 1, ELF_PT_NOTE = 4 };                  /* p_type */
enum { ELF_PF_X = 1, ELF_PF_W = 2 };                        /* p_flags */
enum { ELF_SHT_NOTE = 7 };                                  /* sh_type */
enum { ELF_PROGRAM_HEADERS_MAX = 256, ELF_SECTIONS_MAX = 4096 };    /* more is no kernel; bounds the walks */

struct elf {
    struct span file;
    bool is64;
    uint64_t phoff, shoff;
    unsigned phentsize, phnum, shentsize, shnum;
};
struct elf_program { uint32_t type, flags; uint64_t offset, paddr, file_size, memory_size, align; };
struct elf_section { uint32_t type; uint64_t offset, size, align; };

/* Reads and checks the file header of a little-endian x86 ELF. False: *e says what the file is instead. */
bool elf_read(struct elf *f, struct span file, const char *name, struct error *e);
/* Program header i. False when the file ends before it. */
bool elf_program(const struct elf *f, unsigned i, struct elf_program *to);
/* Section header i. False when the file ends before it. */
bool elf_section(const struct elf *f, unsigned i, struct elf_section *to);
#endif
