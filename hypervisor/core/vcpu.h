/* A vCPU: its state as the scheduler sees it, and who keeps the rest. Blocked is a state, not a parked stack. */
#ifndef HYPERVISOR_CORE_VCPU_H
#define HYPERVISOR_CORE_VCPU_H
#include "hypervisor/core/timer.h"

enum vcpu_state {
    VCPU_OFF,           /* not started yet, or taken down by its guest */
    VCPU_BLOCKED,       /* waits for vcpu_wake */
    VCPU_RUNNABLE,      /* waits for a CPU */
    VCPU_RUNNING,       /* on .cpu */
};
/* Times in arch_clock() ns that Xen's runstate reports (xen/vcpu.h order: running, runnable, blocked, offline). */
struct vcpu_times { uint64_t entered; uint64_t in[4]; };

struct domain;
struct xen_vcpu;        /* hypervisor/xen */
struct machine_vcpu;    /* hypervisor/machine */

struct vcpu {
    struct domain *domain;
    unsigned id;                        /* 0..domain->vcpus-1 */
    struct arch_vcpu *arch;
    struct xen_vcpu *xen;               /* NULL without the Xen ABI */
    struct machine_vcpu *machine;
    /* the scheduler's, under its lock; state may be read by anyone as a hint */
    _Atomic(enum vcpu_state) state;
    atomic_uint cpu;                    /* where it runs or last ran */
    atomic_bool work;                   /* something to look at before the next entry: set by vcpu_wake, cleared by the run loop */
    atomic_bool stop;                   /* is to be off once its CPU has left it */
    atomic_bool absent;                 /* not plugged in: nothing starts it */
    uint64_t affinity;                  /* host CPUs allowed, bit n = CPU n */
    uint64_t virtual_time;              /* ns it has had, for fair shares */
    struct vcpu *next;                  /* run queue */
    struct vcpu_times times;
    uint64_t exits[EXIT_KINDS];
};

/* There is something for v to look at: wakes it if it is blocked, makes it leave the guest if it runs. Any CPU, any lock but the scheduler's and later. */
void vcpu_wake(struct vcpu *v);
/* Off -> runnable (its state has been set; an absent one stays off) and back. vcpu_stop of a running vCPU takes effect when its CPU has left it: see vcpu_is_off. */
void vcpu_start(struct vcpu *v);
void vcpu_stop(struct vcpu *v);
bool vcpu_is_on(const struct vcpu *v);  /* not VCPU_OFF */
/* Its registers, for people: on the hypervisor's console. Not while it runs elsewhere. */
void vcpu_log_state(struct vcpu *v);
/* Times up to now, with the current state's share added. */
void vcpu_times(struct vcpu *v, struct vcpu_times *out);
#endif
