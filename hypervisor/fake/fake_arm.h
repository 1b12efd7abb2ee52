/* What tests may do to a fake vCPU of BOARD_VIRT, beside what fake.h has. */
#ifndef HYPERVISOR_FAKE_FAKE_ARM_H
#define HYPERVISOR_FAKE_FAKE_ARM_H
#include "hypervisor/arch_arm.h"
#include "hypervisor/fake/fake.h"

/* What was last given to the guest; cleared by the call. */
struct fake_event { bool undefined, abort, fetch, write; uint8_t status; uint64_t far; };
struct fake_event fake_take_event(struct arch_vcpu *v);
void fake_mode(struct arch_vcpu *v, unsigned mode, bool user);

extern unsigned fake_gic_version, fake_lrs;             /* of the host: 3 and 4 until a test says otherwise */
extern uint64_t fake_deadline;                          /* arch_vtimer_deadline() of every vCPU */
extern uint8_t fake_priority_mask;
/* Host interrupts that guests have: routed to which CPU, ended how often. */
struct fake_route { bool routed, edge; unsigned cpu, ended; };
extern struct fake_route fake_route[GIC_INTIDS_MAX];
/* What arch_start_state was last told; mpidr of the vCPU. */
struct fake_start { uint64_t pc, x0, mpidr; unsigned count; };
struct fake_start fake_start(struct arch_vcpu *v);
bool fake_window(struct arch_vcpu *v);
#endif
