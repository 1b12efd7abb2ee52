/* Between memory.c, which changes a guest's map, and memory_op.c, which does what guests ask. Changes are made under domain.lock. */
#ifndef HYPERVISOR_XEN_MEMORY_H
#define HYPERVISOR_XEN_MEMORY_H
#include "hypervisor/xen/internal.h"

#define FRAME_LIMIT (UINT64_C(1) << 36)     /* frames a guest may name: 48 bits of address */

/* Takes what is mapped at `frame` away: RAM goes to limbo (there must be room for one), shared pages stay ours. 0 or -error. */
int64_t memory_remove(struct xen_domain *x, uint64_t frame);
/* Maps one page of a space at `frame`, replacing what was there. 0 or -error; -EAGAIN: no room in limbo, let the guest come again. */
int64_t memory_add(struct xen_domain *x, unsigned space, uint64_t index, uint64_t frame);
/* 2^order pages of new RAM at `frame`. False: over the domain's limit, something is there, or the host has no more. */
bool memory_populate(struct xen_domain *x, uint64_t frame, unsigned order);
#endif
