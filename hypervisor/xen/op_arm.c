/* Owns: what only Arm refuses or has of the hypercalls whose common part does not know an operation. */
#include "hypervisor/xen/internal.h"
#include <xen/hvm/hvm_op.h>
#include <xen/vcpu.h>

int64_t memory_arch(struct call *c, unsigned op)
{
    (void)c;
    (void)op;
    return -XEN_ENOSYS;         /* the memory map is in the device tree */
}

bool hvm_param_shown(uint32_t index) { (void)index; return false; }

int64_t hvm_param_set(struct call *c, uint32_t index, uint64_t value)
{
    (void)index;
    (void)value;
    return refuse(c, XEN_EPERM, "hvm_op set_param", "set by whoever builds the domain");
}

int64_t hvm_arch(struct call *c) { (void)c; return -XEN_ENOSYS; }

static int64_t by_psci(struct call *c, struct vcpu *v)
{
    (void)v;
    return refuse(c, XEN_EOPNOTSUPP, "vcpu_op", "vCPUs are started and stopped by PSCI");
}

vcpu_operation *vcpu_arch_operation(uint32_t op)
{
    return op == VCPUOP_initialise || op == VCPUOP_up || op == VCPUOP_down ? by_psci : NULL;
}
