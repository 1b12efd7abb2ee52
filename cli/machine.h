/* The machine that `bedplate run` starts: QEMU, with KVM where nested virtualization works and TCG where it does not. */
#ifndef CLI_MACHINE_H
#define CLI_MACHINE_H
#include "lib/error.h"
#include <stdint.h>

enum { MACHINE_ARGS_MAX = 64 };

struct machine_blob { uint64_t at; int file; };     /* an open file, inherited by the machine */

struct machine_options {
    unsigned cpus;              /* of the host that guests share */
    uint64_t memory;            /* MiB */
    bool arm;                   /* an Arm machine, else a PC */
    const char *type;           /* QEMU's -machine; NULL: q35, virt */
    const char *cpu;            /* QEMU's -cpu; NULL: max (host with KVM), cortex-a57 */
    unsigned gic_version;       /* of an Arm machine: 2 or 3 */
    const char *accelerator;    /* "kvm"; "tcg", "tcg,thread=single" (one CPU at a time), "tcg,thread=multi"; NULL: find out */
    char *extra[MACHINE_ARGS_MAX];
    unsigned extras;
    int bundle;                 /* an open file, inherited by the machine; -1: none */
    const char *tree;           /* the machine's device tree, a file; NULL: QEMU's own */
    struct machine_blob *blob;  /* what stands in its memory when it starts */
    unsigned blobs;
};

/* The hypervisor's image: beside the tool, in ../lib/bedplate, or $BEDPLATE_ELF ($BEDPLATE_ARM). False with a sentence. To be freed. */
char *machine_image(bool arm, struct error *e);
/* Whether QEMU is on the PATH. False with a sentence. */
bool machine_found(bool arm, struct error *e);
/* QEMU's own device tree for the machine, into a new file at `path`. False with a sentence. */
bool machine_own_tree(const struct machine_options *o, const char *path, struct error *e);
/* Why KVM cannot be of use, as far as that is seen without trying; NULL: it may. */
const char *machine_why_not_kvm(bool arm);
/* "kvm" or "tcg", for a PC, by trying; *why tells why not KVM, NULL otherwise. */
const char *machine_accelerator(const char *image, const char **why);
/* Why TCG's CPUs, if there are several, are not to run side by side in threads of their own; NULL: they may. */
const char *machine_why_single(bool arm, bool several_vcpus);
/* Fills argv (room for at least MACHINE_ARGS_MAX * 2 entries), NULL at the end. The strings live until the process ends. */
void machine_arguments(const struct machine_options *o, const char *image, char **argv);
#endif
