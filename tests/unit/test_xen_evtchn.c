/* Event channels: ports and their states, both ABIs' bits, peers that close and die, guests that scribble. */
#include "tests/unit/xen_maker.h"
#include <xen/sched.h>
#include <xen/vcpu.h>

static struct domain *d, *e;
static int set_up(void **state) { (void)state; host_make(1); d = domain_make(2); e = domain_make(1); return 0; }
static int tear_down(void **state)
{
    (void)state;
    domain_end(d);
    if (e)
        domain_end(e);
    host_check();
    return 0;
}

static uint32_t new_ipi(struct domain *of, unsigned vcpu)
{
    struct evtchn_bind_ipi b = { .vcpu = vcpu };
    assert_int_equal(EVENT(of, EVTCHNOP_bind_ipi, b), 0);
    return b.port;
}
static int64_t send(struct domain *of, uint32_t port) { struct evtchn_send s = { port }; return EVENT(of, EVTCHNOP_send, s); }
static int64_t shut(struct domain *of, uint32_t port) { struct evtchn_close s = { port }; return EVENT(of, EVTCHNOP_close, s); }
static uint32_t status(struct domain *of, uint32_t port)
{
    struct evtchn_status s = { .dom = DOMID_SELF, .port = port };
    return EVENT(of, EVTCHNOP_status, s) ? 99 : s.status;
}
static shared_info_t *shared(struct domain *of) { return (void *)of->xen->shared; }

static void test_two_level(void **state)
{
    uint32_t port = new_ipi(d, 1);
    shared_info_t *s = shared(d);
    (void)state;
    assert_int_equal(send(d, port), 0);
    assert_true(s->evtchn_pending[0] & UINT64_C(1) << port);
    assert_int_equal(s->vcpu_info[1].evtchn_upcall_pending, 1);
    assert_int_equal(s->vcpu_info[1].evtchn_pending_sel, 1);
    assert_int_equal(s->vcpu_info[0].evtchn_upcall_pending, 0);
    /* Masked: pending, but nobody is told until it is unmasked. */
    s->evtchn_pending[0] = 0;
    memset(&s->vcpu_info[1], 0, 16);
    s->evtchn_mask[0] = UINT64_C(1) << port;
    assert_int_equal(send(d, port), 0);
    assert_int_equal(s->vcpu_info[1].evtchn_upcall_pending, 0);
    struct evtchn_unmask u = { port };
    assert_int_equal(EVENT(d, EVTCHNOP_unmask, u), 0);
    assert_int_equal(s->vcpu_info[1].evtchn_upcall_pending, 1);
    assert_int_equal(s->evtchn_mask[0], 0);
}

static void test_callback_vector(void **state)
{
    uint32_t port = new_ipi(d, 0);
    (void)state;
    assert_int_equal(xen_pending(d->vcpu[0]), -1);
    assert_int_equal(send(d, port), 0);
    assert_int_equal(xen_pending(d->vcpu[0]), -1);      /* no callback set */
    atomic_store(&d->xen->callback_vector, 0xf3);
    assert_int_equal(xen_pending(d->vcpu[0]), 0xf3);
    assert_true(xen_event_waiting(d->vcpu[0]));
    shared(d)->vcpu_info[0].evtchn_upcall_pending = 0;
    assert_int_equal(xen_pending(d->vcpu[0]), -1);
}

static void test_virq(void **state)
{
    struct evtchn_bind_virq b = { .virq = VIRQ_TIMER, .vcpu = 0 };
    (void)state;
    assert_int_equal(EVENT(d, EVTCHNOP_bind_virq, b), 0);
    assert_int_equal(EVENT(d, EVTCHNOP_bind_virq, b), -XEN_EEXIST);
    evtchn_raise_virq(d->vcpu[0], VIRQ_TIMER);
    assert_true(shared(d)->evtchn_pending[0] & UINT64_C(1) << b.port);
    assert_int_equal(send(d, b.port), -XEN_EINVAL);
    assert_int_equal(shut(d, b.port), 0);
    assert_false(shared(d)->evtchn_pending[0] & UINT64_C(1) << b.port);
    evtchn_raise_virq(d->vcpu[0], VIRQ_TIMER);
    assert_int_equal(EVENT(d, EVTCHNOP_bind_virq, b), 0);
    b = (struct evtchn_bind_virq){ .virq = XEN_VIRQS };
    assert_int_equal(EVENT(d, EVTCHNOP_bind_virq, b), -XEN_EINVAL);
    b = (struct evtchn_bind_virq){ .virq = VIRQ_TIMER, .vcpu = 2 };
    assert_int_equal(EVENT(d, EVTCHNOP_bind_virq, b), -XEN_ENOENT);
    b = (struct evtchn_bind_virq){ .virq = VIRQ_CON_RING, .vcpu = 1 };
    assert_int_equal(EVENT(d, EVTCHNOP_bind_virq, b), -XEN_EINVAL);
}

/* d offers, e binds. */
static void join(uint32_t *at_d, uint32_t *at_e)
{
    struct evtchn_alloc_unbound u = { .dom = DOMID_SELF, .remote_dom = e->id };
    assert_int_equal(EVENT(d, EVTCHNOP_alloc_unbound, u), 0);
    struct evtchn_bind_interdomain b = { .remote_dom = d->id, .remote_port = u.port };
    assert_int_equal(EVENT(e, EVTCHNOP_bind_interdomain, b), 0);
    *at_d = u.port;
    *at_e = b.local_port;
}

static void test_between_domains(void **state)
{
    uint32_t at_d, at_e;
    (void)state;
    join(&at_d, &at_e);
    assert_int_equal(status(d, at_d), EVTCHNSTAT_interdomain);
    assert_true(shared(e)->evtchn_pending[0] & UINT64_C(1) << at_e);        /* look once: something may have been lost */
    assert_int_equal(send(e, at_e), 0);
    assert_true(shared(d)->evtchn_pending[0] & UINT64_C(1) << at_d);
    /* Bound once only, and by whom it was offered to. */
    struct evtchn_bind_interdomain b = { .remote_dom = d->id, .remote_port = at_d };
    assert_int_equal(EVENT(e, EVTCHNOP_bind_interdomain, b), -XEN_EINVAL);
    struct evtchn_alloc_unbound u = { .dom = DOMID_SELF, .remote_dom = 77 };
    assert_int_equal(EVENT(d, EVTCHNOP_alloc_unbound, u), 0);
    b.remote_port = u.port;
    assert_int_equal(EVENT(e, EVTCHNOP_bind_interdomain, b), -XEN_EINVAL);
    u = (struct evtchn_alloc_unbound){ .dom = e->id, .remote_dom = d->id };
    assert_int_equal(EVENT(d, EVTCHNOP_alloc_unbound, u), -XEN_EPERM);
    b.remote_dom = 77;
    assert_int_equal(EVENT(e, EVTCHNOP_bind_interdomain, b), -XEN_ESRCH);
    /* One end closes: the other may be bound anew. */
    assert_int_equal(shut(e, at_e), 0);
    assert_int_equal(status(d, at_d), EVTCHNSTAT_unbound);
    assert_int_equal(status(e, at_e), EVTCHNSTAT_closed);
    assert_int_equal(send(d, at_d), 0);
    assert_int_equal(send(e, at_e), -XEN_EINVAL);
}

static void test_peer_dies(void **state)
{
    uint32_t at_d, at_e;
    (void)state;
    join(&at_d, &at_e);
    domain_end(e);
    e = NULL;
    assert_int_equal(status(d, at_d), EVTCHNSTAT_unbound);
    assert_int_equal(send(d, at_d), 0);
    assert_int_equal(shut(d, at_d), 0);
}

static void test_with_oneself(void **state)
{
    struct evtchn_alloc_unbound u = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };
    (void)state;
    assert_int_equal(EVENT(d, EVTCHNOP_alloc_unbound, u), 0);
    struct evtchn_bind_interdomain b = { .remote_dom = DOMID_SELF, .remote_port = u.port };
    assert_int_equal(EVENT(d, EVTCHNOP_bind_interdomain, b), 0);
    assert_int_equal(send(d, b.local_port), 0);
    assert_true(shared(d)->evtchn_pending[0] & UINT64_C(1) << u.port);
    assert_int_equal(shut(d, b.local_port), 0);
    assert_int_equal(status(d, u.port), EVTCHNSTAT_unbound);
}

static void test_ports_run_out(void **state)
{
    struct evtchn_bind_ipi b = { .vcpu = 0 };
    unsigned n = 0;
    (void)state;
    while (EVENT(d, EVTCHNOP_bind_ipi, b) == 0)
        n++;
    assert_int_equal(op_result, -XEN_ENOSPC);
    assert_in_range(n, 1000, 4096);
    assert_true(page_held_bytes(d->id) - MADE_RAM < KIB(64) + 2 * KIB(32));     /* its budget */
    struct evtchn_reset r = { DOMID_SELF };
    assert_int_equal(EVENT(d, EVTCHNOP_reset, r), 0);
    assert_int_equal(EVENT(d, EVTCHNOP_bind_ipi, b), 0);
    assert_int_equal(status(d, d->xen->console_port), EVTCHNSTAT_interdomain);  /* outlives a reset */
    assert_int_equal(shut(d, 0), -XEN_EINVAL);
    assert_int_equal(shut(d, UINT32_MAX), -XEN_EINVAL);
}

/* A 32-bit guest has 1024 ports, and its words elsewhere. */
static void test_narrow(void **state)
{
    (void)state;
    fake_mode(d->vcpu[0]->arch, 32, 0);
    shared_latch(d->vcpu[0]);
    uint32_t port = new_ipi(d, 0);
    assert_int_equal(send(d, port), 0);
    assert_int_equal(d->xen->shared[2048 + port / 8] >> port % 8 & 1, 1);
    assert_int_equal(d->xen->shared[4], 1);         /* evtchn_pending_sel, 32 bits at 4 */
    struct evtchn_bind_ipi b = { .vcpu = 0 };
    while (EVENT(d, EVTCHNOP_bind_ipi, b) == 0)
        port = b.port;
    assert_int_equal(port, 1023);
}

/* ---- FIFO ---- */
enum { CONTROL = 0x20000, ARRAY = 0x30000 };
static void start_fifo(struct domain *of)
{
    for (unsigned i = 0; i < of->vcpus; i++) {
        struct evtchn_init_control c = { .control_gfn = (CONTROL >> 12) + i, .vcpu = i };
        assert_int_equal(EVENT(of, EVTCHNOP_init_control, c), 0);
        assert_int_equal(c.link_bits, 17);
        assert_int_equal(EVENT(of, EVTCHNOP_init_control, c), -XEN_EINVAL);
    }
    struct evtchn_expand_array a = { ARRAY >> 12 };
    assert_int_equal(EVENT(of, EVTCHNOP_expand_array, a), 0);
}
static struct evtchn_fifo_control_block *control(struct domain *of, unsigned vcpu) { return guest_at(of, CONTROL + vcpu * 0x1000); }
static uint32_t *words(struct domain *of) { return guest_at(of, ARRAY); }

/* Takes the head off a queue as a guest does. 0: empty. */
static uint32_t take_event(struct domain *of, unsigned vcpu, unsigned queue)
{
    uint32_t port = control(of, vcpu)->head[queue], *w = &words(of)[port];
    if (!port)
        return 0;
    control(of, vcpu)->head[queue] = *w & EVTCHN_FIFO_LINK_MASK;
    *w &= ~((1u << EVTCHN_FIFO_LINKED) | (uint32_t)EVTCHN_FIFO_LINK_MASK | 1u << EVTCHN_FIFO_PENDING);
    return port;
}

static void test_fifo_keeps_order(void **state)
{
    uint32_t port[5];
    (void)state;
    start_fifo(d);
    for (unsigned i = 0; i < 5; i++)
        port[i] = new_ipi(d, 1);
    for (unsigned i = 5; i-- > 0;)
        assert_int_equal(send(d, port[i]), 0);
    assert_int_equal(control(d, 1)->ready, 1u << EVTCHN_FIFO_PRIORITY_DEFAULT);
    assert_int_equal(shared(d)->vcpu_info[1].evtchn_upcall_pending, 1);
    for (unsigned i = 5; i-- > 0;)
        assert_int_equal(take_event(d, 1, EVTCHN_FIFO_PRIORITY_DEFAULT), port[i]);
    assert_int_equal(take_event(d, 1, EVTCHN_FIFO_PRIORITY_DEFAULT), 0);
    /* The last one's tail is stale now; the next event is a new head. */
    assert_int_equal(send(d, port[2]), 0);
    assert_int_equal(take_event(d, 1, EVTCHN_FIFO_PRIORITY_DEFAULT), port[2]);
}

static void test_fifo_priority_and_mask(void **state)
{
    (void)state;
    start_fifo(d);
    uint32_t a = new_ipi(d, 0), b = new_ipi(d, 0);
    struct evtchn_set_priority p = { a, 2 };
    assert_int_equal(EVENT(d, EVTCHNOP_set_priority, p), 0);
    p.priority = 16;
    assert_int_equal(EVENT(d, EVTCHNOP_set_priority, p), -XEN_EINVAL);
    assert_int_equal(send(d, b), 0);
    assert_int_equal(send(d, a), 0);
    assert_int_equal(control(d, 0)->ready, 1u << 2 | 1u << EVTCHN_FIFO_PRIORITY_DEFAULT);
    assert_int_equal(take_event(d, 0, 2), a);
    assert_int_equal(take_event(d, 0, EVTCHN_FIFO_PRIORITY_DEFAULT), b);
    words(d)[a] = 1u << EVTCHN_FIFO_MASKED;
    assert_int_equal(send(d, a), 0);
    assert_int_equal(take_event(d, 0, 2), 0);
    struct evtchn_unmask u = { a };
    assert_int_equal(EVENT(d, EVTCHNOP_unmask, u), 0);
    assert_int_equal(take_event(d, 0, 2), a);
}

/* What was raised under 2-level is not lost when the guest changes over, nor what is raised before the array has come. */
static void test_fifo_takes_over(void **state)
{
    (void)state;
    uint32_t early = new_ipi(d, 0), late = new_ipi(d, 0);
    assert_int_equal(send(d, early), 0);
    struct evtchn_init_control c = { .control_gfn = CONTROL >> 12 };
    assert_int_equal(EVENT(d, EVTCHNOP_init_control, c), 0);
    assert_int_equal(send(d, late), 0);
    struct evtchn_expand_array a = { ARRAY >> 12 };
    assert_int_equal(EVENT(d, EVTCHNOP_expand_array, a), 0);
    assert_int_equal(take_event(d, 0, EVTCHN_FIFO_PRIORITY_DEFAULT), early);
    assert_int_equal(take_event(d, 0, EVTCHN_FIFO_PRIORITY_DEFAULT), late);
    a.array_gfn = MADE_RAM >> 12;
    assert_int_equal(EVENT(d, EVTCHNOP_expand_array, a), -XEN_EINVAL);
}

static void test_fifo_array_is_bounded(void **state)
{
    struct evtchn_expand_array a = { ARRAY >> 12 };
    (void)state;
    assert_int_equal(EVENT(d, EVTCHNOP_expand_array, a), -XEN_EOPNOTSUPP);
    start_fifo(d);
    while (EVENT(d, EVTCHNOP_expand_array, a) == 0)
        a.array_gfn++;
    assert_int_equal(op_result, -XEN_ENOSPC);
    struct evtchn_init_control c = { .control_gfn = CONTROL >> 12, .offset = 4090 };
    assert_int_equal(EVENT(e, EVTCHNOP_init_control, c), -XEN_EINVAL);
    c = (struct evtchn_init_control){ .control_gfn = CONTROL >> 12, .offset = 4 };
    assert_int_equal(EVENT(e, EVTCHNOP_init_control, c), -XEN_EINVAL);
}

/* A guest that turns its words into nonsense loses its own events only. */
static void test_fifo_hostile_words(void **state)
{
    uint32_t port[8];
    (void)state;
    start_fifo(d);
    for (unsigned i = 0; i < 8; i++)
        port[i] = new_ipi(d, i % 2);
    for (unsigned round = 0; round < 64; round++) {
        for (unsigned i = 0; i < 8; i++)
            assert_int_equal(send(d, port[i]), 0);
        memset(words(d), round % 3 ? 0xff : 0xa5, 4096);
        memset(control(d, round % 2), 0xff, 4096);
        for (unsigned i = 0; i < 8; i++)
            words(d)[port[i]] = round % 2 ? (1u << EVTCHN_FIFO_LINKED) | port[(i + 1) % 8] : 0;
    }
    struct evtchn_reset r = { DOMID_SELF };
    assert_int_equal(EVENT(d, EVTCHNOP_reset, r), 0);
    assert_true(d->xen->abi == &evtchn_2l);
}

static void test_poll(void **state)
{
    struct sched_poll p = { .nr_ports = 1, .timeout = 5000 };
    enum xen_next next;
    struct vcpu *v = d->vcpu[0];
    (void)state;
    uint32_t port = new_ipi(d, 0);
    *(uint32_t *)guest_at(d, 0x2000) = port;
    memcpy(guest_at(d, ARG), &p, sizeof(p));
    *(uint64_t *)guest_at(d, ARG) = 0x2000;
    shared(d)->evtchn_mask[0] = UINT64_MAX;
    assert_int_equal(call_as(v, &next, __HYPERVISOR_sched_op, SCHEDOP_poll, ARG, 0), 0);
    assert_int_equal(next, XEN_BLOCK);
    atomic_store(&v->work, false);
    fake_now = 6000;
    timer_run();
    assert_true(atomic_load(&v->work));         /* the time was up */
    xen_vcpu_resumed(v);
    assert_int_equal(atomic_load(&d->xen->pollers), 0);
    fake_now = 0;
    assert_int_equal(call_as(v, &next, __HYPERVISOR_sched_op, SCHEDOP_poll, ARG, 0), 0);
    atomic_store(&v->work, false);
    evtchn_notify(d->xen, port);                /* masked, and yet it ends the wait */
    assert_true(atomic_load(&v->work));
    xen_vcpu_resumed(v);
    assert_int_equal(call_as(v, &next, __HYPERVISOR_sched_op, SCHEDOP_poll, ARG, 0), 0);
    assert_int_equal(next, XEN_GO_ON);          /* pending already */
    *(uint32_t *)guest_at(d, 0x2000) = 5000;
    assert_int_equal(call_as(v, &next, __HYPERVISOR_sched_op, SCHEDOP_poll, ARG, 0), -XEN_EINVAL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_two_level), T(test_callback_vector), T(test_virq), T(test_between_domains), T(test_peer_dies), T(test_with_oneself),
        T(test_ports_run_out), T(test_narrow), T(test_fifo_keeps_order), T(test_fifo_priority_and_mask), T(test_fifo_takes_over),
        T(test_fifo_array_is_bounded), T(test_fifo_hostile_words), T(test_poll),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
