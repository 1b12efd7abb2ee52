/*
 * Owns: HYPERVISOR_hvm_op (xen/hvm/hvm_op.h) and vm_assist: parameters, guest time; what only one architecture has of it is in
 * hvm_x86.c and hvm_arm.c.
 * The xenstore parameters are 0, which guests take for "there is no xenstore"; those that a toolstack would set are not
 * for the guest to set.
 */
#include "hypervisor/xen/internal.h"
#include <xen/hvm/hvm_op.h>

enum { MEMORY_RAM = 0, MEMORY_READ_ONLY = 1, MEMORY_IO = 2 };

static bool guest_may_read(uint32_t index)
{
    switch (index) {
    case HVM_PARAM_CALLBACK_IRQ: case HVM_PARAM_STORE_PFN: case HVM_PARAM_STORE_EVTCHN: case HVM_PARAM_CONSOLE_PFN:
    case HVM_PARAM_CONSOLE_EVTCHN:
        return true;
    default:
        return hvm_param_shown(index);
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
        return hvm_param_set(c, p.index, p.value);
    if (!guest_may_read(p.index))
        return -XEN_EPERM;
    p.value = c->x->param[p.index];
    return give(c, c->arg[1], &p, sizeof(p)) ? 0 : -XEN_EFAULT;
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
    case HVMOP_set_param:              return param(c, true);
    case HVMOP_get_param:              return param(c, false);
    case HVMOP_get_time:               return get_time(c);
    case HVMOP_get_mem_type:           return get_memory_type(c);
    case HVMOP_altp2m:                 return -XEN_EOPNOTSUPP;
    case HVMOP_guest_request_vm_event: return -XEN_EOPNOTSUPP;
    default:                           return hvm_arch(c);
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
