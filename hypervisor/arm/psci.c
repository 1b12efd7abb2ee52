/* Owns: calls to the firmware by PSCI (DEN 0022), as the host's tree tells. */
#include "hypervisor/arm/host.h"
#include "hypervisor/arm/tree.h"

static enum tree_conduit conduit;
static uint32_t cpu_on_id, off_id, reset_id;

/* SMCCC (DEN 0028): x0..x17 may change. */
static int64_t call(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t x0 __asm__("x0") = function, x1 __asm__("x1") = a, x2 __asm__("x2") = b, x3 __asm__("x3") = c;
#define CLOBBERED "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory", "cc"
    if (conduit == TREE_SMC)
        __asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : CLOBBERED);
    else
        __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : CLOBBERED);
    return (int32_t)x0;
}

void psci_start(const struct host_tree *t)
{
    conduit = t->psci;
    cpu_on_id = t->psci_cpu_on;
    off_id = t->psci_off;
    reset_id = t->psci_reset;
}

bool psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context)
{
    return conduit != TREE_NO_PSCI && cpu_on_id && !call(cpu_on_id, mpidr, entry, context);
}

void psci_off(void)
{
    if (conduit != TREE_NO_PSCI && off_id)
        (void)call(off_id, 0, 0, 0);
}

void psci_reset(void)
{
    if (conduit != TREE_NO_PSCI && reset_id)
        (void)call(reset_id, 0, 0, 0);
}
