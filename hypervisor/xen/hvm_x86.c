/* Owns: what only x86 has of HYPERVISOR_hvm_op: the event callback, by vector or through the local APIC. */
#include "hypervisor/xen/internal.h"
#include <xen/hvm/hvm_op.h>

enum { VECTOR_MIN = 16, VIA_SHIFT = 56 };

bool hvm_param_shown(uint32_t index)
{
    switch (index) {
    case HVM_PARAM_VM86_TSS: case HVM_PARAM_VM86_TSS_SIZED: case HVM_PARAM_ACPI_S_STATE: case HVM_PARAM_VM_GENERATION_ID_ADDR:
    case HVM_PARAM_X87_FIP_WIDTH:
        return true;
    default:
        return false;
    }
}

/* Only a vector: there is neither a GSI nor a PCI line that this guest could have an upcall on. 0 takes it back. */
static int64_t set_callback(struct call *c, uint64_t value)
{
    uint8_t vector = (uint8_t)value;
    if (value == 0) {
        atomic_store(&c->x->callback_vector, 0);
    } else if (value >> VIA_SHIFT != HVM_PARAM_CALLBACK_TYPE_VECTOR) {
        return refuse(c, XEN_EINVAL, "hvm_op set_param CALLBACK_IRQ", "only an interrupt vector can be the callback");
    } else if (vector < VECTOR_MIN) {
        return -XEN_EINVAL;
    } else {
        atomic_store(&c->x->callback_vector, vector);
    }
    shared_latch(c->v);
    c->x->param[HVM_PARAM_CALLBACK_IRQ] = value;
    return 0;
}

int64_t hvm_param_set(struct call *c, uint32_t index, uint64_t value)
{
    switch (index) {
    case HVM_PARAM_CALLBACK_IRQ:
        return set_callback(c, value);
    case HVM_PARAM_VM86_TSS:            /* for CPUs without unrestricted guests: kept, not used */
    case HVM_PARAM_VM86_TSS_SIZED:
        c->x->param[index] = value;
        return 0;
    default:
        return refuse(c, XEN_EPERM, "hvm_op set_param", "set by whoever builds the domain");
    }
}

static int64_t set_upcall_vector(struct call *c)
{
    struct xen_hvm_evtchn_upcall_vector op;
    if (!take(c, &op, c->arg[1], sizeof(op)))
        return -XEN_EFAULT;
    struct vcpu *v = vcpu_by_id(c->v->domain, op.vcpu);
    if (!v)
        return -XEN_ENOENT;
    if (op.vector < VECTOR_MIN)
        return -XEN_EINVAL;
    if (!c->x->hooks.has_lapic)
        return refuse(c, XEN_EOPNOTSUPP, "hvm_op set_evtchn_upcall_vector", "this guest has no local APIC");
    lock_take(&c->x->event_lock);
    atomic_store(&v->xen->upcall_vector, op.vector);
    uint8_t *info = atomic_load(&v->xen->info);
    if (info && __atomic_exchange_n(info, 0, __ATOMIC_SEQ_CST))
        evtchn_mark_upcall(v);      /* what waited for the other way comes this way */
    lock_give(&c->x->event_lock);
    return 0;
}

int64_t hvm_arch(struct call *c)
{
    /* flush_tlbs, pagetable_dying, xentrace are not offered */
    return (uint32_t)c->arg[0] == HVMOP_set_evtchn_upcall_vector ? set_upcall_vector(c) : -XEN_ENOSYS;
}
