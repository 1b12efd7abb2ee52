/* Owns: what only x86 has of HYPERVISOR_vcpu_op: starting and stopping vCPUs, NMIs, and where pvclock goes. */
#include "hypervisor/arch_x86.h"
#include "hypervisor/xen/internal.h"
#include "hypervisor/xen/vcpu_start.h"
#include <xen/vcpu.h>

static int64_t initialise(struct call *c, struct vcpu *v)
{
    struct vcpu_hvm_context context;
    struct x86_state state;
    if (atomic_load(&v->absent))
        return -XEN_ENOENT;     /* as for one that Xen has not made */
    if (!take(c, &context, c->arg[2], sizeof(context)))
        return -XEN_EFAULT;
    if (!vcpu_start_state(&context, &state))
        return -XEN_EINVAL;
    lock_take(&v->domain->lock);
    bool fresh = !v->xen->initialised && !vcpu_is_on(v);
    if (fresh) {
        arch_state_set(v->arch, &state);
        v->xen->initialised = true;
    }
    lock_give(&v->domain->lock);
    return fresh ? 0 : -XEN_EEXIST;
}

static int64_t up(struct call *c, struct vcpu *v)
{
    (void)c;
    if (atomic_load(&v->absent))
        return -XEN_ENOENT;
    lock_take(&v->domain->lock);
    bool ready = v->xen->initialised;
    lock_give(&v->domain->lock);
    if (!ready)
        return -XEN_EINVAL;
    vcpu_start(v);
    return 0;
}

/* The last vCPU to go takes the domain with it: nothing could ever bring it back. */
static int64_t down(struct call *c, struct vcpu *v)
{
    struct domain *d = v->domain;
    bool others = false;
    (void)c;
    lock_take(&d->lock);
    for (unsigned i = 0; i < d->vcpus; i++)
        others |= d->vcpu[i] != v && vcpu_is_on(d->vcpu[i]) && !atomic_load(&d->vcpu[i]->stop);
    if (others)
        vcpu_stop(v);
    lock_give(&d->lock);
    if (!others)
        domain_shutdown(d, END_POWEROFF);
    return 0;
}

static int64_t register_time(struct call *c, struct vcpu *v)
{
    int64_t error = vcpu_register_area(c, v, &v->xen->time, sizeof(struct vcpu_time_info));
    if (!error)
        time_update(v);
    return error;
}

static int64_t send_nmi(struct call *c, struct vcpu *v)
{
    if (c->x->hooks.nmi && c->x->hooks.nmi(v))
        return 0;
    return refuse(c, XEN_EOPNOTSUPP, "vcpu_op send_nmi", "this guest has no local APIC to take it");
}

vcpu_operation *vcpu_arch_operation(uint32_t op)
{
    switch (op) {
    case VCPUOP_initialise:                     return initialise;
    case VCPUOP_up:                             return up;
    case VCPUOP_down:                           return down;
    case VCPUOP_send_nmi:                       return send_nmi;
    case VCPUOP_register_vcpu_time_memory_area: return register_time;
    default:                                    return NULL;
    }
}
