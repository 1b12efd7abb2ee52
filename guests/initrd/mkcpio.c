/*
 * Owns: the writing of an initramfs in the "newc" format (the kernel's Documentation/driver-api/early-userspace/buffer-format.rst)
 * from a list on standard input, to standard output. Device nodes and owners are only numbers in the archive, so nobody
 * needs to be root, and the same list gives the same bytes: times are zero, inodes count up.
 *
 *   dir PATH MODE            file PATH MODE FROM
 *   link PATH TO             node PATH MODE MAJOR MINOR     (a character device)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_FILE = 0100000, TYPE_DIR = 0040000, TYPE_CHAR = 0020000, TYPE_LINK = 0120000 };
enum { FIELD = 1024 };

static uint32_t inode;
static size_t written;

static void put(const void *bytes, size_t n)
{
    if (n && fwrite(bytes, 1, n, stdout) != n) {
        perror("mkcpio: cannot write the archive");
        exit(1);
    }
    written += n;
}

static void pad(void)
{
    static const char zero[4];
    put(zero, -written % 4);
}

static void entry(const char *path, uint32_t mode, uint32_t major, uint32_t minor, const void *data, size_t size)
{
    char head[111];
    const char *name = *path == '/' ? path + 1 : path;
    snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", ++inode, mode, 0u, 0u, 1u, 0u,
             (uint32_t)size, 0u, 0u, major, minor, (uint32_t)strlen(name) + 1, 0u);
    put(head, 110);
    put(name, strlen(name) + 1);
    pad();
    put(data, size);
    pad();
}

static void file(const char *path, uint32_t mode, const char *from)
{
    FILE *f = fopen(from, "rb");
    char *data = NULL;
    long size = -1;
    if (f && fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0)
        data = malloc((size_t)size + 1);
    if (!data || fread(data, 1, (size_t)size, f) != (size_t)size) {
        fprintf(stderr, "mkcpio: cannot read %s: install it or correct the list\n", from);
        exit(1);
    }
    entry(path, TYPE_FILE | mode, 0, 0, data, (size_t)size);
    free(data);
    fclose(f);
}

static uint32_t number(const char *text, int base) { return (uint32_t)strtoul(text, NULL, base); }

static void line(const char *text)
{
    char kind[8], path[FIELD], a[FIELD] = "", b[FIELD] = "", c[FIELD] = "";
    int n = sscanf(text, "%7s %1023s %1023s %1023s %1023s", kind, path, a, b, c);
    if (n < 1 || kind[0] == '#')
        return;
    if (n == 3 && strcmp(kind, "dir") == 0)
        entry(path, TYPE_DIR | number(a, 8), 0, 0, "", 0);
    else if (n == 3 && strcmp(kind, "link") == 0)
        entry(path, TYPE_LINK | 0777, 0, 0, a, strlen(a));
    else if (n == 4 && strcmp(kind, "file") == 0)
        file(path, number(a, 8), b);
    else if (n == 5 && strcmp(kind, "node") == 0)
        entry(path, TYPE_CHAR | number(a, 8), number(b, 10), number(c, 10), "", 0);
    else {
        fprintf(stderr, "mkcpio: not understood: %s", text);
        exit(1);
    }
}

int main(void)
{
    char text[4 * FIELD];
    while (fgets(text, sizeof(text), stdin))
        line(text);
    inode = UINT32_MAX;
    entry("TRAILER!!!", 0, 0, 0, "", 0);
    if (fflush(stdout) != 0) {
        perror("mkcpio: cannot write the archive");
        return 1;
    }
    return 0;
}
