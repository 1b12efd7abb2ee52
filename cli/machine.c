/* Owns: QEMU's command line, and the choice of the accelerator, which is made by trying. */
#include "cli/machine.h"
#include "cli/watch.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROBE_SECONDS = 10 };

static char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *text(const char *fmt, ...)
{
    char *s;
    va_list args;
    va_start(args, fmt);
    if (vasprintf(&s, fmt, args) < 0)
        abort();
    va_end(args);
    return s;
}

char *machine_image(struct error *e)
{
    static const char *const beside[] = { "bedplate.elf", "../lib/bedplate/bedplate.elf" };
    char self[PATH_MAX];
    const char *named = getenv("BEDPLATE_ELF");
    if (named && access(named, R_OK) == 0)
        return text("%s", named);
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[n > 0 ? n : 0] = '\0';
    const char *folder = dirname(self);
    for (unsigned i = 0; i < sizeof(beside) / sizeof(*beside); i++) {
        char *path = text("%s/%s", folder, beside[i]);
        if (access(path, R_OK) == 0)
            return path;
        free(path);
    }
    (void)fail(e, "%s: the hypervisor's image bedplate.elf is not there: build it (`make`) or name it in BEDPLATE_ELF", folder);
    return NULL;
}

bool machine_found(struct error *e)
{
    const char *path = getenv("PATH");
    for (const char *at = path ? path : "/usr/bin"; *at;) {
        size_t length = strcspn(at, ":");
        char *qemu = text("%.*s/qemu-system-x86_64", (int)length, at);
        bool found = access(qemu, X_OK) == 0;
        free(qemu);
        if (found)
            return true;
        at += length + (at[length] == ':');
    }
    return fail(e, "qemu-system-x86_64 is not there (in no folder of PATH): install it (Debian: qemu-system-x86)");
}

static bool nested_is_on(void)
{
    char c = 'N';
    int fd = open("/sys/module/kvm_amd/parameters/nested", O_RDONLY | O_CLOEXEC);
    bool read_it = fd >= 0 && read(fd, &c, 1) == 1;
    if (fd >= 0)
        (void)close(fd);
    return read_it && (c == '1' || c == 'Y');
}

/* The hypervisor itself, without guests, says on a machine with KVM whether it could run any. */
static bool kvm_works(const char *image)
{
    struct machine_options o = { .cpus = 1, .memory = 64, .type = "q35", .accelerator = "kvm", .bundle = -1 };
    char *argv[2 * MACHINE_ARGS_MAX];
    struct watch w = { .argv = argv, .seconds = PROBE_SECONDS, .quiet = true, .log = -1 };
    machine_arguments(&o, image, argv);
    watch_run(&w);
    return w.status == WATCH_REFUSED && !strstr(w.tail, "no guest can run");
}

const char *machine_accelerator(const char *image, const char **why)
{
    *why = "";
    if (access("/dev/kvm", R_OK | W_OK) != 0)
        *why = errno == ENOENT ? "there is no /dev/kvm" : "/dev/kvm may not be opened";
    else if (!nested_is_on())
        *why = "KVM's nested virtualization (kvm_amd nested=1) is not on";
    else if (!kvm_works(image))
        *why = "a trial machine with KVM did not work";
    return **why ? "tcg" : "kvm";
}

void machine_arguments(const struct machine_options *o, const char *image, char **argv)
{
    unsigned n = 0;
    bool kvm = strcmp(o->accelerator, "kvm") == 0;
    char *const fixed[] = {
        text("qemu-system-x86_64"), text("-machine"), text("%s", o->type), text("-accel"), text("%s", o->accelerator),
        text("-cpu"), text(kvm ? "host" : "max"), text("-smp"), text("%u", o->cpus), text("-m"), text("%lluM", (unsigned long long)o->memory),
        text("-display"), text("none"), text("-vga"), text("none"), text("-net"), text("none"), text("-no-reboot"),
        text("-chardev"), text("stdio,id=console,signal=off"), text("-serial"), text("chardev:console"), text("-monitor"), text("none"),
        text("-device"), text("isa-debug-exit,iobase=0xf4,iosize=0x04"), text("-kernel"), text("%s", image),
    };
    for (unsigned i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
        argv[n++] = fixed[i];
    if (o->bundle >= 0) {
        argv[n++] = text("-initrd");
        argv[n++] = text("/proc/self/fd/%d", o->bundle);
    }
    for (unsigned i = 0; i < o->extras; i++)
        argv[n++] = o->extra[i];
    argv[n] = NULL;
}
