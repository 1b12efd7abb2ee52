/* Owns: files that appear whole. */
#include "cli/output.h"
#include "cli/bytes.h"
#include "cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".XXXXXX"

static const char *option = "-o";
void output_option(const char *name) { option = name; }

static bool cannot(const char *path, struct error *e)
{
    return fail(e, "%s: cannot be written: %s: choose another place with %s", shown(path), strerror(errno), option);
}

static char *join(const char *a, const char *between, const char *b)
{
    char *to;
    if (asprintf(&to, "%s%s%s", a, between, b) < 0)
        abort();
    return to;
}

bool is_stdout(const char *path) { return strcmp(path, "-") == 0; }

/* Who says "-" means stdout: where that cannot be had, it is no file's name. */
static bool is_name(const char *path, struct error *e)
{
    return !is_stdout(path) || fail(e, "-: standard output cannot take this: name a file or a folder with %s", option);
}

static bool may_be_replaced(const char *path, struct error *e)
{
    struct stat s;
    if (!is_name(path, e))
        return false;
    if (stat(path, &s) == 0 && !S_ISREG(s.st_mode))
        return fail(e, "%s: is no regular file: name a file with %s", shown(path), option);
    return !file_was_input(path) || fail(e, "%s: is also an input: choose another file with %s", shown(path), option);
}

/* With the rights a new file has. */
int output_temporary(const char *path, char **temporary, struct error *e)
{
    *temporary = NULL;
    if (!may_be_replaced(path, e))
        return -1;
    *temporary = join(path, "", SUFFIX);
    int fd = mkostemp(*temporary, O_CLOEXEC);
    mode_t mask = umask(0);
    (void)umask(mask);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0)
        return fd;
    (void)cannot(path, e);
    if (fd >= 0) {
        (void)unlink(*temporary);
        (void)close(fd);
    }
    free(*temporary);
    *temporary = NULL;
    return -1;
}

bool output_open(struct output *o, const char *path, struct error *e)
{
    *o = (struct output){ path, NULL, -1 };
    if (!path || is_stdout(path))
        return true;
    int fd = output_temporary(path, &o->temporary, e);
    if (fd < 0)
        return false;
    (void)fflush(stdout);
    o->saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (dup2(fd, STDOUT_FILENO) < 0)
        abort();
    (void)close(fd);
    return true;
}

bool output_close(struct output *o, bool keep, struct error *e)
{
    if (!o->temporary)
        return keep;
    bool ok = fflush(stdout) == 0 && !ferror(stdout);
    clearerr(stdout);
    if (o->saved >= 0) {
        (void)dup2(o->saved, STDOUT_FILENO);
        (void)close(o->saved);
    }
    if (keep && (!ok || rename(o->temporary, o->path) != 0))
        ok = cannot(o->path, e);
    if (!keep || !ok)
        (void)unlink(o->temporary);
    free(o->temporary);
    o->temporary = NULL;
    return keep && ok;
}

static bool write_all(int fd, struct span bytes)
{
    while (bytes.left) {
        ssize_t n = write(fd, bytes.at, bytes.left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        (void)span_take(&bytes, (uint64_t)n);
    }
    return true;
}

bool output_file(const char *path, struct span bytes, struct error *e)
{
    char *temporary;
    int fd = output_temporary(path, &temporary, e);
    if (fd < 0)
        return false;
    bool ok = write_all(fd, bytes);
    ok = close(fd) == 0 && ok && rename(temporary, path) == 0;
    if (!ok) {
        (void)cannot(path, e);
        (void)unlink(temporary);
    }
    free(temporary);
    return ok;
}

bool output_folder_open(struct output_folder *f, const char *path, struct error *e)
{
    struct stat s;
    *f = (struct output_folder){ .path = path };
    if (!is_name(path, e))
        return false;
    f->made = mkdir(path, 0777) == 0;
    if (f->made || (errno == EEXIST && stat(path, &s) == 0 && S_ISDIR(s.st_mode)))
        return true;
    return fail(e, "%s: cannot be made: %s: name another folder with -o", shown(path), errno == EEXIST ? "it is a file" : strerror(errno));
}

/* The file appears under its own name, which is the temporary one without what mkostemp put there, when the folder is closed. */
bool output_folder_add(struct output_folder *f, const char *name, struct span bytes, struct error *e)
{
    char *path = join(f->path, "/", name), *temporary;
    int fd = output_temporary(path, &temporary, e);
    bool ok = fd >= 0;
    if (ok) {
        f->names = realloc(f->names, (f->n + 1) * sizeof(*f->names));
        if (!f->names)
            abort();
        f->names[f->n++] = temporary;
        ok = write_all(fd, bytes) || cannot(path, e);
        ok = (close(fd) == 0 || cannot(path, e)) && ok;
    }
    free(path);
    return ok;
}

static bool appear(const char *temporary, struct error *e)
{
    char *path = strndup(temporary, strlen(temporary) - strlen(SUFFIX));
    if (!path)
        abort();
    bool ok = rename(temporary, path) == 0 || cannot(path, e);
    free(path);
    return ok;
}

bool output_folder_close(struct output_folder *f, bool keep, struct error *e)
{
    for (unsigned i = 0; i < f->n; i++) {
        keep = keep && appear(f->names[i], e);
        if (!keep)
            (void)unlink(f->names[i]);
        free(f->names[i]);
    }
    free(f->names);
    if (!keep && f->made)
        (void)rmdir(f->path);
    *f = (struct output_folder){ 0 };
    return keep;
}
