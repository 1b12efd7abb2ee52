/* The loop of every CPU: pick a vCPU, enter it, decide what its exit asks for. */
#ifndef HYPERVISOR_RUN_H
#define HYPERVISOR_RUN_H
#include "hypervisor/core/domain.h"

/* `tend` is called on CPU 0, between vCPUs, whenever a domain has ended. Never returns. */
_Noreturn void run_cpu(void (*tend)(void));
/* One turn of a vCPU that this CPU has taken: until it blocks, ends its slice or stops. True: it blocked. */
bool run_vcpu(struct vcpu *v);
#endif
