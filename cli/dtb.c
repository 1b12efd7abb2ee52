/*
 * Owns: what a boot loader does for a tree that was written for Xen: kernels and ramdisks into memory, the tree to the machine. Invariant:
 * the hypervisor's own code has read the tree and planned each guest before QEMU starts.
 */
#include "cli/dtb.h"
#include "cli/cli.h"
#include "lib/checked.h"
#include "loader/bundle_tree.h"
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

typedef unsigned long long ull;

#define VIRT_HOST_RAM UINT64_C(0x40000000)      /* where QEMU's virt machine has its RAM */
/* QEMU makes (n + 10000) * 2 bytes of a tree of n (load_device_tree), of which a kernel takes 2 MiB (Linux: arm64/booting.rst). */
enum { TREE_LARGEST = TREE_BYTES_MAX / 2 - 10000 };
enum { HYPERVISOR_MIB = 160, PATH_ROOM = 64 };  /* the image, QEMU's place for the tree behind 128 MiB, bookkeeping */

/* What the tree asks of a machine: the last byte that it speaks of, the memory that its guests want from anywhere, their vCPUs. */
struct wants { uint64_t top, limit, memory; unsigned vcpus; };

/* Where memory is not told, the machine gets what the tree speaks of; what is told is checked by the plan. */
static uint64_t find_limit(const struct dtb *d, const struct machine_options *o)
{
    struct sysinfo here;
    if (o->memory || dtb_is_whole(d->file.at) || sysinfo(&here) != 0)
        return UINT64_MAX;
    return VIRT_HOST_RAM + ((uint64_t)here.totalram + here.totalswap) * here.mem_unit;
}

/* QEMU would not start with memory up to an end beyond, nor name who wants it. */
static bool reach(struct wants *w, const struct dtb *d, const struct platform *p, const char *what, uint64_t at, uint64_t size, struct error *e)
{
    uint64_t end;
    if (!add_ok(at, size, &end) || end > w->limit)
        return fail(e, "%s: guest %s: its %s at 0x%llx, 0x%llx bytes, ends beyond 0x%llx, which is as far as memory here would reach: choose a lower "
                    "place, or say --host-memory", shown(d->path), p->name, what, (ull)at, (ull)size, (ull)w->limit);
    w->top = end > w->top ? end : w->top;
    return true;
}

static bool reach_all(struct wants *w, const struct dtb *d, const struct platform *p, struct error *e)
{
    const struct payload *k = &p->kernel, *t = &p->arm.passthrough;
    if (!reach(w, d, p, "kernel", k->offset, k->size, e) || !reach(w, d, p, "partial tree", t->offset, t->size, e))
        return false;
    for (unsigned i = 0; i < p->modules; i++)
        if (!reach(w, d, p, i ? "module" : "ramdisk", p->module[i].file.offset, p->module[i].file.size, e))
            return false;
    for (unsigned i = 0; i < p->arm.banks; i++)
        if (!reach(w, d, p, "static memory", p->arm.bank[i].base.v, p->arm.bank[i].size, e))
            return false;
    return true;
}

static bool look_at_guests(struct dtb *d, const struct bundle *b, struct wants *w, struct error *e)
{
    for (unsigned i = 0; i < b->guests; i++) {
        struct platform p;
        struct error of_guest = { "" };
        if (!platform_from_node(&p, b->fdt, b->guest[i], BOARD_VIRT, &of_guest))
            return fail(e, "%s: %s", shown(d->path), of_guest.text);
        if (!reach_all(w, d, &p, e) || !dtb_match(d, &p, e))
            return false;
        w->memory += p.arm.banks ? MIB(4) : p.memory + MIB(4);
        w->vcpus += p.vcpus;
    }
    for (unsigned i = 0; i < d->modules; i++) {         /* a control domain's too, if there is room */
        uint64_t end = d->module[i].at + d->module[i].bytes.left;
        w->top = end > w->top && end <= w->limit ? end : w->top;
    }
    return dtb_all_used(d, e);
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

static void follow_guests(const struct wants *w, struct machine_options *o)
{
    uint64_t fixed = w->top > VIRT_HOST_RAM ? w->top - VIRT_HOST_RAM : 0;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    if (fixed < MIB(HYPERVISOR_MIB))
        fixed = MIB(HYPERVISOR_MIB);
    o->memory = o->memory ? o->memory : round_up(fixed + w->memory, MIB(64)) >> 20;
    o->cpus = o->cpus ? o->cpus : w->vcpus < online ? w->vcpus : (unsigned)online;
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

/* Without the room to grow in that QEMU leaves in its own. */
static uint8_t *copy_whole(const struct dtb *d, struct error *e)
{
    int room = (int)fdt_totalsize(d->file.at) + 4096;
    uint8_t *to = calloc(1, (size_t)room);
    if (!to)
        abort();
    if (fdt_open_into(d->file.at, to, room) == 0 && fdt_pack(to) == 0)
        return to;
    free(to);
    (void)fail(e, "%s: its blocks do not follow one another as they should: make it again (dtc)", shown(d->path));
    return NULL;
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
    if (fdt_totalsize(d->tree) > TREE_LARGEST)
        return fail(e, "%s: the machine's tree would have %u bytes, and QEMU can hand over %d: make it smaller", shown(d->path), fdt_totalsize(d->tree),
                    TREE_LARGEST);
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
    if (!bundle_read_tree(b, file_span(&d->file), dtb_memory, d, &of_tree))
        return fail(e, "%s: %s", shown(d->path), of_tree.text);
    return dtb_open_modules(d, e);
}

/* For those who tell people what stands where. */
static unsigned part_at(const struct guests *g, const struct dtb *d, uint64_t at)
{
    unsigned i = 0;
    while (i + 1 < g->parts && d->module[i].at != at)
        i++;
    return i;
}

static void name_parts(struct guests *g, const struct dtb *d)
{
    for (; g->parts < d->modules; g->parts++) {
        const struct dtb_module *m = &d->module[g->parts];
        g->part[g->parts] = (struct part){ .path = strdup(m->path), .unpacked.packing = m->unpacked.packing ? m->unpacked.packing : "" };
        if (!g->part[g->parts].path)
            abort();
    }
    for (unsigned i = 0; i < g->count; i++) {
        struct guest *o = &g->guest[i];
        o->kernel = part_at(g, d, o->platform.kernel.offset);
        o->config.ramdisk = o->platform.modules > 0;
        for (unsigned m = 0; m < o->platform.modules; m++)
            o->module[m] = part_at(g, d, o->platform.module[m].file.offset);
    }
}

/* Once more from what the machine will see. */
static struct guests *plan(struct dtb *d, struct error *e)
{
    struct guests *g = calloc(1, sizeof(*g));
    struct error of_tree = { "" };
    if (!g)
        abort();
    d->guests = g;
    if (!bundle_read_tree(&g->bundle, span_of(d->tree, fdt_totalsize(d->tree)), dtb_memory, d, &of_tree))
        return fail(e, "%s: %s", shown(d->path), of_tree.text), NULL;
    for (; g->count < g->bundle.guests; g->count++) {
        g->guest[g->count].config.path = strdup(d->path);
        if (!g->guest[g->count].config.path)
            abort();
    }
    if (!guests_plan_all(g, e))
        return NULL;
    name_parts(g, d);
    return g;
}

struct guests *dtb_read(struct dtb *d, struct machine_options *o, struct error *e)
{
    struct bundle b;
    struct wants w = { 0 };
    o->arm = true;
    if (!read_tree(d, &b, e))
        return NULL;
    w.limit = find_limit(d, o);
    if (!look_at_guests(d, &b, &w, e))
        return NULL;
    bool whole = dtb_is_whole(d->file.at);
    if (whole)
        follow_tree(&b, o);
    follow_guests(&w, o);
    d->tree = whole ? copy_whole(d, e) : merge_with_own(d, o, e);
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
