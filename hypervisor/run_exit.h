/* What the loop of run.c asks of an architecture's part of it: run_x86.c, run_arm.c. Not for others. */
#ifndef HYPERVISOR_RUN_EXIT_H
#define HYPERVISOR_RUN_EXIT_H
#include "hypervisor/core/domain.h"

enum run_next { RUN_ON, RUN_BLOCK, RUN_LEAVE };

/* Before an entry, when there may be something new: hands the guest the interrupts that are due. */
void run_prepare(struct vcpu *v);
/* Decides what the exit asks for. */
enum run_next run_exit(struct vcpu *v, const struct exit *e);
/* May what such an exit does change an interrupt source without vcpu_wake, which sets .work? */
bool run_look_after(enum exit_kind kind);
/* A host interrupt was taken: alarms, and on CPU 0 what was typed (run.c's). */
void run_interrupt(void);
#endif
