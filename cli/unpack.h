/* From a kernel as it is shipped to the ELF file or the arm64 Image in it. */
#ifndef CLI_UNPACK_H
#define CLI_UNPACK_H
#include "cli/bytes.h"

struct unpacked {
    struct span elf;            /* or Image; within the file, or within `owned` */
    struct bytes owned;         /* to be freed; empty when nothing had to be unpacked */
    bool bzimage;
    char version[160];           /* of a bzImage's header: "6.1.0-56-cloud-amd64 (...) #1 SMP ...", "" when it tells none */
    const char *packing;        /* "gzip", ..., or "" */
};

/* `file`: bzImage, a compressed file, or anything else, which is handed on as it is. Damage: false with a sentence that names it. */
bool unpack_kernel(struct unpacked *u, struct span file, const char *name, struct error *e);

/* Whether the file is an arm64 kernel: an Image, maybe compressed. Looks at its first MiB. What cannot be read is none. */
bool unpack_is_arm(const char *path);

/* One decoder: appends what `from` unpacks to. NULL when all went well, else what is wrong ("cut short"). */
struct packing { const char *name; uint8_t magic[6]; uint8_t length; const char *(*decode)(struct bytes *to, struct span from); };
/* The first MiB of what `from` unpacks to, or what there is of it. To be freed. */
void packing_head(const struct packing *p, struct bytes *to, struct span from);
/* The decoder for what begins so, or NULL. */
const struct packing *packing_of(struct span from);
#endif
