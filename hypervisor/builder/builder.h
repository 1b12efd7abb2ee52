/*
 * From a bundle to running domains, and from an ended domain to whatever its configuration asks for. All of it happens
 * on CPU 0. One guest's fault never stops another's start.
 */
#ifndef HYPERVISOR_BUILDER_BUILDER_H
#define HYPERVISOR_BUILDER_BUILDER_H
#include "hypervisor/core/domain.h"

/* Builds and starts every guest of the host's bundle. Returns how many run. */
unsigned builder_start(const struct host *h);
/* Sees to domains that have ended: frees, starts anew or preserves them. False: nothing is left to wait for. */
bool builder_tend(void);
/* How the run went so far: 0 all well, 1 a guest crashed, 2 a guest (or the bundle) was refused. The worst counts. */
unsigned builder_result(void);
#endif
