/*
 * Owns: the ELF file header and its two tables, as numbers. Invariant: nothing here believes an offset; each header
 * is sliced out of the file anew, and a file that ends early is an answer, not a fault.
 */
#include "loader/elf.h"
#include <string.h>

/* What people hand over instead of an ELF, by its first bytes. */
static const struct { uint16_t at; uint8_t size; char bytes[8]; const char *what; } other[] = {
    { 0x202, 4, "HdrS", "a Linux bzImage" },            /* Linux boot protocol, offset 0x202 */
    { 0x38, 4, "ARMd", "an arm64 Image" },
    { 0, 2, "\x1f\x8b", "gzip-compressed" },
    { 0, 3, "BZh", "bzip2-compressed" },
    { 0, 6, "\xfd" "7zXZ\0", "xz-compressed" },
    { 0, 3, "\x5d\0\0", "lzma-compressed" },
    { 0, 4, "\x02\x21\x4c\x18", "lz4-compressed" },     /* the legacy frame, what Linux uses */
    { 0, 4, "\x04\x22\x4d\x18", "lz4-compressed" },
    { 0, 4, "\x28\xb5\x2f\xfd", "zstd-compressed" },
    { 0, 2, "MZ", "a PE (EFI) program" },
    { 0, 7, "!<arch>", "a Debian package or archive" },
};

static bool not_elf(struct span file, const char *name, struct error *e)
{
    for (unsigned i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        struct span s = span_slice(file, other[i].at, other[i].size);
        if (!s.broken && memcmp(s.at, other[i].bytes, s.left) == 0)
            return fail(e, "%s: %s, not an ELF file: have it packed by `bedplate pack`, which unpacks what Linux "
                        "kernels are wrapped in, or give the unpacked vmlinux", name, other[i].what);
    }
    if (file.left == 0)
        return fail(e, "%s: empty, not an ELF file: give a kernel (vmlinux or bzImage)", name);
    return fail(e, "%s: not an ELF file: give a kernel (vmlinux or bzImage)", name);
}

static bool check_ident(struct elf *f, struct span ident, const char *name, struct error *e)
{
    uint8_t class = ident.at[4], data = ident.at[5];
    if (class != 1 && class != 2)
        return fail(e, "%s: ELF class %u is neither 32 nor 64 bits: the file is damaged, copy it again", name, class);
    if (data != 1)
        return fail(e, "%s: a big-endian ELF file: give a kernel for x86", name);
    f->is64 = class == 2;
    return true;
}

static bool check_kind(unsigned type, unsigned machine, const char *name, struct error *e)
{
    if (machine == ELF_AARCH64)
        return fail(e, "%s: an ELF file for Arm: give the kernel's Image (arch/arm64/boot/Image), or make one: objcopy -O binary", name);
    if (machine != ELF_I386 && machine != ELF_X86_64)
        return fail(e, "%s: an ELF file for machine %u: give a kernel for x86 (machine 3 or 62)", name, machine);
    if (type != ELF_EXEC && type != ELF_DYN)
        return fail(e, "%s: an ELF file of type %u, which is no linked program: give the kernel itself (vmlinux), "
                    "not an object or core file", name, type);
    return true;
}

static bool check_tables(const struct elf *f, const char *name, struct error *e)
{
    if (f->phnum == 0)
        return fail(e, "%s: no program headers, so nothing to load: give a linked kernel (vmlinux)", name);
    if (f->phnum > ELF_PROGRAM_HEADERS_MAX)
        return fail(e, "%s: %u program headers, more than the %d a kernel may have: relink it with fewer segments",
                    name, f->phnum, ELF_PROGRAM_HEADERS_MAX);
    if (f->phentsize < (f->is64 ? 56u : 32u))
        return fail(e, "%s: program headers of %u bytes are too small: the file is damaged, copy it again", name,
                    f->phentsize);
    return true;
}

bool elf_read(struct elf *f, struct span file, const char *name, struct error *e)
{
    struct span s = file, ident = span_take(&s, 16);
    *f = (struct elf){ .file = file };
    if (ident.broken || memcmp(ident.at, "\177ELF", 4) != 0)
        return not_elf(file, name, e);
    if (!check_ident(f, ident, name, e))
        return false;
    unsigned word = f->is64 ? 8 : 4;
    unsigned type = (unsigned)span_le(&s, 2), machine = (unsigned)span_le(&s, 2);
    (void)span_take(&s, 4 + word);                      /* e_version, e_entry: PVH enters by the note */
    f->phoff = span_le(&s, word);
    f->shoff = span_le(&s, word);
    (void)span_take(&s, 4 + 2);                         /* e_flags, e_ehsize */
    f->phentsize = (unsigned)span_le(&s, 2);
    f->phnum = (unsigned)span_le(&s, 2);
    f->shentsize = (unsigned)span_le(&s, 2);
    f->shnum = (unsigned)span_le(&s, 2);
    if (s.broken)
        return fail(e, "%s: cut short within the ELF header (%zu bytes): copy the file again", name, file.left);
    return check_kind(type, machine, name, e) && check_tables(f, name, e);
}

/* Entry i of a table; the product of two 16-bit numbers cannot overflow, the sum is left to the span. */
static struct span entry(const struct elf *f, uint64_t table, unsigned size, unsigned i)
{
    struct span s = f->file;
    (void)span_take(&s, table);
    return span_slice(s, (uint64_t)size * i, size);
}

bool elf_program(const struct elf *f, unsigned i, struct elf_program *to)
{
    struct span s = entry(f, f->phoff, f->phentsize, i);
    unsigned word = f->is64 ? 8 : 4;
    to->type = (uint32_t)span_le(&s, 4);
    if (f->is64)                                        /* p_flags moved between the classes */
        to->flags = (uint32_t)span_le(&s, 4);
    to->offset = span_le(&s, word);
    (void)span_take(&s, word);                          /* p_vaddr: paging is off at the entry */
    to->paddr = span_le(&s, word);
    to->file_size = span_le(&s, word);
    to->memory_size = span_le(&s, word);
    if (!f->is64)
        to->flags = (uint32_t)span_le(&s, 4);
    to->align = span_le(&s, word);
    return !s.broken;
}

bool elf_section(const struct elf *f, unsigned i, struct elf_section *to)
{
    struct span s = entry(f, f->shoff, f->shentsize, i);
    unsigned word = f->is64 ? 8 : 4;
    (void)span_take(&s, 4);                             /* sh_name */
    to->type = (uint32_t)span_le(&s, 4);
    (void)span_take(&s, 2 * word);                      /* sh_flags, sh_addr */
    to->offset = span_le(&s, word);
    to->size = span_le(&s, word);
    (void)span_take(&s, 8);                             /* sh_link, sh_info */
    to->align = span_le(&s, word);
    return !s.broken;
}
