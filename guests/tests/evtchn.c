/*
 * Event channels, with both ABIs (<xen/event_channel.h>).
 *
 * Claimed: a port sends to its peer, sets one bit, and raises one upcall; a masked port stays pending and raises its
 * upcall when it is unmasked; IPI and VIRQ ports reach their vCPU; binding, closing and status do as the header says.
 * With FIFO, events come out in the order of their priorities, and within one in the order they were sent.
 * "abi=fifo" in the command line chooses FIFO; 2-level otherwise.
 */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/event_channel.h>

const char test_name[] = "evtchn", test_title[] = "event channels, 2-level and FIFO";

static bool fifo;
static event_word_t *words;
static struct evtchn_fifo_control_block *control;

static uint32_t atomic_and(volatile uint32_t *w, uint32_t mask) { return __atomic_fetch_and(w, mask, __ATOMIC_SEQ_CST); }

static bool pending(uint32_t port)
{
    if (fifo)
        return __atomic_load_n(&words[port], __ATOMIC_SEQ_CST) >> EVTCHN_FIFO_PENDING & 1;
    return __atomic_load_n(&shared_info()->evtchn_pending[port / 64], __ATOMIC_SEQ_CST) >> (port % 64) & 1;
}

static void clear(uint32_t port)
{
    if (fifo)
        (void)atomic_and(&words[port], ~(1u << EVTCHN_FIFO_PENDING));
    else
        __atomic_fetch_and(&shared_info()->evtchn_pending[port / 64], ~(UINT64_C(1) << port % 64), __ATOMIC_SEQ_CST);
}

static void mask(uint32_t port)
{
    if (fifo)
        __atomic_fetch_or(&words[port], 1u << EVTCHN_FIFO_MASKED, __ATOMIC_SEQ_CST);
    else
        __atomic_fetch_or(&shared_info()->evtchn_mask[port / 64], UINT64_C(1) << port % 64, __ATOMIC_SEQ_CST);
}

static void unmask(uint32_t port) { CHECK_EQ(evtchn_op(EVTCHNOP_unmask, &(struct evtchn_unmask){ port }), 0, "EVTCHNOP_unmask"); }
static void send(uint32_t port) { CHECK_EQ(evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ port }), 0, "EVTCHNOP_send"); }

/* 2-level: the upcall's two selectors back to nothing. */
static void settle(void)
{
    struct vcpu_info *v = vcpu_info(0);
    __atomic_store_n(&v->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
    (void)__atomic_exchange_n(&v->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
}

/* Interrupts on for a moment: how many upcalls came. */
static uint32_t taken(void)
{
    uint32_t before = upcalls();
    interrupts_on();
    delay_us(100);
    interrupts_off();
    return upcalls() - before;
}

static void upcall(void)
{
    __atomic_store_n(&vcpu_info(0)->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
}

/* ---- FIFO ----------------------------------------------------------------------------------- */

static bool start_fifo(void)
{
    control = page_take();
    words = page_take();
    struct evtchn_init_control c = { .control_gfn = (uintptr_t)control >> 12, .vcpu = 0 };
    struct evtchn_expand_array a = { .array_gfn = (uintptr_t)words >> 12 };
    CHECK_EQ(evtchn_op(EVTCHNOP_expand_array, &a) < 0, 1, "expanding before there is a control block is refused");
    CHECK_EQ(evtchn_op(EVTCHNOP_init_control, &c), 0, "EVTCHNOP_init_control");
    CHECK_EQ(c.link_bits, EVTCHN_FIFO_LINK_BITS, "link_bits");
    CHECK_EQ(evtchn_op(EVTCHNOP_expand_array, &a), 0, "EVTCHNOP_expand_array");
    for (unsigned i = 0; i < 1024; i++)
        __atomic_fetch_or(&words[i], 1u << EVTCHN_FIFO_MASKED, __ATOMIC_SEQ_CST);
    return true;
}

/* Takes the events of all queues, most urgent queue first, into order[]; as <xen/event_channel.h> has the consumer do it. */
static unsigned consume(uint32_t *order, unsigned max)
{
    static uint32_t head[EVTCHN_FIFO_MAX_QUEUES];
    uint32_t ready = __atomic_exchange_n(&control->ready, 0, __ATOMIC_SEQ_CST);
    unsigned n = 0;
    while (ready && n < max) {
        unsigned q = (unsigned)__builtin_ctz(ready);
        uint32_t port = head[q] ? head[q] : __atomic_load_n(&control->head[q], __ATOMIC_SEQ_CST);
        uint32_t w = words[port], link;
        do {
            link = w & EVTCHN_FIFO_LINK_MASK;
        } while (!__atomic_compare_exchange_n(&words[port], &w, w & ~((1u << EVTCHN_FIFO_LINKED) | EVTCHN_FIFO_LINK_MASK), false,
                                              __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
        head[q] = link;
        if (!link)
            ready &= ~(1u << q);
        if ((w >> EVTCHN_FIFO_PENDING & 1) && !(w >> EVTCHN_FIFO_MASKED & 1)) {
            order[n++] = port;
            clear(port);
        }
        ready |= __atomic_exchange_n(&control->ready, 0, __ATOMIC_SEQ_CST);
    }
    return n;
}

/* After a test that did not look at the queues. */
static void drain(void)
{
    uint32_t order[64];
    if (fifo)
        (void)consume(order, 64);
    settle();
}

static uint32_t ipi_port(void)
{
    struct evtchn_bind_ipi b = { .vcpu = 0 };
    CHECK_EQ(evtchn_op(EVTCHNOP_bind_ipi, &b), 0, "EVTCHNOP_bind_ipi");
    CHECK(b.port > 0 && b.port < 1024, "port %u", b.port);
    return b.port;
}

static void close_port(uint32_t port) { CHECK_EQ(evtchn_op(EVTCHNOP_close, &(struct evtchn_close){ port }), 0, "EVTCHNOP_close"); }

static void priorities(void)
{
    static const uint32_t priority[4] = { EVTCHN_FIFO_PRIORITY_MIN, EVTCHN_FIFO_PRIORITY_DEFAULT, EVTCHN_FIFO_PRIORITY_MAX, EVTCHN_FIFO_PRIORITY_DEFAULT };
    static const unsigned want[4] = { 2, 1, 3, 0 };
    uint32_t port[4], order[8];
    for (unsigned i = 0; i < 4; i++) {
        port[i] = ipi_port();
        CHECK_EQ(evtchn_op(EVTCHNOP_set_priority, &(struct evtchn_set_priority){ port[i], priority[i] }), 0, "EVTCHNOP_set_priority");
        unmask(port[i]);
    }
    CHECK(evtchn_op(EVTCHNOP_set_priority, &(struct evtchn_set_priority){ port[0], 16 }) == -XEN_EINVAL, "priority 16 is refused");
    for (unsigned i = 0; i < 4; i++)
        send(port[i]);
    unsigned n = consume(order, 8);
    CHECK_EQ(n, 4, "events in the queues");
    for (unsigned i = 0; i < n && i < 4; i++)
        CHECK_EQ(order[i], port[want[i]], "the next port by priority");
    settle();
    for (unsigned i = 0; i < 4; i++)
        close_port(port[i]);
}

/* ---- both --------------------------------------------------------------------------------- */

static void one_event(void)
{
    uint32_t port = ipi_port();
    mask(port);
    send(port);
    CHECK(pending(port), "sent while masked: pending");
    CHECK_EQ(taken(), 0, "upcalls for a masked port");
    unmask(port);
    CHECK_EQ(taken(), 1, "upcalls after unmasking");
    CHECK(pending(port), "still pending: the guest clears it");
    clear(port);
    drain();
    send(port);
    CHECK(pending(port), "sent: pending");
    CHECK_EQ(taken(), 1, "upcalls for one event");
    send(port);
    CHECK_EQ(taken(), 0, "upcalls when it is pending already");
    clear(port);
    drain();
    close_port(port);
    CHECK(evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ port }) == -XEN_EINVAL, "sending to a closed port is refused");
}

static void pair(void)
{
    struct evtchn_alloc_unbound a = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };
    CHECK_EQ(evtchn_op(EVTCHNOP_alloc_unbound, &a), 0, "EVTCHNOP_alloc_unbound");
    struct evtchn_bind_interdomain b = { .remote_dom = DOMID_SELF, .remote_port = a.port };
    CHECK_EQ(evtchn_op(EVTCHNOP_bind_interdomain, &b), 0, "EVTCHNOP_bind_interdomain");
    struct evtchn_status s = { .dom = DOMID_SELF, .port = a.port };
    CHECK_EQ(evtchn_op(EVTCHNOP_status, &s), 0, "EVTCHNOP_status");
    CHECK_EQ(s.status, EVTCHNSTAT_interdomain, "status of a bound port");
    CHECK_EQ(s.u.interdomain.port, b.local_port, "its peer");
    clear(a.port);
    clear(b.local_port);
    drain();
    unmask(a.port);
    unmask(b.local_port);
    send(b.local_port);
    CHECK(pending(a.port) && !pending(b.local_port), "an event goes to the other end");
    clear(a.port);
    drain();
    send(a.port);
    CHECK(pending(b.local_port) && !pending(a.port), "and back");
    clear(b.local_port);
    drain();
    close_port(b.local_port);
    s.port = a.port;
    CHECK_EQ(evtchn_op(EVTCHNOP_status, &s), 0, "EVTCHNOP_status");
    CHECK_EQ(s.status, EVTCHNSTAT_unbound, "status of a port whose peer was closed");
    close_port(a.port);
}

static void timer_virq(void)
{
    struct evtchn_bind_virq b = { .virq = VIRQ_TIMER, .vcpu = 0 };
    CHECK_EQ(evtchn_op(EVTCHNOP_bind_virq, &b), 0, "EVTCHNOP_bind_virq");
    CHECK(evtchn_op(EVTCHNOP_bind_virq, &b) == -XEN_EEXIST, "a VIRQ is bound once");
    unmask(b.port);
    settle();
    CHECK_EQ(hypercall(__HYPERVISOR_set_timer_op, system_time_ns(0) + 1000000, 0, 0, 0, 0), 0, "set_timer_op");
    CHECK(wait_for(pending(b.port), 5), "the timer's event comes");
    clear(b.port);
    drain();
    close_port(b.port);
}

void test_main(void)
{
    char abi[8] = "";
    if (!has_xen()) {
        skip("no Xen ABI");
        return;
    }
    (void)cmdline_word("abi", abi, sizeof(abi));
    CHECK(shared_info() != NULL, "shared info");
    if (!shared_info())
        return;
    CHECK(upcall_on(upcall), "an upcall");
    if (strcmp(abi, "fifo") == 0)
        fifo = start_fifo();
    one_event();
    pair();
    timer_virq();
    if (fifo)
        priorities();
}
