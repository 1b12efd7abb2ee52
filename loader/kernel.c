/*
 * Owns: what is believed about a kernel file. Invariant of a kernel_read that returned true: segments ascend, are
 * disjoint, do not wrap, lie in the file with their file_size bytes, and the entry is in one of them.
 */
#include "loader/kernel.h"
#include "lib/checked.h"
#include "loader/elf.h"
#include "loader/note.h"

typedef unsigned long long ull;

static bool check_segment(const struct elf *f, const struct elf_program *p, unsigned i, const char *name, struct error *e)
{
    uint64_t end;
    if (p->memory_size < p->file_size)
        return fail(e, "%s: segment %u takes 0x%llx bytes of memory but has 0x%llx in the file: the file is damaged, build "
                    "or copy it again", name, i, (ull)p->memory_size, (ull)p->file_size);
    if (!range_within(p->offset, p->file_size, 0, f->file.left))
        return fail(e, "%s: cut short: segment %u needs 0x%llx bytes at offset 0x%llx but the file ends at 0x%zx: copy the "
                    "file again", name, i, (ull)p->file_size, (ull)p->offset, f->file.left);
    if (!add_ok(p->paddr, p->memory_size, &end) || (!f->is64 && end > UINT64_C(1) << 32))
        return fail(e, "%s: segment %u, 0x%llx bytes at physical address 0x%llx, wraps round the address space: the file is "
                    "damaged, build or copy it again", name, i, (ull)p->memory_size, (ull)p->paddr);
    return true;
}

/* Puts the segment where it belongs in ascending order and refuses one that meets a neighbour. */
static bool insert_segment(struct kernel *k, struct kernel_segment s, const char *name, struct error *e)
{
    unsigned at = k->segments;
    if (k->segments == KERNEL_SEGMENTS_MAX)
        return fail(e, "%s: more than %d segments to load: relink the kernel with fewer", name, KERNEL_SEGMENTS_MAX);
    for (unsigned i = 0; i < k->segments; i++) {
        const struct kernel_segment *o = &k->segment[i];
        if (ranges_meet(s.at, s.memory_size, o->at, o->memory_size))
            return fail(e, "%s: overlapping segments: 0x%llx..0x%llx and 0x%llx..0x%llx: the file is damaged, build or copy "
                        "it again", name, (ull)o->at, (ull)(o->at + o->memory_size - 1), (ull)s.at,
                        (ull)(s.at + s.memory_size - 1));
    }
    for (; at > 0 && k->segment[at - 1].at > s.at; at--)
        k->segment[at] = k->segment[at - 1];
    k->segment[at] = s;
    k->segments++;
    return true;
}

/* *align: the largest p_align of a loaded segment. */
static bool read_segments(struct kernel *k, const struct elf *f, uint64_t *align, const char *name, struct error *e)
{
    struct elf_program p;
    for (unsigned i = 0; i < f->phnum; i++) {
        if (!elf_program(f, i, &p))
            return fail(e, "%s: cut short within its program headers (%zu bytes): copy the file again", name, f->file.left);
        if (p.type != ELF_PT_LOAD || (p.memory_size == 0 && p.file_size == 0))
            continue;
        struct kernel_segment s = { p.paddr, p.offset, p.file_size, p.memory_size, p.flags & ELF_PF_X, p.flags & ELF_PF_W };
        if (!check_segment(f, &p, i, name, e) || !insert_segment(k, s, name, e))
            return false;
        if (p.align > *align)
            *align = p.align;
    }
    if (k->segments == 0)
        return fail(e, "%s: no segment to load: give a linked kernel (vmlinux)", name);
    k->low = k->segment[0].at;
    k->high = k->segment[k->segments - 1].at + k->segment[k->segments - 1].memory_size;
    return true;
}

/* The entry is code from the file: not in zeroes, and not in data where the kernel marks its code. */
static bool check_entry(const struct kernel *k, const char *name, struct error *e)
{
    bool marked = false;
    for (unsigned i = 0; i < k->segments; i++)
        marked = marked || k->segment[i].exec;
    for (unsigned i = 0; i < k->segments; i++) {
        const struct kernel_segment *s = &k->segment[i];
        if (range_within(k->entry, 1, s->at, s->file_size) && (s->exec || !marked))
            return true;
    }
    return fail(e, "%s: the PVH entry 0x%x lies outside the kernel's code (the kernel is at 0x%llx..0x%llx): the file is "
                "damaged or wrongly linked, build or copy it again", name, k->entry, (ull)k->low, (ull)(k->high - 1));
}

static void settle_alignment(struct kernel *k, uint64_t p_align)
{
    if (k->reloc_align)
        return;
    bool usable = p_align >= PAGE_SIZE && (p_align & (p_align - 1)) == 0;
    k->reloc_align = usable ? p_align : MIB(2);
}

bool kernel_read(struct kernel *k, struct span file, const char *name, struct error *e)
{
    struct elf f;
    uint64_t p_align = 0;
    *k = (struct kernel){ 0 };
    if (!elf_read(&f, file, name, e))
        return false;
    k->is64 = f.is64;
    if (!read_segments(k, &f, &p_align, name, e) || !notes_read(k, &f, name, e))
        return false;
    if (!(k->notes >> XEN_ELFNOTE_PHYS32_ENTRY & 1)) {
        char notes[200];
        kernel_notes_text(k, notes, sizeof(notes));
        return fail(e, "%s: no PHYS32_ENTRY note, so the kernel lacks CONFIG_PVH: build it with CONFIG_PVH=y or take one "
                    "that was; the Xen notes it has: %s", name, notes);
    }
    if (k->relocatable)
        settle_alignment(k, p_align);
    return check_entry(k, name, e);
}

bool kernel_move(struct kernel *k, uint64_t low)
{
    uint64_t size = k->high - k->low;
    uint64_t from = k->low;
    if (!k->relocatable || low & (k->reloc_align - 1) || low < k->reloc_min)
        return false;
    if (!range_within(low, size, 0, k->reloc_max + 1) || !range_within(low, size, 0, GIB(4)))
        return false;
    for (unsigned i = 0; i < k->segments; i++)
        k->segment[i].at += low - from;
    k->entry += (uint32_t)(low - from);
    k->high += low - from;
    k->low = low;
    return true;
}
