/*
 * Owns: what a boot loader does for a tree that was written for Xen: kernels and ramdisks into memory, the tree to the machine. Invariant:
 * the hypervisor's own code has read the tree and planned each guest before QEMU starts.
 */
#include "cli/dtb.h"
#include "cli/cli.h"
#include "lib/checked.h"
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef unsigned long long ull;

#define VIRT_HOST_RAM UINT64_C(0x40000000)      /* where QEMU's virt machine has its RAM */
enum { HYPERVISOR_MIB = 160, PATH_ROOM = 64 };  /* the image, QEMU's place for the tree behind 128 MiB, bookkeeping */

bool dtb_add_module(struct dtb *d, const char *text)
{
    char *end;
    errno = 0;
    uint64_t at = strtoull(text, &end, 0);
    if (errno || end == text || *end != '=' || !end[1]) {
        (void)complain(EXIT_USAGE, "run: --module takes ADDRESS=FILE, as 0x4a000000=Image, not %s", shown(text));
        return false;
    }
    for (unsigned i = 0; i < d->modules; i++)
        if (d->module[i].at == at)
            return complain(0, "run: --module 0x%llx is there twice: keep one", (ull)at), false;
    if (d->modules == DTB_MODULES_MAX)
        return complain(0, "run: more than %d of --module: give fewer", DTB_MODULES_MAX), false;
    d->module[d->modules++] = (struct dtb_module){ .at = at, .path = end + 1 };
    return true;
}

static bool open_modules(struct dtb *d, struct error *e)
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

static bool match_modules(struct dtb *d, const struct platform *p, struct error *e)
{
    if (!match(d, p, &p->kernel, "kernel", e) || !match(d, p, &p->arm.passthrough, "partial tree", e))
        return false;
    for (unsigned i = 0; i < p->modules; i++)
        if (!match(d, p, &p->module[i].file, i ? "module" : "ramdisk", e))
            return false;
    return true;
}

static bool all_used(const struct dtb *d, struct error *e)
{
    for (unsigned i = 0; i < d->modules; i++)
        if (!d->module[i].used)
            return fail(e, "%s: no guest has a module at 0x%llx: correct --module, or remove it", shown(d->path), (ull)d->module[i].at);
    return true;
}

/* The machine's memory as the plan sees it: files, and zeroes behind their ends. */
static struct span memory(void *owner, uint64_t at, uint64_t size)
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

/* The last byte that the tree speaks of, and the memory that its guests want from anywhere. */
static bool look_at_guests(struct dtb *d, const struct bundle *b, uint64_t *top, uint64_t *wanted, struct error *e)
{
    for (unsigned i = 0; i < b->guests; i++) {
        struct platform p;
        struct error of_guest = { "" };
        if (!platform_from_node(&p, b->fdt, b->guest[i], BOARD_VIRT, &of_guest))
            return fail(e, "%s: %s", shown(d->path), of_guest.text);
        if (!match_modules(d, &p, e))
            return false;
        *wanted += p.arm.banks ? MIB(4) : p.memory + MIB(4);
        for (unsigned k = 0; k < p.arm.banks; k++)
            *top = p.arm.bank[k].base.v + p.arm.bank[k].size > *top ? p.arm.bank[k].base.v + p.arm.bank[k].size : *top;
    }
    for (unsigned i = 0; i < d->modules; i++)
        *top = d->module[i].at + d->module[i].bytes.left > *top ? d->module[i].at + d->module[i].bytes.left : *top;
    return all_used(d, e);
}

static unsigned count_cpus(const void *tree)
{
    int node, cpus = fdt_path_offset(tree, "/cpus");
    unsigned n = 0;
    fdt_for_each_subnode(node, tree, cpus) {
        const char *type = fdt_getprop(tree, node, "device_type", NULL);
        n += type && strcmp(type, "cpu") == 0;
    }
    return n;
}

/* A whole tree says what the machine is to be. */
static void follow_tree(const struct bundle *b, struct machine_options *o)
{
    uint64_t ram = 0;
    for (unsigned i = 0; i < b->rams; i++)
        ram += b->ram[i].size;
    o->memory = o->memory ? o->memory : ram >> 20;
    o->cpus = o->cpus ? o->cpus : count_cpus(b->fdt);
    if (!o->gic_version)
        o->gic_version = fdt_node_offset_by_compatible(b->fdt, -1, "arm,gic-v3") >= 0 ? 3 : 2;
}

static void follow_guests(const struct bundle *b, uint64_t top, uint64_t wanted, struct machine_options *o)
{
    uint64_t fixed = top > VIRT_HOST_RAM ? top - VIRT_HOST_RAM : 0;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    if (fixed < MIB(HYPERVISOR_MIB))
        fixed = MIB(HYPERVISOR_MIB);
    o->memory = o->memory ? o->memory : round_up(fixed + wanted, MIB(64)) >> 20;
    o->cpus = o->cpus ? o->cpus : b->guests < online ? b->guests : (unsigned)online;
    o->gic_version = o->gic_version ? o->gic_version : 3;
}

/* QEMU writes it to a file of its own name only. */
static uint8_t *merge_with_own(struct dtb *d, const struct machine_options *o, struct error *e)
{
    char path[] = "/tmp/bedplate-tree.XXXXXX";
    struct file own = { 0 };
    uint8_t *merged = NULL;
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        (void)fail(e, "%s: cannot be written: %s: make room in /tmp", path, strerror(errno));
        return NULL;
    }
    (void)close(fd);
    if (machine_own_tree(o, path, e) && file_open(&own, path, e))
        merged = dtb_merge(file_span(&own), d->file.at, d->path, e);
    file_close(&own);
    (void)unlink(path);
    return merged;
}

static uint8_t *copy_whole(const struct dtb *d)
{
    uint8_t *to = malloc(fdt_totalsize(d->file.at));
    if (!to)
        abort();
    memcpy(to, d->file.at, fdt_totalsize(d->file.at));
    return to;
}

/* A file without a name, which QEMU inherits. */
static int hand_over(struct span bytes, struct error *e)
{
    int fd = memfd_create("module", 0);
    while (fd >= 0 && bytes.left) {
        ssize_t n = write(fd, bytes.at, bytes.left);
        if (n <= 0)
            return fail(e, "no memory for the modules: %s", strerror(errno)), close(fd), -1;
        (void)span_take(&bytes, (uint64_t)n);
    }
    if (fd < 0)
        (void)fail(e, "no memory for the modules: %s", strerror(errno));
    return fd;
}

static bool fill_machine(struct dtb *d, struct machine_options *o, struct error *e)
{
    static char tree[PATH_ROOM];
    int fd = hand_over(span_of(d->tree, fdt_totalsize(d->tree)), e);
    (void)snprintf(tree, sizeof(tree), "/proc/self/fd/%d", fd);
    o->tree = tree;
    o->blob = d->blob;
    for (unsigned i = 0; i < d->modules && fd >= 0; i++) {
        fd = hand_over(d->module[i].bytes, e);
        d->blob[o->blobs++] = (struct machine_blob){ d->module[i].at, fd };
    }
    return fd >= 0;
}

static bool read_tree(struct dtb *d, struct bundle *b, struct error *e)
{
    struct error of_tree = { "" };
    if (!file_open(&d->file, d->path, e))
        return false;
    if (d->file.size > 7 && memcmp(d->file.at, "/dts-v1", 7) == 0)
        return fail(e, "%s: is a tree's source: compile it (dtc -O dtb -o FILE.dtb %s)", shown(d->path), shown(d->path));
    if (!bundle_read_tree(b, file_span(&d->file), memory, d, &of_tree))
        return fail(e, "%s: %s", shown(d->path), of_tree.text);
    return open_modules(d, e);
}

/* Once more from what the machine will see. */
static struct guests *plan(struct dtb *d, struct error *e)
{
    struct guests *g = calloc(1, sizeof(*g));
    struct error of_tree = { "" };
    if (!g)
        abort();
    d->guests = g;
    if (!bundle_read_tree(&g->bundle, span_of(d->tree, fdt_totalsize(d->tree)), memory, d, &of_tree))
        return fail(e, "%s: %s", shown(d->path), of_tree.text), NULL;
    for (; g->count < g->bundle.guests; g->count++) {
        g->guest[g->count].config.path = strdup(d->path);
        if (!g->guest[g->count].config.path)
            abort();
    }
    return guests_plan_all(g, e) ? g : NULL;
}

struct guests *dtb_read(struct dtb *d, struct machine_options *o, struct error *e)
{
    struct bundle b;
    uint64_t top = 0, wanted = 0;
    o->arm = true;
    if (!read_tree(d, &b, e) || !look_at_guests(d, &b, &top, &wanted, e))
        return NULL;
    bool whole = dtb_is_whole(d->file.at);
    if (whole)
        follow_tree(&b, o);
    follow_guests(&b, top, wanted, o);
    d->tree = whole ? copy_whole(d) : merge_with_own(d, o, e);
    return d->tree && plan(d, e) && fill_machine(d, o, e) ? d->guests : NULL;
}

void dtb_free(struct dtb *d)
{
    for (unsigned i = 0; i < d->modules; i++) {
        bytes_free(&d->module[i].unpacked.owned);
        free(d->module[i].padded);
        file_close(&d->module[i].file);
    }
    guests_free(d->guests);
    free(d->tree);
    file_close(&d->file);
}
