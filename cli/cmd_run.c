/* Owns: `bedplate run`: packs, finds a machine, lets it run, and says by its exit status how it went. */
#include "cli/cli.h"
#include "cli/dtb.h"
#include "cli/guests.h"
#include "cli/machine.h"
#include "cli/watch.h"
#include "lib/checked.h"
#include "platform/virt_map.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HOST_EXTRA_MIB = 64, HOST_LEAST_MIB = 128, SECONDS_MAX = 1000000, CPUS_MAX = 64, MEMORY_MAX_MIB = 1 << 24 };

static const char one_at_a_time[] = "tcg,thread=single";

struct run_options { struct machine_options machine; unsigned seconds; const char *log; struct dtb tree; };

/* A whole number within [low, high]; false after a complaint. */
static bool number(const char *option, const char *value, unsigned long low, unsigned long high, unsigned long *to)
{
    char *end;
    errno = 0;
    *to = strtoul(value, &end, 10);
    if (errno == 0 && *value >= '0' && *value <= '9' && *end == '\0' && *to >= low && *to <= high)
        return true;
    (void)complain(EXIT_USAGE, "run: --%s takes a whole number from %lu to %lu, not %s", option, low, high, shown(value));
    return false;
}

static bool take_option(struct run_options *o, int option, const char *value)
{
    unsigned long n;
    switch (option) {
    case 't': return number("timeout", value, 1, SECONDS_MAX, &n) && ((o->seconds = (unsigned)n), true);
    case 'c': return number("host-cpus", value, 1, CPUS_MAX, &n) && ((o->machine.cpus = (unsigned)n), true);
    case 'm': return number("host-memory", value, 1, MEMORY_MAX_MIB, &n) && ((o->machine.memory = n), true);
    case 'l': o->log = value; return true;
    case 'd': o->tree.path = value; return true;
    case 'o': return dtb_add_module(&o->tree, value);
    case 'M': o->machine.type = value; return true;
    case 'C': o->machine.cpu = value; return true;
    case 'g': return number("gic-version", value, 2, 3, &n) && ((o->machine.gic_version = (unsigned)n), true);
    case 'a':
        if (strcmp(value, "kvm") != 0 && strcmp(value, "tcg") != 0 && strcmp(value, one_at_a_time) != 0 && strcmp(value, "tcg,thread=multi") != 0)
            return complain(0, "run: --accel takes kvm, tcg, tcg,thread=single or tcg,thread=multi, not %s", shown(value)), false;
        o->machine.accelerator = value;
        return true;
    default:
        if (o->machine.extras == MACHINE_ARGS_MAX)
            return complain(0, "run: more than %d of --qemu-arg: give fewer", MACHINE_ARGS_MAX), false;
        o->machine.extra[o->machine.extras++] = strdup(value);
        return true;
    }
}

/* More than this machine has would only make QEMU fail, in words about pc.ram. */
static bool fits_here(const struct run_options *o, const struct guests *g)
{
    uint64_t here = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGE_SIZE) >> 20;
    const struct guest *largest = &g->guest[0];
    if (o->machine.memory <= here)
        return true;
    for (unsigned i = 1; i < g->count; i++)
        if (g->guest[i].platform.memory > largest->platform.memory)
            largest = &g->guest[i];
    (void)complain(0, "%s: guest %s: memory=%llu: the guests need %llu MiB together, but this machine has %llu MiB: give them less",
                   shown(largest->config.path), largest->platform.name, (unsigned long long)(largest->platform.memory >> 20),
                   (unsigned long long)o->machine.memory, (unsigned long long)here);
    return false;
}

/* An Arm machine's RAM begins here; QEMU places the bundle 128 MiB behind. Static memory is to lie in it. */
static uint64_t least_arm_memory(const struct guests *g, uint64_t mib)
{
    const uint64_t begin = GIB(1) >> 20, least = (g->image.left >> 20) + 128 + HOST_EXTRA_MIB;
    uint64_t top = 0, fixed = 0;
    for (unsigned i = 0; i < g->count; i++) {
        const struct platform_arm *a = &g->guest[i].platform.arm;
        for (unsigned k = 0; k < a->banks; k++) {
            uint64_t end = (a->bank[k].base.v + a->bank[k].size + MIB(1) - 1) >> 20;
            fixed += a->bank[k].size >> 20;
            top = end > top ? end : top;
        }
    }
    if (top > begin && top - begin + mib - fixed > mib)
        mib = top - begin + mib - fixed;
    return mib < least ? least : mib;
}

/* Room for the guests, the bundle, and the hypervisor with its eight bytes a page. As many CPUs as can be of use. */
static void default_size(struct run_options *o, const struct guests *g)
{
    uint64_t mib = (g->image.left >> 20) + HOST_EXTRA_MIB;
    unsigned long vcpus = 0, online = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
    for (unsigned i = 0; i < g->count; i++) {
        mib += (g->guest[i].platform.memory >> 20) + 2;
        vcpus += platform_vcpus_told(&g->guest[i].platform);
    }
    mib += mib / 256;
    if (o->machine.arm)
        mib = least_arm_memory(g, mib);
    if (!o->machine.memory)
        o->machine.memory = mib < HOST_LEAST_MIB ? HOST_LEAST_MIB : mib;
    if (!o->machine.cpus)
        o->machine.cpus = (unsigned)(vcpus < online ? vcpus : online);
    if (o->machine.cpus > CPUS_MAX)
        o->machine.cpus = CPUS_MAX;
    if (o->machine.arm && o->machine.gic_version == 2 && o->machine.cpus > VIRT_GIC2_VCPUS)
        o->machine.cpus = VIRT_GIC2_VCPUS;
}

/*
 * A guest without the Xen ABI measures its TSC against the PM timer, in loops that QEMU's emulation is too slow and uneven
 * for, unless its clock counts instructions. QEMU 7.2 does that well for one CPU only.
 */
static void count_instructions(struct run_options *o, const struct guests *g)
{
    bool needed = false;
    for (unsigned i = 0; i < g->count; i++)
        needed |= !g->guest[i].platform.xen;
    for (unsigned i = 0; i < o->machine.extras; i++)
        needed &= strcmp(o->machine.extra[i], "-icount") != 0;
    if (!needed || o->machine.extras + 2 > MACHINE_ARGS_MAX)
        return;
    o->machine.extra[o->machine.extras++] = strdup("-icount");
    o->machine.extra[o->machine.extras++] = strdup("shift=1,sleep=on");
    o->machine.cpus = 1;
    (void)fputs("bedplate: a guest has xen=0: the emulated clock counts instructions, on one CPU (see docs/configuration.md)\n", stderr);
}

static bool several_vcpus(const struct guests *g)
{
    for (unsigned i = 0; i < g->count; i++)
        if (platform_vcpus_told(&g->guest[i].platform) > 1)
            return true;
    return false;
}

static void choose_accelerator(struct run_options *o, const struct guests *g, const char *image)
{
    const char *why = "", *single = NULL;
    if (!o->machine.accelerator)
        o->machine.accelerator = o->machine.arm ? "tcg" : machine_accelerator(image, &why);
    if (strcmp(o->machine.accelerator, "tcg") == 0 && o->machine.cpus > 1)
        single = machine_why_single(o->machine.arm, several_vcpus(g));
    (void)fprintf(stderr, "bedplate: %u CPU%s, %llu MiB, %s%s%s\n", o->machine.cpus, o->machine.cpus == 1 ? "" : "s",
                  (unsigned long long)o->machine.memory, strcmp(o->machine.accelerator, "kvm") == 0 ? "KVM with nested virtualization" :
                  "TCG, QEMU's emulation", *why ? ", because " : "", why);
    if (!single)
        return;
    o->machine.accelerator = one_at_a_time;
    (void)fprintf(stderr, "bedplate: its CPUs take turns, as %s (see docs/how-it-works.md)\n", single);
}

static int verdict(const struct watch *w, unsigned seconds)
{
    const char *last = strrchr(w->tail, '\n');
    switch (w->status) {
    case WATCH_WELL:    return EXIT_WELL;
    case WATCH_CRASHED: return complain(EXIT_CRASHED, "a guest crashed: its end is in the log above");
    case WATCH_REFUSED: return complain(EXIT_REFUSED, "the hypervisor refused a guest: the reason is in its log above");
    case WATCH_PANIC:   return complain(EXIT_HOST, "the hypervisor stopped by a fault of its own: the log above says where");
    case WATCH_TIMEOUT: return complain(EXIT_TIMEOUT, "time is up after %u s (--timeout): the machine was ended", seconds);
    case WATCH_STOPPED:
        return complain(EXIT_HOST, w->unread ? "nobody reads the output any more: the machine was ended" : "stopped by a signal: the machine was ended");
    default:
        if (w->code == 127)
            return complain(EXIT_HOST, "%s", last && last[1] ? last + 1 : w->tail);
        return complain(EXIT_HOST, "QEMU ended with status %d before the guests had: its words are above", w->code);
    }
}

static int run_guests(struct run_options *o, const struct guests *g)
{
    struct error e = { "" };
    char *argv[2 * MACHINE_ARGS_MAX], *image = machine_image(o->machine.arm, &e);
    struct watch w = { .argv = argv, .seconds = o->seconds, .log = -1 };
    if (!image || !machine_found(o->machine.arm, &e)) {
        free(image);
        return complain_error(EXIT_HOST, &e);
    }
    default_size(o, g);
    if (!fits_here(o, g)) {
        free(image);
        return EXIT_REFUSED;
    }
    if (o->log && (w.log = open(o->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) < 0) {
        free(image);
        return complain(EXIT_USAGE, "%s: cannot be written: %s: name another file with --log", shown(o->log), strerror(errno));
    }
    choose_accelerator(o, g, image);
    if (!o->machine.arm && strncmp(o->machine.accelerator, "tcg", 3) == 0)
        count_instructions(o, g);
    machine_arguments(&o->machine, image, argv);
    watch_run(&w);
    free(image);
    if (w.log >= 0)
        (void)close(w.log);
    return verdict(&w, o->seconds);
}

/* Guests have the GIC version of their host: it is the one that a guest asks for, unless the command line says. */
static void choose_gic(struct run_options *o, const struct guests *g)
{
    for (unsigned i = 0; i < g->count && !o->machine.gic_version; i++)
        o->machine.gic_version = g->guest[i].platform.arm.gic_version;
    if (!o->machine.gic_version)
        o->machine.gic_version = 3;
}

/* The machine inherits the bundle. */
static int pack_and_run(struct run_options *o, char **paths, int count)
{
    struct error e = { "" };
    struct guests *g = guests_plan(paths, count, &o->machine.bundle, &e);
    if (!g)
        return complain_error(EXIT_REFUSED, &e);
    (void)fcntl(o->machine.bundle, F_SETFD, 0);
    o->machine.arm = g->guest[0].platform.board == BOARD_VIRT;
    choose_gic(o, g);
    int code = run_guests(o, g);
    (void)close(o->machine.bundle);
    guests_free(g);
    return code;
}

/* Guests of a tree that was written for Xen. */
static int run_tree(struct run_options *o)
{
    struct error e = { "" };
    if (!machine_found(true, &e))
        return complain_error(EXIT_HOST, &e);
    struct guests *g = dtb_read(&o->tree, &o->machine, &e);
    int code = g ? run_guests(o, g) : complain_error(EXIT_REFUSED, &e);
    dtb_free(&o->tree);
    return code;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        { "timeout", required_argument, NULL, 't' }, { "host-cpus", required_argument, NULL, 'c' },
        { "host-memory", required_argument, NULL, 'm' }, { "log", required_argument, NULL, 'l' },
        { "machine", required_argument, NULL, 'M' }, { "cpu", required_argument, NULL, 'C' }, { "gic-version", required_argument, NULL, 'g' },
        { "accel", required_argument, NULL, 'a' },
        { "dtb", required_argument, NULL, 'd' }, { "module", required_argument, NULL, 'o' },
        { "qemu-arg", required_argument, NULL, 'q' }, { 0 },
    };
    struct run_options o = { .machine = { .bundle = -1 } };
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == '?')
            return complain_option("run", argv);
        if (!take_option(&o, c, optarg))
            return EXIT_USAGE;
    }
    if (!dtb_fits_command("run", &o.tree, argc - optind))
        return EXIT_USAGE;
    if (o.tree.path)
        return run_tree(&o);
    return pack_and_run(&o, argv + optind, argc - optind);
}

const struct command command_run = {
    "run", "CFG... | --dtb FILE", "boot guests in QEMU, consoles on this terminal",
    "Packs the guests, starts QEMU with the hypervisor and shows all consoles on this terminal. KVM with nested\n"
    "virtualization is used where it works, QEMU's emulation (TCG) where it does not. Ctrl-] and then ? lists keys.\n\n"
    "  --timeout SECONDS     end it after so long, exit status 4\n"
    "  --host-cpus N         CPUs of the machine that guests share (default: as many as can be of use)\n"
    "  --host-memory MIB     its memory (default: enough for the guests)\n"
    "  --log FILE            keep all output there as well\n"
    "  --accel kvm|tcg       do not find out; tcg,thread=single emulates one CPU at a time, tcg,thread=multi side by side\n"
    "  --machine TYPE        QEMU's machine type (default: q35, for Arm guests virt)\n"
    "  --cpu MODEL           its CPU (default: max, for Arm guests cortex-a57)\n"
    "  --gic-version 2|3     for Arm guests: its interrupt controller (default: 3)\n"
    "  --dtb FILE            in place of CFG: a device tree with guests in /chosen, as for Xen's dom0less: the machine's whole\n"
    "                        one, or /chosen alone, which is put into QEMU's own\n"
    "  --module ADDRESS=FILE with --dtb: what a boot loader puts there; for each module of the tree\n"
    "  --qemu-arg ARG        one more argument for QEMU; may be given again\n\n"
    "Exit status: 0 all guests ended well, 2 one was refused, 3 one crashed, 4 time-out, 5 QEMU or the hypervisor failed.\n\n"
    "Examples:\n"
    "  bedplate run linux.cfg\n"
    "  bedplate run --timeout 60 --log boot.log web.cfg db.cfg\n"
    "  bedplate run --host-cpus 2 --qemu-arg -s linux.cfg\n"
    "  bedplate run --cpu cortex-a72 --gic-version 2 arm.cfg\n"
    "  bedplate run --dtb guests.dtb --module 0x4a000000=Image --module 0x4b000000=initrd\n",
    run, NULL,
};
