/* Is a flattened device tree (Devicetree Specification 0.4, chapter 5) sound? Private to loader/. */
#ifndef LOADER_BUNDLE_TREE_H
#define LOADER_BUNDLE_TREE_H
#include "lib/error.h"
#include "lib/span.h"

enum { TREE_DEPTH_MAX = 16, TREE_BYTES_MAX = 1 << 20 };

/*
 * Walks the whole tree once; when it is true, libfdt may be let loose on it. False: *e says what is wrong.
 * all: the tree and whatever stands behind it.
 */
bool tree_check(struct span all, struct error *e);
#endif
