/* Bytes that grow, and files as a whole. */
#ifndef CLI_BYTES_H
#define CLI_BYTES_H
#include "lib/error.h"
#include "lib/span.h"
#include <stddef.h>

struct bytes { uint8_t *at; size_t used, room, most; };   /* most: it may not grow beyond; 0: BYTES_MAX */

#define BYTES_MAX (UINT64_C(1) << 30)   /* no unpacked kernel is larger: what is, was made to fill memory */

/* Room for at least n more bytes behind `used`. False when that would be more than `most` or there is no memory. */
bool bytes_reserve(struct bytes *b, size_t n);
void bytes_free(struct bytes *b);
static inline struct span bytes_span(const struct bytes *b) { return span_of(b->at, b->used); }

/* Every file that was read as an input, so that no output takes its place. `fd` is open. */
void file_is_input(int fd);
/* Whether what stands at the path, if anything, is one. */
bool file_was_input(const char *path);

/* A regular file, mapped to be read; empty: at is NULL. */
struct file { void *at; size_t size; uint64_t device, inode; };
bool file_open(struct file *f, const char *path, struct error *e);
void file_close(struct file *f);
static inline struct span file_span(const struct file *f) { return span_of(f->at, f->size); }
#endif
