/*
 * A configuration or an image is bad: an error value with one sentence that
 * names the file or node, the fault and the way out. The first sentence
 * stands; what fails later because of it does not overwrite it.
 */
#ifndef LIB_ERROR_H
#define LIB_ERROR_H
#include <stdbool.h>

struct error { char text[320]; };   /* "" when nothing is wrong */

/* Sets the sentence unless one stands already. Always false: `return fail(e, "...")`. */
bool fail(struct error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline bool failed(const struct error *e) { return e->text[0] != '\0'; }
#endif
