/*
 * Owns: HYPERVISOR_hvm_op (xen/hvm/hvm_op.h) and vm_assist: parameters, the event callback, guest time.
 * The xenstore parameters are 0, which guests take for "there is no xenstore"; those that a toolstack would set are not
 * for the guest to set.
 */
#include "hypervisor/xen/internal.h"
#include <xen/hvm/hvm_op.h>

enum { VECTOR_MIN = 16, VIA_SHIFT = 56, MEMORY_RAM = 0, MEMORY_READ_ONLY = 1, MEMORY_IO = 2 };

static bool guest_may_read(uint32_t index)
{
    switch (index) {
    case HVM_PARAM_CALLBACK_IRQ: case HVM_PARAM_STORE_PFN: case HVM_PARAM_STORE_EVTCHN: case HVM_PARAM_CONSOLE_PFN:
    case HVM_PARAM_CONSOLE_EVTCHN: case HVM_PARAM_VM86_TSS: case HVM_PARAM_VM86_TSS_SIZED: case HVM_PARAM_ACPI_S_STATE:
    case HVM_PARAM_VM_GENERATION_ID_ADDR: case HVM_PARAM_X87_FIP_WIDTH:
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

static int64_t set_param(struct call *c, const struct xen_hvm_param *p)
{
    switch (p->index) {
    case HVM_PARAM_CALLBACK_IRQ:
        return set_callback(c, p->value);
    case HVM_PARAM_VM86_TSS:            /* for CPUs without unrestricted guests: kept, not used */
    case HVM_PARAM_VM86_TSS_SIZED:
        c->x->param[p->index] = p->value;
        return 0;
    default:
        return refuse(c, XEN_EPERM, "hvm_op set_param", "set by whoever builds the domain");
    }
}

static int64_t param(struct call *c, bool set)
{
    struct xen_hvm_param p;
    if (!take(c, &p, c->arg[1], sizeof(p)))
        return -XEN_EFAULT;
    int64_t error = self_only(c, p.domid);
    if (error)
        return error;
    if (p.index >= HVM_NR_PARAMS)
        return -XEN_EINVAL;
    if (set)
        return set_param(c, &p);
    if (!guest_may_read(p.index))
        return -XEN_EPERM;
    p.value = c->x->param[p.index];
    return give(c, c->arg[1], &p, sizeof(p)) ? 0 : -XEN_EFAULT;
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

static int64_t get_time(struct call *c)
{
    struct xen_hvm_get_time op = { arch_clock() };
    return give(c, c->arg[1], &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

static int64_t get_memory_type(struct call *c)
{
    struct xen_hvm_get_mem_type op;
    hpa_t page;
    unsigned perm;
    uint64_t run;
    if (!take(c, &op, c->arg[1], sizeof(op)))
        return -XEN_EFAULT;
    int64_t error = self_only(c, op.domid);
    if (error)
        return error;
    op.mem_type = MEMORY_IO;
    if (op.pfn < UINT64_C(1) << 40 && arch_stage2_lookup(c->v->domain->stage2, gpa(op.pfn << PAGE_SHIFT), &page, &perm, &run))
        op.mem_type = perm & S2_WRITE ? MEMORY_RAM : MEMORY_READ_ONLY;
    return give(c, c->arg[1], &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

int64_t hypercall_hvm(struct call *c)
{
    switch ((uint32_t)c->arg[0]) {
    case HVMOP_set_param:                return param(c, true);
    case HVMOP_get_param:                return param(c, false);
    case HVMOP_set_evtchn_upcall_vector: return set_upcall_vector(c);
    case HVMOP_get_time:                 return get_time(c);
    case HVMOP_get_mem_type:             return get_memory_type(c);
    case HVMOP_altp2m:                   return -XEN_EOPNOTSUPP;
    case HVMOP_guest_request_vm_event:   return -XEN_EOPNOTSUPP;
    default:                             return -XEN_ENOSYS;     /* flush_tlbs, pagetable_dying, xentrace */
    }
}

/* Of the assists, which are for PV guests, one is for all: the update flag of runstate areas. */
int64_t hypercall_vm_assist(struct call *c)
{
    uint32_t command = (uint32_t)c->arg[0], type = (uint32_t)c->arg[1];
    if (type != VMASST_TYPE_runstate_update_flag)
        return -XEN_EINVAL;
    switch (command) {
    case VMASST_CMD_enable:  atomic_fetch_or(&c->x->assists, 1u << type); return 0;
    case VMASST_CMD_disable: atomic_fetch_and(&c->x->assists, ~(1u << type)); return 0;
    default:                 return -XEN_ENOSYS;
    }
}
