/*
 * Owns: the walk over ELF notes and what each Xen note means to a kernel. Invariant: no header, name or body is read
 * past the segment it stands in, and a note once found is not changed by a later one.
 */
#include "loader/note.h"
#include "lib/checked.h"
#include "lib/format.h"
#include <string.h>

enum { NOTES_MAX = 1024, NOTE_PLACES_MAX = 32 };    /* per segment, per file: bounds the walk over hostile files */

static const char *const note_name[32] = {
    [XEN_ELFNOTE_INFO] = "INFO", [XEN_ELFNOTE_ENTRY] = "ENTRY", [XEN_ELFNOTE_HYPERCALL_PAGE] = "HYPERCALL_PAGE",
    [XEN_ELFNOTE_VIRT_BASE] = "VIRT_BASE", [XEN_ELFNOTE_PADDR_OFFSET] = "PADDR_OFFSET",
    [XEN_ELFNOTE_XEN_VERSION] = "XEN_VERSION", [XEN_ELFNOTE_GUEST_OS] = "GUEST_OS",
    [XEN_ELFNOTE_GUEST_VERSION] = "GUEST_VERSION", [XEN_ELFNOTE_LOADER] = "LOADER",
    [XEN_ELFNOTE_PAE_MODE] = "PAE_MODE", [XEN_ELFNOTE_FEATURES] = "FEATURES",
    [XEN_ELFNOTE_BSD_SYMTAB] = "BSD_SYMTAB", [XEN_ELFNOTE_HV_START_LOW] = "HV_START_LOW",
    [XEN_ELFNOTE_L1_MFN_VALID] = "L1_MFN_VALID", [XEN_ELFNOTE_SUSPEND_CANCEL] = "SUSPEND_CANCEL",
    [XEN_ELFNOTE_INIT_P2M] = "INIT_P2M", [XEN_ELFNOTE_MOD_START_PFN] = "MOD_START_PFN",
    [XEN_ELFNOTE_SUPPORTED_FEATURES] = "SUPPORTED_FEATURES", [XEN_ELFNOTE_PHYS32_ENTRY] = "PHYS32_ENTRY",
    [XEN_ELFNOTE_PHYS32_RELOC] = "PHYS32_RELOC",
};

void kernel_notes_text(const struct kernel *k, char *to, size_t size)
{
    size_t used = format(to, size, "%s", k->notes ? "" : "none");
    for (unsigned n = 0; n < 32; n++) {
        if (!(k->notes & UINT32_C(1) << n))
            continue;
        used += format(to + used, size - used, "%s", used ? ", " : "");
        used += note_name[n] ? format(to + used, size - used, "%s", note_name[n])
                             : format(to + used, size - used, "type %u", n);
    }
}

/* Printable text of a note, as far as it fits: it goes to a terminal, and the file chose it. */
static void take_text(char *to, size_t size, struct span body)
{
    size_t n = 0;
    for (; n + 1 < size && n < body.left && body.at[n]; n++)
        to[n] = (char)(body.at[n] >= ' ' && body.at[n] <= '~' ? body.at[n] : '?');
    to[n] = '\0';
}

static bool take_entry(struct kernel *k, struct span body, const char *name, struct error *e)
{
    if (body.left != 4 && body.left != 8)
        return fail(e, "%s: the PHYS32_ENTRY note has %zu bytes instead of 4 or 8: the kernel is damaged, build or copy "
                    "it again", name, body.left);
    uint64_t entry = span_le(&body, (unsigned)body.left);
    if (entry > UINT32_MAX)
        return fail(e, "%s: the PHYS32_ENTRY note says 0x%llx, above 4 GiB, where a 32-bit entry cannot be: the kernel "
                    "is damaged, build or copy it again", name, (unsigned long long)entry);
    k->entry = (uint32_t)entry;
    return true;
}

static bool take_reloc(struct kernel *k, struct span body, const char *name, struct error *e)
{
    if (body.left > 12 || body.left % 4)
        return fail(e, "%s: the PHYS32_RELOC note has %zu bytes instead of 0, 4, 8 or 12: the kernel is damaged, build "
                    "or copy it again", name, body.left);
    k->relocatable = true;
    k->reloc_align = body.left ? span_le(&body, 4) : 0;
    k->reloc_min = body.left ? span_le(&body, 4) : 0;
    k->reloc_max = body.left ? span_le(&body, 4) : UINT32_MAX;
    if (k->reloc_align & (k->reloc_align - 1))
        return fail(e, "%s: the PHYS32_RELOC note asks for an alignment of 0x%llx, which is no power of two: the kernel "
                    "is damaged, build or copy it again", name, (unsigned long long)k->reloc_align);
    return true;
}

static bool take_note(struct kernel *k, uint64_t type, struct span body, const char *name, struct error *e)
{
    if (type >= 32 || k->notes & UINT32_C(1) << type)
        return true;
    k->notes |= UINT32_C(1) << type;
    switch (type) {
    case XEN_ELFNOTE_PHYS32_ENTRY:  return take_entry(k, body, name, e);
    case XEN_ELFNOTE_PHYS32_RELOC:  return take_reloc(k, body, name, e);
    case XEN_ELFNOTE_GUEST_OS:      take_text(k->guest_os, sizeof(k->guest_os), body); return true;
    case XEN_ELFNOTE_GUEST_VERSION: take_text(k->guest_version, sizeof(k->guest_version), body); return true;
    default: return true;
    }
}

static uint64_t padding(uint64_t n, unsigned align) { return round_up(n, align) - n; }

/* Walks one segment or section. False: *e is set. *broken: a note in it runs past its end. */
static bool walk(struct kernel *k, struct span seg, unsigned align, bool *broken, const char *name, struct error *e)
{
    for (unsigned i = 0; i < NOTES_MAX && seg.left >= 12; i++) {
        uint64_t name_size = span_le(&seg, 4), size = span_le(&seg, 4), type = span_le(&seg, 4);
        struct span owner = span_take(&seg, name_size);
        (void)span_take(&seg, padding(12 + name_size, align));
        struct span body = span_take(&seg, size);
        if (seg.broken) {
            *broken = true;
            return true;
        }
        if (owner.left == 4 && memcmp(owner.at, "Xen", 4) == 0 && !take_note(k, type, body, name, e))
            return false;
        /* The last note may lack its padding. */
        uint64_t pad = padding(size, align);
        (void)span_take(&seg, pad < seg.left ? pad : seg.left);
    }
    return true;
}

static bool has_entry(const struct kernel *k) { return k->notes >> XEN_ELFNOTE_PHYS32_ENTRY & 1; }

/*
 * Xen pads by 4 whatever p_align says, and so do kernels that merged all notes into one segment of alignment 8; true
 * 8-byte padding (gABI) occurs too. Both ways are tried before a note is called missing.
 */
static bool walk_place(struct kernel *k, const struct elf *f, uint64_t offset, uint64_t size, uint64_t align, bool *broken,
                       const char *name, struct error *e)
{
    struct span seg = span_slice(f->file, offset, size);
    if (seg.broken)
        return fail(e, "%s: cut short: its notes lie at 0x%llx..0x%llx but the file ends at 0x%zx: copy the file again", name,
                    (unsigned long long)offset, (unsigned long long)(offset + size), f->file.left);
    if (!walk(k, seg, 4, broken, name, e))
        return false;
    return align != 8 || has_entry(k) || walk(k, seg, 8, broken, name, e);
}

static bool walk_sections(struct kernel *k, const struct elf *f, bool *broken, const char *name, struct error *e)
{
    struct elf_section s;
    unsigned places = 0;
    for (unsigned i = 0; i < f->shnum && i < ELF_SECTIONS_MAX && elf_section(f, i, &s); i++)
        if (s.type == ELF_SHT_NOTE && places++ < NOTE_PLACES_MAX)
            if (!walk_place(k, f, s.offset, s.size, s.align, broken, name, e))
                return false;
    return true;
}

bool notes_read(struct kernel *k, const struct elf *f, const char *name, struct error *e)
{
    struct elf_program p;
    bool broken = false;
    unsigned places = 0;
    for (unsigned i = 0; i < f->phnum && elf_program(f, i, &p); i++)
        if (p.type == ELF_PT_NOTE && places++ < NOTE_PLACES_MAX)
            if (!walk_place(k, f, p.offset, p.file_size, p.align, &broken, name, e))
                return false;
    if (!has_entry(k) && !walk_sections(k, f, &broken, name, e))
        return false;
    if (!has_entry(k) && broken)
        return fail(e, "%s: a note runs past the end of its segment and no PHYS32_ENTRY note stands before it: the file "
                    "is damaged, copy it again", name);
    return true;
}
