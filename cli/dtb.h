/*
 * Guests as a machine's own device tree has them (Xen's dom0less), for QEMU: what a boot loader would do there is done here. The tree
 * is the machine's whole one, or only its /chosen, which then goes into QEMU's own.
 */
#ifndef CLI_DTB_H
#define CLI_DTB_H
#include "cli/guests.h"
#include "cli/machine.h"

enum { DTB_MODULES_MAX = 64 };

/* A file that stands in the machine's memory: what was said on the command line, ADDRESS=FILE. */
struct dtb_module {
    uint64_t at;
    const char *path;
    struct file file;
    struct unpacked unpacked;
    struct span bytes;          /* unpacked, where it is a kernel */
    uint8_t *padded;            /* with zeroes up to what the tree gives it; NULL until somebody asks */
    uint64_t padded_size;
    bool used;
};

struct dtb {
    const char *path;
    struct file file;
    struct dtb_module module[DTB_MODULES_MAX];
    unsigned modules;
    uint8_t *tree;              /* what the machine gets, merged if it had to be */
    struct guests *guests;
    struct machine_blob blob[DTB_MODULES_MAX];
};

/* Either a tree, maybe with modules, or `configurations` of them. False after a complaint. */
bool dtb_fits_command(const char *command, const struct dtb *d, int configurations);
/* "0x4a000000=FILE". False after a complaint. */
bool dtb_add_module(struct dtb *d, const char *text);
/*
 * Reads tree and modules, asks QEMU for its tree if that is wanted, fills in what `o` leaves open (memory, CPUs, GIC version), and
 * plans the guests. o->tree and o->blob are set: open files. NULL with a sentence.
 */
struct guests *dtb_read(struct dtb *d, struct machine_options *o, struct error *e);
void dtb_free(struct dtb *d);

/* Private: dtb_modules.c. */
bool dtb_open_modules(struct dtb *d, struct error *e);
/* Each payload of p has a file, which fits it; kernels are unpacked. */
bool dtb_match(struct dtb *d, const struct platform *p, struct error *e);
bool dtb_all_used(const struct dtb *d, struct error *e);
bundle_memory dtb_memory;       /* owner: a struct dtb */

/* Private: dtb_merge.c. A tree that has CPUs and memory is a machine's whole one. */
bool dtb_is_whole(const void *tree);
/* QEMU's own tree with /chosen of `tree` in it, to be freed; NULL with a sentence that names `path`. */
uint8_t *dtb_merge(struct span own, const void *tree, const char *path, struct error *e);
#endif
