/* Between evtchn.c, which keeps the ports, and evtchn_op.c, which does what guests ask. */
#ifndef HYPERVISOR_XEN_EVTCHN_H
#define HYPERVISOR_XEN_EVTCHN_H
#include "hypervisor/xen/internal.h"

/* Under event_lock: a free port, made existing if need be; 0: none left. Its channel is reset, the caller sets the state. */
uint32_t channel_allocate(struct xen_domain *x, struct channel **out);
void events_lock_two(struct xen_domain *a, struct xen_domain *b);       /* by domain id; a may be b */
void events_unlock_two(struct xen_domain *a, struct xen_domain *b);
/* What a guest asks for: its fixed ports and the hypervisor's own stay. */
int64_t evtchn_close(struct xen_domain *x, uint64_t port);
int64_t evtchn_bind_peer(struct xen_domain *x, struct xen_domain *peer, uint32_t remote, uint32_t *local);
/* From port `from` of x, as it was seen, to what it is bound to. No lock held. 0; -ENOTCONN: a static channel whose peer is gone. */
int64_t evtchn_send_to_peer(struct xen_domain *x, uint32_t from, const struct channel *seen);
/* Under event_lock: a static channel's other end is in a domain that has ended but is still there. */
bool evtchn_peer_ended(struct xen_domain *x, const struct channel *c);
/* Under event_lock: port exists from now on, whatever its state. NULL: beyond the limit or out of memory. */
struct channel *channel_make(struct xen_domain *x, uint32_t port);
/* Closes all ports but the fixed ones and the hypervisor's own, and goes back to the 2-level ABI. */
void evtchn_reset(struct xen_domain *x);
#endif
