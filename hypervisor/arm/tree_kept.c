/* Owns: which physical addresses of the host stay the hypervisor's, whatever a guest's partial tree says: who wrote there would be above it. */
#include "hypervisor/arm/tree.h"
#include "lib/checked.h"

const char *host_tree_kept(const struct host_tree *t, uint64_t at, uint64_t size)
{
    const struct tree_range *one[] = { &t->gic.gicd, &t->gic.gicc, &t->gic.gich, &t->gic.gicv };
    for (unsigned i = 0; i < t->rams; i++)
        if (ranges_meet(at, size, t->ram[i].base.v, t->ram[i].size))
            return "RAM";
    for (unsigned i = 0; i < sizeof(one) / sizeof(one[0]); i++)
        if (ranges_meet(at, size, one[i]->at, one[i]->size))
            return "the GIC";
    for (unsigned i = 0; i < t->gic.gicrs; i++)
        if (ranges_meet(at, size, t->gic.gicr[i].at, t->gic.gicr[i].size))
            return "the GIC";
    return ranges_meet(at, size, t->uart.at, t->uart.size) ? "the UART of the hypervisor's console" : NULL;
}
