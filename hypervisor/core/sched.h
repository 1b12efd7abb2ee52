/*
 * Which vCPU a CPU runs next: the one with the least virtual time among those that are runnable and may run there.
 * A slice is 10 ms while others wait; a vCPU that wakes is placed no more than one slice behind the others.
 * One lock, taken when a vCPU blocks, wakes or ends its slice: never on the path of an ordinary exit.
 */
#ifndef HYPERVISOR_CORE_SCHED_H
#define HYPERVISOR_CORE_SCHED_H
#include "hypervisor/core/vcpu.h"

enum { SCHED_SLICE_NS = 10000000 };

void sched_init(unsigned cpus);
/* This CPU takes its next vCPU, RUNNING on return; NULL: nothing to run, sleep. Arms the slice's end. */
struct vcpu *sched_next(void);
/* The current vCPU of this CPU, NULL in the idle loop. */
struct vcpu *sched_current(void);
/* The vCPU's slice is over, or it was asked to yield: should this CPU call sched_put? Cheap; no lock. */
bool sched_should_leave(void);
/* Makes this CPU's current vCPU give way at the next chance (PAUSE, SCHEDOP_yield). */
void sched_give_way(void);
/* This CPU gives up v. blocked: it waits, unless v->work was set meanwhile; else it is runnable again. Off if it was to stop. */
void sched_put(struct vcpu *v, bool blocked);
/*
 * Pointers to domains taken from core/domain.c's list are good until the CPU is next quiet: in a guest, asleep, or at the
 * top of its loop. sched_quiet_wait returns when every other CPU has been quiet since the call: what was unlinked
 * before may then be freed.
 */
void sched_quiet(bool quiet);
void sched_quiet_wait(void);
/*
 * The same without waiting, for pages that leave a domain's map: sched_mark notes where every CPU stands, after the
 * translations were flushed and the CPUs that run the domain kicked. sched_passed says whether each has since left the
 * hypervisor or the guest it was in, so that none uses an old translation or a pointer it looked up before.
 */
struct sched_mark { unsigned long at[HOST_CPUS_MAX]; };
void sched_mark(struct sched_mark *m, const struct domain *d);
bool sched_passed(const struct sched_mark *m);
#endif
