/* Owns: `bedplate run`: packs, finds a machine, lets it run, and says by its exit status how it went. */
#include "cli/bytes.h"
#include "cli/cli.h"
#include "cli/run.h"
#include "cli/watch.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECONDS_MAX = 1000000, MEMORY_MAX_MIB = 1 << 24 };

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
    case 'c': return number("host-cpus", value, 1, RUN_CPUS_MAX, &n) && ((o->machine.cpus = o->cpus_given = (unsigned)n), true);
    case 'm': return number("host-memory", value, 1, MEMORY_MAX_MIB, &n) && ((o->machine.memory = n), (o->memory_given = true));
    case 'l': o->log = value; return true;
    case 'd': o->tree.path = value; return true;
    case 'o': return dtb_add_module(&o->tree, value);
    case 'M': o->machine.type = value; return true;
    case 'C': o->machine.cpu = value; return true;
    case 'g': return number("gic-version", value, 2, 3, &n) && ((o->machine.gic_version = (unsigned)n), true);
    case 'a':
        if (strcmp(value, "kvm") != 0 && strcmp(value, "tcg") != 0 && strcmp(value, RUN_BY_TURNS) != 0 && strcmp(value, RUN_SIDE_BY_SIDE) != 0)
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

/* A log that cannot go on does not stop the guests; it is told at the end. */
static int finish(const struct watch *w, const struct run_options *o)
{
    int code = verdict(w, o->seconds), lost = w->log_lost;
    if (w->log >= 0 && close(w->log) != 0 && !lost)
        lost = errno;
    return lost ? complain(code ? code : EXIT_HOST, "%s: the log is not whole: %s: choose another file with --log", shown(o->log), strerror(lost)) : code;
}

static bool open_log(const char *path, int *log, struct error *e)
{
    *log = -1;
    if (!path)
        return true;
    if (file_was_input(path))
        return fail(e, "%s: is also an input: choose another file with --log", shown(path));
    *log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return *log >= 0 || fail(e, "%s: cannot be written: %s: choose another file with --log", shown(path), strerror(errno));
}

static int run_on(const char *image, struct run_options *o, const struct guests *g)
{
    struct error e = { "" };
    char *argv[2 * MACHINE_ARGS_MAX];
    struct watch w = { .argv = argv, .seconds = o->seconds };
    enum run_answer answer = run_size(o, g, &e) ? run_accelerator(o, g, image, &e) : RUN_REFUSED;
    if (answer != RUN_GOES || !open_log(o->log, &w.log, &e))
        return complain_error(answer == RUN_CANNOT ? EXIT_HOST : EXIT_REFUSED, &e);
    run_tell(o);
    machine_arguments(&o->machine, image, argv);
    watch_run(&w);
    return finish(&w, o);
}

static int run_guests(struct run_options *o, const struct guests *g)
{
    struct error e = { "" };
    char *image = machine_image(o->machine.arm, &e);
    int code = image && machine_found(o->machine.arm, &e) ? run_on(image, o, g) : complain_error(EXIT_HOST, &e);
    free(image);
    return code;
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
