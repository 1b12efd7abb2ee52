/* Owns: QEMU's command line, and the choice of the accelerator, which is made by trying. */
#include "cli/machine.h"
#include "cli/cli.h"
#include "cli/watch.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { PROBE_SECONDS = 10 };

/* What differs between the two kinds of machine. */
static const struct kind { const char *qemu, *package, *type, *image, *named_by; } kinds[] = {
    { "qemu-system-x86_64", "qemu-system-x86", "q35", "bedplate.elf", "BEDPLATE_ELF" },
    { "qemu-system-aarch64", "qemu-system-arm", "virt", "bedplate-arm.img", "BEDPLATE_ARM" },
};

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

char *machine_image(bool arm, struct error *e)
{
    static const char *const beside[] = { "", "../lib/bedplate/" };
    const struct kind *k = &kinds[arm];
    char self[PATH_MAX];
    const char *named = getenv(k->named_by);
    if (named && *named && access(named, R_OK) != 0)
        return (void)fail(e, "%s: cannot be read: %s: check the path in %s, or unset it", shown(named), strerror(errno), k->named_by), NULL;
    if (named && *named)
        return text("%s", named);
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[n > 0 ? n : 0] = '\0';
    const char *folder = dirname(self);
    for (unsigned i = 0; i < sizeof(beside) / sizeof(*beside); i++) {
        char *path = text("%s/%s%s", folder, beside[i], k->image);
        if (access(path, R_OK) == 0)
            return path;
        free(path);
    }
    (void)fail(e, "%s: the hypervisor's image %s is not there: build it (`make`) or name it in %s", folder, k->image, k->named_by);
    return NULL;
}

bool machine_found(bool arm, struct error *e)
{
    const char *path = getenv("PATH");
    for (const char *at = path ? path : "/usr/bin"; *at;) {
        size_t length = strcspn(at, ":");
        char *qemu = text("%.*s/%s", (int)length, at, kinds[arm].qemu);
        bool found = access(qemu, X_OK) == 0;
        free(qemu);
        if (found)
            return true;
        at += length + (at[length] == ':');
    }
    return fail(e, "%s is not there (in no folder of PATH): install it (Debian: %s)", kinds[arm].qemu, kinds[arm].package);
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
    struct machine_options o = { .cpus = 1, .memory = 64, .accelerator = "kvm", .bundle = -1 };
    char *argv[2 * MACHINE_ARGS_MAX];
    struct watch w = { .argv = argv, .seconds = PROBE_SECONDS, .quiet = true, .log = -1 };
    machine_arguments(&o, image, argv);
    watch_run(&w);
    return w.status == WATCH_REFUSED && !strstr(w.tail, "no guest can run");
}

const char *machine_why_not_kvm(bool arm)
{
    struct utsname here;
    if (uname(&here) != 0 || strcmp(here.machine, arm ? "aarch64" : "x86_64") != 0)
        return arm ? "this machine's CPUs are not Arm's" : "this machine is no PC";
    if (access("/dev/kvm", R_OK | W_OK) != 0)
        return errno == ENOENT ? "there is no /dev/kvm" : "/dev/kvm may not be opened";
    return arm || nested_is_on() ? NULL : "KVM's nested virtualization (kvm_amd nested=1) is not on";
}

const char *machine_accelerator(const char *image, const char **why)
{
    *why = machine_why_not_kvm(false);
    if (!*why && !kvm_works(image))
        *why = "a trial machine with KVM did not work";
    return *why ? "tcg" : "kvm";
}

/* 702 for 7.2; 0: it did not say. */
static unsigned qemu_version(bool arm)
{
    char *argv[] = { text("%s", kinds[arm].qemu), text("--version"), NULL };
    struct watch w = { .argv = argv, .seconds = PROBE_SECONDS, .quiet = true, .log = -1 };
    unsigned major = 0, minor = 0;
    watch_run(&w);
    const char *told = strstr(w.tail, " version ");
    if (told && sscanf(told, " version %u.%u", &major, &minor) != 2)
        major = minor = 0;
    free(argv[0]);
    free(argv[1]);
    return major * 100 + minor;
}

/*
 * A PC: XRSTOR and FXRSTOR on any CPU write CPU 0's flags without a lock (cpu_clear_ignne in target/i386, up to 10.0 at least);
 * when that falls on CPU 0's VMRUN or #VMEXIT, nested paging is off in the guest or on in the hypervisor: a triple fault.
 * Any: QEMU before 8.1 (its commit deba78709ae8) translates code without holding off writes to it, so that a CPU may keep and
 * run what another has just patched, as Linux does with several CPUs: it dies of an INT3 that is no longer there.
 */
const char *machine_why_single(bool arm, bool several_vcpus)
{
    if (!arm)
        return "side by side, QEMU's CPUs spoil each other's nested paging";
    return several_vcpus && qemu_version(arm) < 801 ? "before QEMU 8.1 one may run code as it was before another changed it" : NULL;
}

/* Arguments as they come. */
struct arguments { char **argv; unsigned n; };
static void add(struct arguments *a, char *argument) { a->argv[a->n++] = argument; }
static void add_pair(struct arguments *a, const char *option, char *value)
{
    add(a, text("%s", option));
    add(a, value);
}

static char *machine_type(const struct machine_options *o)
{
    const char *type = o->type ? o->type : kinds[o->arm].type;
    if (!o->arm || strncmp(type, "virt", 4) != 0)
        return text("%s", type);
    return text("%s,virtualization=on,gic-version=%u", type, o->gic_version ? o->gic_version : 3);
}

static const char *cpu(const struct machine_options *o)
{
    if (o->cpu)
        return o->cpu;
    return o->arm ? "cortex-a57" : strcmp(o->accelerator, "kvm") == 0 ? "host" : "max";
}

/* Exit codes get out by isa-debug-exit on a PC, by semihosting on Arm, which the hypervisor uses when its command line says so. */
static void add_exit(struct arguments *a, bool arm)
{
    if (!arm) {
        add_pair(a, "-device", text("isa-debug-exit,iobase=0xf4,iosize=0x04"));
        return;
    }
    add_pair(a, "-semihosting-config", text("enable=on,target=native"));
    add_pair(a, "-append", text("semihosting"));
}

/* What the machine is made of, which its device tree tells. `more`: behind its type. */
static void add_hardware(struct arguments *a, const struct machine_options *o, const char *more)
{
    char *type = machine_type(o);
    add(a, text("%s", kinds[o->arm].qemu));
    add_pair(a, "-machine", text("%s%s", type, more));
    add_pair(a, "-cpu", text("%s", cpu(o)));
    add_pair(a, "-smp", text("%u", o->cpus));
    add_pair(a, "-m", text("%lluM", (unsigned long long)o->memory));
    free(type);
}

bool machine_own_tree(const struct machine_options *o, const char *path, struct error *e)
{
    char *argv[2 * MACHINE_ARGS_MAX], *more = text(",dumpdtb=%s", path);
    struct arguments a = { argv, 0 };
    struct watch w = { .argv = argv, .seconds = PROBE_SECONDS, .quiet = true, .log = -1 };
    add_hardware(&a, o, more);
    add_pair(&a, "-display", text("none"));
    add_pair(&a, "-net", text("none"));
    add_pair(&a, "-monitor", text("none"));
    add_pair(&a, "-serial", text("none"));
    for (unsigned i = 0; i < o->extras; i++)
        add(&a, o->extra[i]);
    add(&a, NULL);
    watch_run(&w);
    free(more);
    return (w.status == WATCH_FAILED && w.code == 0) ||
           fail(e, "QEMU did not tell its own device tree (status %d): is --machine %s one that has one?", w.code, o->type ? o->type : "virt");
}

void machine_arguments(const struct machine_options *o, const char *image, char **argv)
{
    struct arguments a = { argv, 0 };
    add_hardware(&a, o, "");
    add_pair(&a, "-accel", text("%s", o->accelerator));
    add_pair(&a, "-display", text("none"));
    if (!o->arm)
        add_pair(&a, "-vga", text("none"));
    add_pair(&a, "-net", text("none"));
    add(&a, text("-no-reboot"));
    add_pair(&a, "-chardev", text("stdio,id=console,signal=off"));
    add_pair(&a, "-serial", text("chardev:console"));
    add_pair(&a, "-monitor", text("none"));
    add_exit(&a, o->arm);
    add_pair(&a, "-kernel", text("%s", image));
    if (o->bundle >= 0)
        add_pair(&a, "-initrd", text("/proc/self/fd/%d", o->bundle));
    if (o->tree)
        add_pair(&a, "-dtb", text("%s", o->tree));
    for (unsigned i = 0; i < o->blobs; i++)
        add_pair(&a, "-device", text("loader,file=/proc/self/fd/%d,addr=0x%llx,force-raw=on", o->blob[i].file, (unsigned long long)o->blob[i].at));
    for (unsigned i = 0; i < o->extras; i++)
        add(&a, o->extra[i]);
    add(&a, NULL);
}
