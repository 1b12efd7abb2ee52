/*
 * A guest's machine, told from struct platform: which chips sit where. pc*.c is a PC, virt*.c Arm's board; each adds what run
 * and builder ask of it alone (pc_exits.h, virt_exits.h).
 */
#ifndef HYPERVISOR_MACHINE_MACHINE_H
#define HYPERVISOR_MACHINE_MACHINE_H
#include "hypervisor/core/domain.h"
#include "lib/error.h"

bool machine_create(struct domain *d);                  /* chips for d->platform and its vCPUs; false: out of memory */
void machine_destroy(struct domain *d);
/* arch_up.routed: a host interrupt came that some guest has. */
void machine_routed(unsigned intid);
/*
 * What an operator asks a guest for, through its generic event device: to shut down in order, to use one CPU more, to give one
 * back. The guest decides when, and whether. False: this guest cannot be asked, with a sentence that says why and what to do.
 */
bool machine_press_power(struct domain *d, struct error *e);
bool machine_cpu_plug(struct domain *d, unsigned *cpu, struct error *e);
bool machine_cpu_unplug(struct domain *d, unsigned *cpu, struct error *e);
#endif
