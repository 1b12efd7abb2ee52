/* A PL011 whose far end is another guest: both ways through the ring, bounded, restarts of either side, and what its own guest may not. */
#include "tests/unit/xen_maker_arm.h"
#include "hypervisor/machine/virt_exits.h"
#include <xen/hvm/hvm_op.h>
#include <xen/io/console.h>

enum { PORT = PLATFORM_PORT_MAX, DATA = 0, FLAGS = 0x18, TXFF = 0x20, RXFE = 0x10, LISTEN = 0x38, RX_INTERRUPTS = 0x50, OUT = 2048, IN = 1024 };
static struct platform *front_platform, *back_platform;
static struct domain *front, *back;

static struct domain *start(struct platform *p)
{
    static const struct xen_hooks hooks = { .uart_look = virt_uart_look };
    struct domain *d = domain_create(p);
    assert_non_null(d);
    d->stage2 = arch_stage2_create(d->id);
    assert_true(domain_ram_add(d, p->ram[0].base, p->ram[0].size));
    d->vcpu[0]->arch = arch_vcpu_create(d->stage2, d->id);
    assert_true(xen_create(d, &hooks) && machine_create(d));
    if (p->arm.pl011)
        virt_uart_connect(d, &(struct virt_uart_far){ xen_uart_put, xen_uart_get, d });
    atomic_store(&d->state, DOMAIN_RUNNING);
    return d;
}
static void stop(struct domain *d)
{
    atomic_store(&d->state, DOMAIN_STOPPING);
    machine_destroy(d);
    domain_end(d);
}

static int set_up(void **state)
{
    (void)state;
    host_make(1);
    fake_now = 1000;
    front_platform = platform_make(1);
    back_platform = platform_make(1);
    strcpy(front_platform->name, "front");
    strcpy(back_platform->name, "back");
    front_platform->arm = (struct platform_arm){ .gic_version = 3, .pl011 = true, .pl011_backend = "back" };
    back_platform->ring[0] = (struct platform_ring){ "other", PORT - 1 };
    back_platform->ring[1] = (struct platform_ring){ "front", PORT };
    back_platform->rings = 2;
    back = start(back_platform);
    front = start(front_platform);
    return 0;
}
static int tear_down(void **state)
{
    (void)state;
    stop(front);
    stop(back);
    host_check();
    return 0;
}

static struct xencons_interface *ring(void) { return guest_at(back, VIRT_RING_BASE + PAGE_SIZE); }
static uint64_t uart(uint64_t at, bool write, uint64_t value)
{
    struct io_access a = { .addr = VIRT_PL011_BASE + at, .size = 4, .write = write, .value = value };
    assert_true(io_dispatch(&front->memory_io, front->vcpu[0], &a));
    return a.value;
}
static void say(const char *text)
{
    for (; *text; text++)
        uart(DATA, true, (uint8_t)*text);
}
static bool pending(struct domain *d, uint32_t port)
{
    lock_take(&d->xen->event_lock);
    bool is = evtchn_any_pending(d->xen, port);
    lock_give(&d->xen->event_lock);
    return is;
}
static int64_t send_as(struct domain *d, uint32_t port)
{
    struct evtchn_send s = { port };
    return EVENT(d, EVTCHNOP_send, s);
}
/* The backend reads all there is; how much that was. */
static unsigned drain(char *to)
{
    struct xencons_interface *r = ring();
    unsigned n = 0;
    for (; r->out_cons != r->out_prod; r->out_cons++, n++)
        if (to)
            to[n] = r->out[MASK_XENCONS_IDX(r->out_cons, r->out)];
    return n;
}
static void answer(const char *text)
{
    struct xencons_interface *r = ring();
    for (; *text; text++)
        r->in[MASK_XENCONS_IDX(r->in_prod++, r->in)] = *text;
    assert_int_equal(send_as(back, PORT), 0);
}

static void test_both_ways(void **state)
{
    char text[16] = "";
    (void)state;
    assert_false(pending(back, PORT));
    say("hello");
    assert_true(pending(back, PORT));
    assert_false(pending(back, PORT - 1));
    assert_int_equal(drain(text), 5);
    assert_string_equal(text, "hello");
    assert_true(uart(FLAGS, false, 0) & RXFE);
    answer("ok");
    assert_int_equal(ring()->in_cons, 2);               /* it is in the FIFO already */
    assert_int_equal(uart(DATA, false, 0), 'o');
    assert_int_equal(uart(DATA, false, 0), 'k');
    assert_true(uart(FLAGS, false, 0) & RXFE);
    assert_int_equal(front->uart_dropped, 0);
}

/* More than the FIFO holds stays in the ring until the guest reads; the backend is told when it has all been taken. */
static void test_answer_waits(void **state)
{
    char text[101] = "";
    (void)state;
    memset(text, 'x', 100);
    answer(text);
    assert_int_equal(ring()->in_cons, 32);
    assert_false(pending(back, PORT));
    for (unsigned i = 0; i < 100; i++) {
        assert_false(uart(FLAGS, false, 0) & RXFE);
        assert_int_equal(uart(DATA, false, 0), 'x');
    }
    assert_true(uart(FLAGS, false, 0) & RXFE);
    assert_int_equal(ring()->in_cons, 100);
    assert_true(pending(back, PORT));
}

/* The backend stops reading: the ring fills, then the FIFO; after a while bytes are dropped and counted, and never again waited for. */
static void test_backend_stops(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OUT; i++)
        uart(DATA, true, 'a');
    assert_int_equal(ring()->out_prod - ring()->out_cons, OUT);
    for (unsigned i = 0; i < 32; i++) {
        assert_false(uart(FLAGS, false, 0) & TXFF);
        uart(DATA, true, 'b');
    }
    assert_true(uart(FLAGS, false, 0) & TXFF);
    assert_int_equal(front->uart_dropped, 0);
    fake_now += 200000000;
    timer_run();                                        /* whoever waits for the interrupt gets it */
    assert_int_equal(front->uart_dropped, 32);
    for (unsigned i = 0; i < 1000; i++) {
        assert_false(uart(FLAGS, false, 0) & TXFF);
        uart(DATA, true, 'c');
    }
    assert_int_equal(front->uart_dropped, 1032);
    assert_int_equal(drain(NULL), OUT);                 /* it comes back, and all is well */
    say("d");
    assert_int_equal(drain(NULL), 1);
    assert_int_equal(front->uart_dropped, 1032);
}

/* It reads late, but it does: nothing is lost. And one that reads a byte at a time does not hold its guest up. */
static void test_backend_slow(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OUT + 32; i++)
        uart(DATA, true, 'a');
    fake_now += 50000000;
    assert_true(uart(FLAGS, false, 0) & TXFF);
    assert_int_equal(drain(NULL), OUT);
    assert_int_equal(send_as(back, PORT), 0);
    assert_false(uart(FLAGS, false, 0) & TXFF);
    assert_int_equal(drain(NULL), 32);
    for (unsigned i = 0; i < OUT + 32; i++)
        uart(DATA, true, 'a');
    for (unsigned i = 0; i < 12; i++) {
        ring()->out_cons++;
        fake_now += 10000000;
        (void)uart(FLAGS, false, 0);
    }
    assert_false(uart(FLAGS, false, 0) & TXFF);
    assert_true(front->uart_dropped > 0);
}

static void test_hostile_indices(void **state)
{
    (void)state;
    say("abc");
    ring()->out_cons = 0x80000000;                      /* it has read what was never there */
    say("d");
    assert_int_equal(ring()->out_prod, 0x80000001);
    ring()->in_prod = 0x70000000;
    assert_int_equal(send_as(back, PORT), 0);
    assert_true(uart(FLAGS, false, 0) & RXFE);
    answer("e");
    assert_int_equal(uart(DATA, false, 0), 'e');
    ring()->in_cons = 77;                               /* ours to write: not believed */
    answer("f");
    assert_int_equal(uart(DATA, false, 0), 'f');
}

static void test_restarts(void **state)
{
    (void)state;
    say("a");
    stop(back);
    say("bc");                                          /* nobody is there */
    assert_int_equal(front->uart_dropped, 2);
    back = start(back_platform);
    say("d");
    char text[4] = "";
    assert_int_equal(drain(text), 1);
    assert_string_equal(text, "d");
    stop(front);
    answer("e");                                        /* for the next one */
    front = start(front_platform);
    assert_int_equal(front->uart_dropped, 0);
    assert_int_equal(uart(FLAGS, false, 0) & RXFE, RXFE);
    assert_int_equal(uart(DATA, false, 0), 'e');
    say("f");
    assert_int_equal(drain(text), 1);
    assert_string_equal(text, "f");
}

/* The backend ends while its guest's bytes stand in the FIFO: they go nowhere, and the guest is not left waiting. */
static void test_backend_dies_full(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OUT + 32; i++)
        uart(DATA, true, 'a');
    assert_true(uart(FLAGS, false, 0) & TXFF);
    stop(back);
    assert_false(uart(FLAGS, false, 0) & TXFF);
    assert_int_equal(front->uart_dropped, 32);
    fake_now += 1000000000;
    timer_run();
    back = start(back_platform);
}

/* The UART's own guest has none of it: no page in its map, no parameter, no port. */
static void test_restricted(void **state)
{
    (void)state;
    hpa_t page = ptr_hpa(ring()), at;
    for (unsigned i = 0; i < PLATFORM_RINGS_MAX; i++)
        assert_false(is_mapped(front, VIRT_RING_BASE + i * PAGE_SIZE));
    for (uint64_t a = VIRT_MAGIC_BASE; a < VIRT_MAGIC_BASE + 0x10000; a += PAGE_SIZE) {
        unsigned perm;
        uint64_t run;
        assert_false(arch_stage2_lookup(front->stage2, gpa(a), &at, &perm, &run) && at.v == page.v);
    }
    for (unsigned i = 0; i < HVM_NR_PARAMS; i++) {
        struct xen_hvm_param h = { DOMID_SELF, 0, i, 0 };
        (void)OP(front, __HYPERVISOR_hvm_op, HVMOP_get_param, h);
        assert_true(h.value != PORT && h.value != page.v >> PAGE_SHIFT && h.value != (VIRT_RING_BASE >> PAGE_SHIFT) + 1);
    }
    say("x");
    for (uint32_t port = 1; port < 1280; port++)
        if (port != front->xen->console_port)
            assert_true(send_as(front, port) < 0);
    struct evtchn_bind_interdomain bind = { .remote_dom = back->id, .remote_port = PORT };
    assert_true(EVENT(front, EVTCHNOP_bind_interdomain, bind) < 0);
    /* And the backend cannot lose it by closing or resetting. */
    struct evtchn_close close = { PORT };
    assert_int_equal(EVENT(back, EVTCHNOP_close, close), 0);
    struct evtchn_reset reset = { DOMID_SELF };
    assert_int_equal(EVENT(back, EVTCHNOP_reset, reset), 0);
    say("y");
    assert_int_equal(drain(NULL), 2);
    assert_true(pending(back, PORT));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_both_ways), T(test_answer_waits), T(test_backend_stops), T(test_backend_slow), T(test_hostile_indices), T(test_restarts),
        T(test_backend_dies_full), T(test_restricted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
