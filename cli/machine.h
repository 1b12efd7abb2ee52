/* The machine that `bedplate run` starts: QEMU, with KVM where nested virtualization works and TCG where it does not. */
#ifndef CLI_MACHINE_H
#define CLI_MACHINE_H
#include "lib/error.h"
#include <stdint.h>

enum { MACHINE_ARGS_MAX = 64 };

struct machine_options {
    unsigned cpus;              /* of the host that guests share */
    uint64_t memory;            /* MiB */
    const char *type;           /* QEMU's -machine */
    const char *accelerator;    /* "kvm", "tcg"; NULL: find out */
    char *extra[MACHINE_ARGS_MAX];
    unsigned extras;
    int bundle;                 /* an open file, inherited by the machine */
};

/* The hypervisor's image: beside the tool, in ../lib/bedplate, or $BEDPLATE_ELF. False with a sentence. To be freed. */
char *machine_image(struct error *e);
/* Whether QEMU is on the PATH. False with a sentence. */
bool machine_found(struct error *e);
/* "kvm" or "tcg", by trying; *why tells why not KVM, "" otherwise. */
const char *machine_accelerator(const char *image, const char **why);
/* Fills argv (room for at least MACHINE_ARGS_MAX * 2 entries), NULL at the end. The strings live until the process ends. */
void machine_arguments(const struct machine_options *o, const char *image, char **argv);
#endif
