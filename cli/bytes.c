/* Owns: buffers that grow, files mapped whole, and which files were read. Invariant: used <= room <= BYTES_MAX. */
#include "cli/bytes.h"
#include "cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool bytes_reserve(struct bytes *b, size_t n)
{
    if (n > (b->most ? b->most : BYTES_MAX) - b->used)
        return false;
    if (b->room - b->used >= n)
        return true;
    size_t room = b->room ? b->room : 1u << 20;
    while (room < b->used + n)
        room *= 2;
    if (room > BYTES_MAX)
        room = BYTES_MAX;
    uint8_t *at = realloc(b->at, room);
    if (!at)
        return false;
    b->at = at;
    b->room = room;
    return true;
}

void bytes_free(struct bytes *b)
{
    free(b->at);
    *b = (struct bytes){ 0 };
}

static struct { dev_t device; ino_t inode; } *input;
static size_t inputs;

static bool is_known(const struct stat *s)
{
    for (size_t i = 0; i < inputs; i++)
        if (input[i].device == s->st_dev && input[i].inode == s->st_ino)
            return true;
    return false;
}

void file_is_input(int fd)
{
    struct stat s;
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || is_known(&s))
        return;
    input = realloc(input, (inputs + 1) * sizeof(*input));
    if (!input)
        abort();
    input[inputs].device = s.st_dev;
    input[inputs++].inode = s.st_ino;
}

bool file_was_input(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && is_known(&s);
}

static bool map(struct file *f, int fd, const char *path, struct error *e)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return fail(e, "%s: cannot be read: %s", shown(path), strerror(errno));
    if (!S_ISREG(s.st_mode))
        return fail(e, "%s: is no regular file: name a file", shown(path));
    *f = (struct file){ NULL, (size_t)s.st_size, s.st_dev, s.st_ino };
    if (f->size == 0)
        return true;
    f->at = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (f->at != MAP_FAILED)
        return true;
    f->at = NULL;
    return fail(e, "%s: cannot be read: %s", shown(path), strerror(errno));
}

bool file_open(struct file *f, const char *path, struct error *e)
{
    *f = (struct file){ 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);     /* a FIFO must not make us wait */
    if (fd < 0)
        return fail(e, "%s: cannot be opened: %s: check the path", shown(path), strerror(errno));
    bool ok = map(f, fd, path, e);
    file_is_input(fd);
    (void)close(fd);
    return ok;
}

void file_close(struct file *f)
{
    if (f->at)
        (void)munmap(f->at, f->size);
    *f = (struct file){ 0 };
}
