/* Static event channels: bound before either guest runs, kept whatever the guests do, bound again when one is started anew. */
#include "tests/unit/xen_maker.h"

enum { A_PORT = 10, B_PORT = 1023, A_OTHER = 600, B_OTHER = 2, RING = 1000, CONTROL = 0x20000, ARRAY = 0x30000 };
static struct platform *pa, *pb;
static struct domain *a, *b;

static int set_up(void **state)
{
    (void)state;
    host_make(1);
    pa = platform_make(2);
    pb = platform_make(1);
    strcpy(pa->name, "ping");
    strcpy(pb->name, "pong");
    pa->channels = pb->channels = 2;
    pa->channel[0] = (struct platform_channel){ A_PORT, B_PORT, "pong", "first" };
    pa->channel[1] = (struct platform_channel){ A_OTHER, B_OTHER, "pong", "" };
    pb->channel[0] = (struct platform_channel){ B_OTHER, A_OTHER, "ping", "" };
    pb->channel[1] = (struct platform_channel){ B_PORT, A_PORT, "ping", "" };
    pb->rings = 1;
    pb->ring[0] = (struct platform_ring){ "ping", RING };
    a = domain_make_of(pa);
    b = domain_make_of(pb);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (a)
        domain_end(a);
    if (b)
        domain_end(b);
    host_check();
    return 0;
}

static int64_t send(struct domain *of, uint32_t port) { struct evtchn_send s = { port }; return EVENT(of, EVTCHNOP_send, s); }
static int64_t shut(struct domain *of, uint32_t port) { struct evtchn_close s = { port }; return EVENT(of, EVTCHNOP_close, s); }
static int64_t reset(struct domain *of) { struct evtchn_reset r = { DOMID_SELF }; return EVENT(of, EVTCHNOP_reset, r); }
static struct evtchn_status status(struct domain *of, uint32_t port)
{
    struct evtchn_status s = { .dom = DOMID_SELF, .port = port };
    assert_int_equal(EVENT(of, EVTCHNOP_status, s), 0);
    return s;
}
static bool take_pending(struct domain *of, uint32_t port)
{
    uint8_t *byte = &of->xen->shared[of->xen->layout->pending + port / 8], was = *byte;
    *byte &= (uint8_t)~(1u << port % 8);
    return was & 1u << port % 8;
}

static void assert_bound(void)
{
    const struct { struct domain *of, *to; uint32_t port, peer; } end[] = {
        { a, b, A_PORT, B_PORT }, { b, a, B_PORT, A_PORT }, { a, b, A_OTHER, B_OTHER }, { b, a, B_OTHER, A_OTHER },
    };
    for (unsigned i = 0; i < 4; i++) {
        struct evtchn_status s = status(end[i].of, end[i].port);
        assert_int_equal(s.status, EVTCHNSTAT_interdomain);
        assert_int_equal(s.u.interdomain.dom, end[i].to->id);
        assert_int_equal(s.u.interdomain.port, end[i].peer);
        assert_false(take_pending(end[i].of, end[i].port));      /* nothing was sent */
        assert_int_equal(send(end[i].of, end[i].port), 0);
        assert_true(take_pending(end[i].to, end[i].peer));
        assert_false(take_pending(end[i].of, end[i].port));
    }
}

static void test_bound_from_the_start(void **state)
{
    (void)state;
    assert_bound();
    uint8_t *info = atomic_load(&b->vcpu[0]->xen->info);
    assert_int_equal(info[0], 1);
    /* 2-level: the selector's bit and the upcall are those of the port's word. */
    memset(info, 0, 16);
    assert_int_equal(send(a, A_PORT), 0);
    assert_int_equal(info[0], 1);
    assert_int_equal(info[8 + 1], 0x80);        /* word 15 of evtchn_pending_sel */
    assert_false(take_pending(b, B_OTHER));
}

/* Nothing that a guest opens gets one of these numbers, nor does another guest's offer reach one. */
static void test_kept_out_of_allocation(void **state)
{
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };
    (void)state;
    assert_int_not_equal(b->xen->console_port, B_OTHER);
    while (EVENT(b, EVTCHNOP_bind_ipi, ipi) == 0) {
        assert_int_not_equal(ipi.port, B_PORT);
        assert_int_not_equal(ipi.port, B_OTHER);
        assert_int_not_equal(ipi.port, RING);
    }
    assert_int_equal(op_result, -XEN_ENOSPC);
    struct evtchn_bind_interdomain in = { .remote_dom = b->id, .remote_port = B_PORT };
    assert_int_equal(EVENT(a, EVTCHNOP_bind_interdomain, in), -XEN_EINVAL);
    in.remote_port = RING;
    assert_int_equal(EVENT(a, EVTCHNOP_bind_interdomain, in), -XEN_EINVAL);
    assert_bound();
}

static void test_close_and_reset_leave_them(void **state)
{
    (void)state;
    assert_int_equal(send(a, A_PORT), 0);
    assert_int_equal(shut(b, B_PORT), 0);
    assert_true(take_pending(b, B_PORT));
    assert_int_equal(shut(a, A_PORT), 0);
    assert_int_equal(reset(a), 0);
    assert_int_equal(reset(b), 0);
    assert_bound();
    struct evtchn_bind_vcpu move = { .port = A_PORT, .vcpu = 1 };
    assert_int_equal(EVENT(a, EVTCHNOP_bind_vcpu, move), 0);
    assert_int_equal(status(a, A_PORT).vcpu, 1);
    uint8_t *info = atomic_load(&a->vcpu[1]->xen->info);
    assert_int_equal(send(b, B_PORT), 0);
    assert_int_equal(info[0], 1);
}

static void start_fifo(struct domain *of)
{
    for (unsigned i = 0; i < of->vcpus; i++) {
        struct evtchn_init_control c = { .control_gfn = (CONTROL >> 12) + i, .vcpu = i };
        assert_int_equal(EVENT(of, EVTCHNOP_init_control, c), 0);
    }
    struct evtchn_expand_array e = { ARRAY >> 12 };
    assert_int_equal(EVENT(of, EVTCHNOP_expand_array, e), 0);
}

/* What comes before the guest has its FIFO is there afterwards, and what is pending when it goes back is kept too. */
static void test_fifo(void **state)
{
    (void)state;
    assert_int_equal(send(a, A_PORT), 0);
    start_fifo(b);
    uint32_t *words = guest_at(b, ARRAY);
    struct evtchn_fifo_control_block *control = guest_at(b, CONTROL);
    assert_true(words[B_PORT] & 1u << EVTCHN_FIFO_PENDING);
    assert_int_equal(control->head[EVTCHN_FIFO_PRIORITY_DEFAULT], B_PORT);
    assert_false(words[B_OTHER] & 1u << EVTCHN_FIFO_PENDING);
    assert_int_equal(send(a, A_OTHER), 0);
    assert_int_equal(words[B_PORT] & EVTCHN_FIFO_LINK_MASK, B_OTHER);
    assert_int_equal(send(b, B_PORT), 0);
    assert_true(take_pending(a, A_PORT));
    memset(b->xen->shared, 0, 4096);
    words[B_OTHER] = 0;
    assert_int_equal(reset(b), 0);
    assert_true(take_pending(b, B_PORT));
    assert_false(take_pending(b, B_OTHER));
    assert_bound();
}

static void test_peer_dies_and_comes_back(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        uint16_t old = b->id;
        domain_end(b);
        b = NULL;
        assert_int_equal(status(a, A_PORT).status, EVTCHNSTAT_unbound);
        assert_int_equal(status(a, A_PORT).u.unbound.dom, DOMID_INVALID);
        assert_int_equal(send(a, A_PORT), -XEN_ENOTCONN);
        assert_int_equal(send(a, A_OTHER), -XEN_ENOTCONN);
        assert_int_equal(reset(a), 0);
        assert_int_equal(shut(a, A_PORT), 0);
        struct evtchn_bind_interdomain in = { .remote_dom = DOMID_SELF, .remote_port = A_PORT };
        assert_int_equal(EVENT(a, EVTCHNOP_bind_interdomain, in), -XEN_EINVAL);
        b = domain_make_of(pb);
        assert_int_not_equal(b->id, old);
        assert_bound();
    }
}

/* It has ended but is not gone: it may be preserved for ever. */
static void test_peer_has_ended(void **state)
{
    (void)state;
    domain_shutdown(b, END_CRASH);
    assert_int_equal(status(a, A_PORT).status, EVTCHNSTAT_unbound);
    assert_int_equal(send(a, A_PORT), -XEN_ENOTCONN);
    domain_end(b);
    b = NULL;
    assert_int_equal(send(a, A_PORT), -XEN_ENOTCONN);
    assert_int_equal(status(a, A_OTHER).status, EVTCHNSTAT_unbound);
}

/* A peer whose configuration tells it differently is not bound, nor is one without the Xen ABI. */
static void test_both_must_agree(void **state)
{
    (void)state;
    domain_end(b);
    pb->channel[1].peer_port = A_PORT + 1;
    b = domain_make_of(pb);
    assert_int_equal(send(a, A_PORT), -XEN_ENOTCONN);
    assert_int_equal(send(b, B_PORT), -XEN_ENOTCONN);
    assert_int_equal(send(a, A_OTHER), 0);
    assert_true(take_pending(b, B_OTHER));
}

static unsigned rings;
static void rung(struct xen_domain *x, uint32_t port) { assert_ptr_equal(x, b->xen); assert_int_equal(port, RING); rings++; }

/* A port of the hypervisor's at a number that the configuration has given away. */
static void test_ring_port(void **state)
{
    uint32_t port = RING;
    (void)state;
    assert_false(evtchn_open_hypervisor(b->xen, &port, rung));      /* uart_ring.c has */
    assert_int_equal(status(b, RING).status, EVTCHNSTAT_interdomain);
    assert_int_equal(status(b, RING).u.interdomain.dom, DOMID_XEN);
    b->xen->own[channel_at(b->xen, RING)->own] = rung;
    rings = 0;
    assert_int_equal(send(b, RING), 0);
    assert_int_equal(rings, 1);
    evtchn_notify(b->xen, RING);
    assert_true(take_pending(b, RING));
    assert_int_equal(shut(b, RING), 0);
    assert_int_equal(reset(b), 0);
    assert_int_equal(send(b, RING), 0);
    assert_int_equal(rings, 2);
    port = 1001;
    assert_false(evtchn_open_hypervisor(b->xen, &port, rung));      /* nobody has kept it */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_bound_from_the_start), T(test_kept_out_of_allocation), T(test_close_and_reset_leave_them), T(test_fifo),
        T(test_peer_dies_and_comes_back), T(test_peer_has_ended), T(test_both_must_agree), T(test_ring_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
