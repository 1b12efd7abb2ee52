/* Owns: which vCPUs a guest is told share a package. Invariant: those of one package are of one NUMA node, as Linux insists. */
#include "platform/platform.h"

/* Whether all packages of 2^bits CPUs lie within a node each. */
static bool within_nodes(const struct platform *p, unsigned bits)
{
    for (unsigned i = 0, told = platform_vcpus_told(p); i < told; i++)
        if (p->vcpu_node[i] != p->vcpu_node[i >> bits << bits])
            return false;
    return true;
}

unsigned platform_package_bits(const struct platform *p)
{
    unsigned bits = 0, told = platform_vcpus_told(p);
    while (1u << bits < told)
        bits++;
    while (p->nodes && bits && !within_nodes(p, bits))
        bits--;
    return bits;
}
