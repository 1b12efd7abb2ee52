/*
 * Owns: the bytes of hvm_start_info and all it points at (<xen/arch-x86/hvm/start_info.h>; docs/misc/pvh.pandoc in Xen's
 * tree). Invariant: the image is contiguous and below 4 GiB, every address in it that is not zero points into the image
 * or at what the caller placed, and zero means "not provided".
 */
#include "start_info/start_info.h"
#include "lib/checked.h"
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>

enum { MEMORY_MAP_MAX = 16 };

/* Version 0 ends before the memory map's fields. */
static uint64_t head_size(const struct platform *p)
{
    return p->start_info_version == 0 ? offsetof(struct hvm_start_info, memmap_paddr) : sizeof(struct hvm_start_info);
}

static uint64_t text_size(const char *text) { return text[0] ? strlen(text) + 1 : 0; }

uint64_t start_info_size(const struct platform *p)
{
    uint64_t size = head_size(p) + p->modules * sizeof(struct hvm_modlist_entry) + text_size(p->cmdline);
    if (p->start_info_version > 0)
        size += MEMORY_MAP_MAX * sizeof(struct hvm_memmap_table_entry);
    for (unsigned i = 0; i < p->modules; i++)
        size += text_size(p->module[i].cmdline);
    return size;
}

/* The image grows at `used`; what is appended gets its guest address back, 0 for nothing. */
struct image { gpa_t at; uint8_t *to; uint64_t used, size; };

static uint64_t append(struct image *m, const void *bytes, uint64_t size)
{
    uint64_t at = m->at.v + m->used;
    if (size == 0)
        return 0;
    memcpy(m->to + m->used, bytes, size);
    m->used += size;
    return at;
}

static uint64_t append_text(struct image *m, const char *text) { return append(m, text, text_size(text)); }

/* The tables come first, aligned by their own size, the texts behind them. */
static uint64_t append_memory_map(struct image *m, const struct platform *p, gpa_t acpi_base, uint64_t acpi_size,
                                  uint32_t *entries)
{
    struct start_info_range range[MEMORY_MAP_MAX];
    unsigned n = start_info_memory_map(p, acpi_base, acpi_size, range, MEMORY_MAP_MAX);
    uint64_t first = 0;
    for (unsigned i = 0; i < n; i++) {
        struct hvm_memmap_table_entry entry = { .addr = range[i].base, .size = range[i].size, .type = range[i].type };
        uint64_t at = append(m, &entry, sizeof(entry));
        first = i ? first : at;
    }
    *entries = n;
    return first;
}

static uint64_t append_modules(struct image *m, const struct platform *p, const struct start_info_module *modules)
{
    uint64_t at = m->at.v + m->used, to = m->used;
    m->used += p->modules * sizeof(struct hvm_modlist_entry);       /* the texts go behind the list */
    for (unsigned i = 0; i < p->modules; i++) {
        struct hvm_modlist_entry entry = { .paddr = modules[i].at.v, .size = modules[i].size };
        entry.cmdline_paddr = append_text(m, p->module[i].cmdline);
        memcpy(m->to + to, &entry, sizeof(entry));
        to += sizeof(entry);
    }
    return p->modules ? at : 0;
}

bool start_info_build(const struct platform *p, gpa_t at, const struct start_info_module *modules, gpa_t rsdp,
                      gpa_t acpi_base, uint64_t acpi_size, uint8_t *to, uint64_t size)
{
    struct image m = { at, to, head_size(p), size };
    struct hvm_start_info head = { .magic = XEN_HVM_START_MAGIC_VALUE, .version = p->start_info_version,
                                   .nr_modules = p->modules, .rsdp_paddr = rsdp.v };
    if (start_info_size(p) > size || !range_within(at.v, size, 0, GIB(4)))
        return false;
    memset(to, 0, size);                                            /* no byte of whoever had the page before */
    if (p->start_info_version > 0)
        head.memmap_paddr = append_memory_map(&m, p, acpi_base, acpi_size, &head.memmap_entries);
    head.modlist_paddr = append_modules(&m, p, modules);
    head.cmdline_paddr = append_text(&m, p->cmdline);
    memcpy(to, &head, head_size(p));
    return true;
}
