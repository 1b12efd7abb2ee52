/*
 * Owns: what is believed of an arm64 Image's header (Linux: Documentation/arch/arm64/booting, "Call the kernel image").
 * Invariant of an image_read that returned true: the header is whole, 0 < file_size <= memory_size, and text_offset plus
 * memory_size do not wrap.
 */
#include "loader/image.h"
#include "lib/checked.h"

typedef unsigned long long ull;

enum { TEXT_OFFSET = 0x08, IMAGE_SIZE = 0x10, FLAGS = 0x18, MAGIC = 0x38, HEADER_SIZE = 0x40 };
enum { FLAG_BIG_ENDIAN = 1u << 0, FLAG_PAGE_SHIFT = 1, FLAG_ANYWHERE = 1u << 3 };
static const uint64_t text_max = UINT64_C(2) << 20;        /* from a 2 MiB boundary: more would be the next one */

static uint64_t at(struct span file, uint64_t offset, unsigned size)
{
    struct span s = span_slice(file, offset, size);
    return span_le(&s, size);
}

bool image_is(struct span file) { return at(file, MAGIC, 4) == 0x644d5241; }      /* "ARM\x64" */

static bool check(const struct image *i, const char *name, struct error *e)
{
    uint64_t end;
    if (i->memory_size == 0)
        return fail(e, "%s: an arm64 Image that does not say how much memory it takes (kernels before Linux 3.17): give a newer kernel", name);
    if (i->text_offset >= text_max)
        return fail(e, "%s: an arm64 Image that wants to be 0x%llx behind a 2 MiB boundary, which is past the next one: the file is damaged, "
                    "copy it again", name, (ull)i->text_offset);
    if (!add_ok(i->text_offset, i->memory_size, &end) || end > UINT64_C(1) << 40)
        return fail(e, "%s: an arm64 Image of 0x%llx bytes of memory: the file is damaged, copy it again", name, (ull)i->memory_size);
    return true;
}

bool image_read(struct image *i, struct span file, const char *name, struct error *e)
{
    static const unsigned pages[] = { 0, 4, 16, 64 };
    uint64_t flags = at(file, FLAGS, 8);
    if (file.left >= 4 && at(file, 0, 4) == 0x464c457f)
        return fail(e, "%s: an ELF file, not an arm64 Image: give arch/arm64/boot/Image, or make one: objcopy -O binary vmlinux Image", name);
    if (file.left >= 2 && at(file, 0, 2) == 0x8b1f)
        return fail(e, "%s: gzip-compressed: unpack it (gunzip), or have it packed by `bedplate pack`, which does", name);
    if (file.left < HEADER_SIZE)
        return fail(e, "%s: %zu bytes are too few for an arm64 Image, whose header has %d: copy the file again", name, file.left, HEADER_SIZE);
    if (!image_is(file))
        return fail(e, "%s: not an arm64 Image (no \"ARM\\x64\" at 0x38): give a Linux kernel for arm64, unpacked (Image)", name);
    if (flags & FLAG_BIG_ENDIAN)
        return fail(e, "%s: a big-endian arm64 Image: give one built little-endian", name);
    /* What is behind the end of its memory is none of it: trees for Xen often give a module more bytes than its file has. */
    uint64_t memory = at(file, IMAGE_SIZE, 8), size = file.left < memory ? file.left : memory;
    *i = (struct image){ .text_offset = at(file, TEXT_OFFSET, 8), .file_size = size, .memory_size = memory,
                         .anywhere = flags & FLAG_ANYWHERE, .page_kib = pages[flags >> FLAG_PAGE_SHIFT & 3] };
    return check(i, name, e);
}
