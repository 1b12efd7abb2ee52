/* Owns: tables as iasl takes them apart, each by itself, in a folder of our own that is gone afterwards. */
#include "cli/acpi_dump.h"
#include "cli/bytes.h"
#include "cli/cli.h"
#include "cli/output.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct workshop { char path[64], dat[ACPI_NAME_MAX + 4], dsl[ACPI_NAME_MAX + 4]; };

/* In that folder, so that the listing's head names the file only; quiet. *status: as waitpid has it. */
static int spawn(const struct workshop *w, int *status)
{
    char *arguments[] = { "iasl", "-d", (char *)(uintptr_t)w->dat, NULL };
    posix_spawn_file_actions_t actions;
    pid_t pid;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addchdir_np(&actions, w->path);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    int why = posix_spawnp(&pid, "iasl", &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    while (why == 0 && waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
    return why;
}

static bool run_iasl(const struct workshop *w, struct error *e)
{
    int status = 0, why = spawn(w, &status);
    if (why)
        return fail(e, "iasl cannot be run: %s: install acpica-tools, or choose another --format", strerror(why));
    return status == 0 || fail(e, "iasl does not take %.4s apart: look at it with --format hex", w->dat);
}

static char *join(const struct workshop *w, const char *file)
{
    char *to;
    if (asprintf(&to, "%s/%s", w->path, file) < 0)
        abort();
    return to;
}

static bool hand_over(const struct workshop *w, const char *dsl, struct output_folder *to, struct error *e)
{
    struct file f;
    if (!file_open(&f, dsl, e))
        return false;
    bool ok = true;
    if (to)
        ok = output_folder_add(to, w->dsl, file_span(&f), e);
    else
        (void)fwrite(f.at, 1, f.size, stdout);
    file_close(&f);
    return ok;
}

static bool take_apart(struct workshop *w, const struct acpi_table *t, const char *name, struct output_folder *to, struct error *e)
{
    (void)snprintf(w->dat, sizeof(w->dat), "%s.dat", name);
    (void)snprintf(w->dsl, sizeof(w->dsl), "%s.dsl", name);
    char *dat = join(w, w->dat), *dsl = join(w, w->dsl);
    bool ok = output_file(dat, t->bytes, e) && run_iasl(w, e) && hand_over(w, dsl, to, e);
    (void)unlink(dat);
    (void)unlink(dsl);
    free(dat);
    free(dsl);
    return ok;
}

static bool take_all_apart(const struct acpi_set *s, struct workshop *w, struct output_folder *to, struct error *e)
{
    const struct acpi_table *t;
    char name[ACPI_NAME_MAX];
    for (unsigned n = 0; (t = acpi_dump_table(s, n)); n++) {
        acpi_dump_name(s, n, name);
        if (!acpi_is(t, "RSD ") && !take_apart(w, t, name, to, e))      /* which iasl does not know */
            return false;
    }
    return true;
}

bool acpi_dump_asl(const struct acpi_set *s, const char *folder, struct error *e)
{
    struct output_folder to;
    struct workshop w = { .path = "/tmp/bedplate.XXXXXX" };
    if (!mkdtemp(w.path))
        return fail(e, "%s: cannot be made: %s: make room in /tmp", w.path, strerror(errno));
    bool ok = !folder || output_folder_open(&to, folder, e);
    if (ok) {
        ok = take_all_apart(s, &w, folder ? &to : NULL, e);
        ok = folder ? output_folder_close(&to, ok, e) : ok;
    }
    (void)rmdir(w.path);
    return ok;
}
