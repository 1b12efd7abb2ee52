/* Owns: a set of guests and the files that they share. Invariant: a part that two guests use is one part. */
#include "cli/guests.h"
#include "cli/arrange.h"
#include "cli/cli.h"
#include "lib/checked.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool read_kernel(struct part *p, struct error *e)
{
    struct kernel k;
    struct image image;
    if (!unpack_kernel(&p->unpacked, file_span(&p->file), p->path, e))
        return false;
    p->bytes = p->unpacked.elf;
    if (image_is(p->bytes)) {
        if (!image_read(&image, p->bytes, shown(p->path), e))
            return false;
        p->bytes.left = (size_t)image.file_size;
        return true;
    }
    if (!kernel_read(&k, p->bytes, shown(p->path), e))      /* here, where the file's name is known */
        return false;
    if (arrange_kernel(&p->arranged, p->bytes))
        p->bytes = bytes_span(&p->arranged);
    return true;
}

/* The part for a file, a new one or one that another guest brought. */
static bool add_part(struct guests *g, const char *path, bool kernel, unsigned *index, struct error *e)
{
    struct part *p = &g->part[g->parts];
    *p = (struct part){ .kernel = kernel };
    if (!file_open(&p->file, path, e))
        return false;
    for (unsigned i = 0; i < g->parts; i++) {
        const struct part *o = &g->part[i];
        if (o->kernel == kernel && o->file.device == p->file.device && o->file.inode == p->file.inode) {
            file_close(&p->file);
            *index = i;
            return true;
        }
    }
    p->path = strdup(path);
    if (!p->path)
        abort();
    *index = g->parts++;
    p->bytes = file_span(&p->file);
    if (p->file.size == 0)
        return fail(e, "%s: is empty: name a file with something in it", shown(path));
    return !kernel || read_kernel(p, e);
}

static const char *machine_of(const struct guest *o) { return o->config.platform.board == BOARD_VIRT ? "Arm" : "a PC"; }

static bool read_guest(struct guests *g, const char *path, struct error *e)
{
    struct guest *o = &g->guest[g->count];
    struct error of_part = { "" };
    if (!config_read(&o->config, path, e))
        return false;
    g->count++;
    for (unsigned i = 0; i + 1 < g->count; i++)
        if (strcmp(g->guest[i].config.platform.name, o->config.platform.name) == 0)
            return fail(e, "%s: guest %s: %s has a guest of this name already: give one of them another name", shown(path),
                        o->config.platform.name, shown(g->guest[i].config.path));
    if (o->config.platform.board != g->guest[0].config.platform.board)
        return fail(e, "%s: its kernel is for %s, that of %s for %s, and one machine cannot run both: pack them apart", shown(path), machine_of(o),
                    shown(g->guest[0].config.path), machine_of(&g->guest[0]));
    bool ok = add_part(g, o->config.kernel, true, &o->kernel, &of_part);
    if (ok && o->config.device_tree)
        ok = add_part(g, o->config.device_tree, false, &o->tree, &of_part);
    for (unsigned i = 0; ok && i < o->config.modules; i++)
        ok = add_part(g, o->config.module[i].path, false, &o->module[i], &of_part);
    return ok || fail(e, "%s: %s", shown(path), of_part.text);
}

struct guests *guests_read(char *const *paths, int count, struct error *e)
{
    struct guests *g = calloc(1, sizeof(*g));
    if (!g)
        abort();
    if (count > BUNDLE_GUESTS_MAX)
        (void)fail(e, "%s: one configuration too many: a bundle holds %d guests", shown(paths[BUNDLE_GUESTS_MAX]), BUNDLE_GUESTS_MAX);
    for (int i = 0; i < count && !failed(e); i++)
        (void)read_guest(g, paths[i], e);
    if (!failed(e))
        return g;
    guests_free(g);
    return NULL;
}

static bool write_at(int fd, const void *from, size_t size, uint64_t offset, struct error *e)
{
    const char *at = from;
    while (size) {
        ssize_t n = pwrite(fd, at, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(e, "the bundle cannot be written: %s: make room or choose another place with -o",
                        n ? strerror(errno) : "no room");
        at += n;
        offset += (uint64_t)n;
        size -= (size_t)n;
    }
    return true;
}

static uint64_t place_parts(struct guests *g, uint64_t from)
{
    for (unsigned i = 0; i < g->parts; i++) {
        g->part[i].offset = from;
        from = round_up(from + g->part[i].bytes.left, PAGE_SIZE);
    }
    return from;
}

/* A plan looks into kernels and trees; of ramdisks and modules it needs the sizes only. */
static bool is_looked_into(const struct guests *g, unsigned part)
{
    bool tree = false;
    for (unsigned i = 0; i < g->count; i++)
        tree |= g->guest[i].config.device_tree && g->guest[i].tree == part;
    return tree || g->part[part].kernel;
}

static bool write_parts(const struct guests *g, int fd, bool looked_into, struct error *e)
{
    bool ok = true;
    for (unsigned i = 0; ok && i < g->parts; i++)
        if (is_looked_into(g, i) == looked_into)
            ok = write_at(fd, g->part[i].bytes.at, g->part[i].bytes.left, g->part[i].offset, e);
    return ok;
}

/* All but what a plan does not look into, which may be large. */
static bool write_for_plan(struct guests *g, int fd, uint64_t *total, struct error *e)
{
    size_t room = bundle_tree_room(g);
    void *tree = calloc(1, room);
    *total = place_parts(g, room);
    if (!tree || !bundle_tree_write(g, *total, tree, room))
        abort();                                    /* bundle_tree_room is to be right */
    bool ok = write_at(fd, tree, room, 0, e) && write_parts(g, fd, true, e);
    free(tree);
    if (ok && ftruncate(fd, (off_t)*total) != 0)
        ok = fail(e, "the bundle cannot be written: %s: make room or choose another place with -o", strerror(errno));
    return ok;
}

/* As builder.c does it at boot. */
static bool plan(struct guests *g, unsigned i, struct platform *const *all, struct error *e)
{
    struct guest *o = &g->guest[i];
    struct error of_guest = { "" };
    if ((g->alone || platform_join(&o->platform, all, g->count, &of_guest)) && bundle_holds(&g->bundle, &o->platform, all, g->count, &of_guest)) {
        const struct payload *k = &o->platform.kernel, *t = &o->platform.arm.passthrough;
        struct span kernel = bundle_payload(&g->bundle, k->offset, k->size);
        struct span tree = t->size ? bundle_payload(&g->bundle, t->offset, t->size) : span_of(NULL, 0);
        if (plan_make(&o->plan, &o->platform, kernel, tree, &of_guest))
            return true;
    }
    return fail(e, "%s: %s", shown(o->config.path), of_guest.text);
}

bool guests_plan_all(struct guests *g, struct error *e)
{
    struct platform *all[BUNDLE_GUESTS_MAX];
    for (unsigned i = 0; i < g->count; i++) {
        struct error of_guest = { "" };
        all[i] = &g->guest[i].platform;
        if (!platform_from_node(all[i], g->bundle.fdt, g->bundle.guest[i], bundle_board(&g->bundle), &of_guest))
            return fail(e, "%s: %s", shown(g->guest[i].config.path), of_guest.text);
    }
    for (unsigned i = 0; i < g->count; i++)
        if (!plan(g, i, all, e))
            return false;
    return true;
}

static bool plan_bundle(struct guests *g, int fd, struct error *e)
{
    uint64_t total;
    if (!write_for_plan(g, fd, &total, e))
        return false;
    void *at = mmap(NULL, total, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return fail(e, "the bundle cannot be read back: %s", strerror(errno));
    g->image = span_of(at, total);
    return bundle_read(&g->bundle, g->image, e) && guests_plan_all(g, e);
}

bool guests_bundle(struct guests *g, int fd, struct error *e)
{
    return plan_bundle(g, fd, e) && write_parts(g, fd, false, e);
}

void guests_free(struct guests *g)
{
    if (!g)
        return;
    if (g->image.at)
        (void)munmap((void *)(uintptr_t)g->image.at, g->image.left);
    for (unsigned i = 0; i < g->parts; i++) {
        bytes_free(&g->part[i].unpacked.owned);
        bytes_free(&g->part[i].arranged);
        file_close(&g->part[i].file);
        free(g->part[i].path);
    }
    for (unsigned i = 0; i < g->count; i++)
        config_free(&g->guest[i].config);
    free(g);
}

/* g: as guests_read gave them, maybe none. */
static struct guests *plan_in_memory(struct guests *g, int *fd, struct error *e)
{
    int in = g ? memfd_create("bundle", fd ? 0 : MFD_CLOEXEC) : -1;
    if (g && in < 0)
        (void)fail(e, "no memory for the bundle: %s", strerror(errno));
    if (in < 0 || !(fd ? guests_bundle : plan_bundle)(g, in, e)) {
        guests_free(g);
        g = NULL;
    }
    if (in >= 0 && (!g || !fd))
        (void)close(in);
    if (g && fd)
        *fd = in;
    return g;
}

struct guests *guests_plan(char *const *paths, int count, int *fd, struct error *e)
{
    return plan_in_memory(guests_read(paths, count, e), fd, e);
}

struct guests *guests_plan_alone(char *path, struct error *e)
{
    struct guests *g = guests_read(&path, 1, e);
    if (g)
        g->alone = true;
    return plan_in_memory(g, NULL, e);
}
