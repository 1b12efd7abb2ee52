/*
 * A flattened device tree written in the order it is read, over libfdt's sequential half, with one sticky verdict: write on,
 * ask tree_end() once. Properties of a node come before the nodes within it. Private to start_info/.
 */
#ifndef START_INFO_TREE_OUT_H
#define START_INFO_TREE_OUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree_out { void *fdt; bool full; };

struct tree_out tree_begin(void *to, uint64_t size);            /* opens the root; to: 8-aligned */
bool tree_end(struct tree_out *t);                              /* closes it. False: something did not fit */

void tree_open(struct tree_out *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));     /* a node of that name, 63 bytes at most */
void tree_open_named(struct tree_out *t, const char *name);     /* of any length */
void tree_close(struct tree_out *t);

void tree_bytes(struct tree_out *t, const char *name, const void *bytes, size_t n);
void tree_flag(struct tree_out *t, const char *name);           /* an empty property */
void tree_text(struct tree_out *t, const char *name, const char *text);
void tree_cells(struct tree_out *t, const char *name, const uint32_t *cell, unsigned n);
void tree_cell(struct tree_out *t, const char *name, uint32_t cell);
void tree_numbers(struct tree_out *t, const char *name, const uint64_t *number, unsigned n);    /* two cells each */
void tree_number(struct tree_out *t, const char *name, uint64_t number);

/* A list of texts, given as one literal: "first\0second". */
#define tree_texts(t, name, list) tree_bytes(t, name, list, sizeof(list))
#endif
