/*
 * The guest ABI of Xen, as its public headers and docs/misc/pvh.pandoc have it. Each hypercall is a row of the table in
 * hypercall.c. Siblings (machine/) are reached through struct xen_hooks, handed down by the builder.
 */
#ifndef HYPERVISOR_XEN_XEN_H
#define HYPERVISOR_XEN_XEN_H
#include "hypervisor/core/domain.h"

struct x86_cpuid;

struct xen_hooks {
    /* A per-vCPU upcall vector through the local APIC (HVMOP_set_evtchn_upcall_vector). False: no local APIC. */
    bool (*raise)(struct vcpu *v, uint8_t vector);
    bool has_lapic;
    /* VCPUOP_send_nmi. False: it cannot take one. NULL: none can. */
    bool (*nmi)(struct vcpu *v);
    /* The far end of d's UART (xen_uart_*) has something for it, or room, or has gone. d runs, no lock is held. */
    void (*uart_look)(struct domain *d);
};

/* With d->stage2, RAM and vCPUs in place. Maps the special pages (platform/pc_map.h), opens the console port. False: out of memory. */
bool xen_create(struct domain *d, const struct xen_hooks *hooks);
void xen_destroy(struct domain *d);     /* all ports, grants, pins; peers see their ports unbound. No vCPU runs */

/* The callback vector to inject now (HVM_PARAM_CALLBACK_IRQ of type vector and an upcall pending), or -1. Needs no accept. */
int xen_pending(struct vcpu *v);
/* An event is pending and not masked: a blocked vCPU must not sleep. */
bool xen_event_waiting(struct vcpu *v);
/* Before a vCPU runs on a CPU again: pvclock, runstate area. And when it leaves it. */
void xen_vcpu_resumed(struct vcpu *v);
void xen_vcpu_left(struct vcpu *v);

/* What the run loop does after a hypercall. The registers hold the result already, the instruction is skipped. */
enum xen_next { XEN_GO_ON, XEN_BLOCK, XEN_YIELD };
enum xen_next xen_hypercall(struct vcpu *v);

/* 0x40000000..0x400000ff. False: not one of ours. */
bool xen_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct x86_cpuid *out);
/* The hypercall page MSR and its like. False: not one of ours; *fault: #GP is due. */
bool xen_msr_write(struct vcpu *v, uint32_t msr, uint64_t value, bool *fault);
bool xen_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
/* A byte typed for this guest's PV console. Bytes that do not fit are dropped. */
void xen_console_input(struct domain *d, char c);
/*
 * The far end of the UART of domain `owner`, when arm.pl011_backend names another guest. put: false: there is no room now, but there
 * may be soon, and uart_look tells; a byte that nobody will read is taken and counted (domain.uart_dropped). get: false: nothing was
 * sent. One at a time for each UART; the UART's lock may be held.
 */
bool xen_uart_put(void *owner, uint8_t byte);
bool xen_uart_get(void *owner, uint8_t *byte);
/* Asks the guest to power off, as a toolstack would (xenstore's control/shutdown). False: no xenstore, or it does not listen there. */
bool xen_ask_shutdown(struct domain *d);
#endif
