/* Owns: HYPERVISOR_event_channel_op, operation by operation. Arguments have one layout in both conventions (xen/event_channel.h). */
#include "hypervisor/xen/evtchn.h"

static int64_t alloc_unbound(struct call *c, uint64_t arg)
{
    struct evtchn_alloc_unbound op;
    struct channel *ch;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    int64_t error = self_only(c, op.dom);
    if (error)
        return error;
    lock_take(&c->x->event_lock);
    op.port = channel_allocate(c->x, &ch);
    if (op.port) {
        ch->state = CHANNEL_UNBOUND;
        ch->remote_domain = op.remote_dom == DOMID_SELF ? c->v->domain->id : op.remote_dom;
    }
    lock_give(&c->x->event_lock);
    if (!op.port)
        return -XEN_ENOSPC;
    return give(c, arg, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

static int64_t bind_interdomain(struct call *c, uint64_t arg)
{
    struct evtchn_bind_interdomain op;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    struct xen_domain *peer = xen_peer(c, op.remote_dom);
    if (!peer)
        return -XEN_ESRCH;
    int64_t error = evtchn_bind_peer(c->x, peer, op.remote_port, &op.local_port);
    if (error)
        return error;
    return give(c, arg, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

/* VIRQs that there is one of per domain, on vCPU 0 (xen/xen.h: "G."). */
static bool is_global(uint32_t virq)
{
    return !(virq == VIRQ_TIMER || virq == VIRQ_DEBUG || virq == VIRQ_XENOPROF || virq == VIRQ_XENPMU) && virq < VIRQ_ARCH_0;
}

static int64_t bind_virq(struct call *c, uint64_t arg)
{
    struct evtchn_bind_virq op;
    struct channel *ch;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    if (op.virq >= XEN_VIRQS || (is_global(op.virq) && op.vcpu != 0))
        return -XEN_EINVAL;
    struct vcpu *v = vcpu_by_id(c->v->domain, op.vcpu);
    if (!v)
        return -XEN_ENOENT;
    int64_t error = 0;
    lock_take(&c->x->event_lock);
    if (v->xen->virq[op.virq])
        error = -XEN_EEXIST;
    else if (!(op.port = channel_allocate(c->x, &ch)))
        error = -XEN_ENOSPC;
    if (!error) {
        ch->state = CHANNEL_VIRQ;
        ch->vcpu = (uint16_t)op.vcpu;
        ch->remote = op.virq;
        v->xen->virq[op.virq] = op.port;
    }
    lock_give(&c->x->event_lock);
    if (error)
        return error;
    return give(c, arg, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

static int64_t bind_ipi(struct call *c, uint64_t arg)
{
    struct evtchn_bind_ipi op;
    struct channel *ch;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    if (!vcpu_by_id(c->v->domain, op.vcpu))
        return -XEN_ENOENT;
    lock_take(&c->x->event_lock);
    op.port = channel_allocate(c->x, &ch);
    if (op.port) {
        ch->state = CHANNEL_IPI;
        ch->vcpu = (uint16_t)op.vcpu;
    }
    lock_give(&c->x->event_lock);
    if (!op.port)
        return -XEN_ENOSPC;
    return give(c, arg, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

static int64_t close_port(struct call *c, uint64_t arg)
{
    struct evtchn_close op;
    return take(c, &op, arg, sizeof(op)) ? evtchn_close(c->x, op.port) : -XEN_EFAULT;
}

static int64_t send(struct call *c, uint64_t arg)
{
    struct evtchn_send op;
    struct channel seen = { 0 };
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    lock_take(&c->x->event_lock);
    struct channel *ch = channel_at(c->x, op.port);
    if (ch)
        seen = *ch;
    if (seen.state == CHANNEL_IPI)
        channel_set_pending(c->x, op.port, ch);
    lock_give(&c->x->event_lock);
    switch (seen.state) {
    case CHANNEL_INTERDOMAIN: return evtchn_send_to_peer(c->x, op.port, &seen);
    case CHANNEL_HYPERVISOR:  c->x->own[seen.own](c->x, op.port); return 0;
    case CHANNEL_IPI:         return 0;
    case CHANNEL_UNBOUND:     return seen.fixed ? -XEN_ENOTCONN : 0;    /* nobody listens yet: lost, as on Xen */
    default:                  return -XEN_EINVAL;
    }
}

static void describe(struct xen_domain *x, const struct channel *ch, struct evtchn_status *op)
{
    static const uint8_t status[] = {
        [CHANNEL_FREE] = EVTCHNSTAT_closed, [CHANNEL_UNBOUND] = EVTCHNSTAT_unbound, [CHANNEL_INTERDOMAIN] = EVTCHNSTAT_interdomain,
        [CHANNEL_VIRQ] = EVTCHNSTAT_virq, [CHANNEL_IPI] = EVTCHNSTAT_ipi, [CHANNEL_HYPERVISOR] = EVTCHNSTAT_interdomain,
    };
    op->status = status[ch->state];
    op->vcpu = ch->vcpu;
    if (evtchn_peer_ended(x, ch)) {
        op->status = EVTCHNSTAT_unbound;
        op->u.unbound.dom = DOMID_INVALID;
        return;
    }
    switch (ch->state) {
    case CHANNEL_UNBOUND:     op->u.unbound.dom = ch->remote_domain; break;
    case CHANNEL_INTERDOMAIN: op->u.interdomain.dom = ch->remote_domain; op->u.interdomain.port = ch->remote; break;
    case CHANNEL_HYPERVISOR:  op->u.interdomain.dom = DOMID_XEN; op->u.interdomain.port = 0; break;
    case CHANNEL_VIRQ:        op->u.virq = ch->remote; break;
    default: break;
    }
}

static int64_t status(struct call *c, uint64_t arg)
{
    struct evtchn_status op;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    int64_t error = self_only(c, op.dom);
    if (error)
        return error;
    lock_take(&c->x->event_lock);
    struct channel *ch = channel_at(c->x, op.port);
    if (ch)
        describe(c->x, ch, &op);
    else
        error = -XEN_EINVAL;
    lock_give(&c->x->event_lock);
    if (error)
        return error;
    return give(c, arg, &op, sizeof(op)) ? 0 : -XEN_EFAULT;
}

static int64_t bind_vcpu(struct call *c, uint64_t arg)
{
    struct evtchn_bind_vcpu op;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    if (!vcpu_by_id(c->v->domain, op.vcpu))
        return -XEN_ENOENT;
    int64_t error = 0;
    lock_take(&c->x->event_lock);
    struct channel *ch = channel_at(c->x, op.port);
    unsigned state = ch ? ch->state : CHANNEL_FREE;
    bool movable = state == CHANNEL_UNBOUND || state == CHANNEL_INTERDOMAIN || state == CHANNEL_HYPERVISOR ||
                   (state == CHANNEL_VIRQ && is_global(ch->remote));
    if (movable)
        ch->vcpu = (uint16_t)op.vcpu;
    else
        error = -XEN_EINVAL;
    lock_give(&c->x->event_lock);
    return error;
}

static int64_t unmask(struct call *c, uint64_t arg)
{
    struct evtchn_unmask op;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    int64_t error = 0;
    lock_take(&c->x->event_lock);
    struct channel *ch = channel_at(c->x, op.port);
    if (ch)
        c->x->abi->unmask(c->x, op.port, ch);
    else
        error = -XEN_EINVAL;
    lock_give(&c->x->event_lock);
    return error;
}

static int64_t reset(struct call *c, uint64_t arg)
{
    struct evtchn_reset op;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    int64_t error = self_only(c, op.dom);
    if (!error)
        evtchn_reset(c->x);
    return error;
}

static int64_t set_priority(struct call *c, uint64_t arg)
{
    struct evtchn_set_priority op;
    if (!take(c, &op, arg, sizeof(op)))
        return -XEN_EFAULT;
    if (op.priority > EVTCHN_FIFO_PRIORITY_MIN)
        return -XEN_EINVAL;
    int64_t error = 0;
    lock_take(&c->x->event_lock);
    struct channel *ch = channel_at(c->x, op.port);
    if (c->x->abi != &evtchn_fifo)
        error = -XEN_ENOSYS;
    else if (!ch)
        error = -XEN_EINVAL;
    else
        ch->priority = (uint8_t)op.priority;
    lock_give(&c->x->event_lock);
    return error;
}

static int64_t bind_pirq(struct call *c, uint64_t arg)
{
    (void)arg;
    return refuse(c, XEN_EINVAL, "event_channel_op bind_pirq", "no physical interrupts as event channels");
}

int64_t hypercall_event(struct call *c)
{
    static int64_t (*const operation[])(struct call *c, uint64_t arg) = {
        [EVTCHNOP_bind_interdomain] = bind_interdomain, [EVTCHNOP_bind_virq] = bind_virq, [EVTCHNOP_bind_pirq] = bind_pirq,
        [EVTCHNOP_close] = close_port, [EVTCHNOP_send] = send, [EVTCHNOP_status] = status,
        [EVTCHNOP_alloc_unbound] = alloc_unbound, [EVTCHNOP_bind_ipi] = bind_ipi, [EVTCHNOP_bind_vcpu] = bind_vcpu,
        [EVTCHNOP_unmask] = unmask, [EVTCHNOP_reset] = reset, [EVTCHNOP_init_control] = evtchn_fifo_init,
        [EVTCHNOP_expand_array] = evtchn_fifo_expand, [EVTCHNOP_set_priority] = set_priority,
    };
    uint32_t op = (uint32_t)c->arg[0];
    if (op >= sizeof(operation) / sizeof(*operation) || !operation[op])
        return -XEN_ENOSYS;
    return operation[op](c, c->arg[1]);
}

/* The old form: one pointer to { uint32_t cmd; union of the arguments } (struct evtchn_op). */
int64_t hypercall_event_compat(struct call *c)
{
    uint32_t op;
    if (!take(c, &op, c->arg[0], sizeof(op)))
        return -XEN_EFAULT;
    if (op > EVTCHNOP_unmask)
        return -XEN_ENOSYS;
    c->arg[1] = c->arg[0] + offsetof(struct evtchn_op, u);
    c->arg[0] = op;
    return hypercall_event(c);
}
