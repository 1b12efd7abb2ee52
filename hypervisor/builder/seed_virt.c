/*
 * Owns: what the random numbers of guests start from. The host's firmware leaves a seed in its tree (/chosen, rng-seed), of which each
 * start of a guest gets a part that tells nothing of the others'. Without one guests get none: Linux would take it for a good one.
 */
#include "hypervisor/builder/build.h"
#include "hypervisor/arch.h"
#include <libfdt.h>

bool build_seed(uint8_t to[RANDOM_SEED])
{
    static struct random state;
    static bool asked, seeded;
    const void *tree = arch_host(NULL)->tree;
    if (!asked && tree) {
        int n = 0;
        const void *seed = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), "rng-seed", &n);
        seeded = seed && n >= RANDOM_SEED;
        if (seeded)
            random_seed(&state, seed, (size_t)n);
    }
    asked = true;
    if (seeded)
        random_take(&state, to, RANDOM_SEED);
    return seeded;
}
