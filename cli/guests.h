/*
 * The guests of one command line, from their texts to a bundle and back: what is told about a guest is always read from
 * the bundle, by the code that the hypervisor runs.
 */
#ifndef CLI_GUESTS_H
#define CLI_GUESTS_H
#include "cli/config.h"
#include "cli/unpack.h"
#include "hypervisor/builder/plan.h"
#include "loader/bundle.h"

/* A file that goes into the bundle, once, however many guests use it. A kernel is there unpacked and rearranged. */
struct part {
    struct file file;
    bool kernel;
    char *path;
    struct unpacked unpacked;
    struct bytes arranged;
    struct span bytes;          /* what goes into the bundle, in one of the above */
    uint64_t offset;
};

struct guest {
    struct config config;
    unsigned kernel, module[PLATFORM_MODULES_MAX], tree;/* indices of parts; tree counts when config.device_tree does */
    struct platform platform;                           /* read back from the bundle */
    struct plan plan;
};

enum { GUESTS_PARTS_MAX = BUNDLE_GUESTS_MAX * (PLATFORM_MODULES_MAX + 1) };

struct guests {
    struct guest guest[BUNDLE_GUESTS_MAX];
    unsigned count;
    struct part part[GUESTS_PARTS_MAX];
    unsigned parts;
    struct span image;                                  /* the bundle, mapped; NULL until there is one */
    struct bundle bundle;
    bool alone;                                         /* they are looked at without the others that they speak of */
};

/* Reads configurations and the files that they name. NULL with a sentence. Never half a set. */
struct guests *guests_read(char *const *paths, int count, struct error *e);
/*
 * Writes the bundle to an empty file, maps it, reads it back and plans each guest: what would be refused at boot is refused here,
 * before ramdisks and modules are copied.
 */
bool guests_bundle(struct guests *g, int fd, struct error *e);
/* Reads each guest from g->bundle and plans it. */
bool guests_plan_all(struct guests *g, struct error *e);
void guests_free(struct guests *g);

/*
 * Both, into memory that no file system sees. *fd is the bundle, open. fd NULL, for those who only want to know: g->image then has
 * zeroes in the place of ramdisks and modules, however large they are.
 */
struct guests *guests_plan(char *const *paths, int count, int *fd, struct error *e);

/* One, for those who look at it alone: its event channels may lead to guests that are not there. */
struct guests *guests_plan_alone(char *path, struct error *e);

/* Writes the device tree for g into to[size]; part offsets are set. False: too small. total: bytes of the whole bundle. */
bool bundle_tree_write(const struct guests *g, uint64_t total, void *to, size_t size);
/* Enough for bundle_tree_write. A multiple of the page size. */
size_t bundle_tree_room(const struct guests *g);
#endif
