/* The start state of a vCPU as VCPUOP_initialise gives it (xen/hvm/hvm_vcpu.h). */
#ifndef HYPERVISOR_XEN_VCPU_START_H
#define HYPERVISOR_XEN_VCPU_START_H
#include "lib/x86.h"
#include <xen/xen.h>
#include <xen/hvm/hvm_vcpu.h>

/* False: bits that must be clear are set, or the state cannot be entered. */
bool vcpu_start_state(const struct vcpu_hvm_context *context, struct x86_state *state);
#endif
