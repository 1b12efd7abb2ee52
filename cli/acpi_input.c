/*
 * Owns: where a machine's tables come from: folders, files, standard input, and how much of them is read. Invariant: never more
 * than ACPI_INPUT_MAX bytes.
 */
#include "cli/acpi_input_internal.h"
#include "cli/bytes.h"
#include "cli/cli.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIVE "/sys/firmware/acpi/tables"

void acpi_input_hold(struct acpi_input *in, void *memory)
{
    in->held = realloc(in->held, (in->n + 1) * sizeof(*in->held));
    if (!in->held)
        abort();
    in->held[in->n++] = memory;
}

void acpi_input_free(struct acpi_input *in)
{
    for (unsigned i = 0; i < in->n; i++)
        free(in->held[i]);
    free(in->held);
    memset(in, 0, sizeof(*in));
}

static bool cannot_read(int why, struct error *e)
{
    return fail(e, "cannot be read: %s: %s", strerror(why), why == EACCES || why == EPERM ? "run it as root, e.g. with sudo" : "check the path");
}

static bool too_much(struct error *e)
{
    return fail(e, "is more than the %d MiB of tables that are read: give a machine's ACPI tables only", ACPI_INPUT_MAX >> 20);
}

bool acpi_source_fill(struct acpi_input *in, struct acpi_source *s, struct error *e)
{
    memmove(s->window, s->window + s->at, s->have - s->at);
    s->have -= s->at;
    s->at = 0;
    while (!s->ended && s->have < ACPI_WINDOW) {
        ssize_t n = read(s->fd, s->window + s->have, ACPI_WINDOW - s->have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cannot_read(errno, e);
        s->ended = n == 0;
        s->have += (size_t)n;
        in->total += (uint64_t)n;
        if (in->total > ACPI_INPUT_MAX)
            return too_much(e);
    }
    return true;
}

/* Raw tables have their revision, zeroes and the like within the first few bytes. */
static bool is_text(const struct acpi_source *s)
{
    for (size_t i = 0; i < s->have && i < 4096; i++)
        if (s->window[i] < 0x20 && !isspace(s->window[i]))
            return false;
    return true;
}

static bool add_open(struct acpi_input *in, int fd, struct error *e)
{
    struct stat file;
    file_is_input(fd);
    if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > ACPI_INPUT_MAX)
        return too_much(e);
    struct acpi_source *s = malloc(sizeof(*s));
    if (!s)
        abort();
    s->fd = fd;
    s->ended = false;
    s->at = s->have = 0;
    bool ok = acpi_source_fill(in, s, e);
    if (ok && !s->have)
        ok = fail(e, "is empty: give a file with tables in it");
    ok = ok && (is_text(s) ? acpi_input_text(in, s, e) : acpi_input_raw(in, s, e));
    free(s);
    return ok;
}

/* No link is followed out of the folder, and nothing that would make us wait is read. */
static bool add_member(struct acpi_input *in, int folder, const char *name, struct error *e)
{
    struct stat s;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return errno == ELOOP ? fail(e, "is a symbolic link: name the file that it points at") : cannot_read(errno, e);
    bool ok = fstat(fd, &s) == 0 || cannot_read(errno, e);
    if (ok && S_ISREG(s.st_mode))
        ok = add_open(in, fd, e);
    else if (ok && !S_ISDIR(s.st_mode))
        ok = fail(e, "is no regular file: move it out of the folder");
    (void)close(fd);
    return ok;
}

/* NAME.dat, NAME.aml, or a signature with a number behind it as Linux shows them. */
static int is_table_name(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    if (n > 4 && (strcasecmp(d->d_name + n - 4, ".dat") == 0 || strcasecmp(d->d_name + n - 4, ".aml") == 0))
        return 1;
    size_t signature = strspn(d->d_name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_!");
    return n >= 4 && signature == n && strspn(d->d_name + 4, "0123456789") == n - 4;
}

static bool add_folder(struct acpi_input *in, int fd, const char *path, struct error *e)
{
    struct dirent **names;
    int n = scandirat(fd, ".", &names, is_table_name, versionsort);
    if (n < 0)
        return fail(e, "%s: cannot be read: %s: check the path", shown(path), strerror(errno));
    for (int i = 0; i < n; i++) {
        struct error of_file = { "" };
        if (!failed(e) && !add_member(in, fd, names[i]->d_name, &of_file))
            (void)fail(e, "%s/%.40s: %s", shown(path), names[i]->d_name, of_file.text);
        free(names[i]);
    }
    free(names);
    return n ? !failed(e) : fail(e, "%s: no table is in this folder: name one that has NAME.dat or NAME.aml", shown(path));
}

static bool add_path(struct acpi_input *in, const char *path, struct error *e)
{
    struct stat s;
    struct error of_file = { "" };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &s) != 0)
        (void)cannot_read(errno, &of_file);
    else if (S_ISDIR(s.st_mode))
        (void)add_folder(in, fd, path, e);
    else
        (void)add_open(in, fd, &of_file);
    if (fd >= 0)
        (void)close(fd);
    return failed(&of_file) ? fail(e, "%s: %s", shown(path), of_file.text) : !failed(e);
}

bool acpi_input_add(struct acpi_input *in, const char *what, struct error *e)
{
    struct error of_input = { "" };
    if (strcmp(what, "-") == 0)
        return add_open(in, STDIN_FILENO, &of_input) || fail(e, "standard input: %s", of_input.text);
    if (strcmp(what, "live") != 0)
        return add_path(in, what, e);
    if (access(LIVE, F_OK) != 0)
        return fail(e, "live: this machine shows no tables in " LIVE ": give a folder or acpidump's text of another");
    return add_path(in, LIVE, e);
}
