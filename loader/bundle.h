/*
 * The boot bundle: a flattened device tree (dom0less bindings), then page-aligned payloads. The root node carries
 * `bedplate,bundle-revision` and `bedplate,bundle-size` (bytes, u64) so that a bundle cut short or of another
 * revision is told apart; guests are nodes under /chosen with compatible "xen,domain"; payload nodes beneath them have
 * compatible "multiboot,kernel" / "multiboot,ramdisk" / "multiboot,module" and `reg` = offset within the bundle, size (two u64).
 *
 * Or the tree of the machine itself, with such guests in its /chosen, as integrators write it for Xen: then `reg` is where a
 * loader has put the payload in the machine's memory.
 */
#ifndef LOADER_BUNDLE_H
#define LOADER_BUNDLE_H
#include "lib/error.h"
#include "lib/span.h"
#include "platform/platform.h"

enum { BUNDLE_REVISION = 1, BUNDLE_GUESTS_MAX = 64, BUNDLE_RAM_MAX = 16 };

/* Bytes of the machine's memory at `at`, which the tree says is RAM; broken when they cannot be had. */
typedef struct span bundle_memory(void *owner, uint64_t at, uint64_t size);

struct bundle {
    struct span all;
    const void *fdt;
    int guest[BUNDLE_GUESTS_MAX];
    unsigned guests;
    bool absolute;              /* the machine's tree; what follows is for it */
    bool dom0;                  /* it has a kernel for a control domain, of which there is none here */
    struct { uint64_t base, size; } ram[BUNDLE_RAM_MAX];
    unsigned rams;
    bundle_memory *memory;
    void *owner;
};

/* Checks the tree and finds the guests' nodes. False with a sentence. Payload ranges are checked by bundle_payload. */
bool bundle_read(struct bundle *b, struct span all, struct error *e);
/* Whether a machine's tree, as long as its header says, has guests. */
bool bundle_in_tree(const void *tree);
uint64_t bundle_tree_size(const void *tree);        /* as its header says, 0: it is none */
/* The same from a machine's tree. */
bool bundle_read_tree(struct bundle *b, struct span tree, bundle_memory *memory, void *owner, struct error *e);
/* What a guest's node is read as when it does not say. */
enum platform_board bundle_board(const struct bundle *b);
/* The bytes of a payload at offset/size; broken when it does not lie within the bundle behind the tree, or the machine's RAM. */
struct span bundle_payload(const struct bundle *b, uint64_t offset, uint64_t size);
/*
 * All that p is made of is there: its payloads, and with a machine's tree its static memory, in which no payload of all[] lies.
 * False with a sentence.
 */
bool bundle_holds(const struct bundle *b, const struct platform *p, struct platform *const *all, unsigned count, struct error *e);
#endif
