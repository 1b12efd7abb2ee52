/*
 * The boot bundle: a flattened device tree (dom0less bindings), then page-aligned payloads. The root node carries
 * `bedplate,bundle-revision` and `bedplate,bundle-size` (bytes, u64) so that a bundle cut short or of another
 * revision is told apart; guests are nodes under /chosen with compatible "xen,domain"; payload nodes beneath them have
 * compatible "multiboot,kernel" / "multiboot,ramdisk" / "multiboot,module" and `reg` = offset within the bundle, size (two u64).
 */
#ifndef LOADER_BUNDLE_H
#define LOADER_BUNDLE_H
#include "lib/error.h"
#include "lib/span.h"

enum { BUNDLE_REVISION = 1, BUNDLE_GUESTS_MAX = 64 };

struct bundle { struct span all; const void *fdt; int guest[BUNDLE_GUESTS_MAX]; unsigned guests; };

/* Checks the tree and finds the guests' nodes. False with a sentence. Payload ranges are checked by bundle_payload. */
bool bundle_read(struct bundle *b, struct span all, struct error *e);
/* The bytes of a payload at offset/size; broken when it does not lie within the bundle behind the tree. */
struct span bundle_payload(const struct bundle *b, uint64_t offset, uint64_t size);
#endif
