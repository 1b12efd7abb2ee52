/*
 * What a command writes, into a file or stdout. Invariant: a file's name holds what was written as a whole or what it held before;
 * a failure leaves nothing behind.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H
#include "lib/error.h"
#include "lib/span.h"

/* What a sentence calls the option that names the output: -o unless this is called. */
void output_option(const char *name);

/*
 * An empty file beside `path`, to be written, read and then renamed; *temporary, to be freed, is its name. -1 with a sentence.
 * Refused: the place of what is no regular file (a device, say), that of an input (file_is_input), and "-".
 */
int output_temporary(const char *path, char **temporary, struct error *e);

/* From open to close, stdout is the file `path`, under another name beside it; path NULL or "-": stdout stays what it is. */
struct output { const char *path; char *temporary; int saved; };
bool is_stdout(const char *path);
bool output_open(struct output *o, const char *path, struct error *e);
/* keep: it takes its name; else it is removed. False with a sentence when it could not be written; false too when `keep` is. */
bool output_close(struct output *o, bool keep, struct error *e);

/* One file of these bytes. */
bool output_file(const char *path, struct span bytes, struct error *e);

/* A folder of files that appear together, or as far as renaming can: all are written first. A new folder that fails is removed. */
struct output_folder { const char *path; char **names; unsigned n; bool made; };
bool output_folder_open(struct output_folder *f, const char *path, struct error *e);
bool output_folder_add(struct output_folder *f, const char *name, struct span bytes, struct error *e);
bool output_folder_close(struct output_folder *f, bool keep, struct error *e);
#endif
