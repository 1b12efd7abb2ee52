/* Owns: how large a machine is that has room for its guests. */
#include "cli/cli.h"
#include "cli/run.h"
#include "lib/checked.h"
#include "platform/virt_map.h"
#include <unistd.h>

enum { HOST_EXTRA_MIB = 64, HOST_LEAST_MIB = 128 };

typedef unsigned long long ull;

/* More than this machine has would only make QEMU fail, in words about pc.ram. */
static bool fits_here(const struct run_options *o, const struct guests *g, struct error *e)
{
    uint64_t here = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGE_SIZE) >> 20;
    const struct guest *largest = &g->guest[0];
    if (o->machine.memory <= here)
        return true;
    if (o->memory_given)
        return fail(e, "--host-memory %llu: this machine has %llu MiB: give less, or leave it out", (ull)o->machine.memory, (ull)here);
    for (unsigned i = 1; i < g->count; i++)
        if (g->guest[i].platform.memory > largest->platform.memory)
            largest = &g->guest[i];
    return fail(e, "%s: guest %s: memory=%llu: the guests need %llu MiB together, but this machine has %llu MiB: give them less",
                shown(largest->config.path), largest->platform.name, (ull)(largest->platform.memory >> 20), (ull)o->machine.memory, (ull)here);
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
    if (o->machine.cpus > RUN_CPUS_MAX)
        o->machine.cpus = RUN_CPUS_MAX;
    if (o->machine.arm && o->machine.gic_version == 2 && o->machine.cpus > VIRT_GIC2_VCPUS)
        o->machine.cpus = VIRT_GIC2_VCPUS;
}

bool run_size(struct run_options *o, const struct guests *g, struct error *e)
{
    default_size(o, g);
    return fits_here(o, g, e);
}
