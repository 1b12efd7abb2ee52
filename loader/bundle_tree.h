/* Is a flattened device tree (Devicetree Specification 0.4, chapter 5) sound? Private to loader/. */
#ifndef LOADER_BUNDLE_TREE_H
#define LOADER_BUNDLE_TREE_H
#include "lib/error.h"
#include "lib/span.h"
#include "loader/bundle.h"

enum { TREE_DEPTH_MAX = 16, TREE_BYTES_MAX = 2 << 20 };
enum tree_of { TREE_OF_BUNDLE, TREE_OF_MACHINE };   /* for the words of a sentence */

/*
 * Walks the whole tree once; when it is true, libfdt may be let loose on it. False: *e says what is wrong.
 * all: the tree and whatever stands behind it.
 */
bool tree_check(struct span all, enum tree_of of, struct error *e);

/* The RAM that a machine's tree tells of (device_type "memory"; 3.4 there), into b->ram. False with a sentence. */
bool tree_ram(struct bundle *b, struct error *e);
#endif
