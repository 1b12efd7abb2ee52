/*
 * Owns: the modules of a tree, as the command line names them and as the guests' nodes want them. Invariant: what stands at an address in
 * the machine is what the plan saw there.
 */
#include "cli/dtb.h"
#include "cli/cli.h"
#include "platform/property.h"
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull;

bool dtb_fits_command(const char *command, const struct dtb *d, int configurations)
{
    if (d->path && configurations)
        (void)complain(EXIT_USAGE, "%s: --dtb and configurations: a tree names its guests itself: give one or the other", command);
    else if (d->modules && !d->path)
        (void)complain(EXIT_USAGE, "%s: --module without --dtb: it says what stands where a device tree says so: add --dtb FILE", command);
    else if (!d->path && !configurations)
        (void)complain(EXIT_USAGE, "%s: no configuration was named: write `bedplate %s CFG...`", command, command);
    else
        return true;
    return false;
}

bool dtb_add_module(struct dtb *d, const char *text)
{
    char *end;
    errno = 0;
    uint64_t at = strtoull(text, &end, 0);
    if (errno || end == text || *end != '=' || !end[1]) {
        (void)complain(EXIT_USAGE, "--module takes ADDRESS=FILE, as 0x4a000000=Image, not %s", shown(text));
        return false;
    }
    for (unsigned i = 0; i < d->modules; i++)
        if (d->module[i].at == at)
            return complain(0, "--module 0x%llx is there twice: keep one", (ull)at), false;
    if (d->modules == DTB_MODULES_MAX)
        return complain(0, "more than %d of --module: give fewer", DTB_MODULES_MAX), false;
    d->module[d->modules++] = (struct dtb_module){ .at = at, .path = end + 1 };
    return true;
}

bool dtb_open_modules(struct dtb *d, struct error *e)
{
    for (unsigned i = 0; i < d->modules; i++) {
        struct dtb_module *m = &d->module[i];
        if (!file_open(&m->file, m->path, e))
            return false;
        if (m->file.size == 0)
            return fail(e, "%s: is empty: name a file with something in it", shown(m->path));
        m->bytes = file_span(&m->file);
    }
    return true;
}

static struct dtb_module *module_at(struct dtb *d, uint64_t at)
{
    for (unsigned i = 0; i < d->modules; i++)
        if (d->module[i].at == at)
            return &d->module[i];
    return NULL;
}

/* What the guest's node says is there, against what will be. */
static bool match(struct dtb *d, const struct platform *p, const struct payload *f, const char *what, struct error *e)
{
    struct dtb_module *m = f->size ? module_at(d, f->offset) : NULL;
    if (f->size == 0)
        return true;
    if (!m)
        return fail(e, "%s: guest %s: its %s is at 0x%llx: say which file that is (--module 0x%llx=FILE)", shown(d->path), p->name, what,
                    (ull)f->offset, (ull)f->offset);
    m->used = true;
    if (f == &p->kernel && !m->unpacked.elf.at) {
        if (!unpack_kernel(&m->unpacked, m->bytes, m->path, e))
            return false;
        m->bytes = m->unpacked.elf;
    }
    return m->bytes.left <= f->size || fail(e, "%s: guest %s: its %s has 0x%llx bytes in the tree (reg), but %s has 0x%zx%s: make reg so large",
                                            shown(d->path), p->name, what, (ull)f->size, shown(m->path), m->bytes.left,
                                            *m->unpacked.packing ? " when unpacked" : "");
}

bool dtb_match(struct dtb *d, const struct platform *p, struct error *e)
{
    if (!match(d, p, &p->kernel, "kernel", e) || !match(d, p, &p->arm.passthrough, "partial tree", e))
        return false;
    for (unsigned i = 0; i < p->modules; i++)
        if (!match(d, p, &p->module[i].file, i ? "module" : "ramdisk", e))
            return false;
    return true;
}

/* One of a control domain, which is not started: who names its file means well. */
static bool of_dom0(const void *tree, uint64_t at)
{
    int node, chosen = fdt_path_offset(tree, "/chosen");
    struct error e = { "" };
    struct property_cells cells;
    if (!property_cells(&(struct property_node){ tree, chosen, "dom0", &e }, &cells))
        return false;
    fdt_for_each_subnode(node, tree, chosen) {
        const struct property_node n = { tree, node, "dom0", &e };
        struct span reg;
        if (property_find(&n, "reg", &reg) && reg.left >= cells.address * 4 && property_be(&reg, cells.address * 4) == at &&
            fdt_node_check_compatible(tree, node, "xen,domain") != 0)
            return true;
    }
    return false;
}

bool dtb_all_used(const struct dtb *d, struct error *e)
{
    for (unsigned i = 0; i < d->modules; i++)
        if (!d->module[i].used && !of_dom0(d->file.at, d->module[i].at))
            return fail(e, "%s: no guest has a module at 0x%llx: correct --module, or remove it", shown(d->path), (ull)d->module[i].at);
    return true;
}

/* The machine's memory as the plan sees it: files, and zeroes behind their ends. */
struct span dtb_memory(void *owner, uint64_t at, uint64_t size)
{
    struct dtb_module *m = module_at(owner, at);
    if (!m)
        return (struct span){ NULL, 0, true };
    if (size <= m->bytes.left)
        return span_slice(m->bytes, 0, size);
    if (size > m->padded_size) {
        free(m->padded);
        m->padded = calloc(1, size);
        m->padded_size = size;
        if (!m->padded)
            abort();
        memcpy(m->padded, m->bytes.at, m->bytes.left);
    }
    return span_of(m->padded, size);
}
