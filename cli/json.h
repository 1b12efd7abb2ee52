/* JSON on stdout, written straight on. Names are ours and need no escapes; texts may be anything. */
#ifndef CLI_JSON_H
#define CLI_JSON_H
#include <stdbool.h>
#include <stdint.h>

/* Each value stands in the innermost open object (with a name) or list (name NULL). */
void json_open(const char *name, char bracket);     /* '{' or '[' */
void json_close(void);                              /* the innermost; the outermost ends the line */
void json_text(const char *name, const char *v);
void json_number(const char *name, uint64_t v);
void json_toggle(const char *name, bool v);
#endif
