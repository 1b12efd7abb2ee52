/* Owns: what a Multiboot2 loader says (Multiboot2 specification 2.0, 3.6). */
#include "hypervisor/x86/host.h"
#include "lib/checked.h"
#include <string.h>

enum { TAG_END = 0, TAG_CMDLINE = 1, TAG_MODULE = 3, TAG_MEMORY_MAP = 6, TAG_ACPI_OLD = 14, TAG_ACPI_NEW = 15 };
enum { INFO_MAX = 0x100000, MEMORY_AVAILABLE = 1 };

static void memory_map(struct loader *l, struct span tag)
{
    uint64_t size = span_le(&tag, 4);
    (void)span_le(&tag, 4);
    while (size >= 24 && tag.left >= size) {
        struct span e = span_take(&tag, size);
        uint64_t base = span_le(&e, 8), length = span_le(&e, 8);
        if (span_le(&e, 4) == MEMORY_AVAILABLE)
            loader_add_ram(l, base, length);
    }
}

static void module(struct loader *l, struct span tag)
{
    uint64_t start = span_le(&tag, 4), end = span_le(&tag, 4);
    if (tag.broken || l->module || end <= start)
        return;     /* the first one is the bundle */
    l->module = start;
    l->module_size = end - start;
}

/* The RSDP itself is in the tag, and the tag in memory that will be given out: it is copied. */
static void rsdp(struct loader *l, struct span tag)
{
    memset(l->rsdp_copy, 0, sizeof(l->rsdp_copy));
    memcpy(l->rsdp_copy, tag.at, tag.left < sizeof(l->rsdp_copy) ? tag.left : sizeof(l->rsdp_copy));
    l->rsdp = memory_image_phys(l->rsdp_copy);
}

static void tag_read(struct loader *l, uint64_t type, struct span tag)
{
    if (tag.broken)
        return;
    switch (type) {
    case TAG_CMDLINE: loader_set_cmdline(l, (const char *)tag.at, tag.left); return;
    case TAG_MODULE: module(l, tag); return;
    case TAG_MEMORY_MAP: memory_map(l, tag); return;
    case TAG_ACPI_OLD: if (!l->rsdp) rsdp(l, tag); return;      /* the newer one counts more */
    case TAG_ACPI_NEW: rsdp(l, tag); return;
    default: return;
    }
}

const char *loader_multiboot2(struct loader *l, uint64_t info)
{
    l->name = "Multiboot2";
    if (!memory_is_mapped(info, INFO_MAX))
        return "the Multiboot2 information is out of reach";
    struct span head = span_of(hpa_ptr(hpa(info)), 8);
    uint64_t size = span_le(&head, 4);
    if (size < 8 || size > INFO_MAX)
        return "the Multiboot2 information is damaged: its size makes no sense";
    struct span all = span_of(hpa_ptr(hpa(info)), size);
    (void)span_take(&all, 8);
    while (!all.broken && all.left >= 8) {
        uint64_t type = span_le(&all, 4), length = span_le(&all, 4);
        if (type == TAG_END || length < 8)
            break;
        tag_read(l, type, span_take(&all, length - 8));
        uint64_t pad = round_up(length, 8) - length;
        (void)span_take(&all, pad < all.left ? pad : all.left);
    }
    return l->rams ? NULL : "the Multiboot2 loader gave no memory map with RAM in it";
}
