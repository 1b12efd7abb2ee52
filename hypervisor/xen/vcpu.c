/*
 * Owns: HYPERVISOR_vcpu_op (xen/vcpu.h): the areas each vCPU registers, its timers; starting and stopping are in vcpu_x86.c.
 * What is registered is pinned; vcpu_info may be registered once, as on Xen.
 */
#include "hypervisor/xen/internal.h"
#include <string.h>
#include <xen/vcpu.h>

static int64_t is_up(struct call *c, struct vcpu *v) { (void)c; return vcpu_is_on(v); }

static int64_t get_runstate(struct call *c, struct vcpu *v)
{
    static const uint8_t names[] = { [VCPU_RUNNING] = RUNSTATE_running, [VCPU_RUNNABLE] = RUNSTATE_runnable,
                                     [VCPU_BLOCKED] = RUNSTATE_blocked, [VCPU_OFF] = RUNSTATE_offline };
    struct vcpu_times t;
    uint8_t out[sizeof(struct vcpu_runstate_info)] = { 0 };
    unsigned entry = c->wide ? offsetof(struct vcpu_runstate_info, state_entry_time) : 4;
    vcpu_times(v, &t);
    out[0] = names[atomic_load(&v->state)];
    memcpy(out + entry, &t.entered, 8);
    memcpy(out + entry + 8, t.in, 32);
    return give(c, c->arg[2], out, entry + 40) ? 0 : -XEN_EFAULT;
}

/* Both areas are registered by a pointer of the guest's word size. */
int64_t vcpu_register_area(struct call *c, struct vcpu *v, struct area *area, unsigned length)
{
    uint64_t gva = 0;
    struct area made;
    if (v != c->v && vcpu_is_on(v))
        return -XEN_EBUSY;      /* its own CPU writes there */
    if (!take(c, &gva, c->arg[2], c->wide ? 8 : 4))
        return -XEN_EFAULT;
    if (!gva) {                 /* Linux unregisters so, before kexec */
        area_unpin(area, v->domain);
        return 0;
    }
    if (!area_pin(&made, c->v, gva, length))
        return -XEN_EFAULT;
    area_unpin(area, v->domain);
    *area = made;
    return 0;
}

static int64_t register_runstate(struct call *c, struct vcpu *v)
{
    int64_t error = vcpu_register_area(c, v, &v->xen->runstate, c->wide ? sizeof(struct vcpu_runstate_info) : 44);
    if (!error && v == c->v && v->xen->runstate.length)
        runstate_update(v);
    return error;
}

/* Under event_lock: the new place takes over what the old one said, and looks at every event once, so that none is lost. */
static void move_info(struct vcpu *v, uint8_t *page, unsigned offset)
{
    struct xen_vcpu *xv = v->xen;
    uint8_t *old = atomic_load(&xv->info), *new = page + offset;
    if (old)
        memcpy(new, old, v->domain->xen->layout->vcpu_info);
    xv->info_page = page;
    atomic_store(&xv->info, new);
    __atomic_store_n(new, 0, __ATOMIC_SEQ_CST);
    evtchn_2l_select_all(v);
    evtchn_mark_upcall(v);
}

static int64_t register_info(struct call *c, struct vcpu *v)
{
    struct vcpu_register_vcpu_info op;
    struct domain *d = v->domain;
    if (!take(c, &op, c->arg[2], sizeof(op)))
        return -XEN_EFAULT;
    if (op.offset > PAGE_SIZE - c->x->layout->vcpu_info || (op.offset & 7) || op.mfn >= UINT64_C(1) << 36 ||
        (v != c->v && vcpu_is_on(v)))
        return -XEN_EINVAL;
    lock_take(&d->lock);
    uint8_t *page = guest_pin(d, gpa(op.mfn << PAGE_SHIFT));
    lock_give(&d->lock);
    if (!page)
        return -XEN_EINVAL;
    lock_take(&c->x->event_lock);
    bool fresh = !v->xen->info_page;
    if (fresh)
        move_info(v, page, op.offset);
    lock_give(&c->x->event_lock);
    if (!fresh) {
        guest_unpin(d, page);
        return -XEN_EINVAL;
    }
    time_update(v);
    return 0;
}

static int64_t set_periodic(struct call *c, struct vcpu *v)
{
    struct vcpu_set_periodic_timer op;
    if (!take(c, &op, c->arg[2], sizeof(op)))
        return -XEN_EFAULT;
    return op.period_ns ? timer_periodic(v, op.period_ns) : -XEN_EINVAL;
}

static int64_t stop_periodic(struct call *c, struct vcpu *v) { (void)c; return timer_periodic(v, 0); }

static int64_t set_singleshot(struct call *c, struct vcpu *v)
{
    struct { uint64_t at; uint32_t flags; } __attribute__((packed, aligned(4))) op;     /* without the padding that 32-bit guests do not have */
    if (v != c->v)
        return -XEN_EINVAL;
    if (!take(c, &op, c->arg[2], sizeof(op)))
        return -XEN_EFAULT;
    return timer_singleshot(v, op.at, op.flags & VCPU_SSHOTTMR_future);
}

static int64_t stop_singleshot(struct call *c, struct vcpu *v)
{
    if (v != c->v)
        return -XEN_EINVAL;
    timer_stop_singleshot(v);
    return 0;
}

int64_t hypercall_vcpu(struct call *c)
{
    static vcpu_operation *const operation[] = {
        [VCPUOP_is_up] = is_up,
        [VCPUOP_get_runstate_info] = get_runstate, [VCPUOP_register_runstate_memory_area] = register_runstate,
        [VCPUOP_set_periodic_timer] = set_periodic, [VCPUOP_stop_periodic_timer] = stop_periodic,
        [VCPUOP_set_singleshot_timer] = set_singleshot, [VCPUOP_stop_singleshot_timer] = stop_singleshot,
        [VCPUOP_register_vcpu_info] = register_info,
    };
    uint32_t op = (uint32_t)c->arg[0];
    struct vcpu *v = vcpu_by_id(c->v->domain, (uint32_t)c->arg[1]);
    if (!v)
        return -XEN_ENOENT;
    vcpu_operation *o = op < sizeof(operation) / sizeof(*operation) ? operation[op] : NULL;
    if (!o)
        o = vcpu_arch_operation(op);
    return o ? o(c, v) : -XEN_ENOSYS;       /* get_physid among them: for the hardware domain */
}
