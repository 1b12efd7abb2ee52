/* Owns: the hardware domain's set as files: each is written beside its name first, and none gets its name before all are written. */
#include "cli/acpi_mangle.h"
#include "cli/cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct paths { char *name, *temporary; };

/* "APIC", "SSDT2" for the second of several, "RSDP"; what cannot stand in a file's name is '_'. */
static void name_table(const struct mangle *m, unsigned at, char *to, size_t size)
{
    const struct mangle_decision *d = &m->decision[at];
    unsigned nth = 1, all = 0;
    for (unsigned i = 0; i < m->decisions; i++)
        if (m->decision[i].action != ACPI_DROP && memcmp(m->decision[i].signature, d->signature, 4) == 0) {
            nth += i < at;
            all++;
        }
    (void)snprintf(to, size, all > 1 ? "%.4s%u" : "%.4s", memcmp(d->signature, "RSD ", 4) == 0 ? "RSDP" : d->signature, nth);
    for (char *c = to; *c; c++)
        if (*c == '/' || *c == '.' || *c == ' ')
            *c = '_';
}

static bool write_one(const char *path, struct span bytes)
{
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(bytes.at, 1, bytes.left, f) == bytes.left;
    if (f && fclose(f) != 0)
        ok = false;
    return ok;
}

static struct paths paths(const struct mangle *m, unsigned i, const char *folder)
{
    struct paths p;
    char name[16];
    name_table(m, i, name, sizeof(name));
    if (asprintf(&p.name, "%s/%s.dat", folder, name) < 0 || asprintf(&p.temporary, "%s/.%s.dat.%d", folder, name, (int)getpid()) < 0)
        abort();
    return p;
}

static bool write_all(const struct mangle *m, const uint8_t *image, const char *folder, struct error *e)
{
    for (unsigned i = 0; i < m->decisions; i++) {
        if (m->decision[i].action == ACPI_DROP)
            continue;
        struct paths p = paths(m, i, folder);
        struct stat there;
        if (lstat(p.name, &there) == 0 && !S_ISREG(there.st_mode))
            (void)fail(e, "%s: cannot be written: it is no file: name another folder with -o", shown(p.name));
        else if (!write_one(p.temporary, mangle_bytes(&m->decision[i], image)))
            (void)fail(e, "%s: cannot be written: %s: name another folder with -o", shown(p.name), strerror(errno));
        free(p.name);
        free(p.temporary);
        if (failed(e))
            return false;
    }
    return true;
}

/* All get their names, or what was written goes. A rename fails only if somebody else is at work in the folder. */
static bool settle(const struct mangle *m, const char *folder, bool ok, struct error *e)
{
    unsigned given = 0;
    for (unsigned i = 0; i < m->decisions; i++) {
        if (m->decision[i].action == ACPI_DROP)
            continue;
        struct paths p = paths(m, i, folder);
        if (ok && rename(p.temporary, p.name) != 0)
            ok = fail(e, "%s: cannot be written: %s: name another folder with -o", shown(p.name), strerror(errno));
        if (!ok)
            (void)unlink(p.temporary);
        else
            given++;
        free(p.name);
        free(p.temporary);
    }
    for (unsigned i = 0; !ok && given && i < m->decisions; i++) {
        struct paths p = paths(m, i, folder);
        if (m->decision[i].action != ACPI_DROP && given--)
            (void)unlink(p.name);
        free(p.name);
        free(p.temporary);
    }
    return ok;
}

bool mangle_write_files(const struct mangle *m, const uint8_t *image, const char *folder, struct error *e)
{
    bool made = mkdir(folder, 0777) == 0;
    if (!made && errno != EEXIST)
        return fail(e, "%s: cannot be made: %s: name another folder with -o", shown(folder), strerror(errno));
    bool ok = settle(m, folder, write_all(m, image, folder, e), e);
    if (!ok && made)
        (void)rmdir(folder);
    return ok;
}
