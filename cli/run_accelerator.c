/* Owns: who runs a machine's CPUs, and what follows from it. */
#include "cli/cli.h"
#include "cli/run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A guest without the Xen ABI measures its TSC against the PM timer, in loops that QEMU's emulation is too slow and uneven
 * for, unless its clock counts instructions. QEMU 7.2 does that well for one CPU only, and never for CPUs side by side.
 */
static const struct guest *who_needs_counting(const struct run_options *o, const struct guests *g)
{
    for (unsigned i = 0; i < o->machine.extras; i++)
        if (strcmp(o->machine.extra[i], "-icount") == 0)
            return NULL;
    for (unsigned i = 0; i < g->count && !o->machine.arm; i++)
        if (!g->guest[i].platform.xen)
            return &g->guest[i];
    return NULL;
}

static bool count_instructions(struct run_options *o, const struct guests *g, struct error *e)
{
    const struct guest *who = who_needs_counting(o, g);
    if (!who || o->machine.extras + 2 > MACHINE_ARGS_MAX)
        return true;
    if (strcmp(o->machine.accelerator, RUN_SIDE_BY_SIDE) == 0)
        return fail(e, "%s: guest %s has xen=0: the emulated clock must count instructions, which QEMU cannot with CPUs side by side: "
                    "leave out --accel " RUN_SIDE_BY_SIDE, shown(who->config.path), who->platform.name);
    o->machine.extra[o->machine.extras++] = strdup("-icount");
    o->machine.extra[o->machine.extras++] = strdup("shift=1,sleep=on");
    o->machine.cpus = 1;
    o->counts = true;
    return true;
}

static bool several_vcpus(const struct guests *g)
{
    for (unsigned i = 0; i < g->count; i++)
        if (platform_vcpus_told(&g->guest[i].platform) > 1)
            return true;
    return false;
}

static bool is_kvm(const struct run_options *o) { return strcmp(o->machine.accelerator, "kvm") == 0; }

enum run_answer run_accelerator(struct run_options *o, const struct guests *g, const char *image, struct error *e)
{
    if (!o->machine.accelerator) {
        o->machine.accelerator = o->machine.arm ? "tcg" : machine_accelerator(image, &o->why_tcg);
    } else if (is_kvm(o)) {
        const char *why = machine_why_not_kvm(o->machine.arm);
        if (why)
            return fail(e, "--accel kvm: %s: leave it out or give --accel tcg", why), RUN_CANNOT;
    }
    if (is_kvm(o))
        return RUN_GOES;
    if (!count_instructions(o, g, e))
        return RUN_REFUSED;
    if (strcmp(o->machine.accelerator, "tcg") == 0 && o->machine.cpus > 1)
        o->why_single = machine_why_single(o->machine.arm, several_vcpus(g));
    if (o->why_single)
        o->machine.accelerator = RUN_BY_TURNS;
    return RUN_GOES;
}

void run_tell(const struct run_options *o)
{
    (void)fprintf(stderr, "bedplate: %u CPU%s, %llu MiB, %s%s%s\n", o->machine.cpus, o->machine.cpus == 1 ? "" : "s",
                  (unsigned long long)o->machine.memory, is_kvm(o) ? "KVM with nested virtualization" : "TCG, QEMU's emulation",
                  o->why_tcg ? ", because " : "", o->why_tcg ? o->why_tcg : "");
    if (o->why_single)
        (void)fprintf(stderr, "bedplate: its CPUs take turns, as %s (see docs/how-it-works.md)\n", o->why_single);
    if (!o->counts)
        return;
    (void)fputs("bedplate: a guest has xen=0: the emulated clock counts instructions, on one CPU", stderr);
    if (o->cpus_given > 1)
        (void)fprintf(stderr, " in place of the %u of --host-cpus", o->cpus_given);
    (void)fputs(" (see docs/configuration.md)\n", stderr);
}
