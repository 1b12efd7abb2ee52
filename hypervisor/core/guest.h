/* Guest memory: copied once into a local, checked there, used there. No pointer into it outlives a call, but for pages the hypervisor pins. */
#ifndef HYPERVISOR_CORE_GUEST_H
#define HYPERVISOR_CORE_GUEST_H
#include "hypervisor/core/domain.h"

/* By guest physical address. False: some of it is not RAM (or, writing, is read-only); then part may have been copied. */
bool guest_read(struct domain *d, gpa_t at, void *to, uint64_t n);
bool guest_write(struct domain *d, gpa_t at, const void *from, uint64_t n);
bool guest_zero(struct domain *d, gpa_t at, uint64_t n);
/* By the vCPU's virtual address, as hypercall arguments are: with its current page tables and privilege. */
bool guest_copy_in(struct vcpu *v, void *to, uint64_t gva, uint64_t n);
bool guest_copy_out(struct vcpu *v, uint64_t gva, const void *from, uint64_t n);
/* Like guest_copy_in, for emulation: *error and *at tell the page fault to give when false and *is_fault; access: PF_* as for arch_translate. */
bool guest_fetch(struct vcpu *v, void *to, uint64_t gva, unsigned n, uint32_t access, uint64_t *fault_at, uint32_t *error);
bool guest_store(struct vcpu *v, uint64_t gva, const void *from, unsigned n, uint64_t *fault_at, uint32_t *error);
/*
 * A page of the guest's RAM that the hypervisor uses from now on (vcpu_info, FIFO control blocks and arrays, PV rings):
 * referenced so that it is not reused, until guest_unpin. NULL: not writable RAM of its own.
 */
void *guest_pin(struct domain *d, gpa_t page);
void guest_unpin(struct domain *d, void *page);
#endif
