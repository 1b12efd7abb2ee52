/* What tests may do to a fake vCPU of a PC, beside what fake.h has. */
#ifndef HYPERVISOR_FAKE_FAKE_X86_H
#define HYPERVISOR_FAKE_FAKE_X86_H
#include "hypervisor/arch_x86.h"
#include "hypervisor/fake/fake.h"

struct fake_event { bool interrupt, exception, nmi; uint8_t vector; uint32_t error; uint64_t address; };

/* The mode a vCPU says it runs in: 16, 32 or 64 and its CPL. */
void fake_mode(struct arch_vcpu *v, unsigned mode, uint8_t cpl);
/* What was last injected; cleared by the call. */
struct fake_event fake_take_event(struct arch_vcpu *v);
#endif
