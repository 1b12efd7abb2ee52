/*
 * Xen's timers: VCPUOP_set_singleshot_timer, VCPUOP_set_periodic_timer, set_timer_op, SCHEDOP_poll with a time-out.
 *
 * Claimed: each raises VIRQ_TIMER when its time has come and never before (by pvclock); a stopped one stays still; a
 * one-shot of the past with VCPU_SSHOTTMR_future is refused (-ETIME), without it fires at once; a halted vCPU is woken.
 * How late they come is not claimed.
 */
#include "guests/lib/guest.h"
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

const char test_name[] = "timer", test_title[] = "Xen's timers";

enum { MS = 1000000 };
static uint32_t port;
static volatile unsigned events;
static volatile uint64_t last;

static void upcall(void)
{
    struct shared_info *s = shared_info();
    __atomic_store_n(&s->vcpu_info[0].evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
    (void)__atomic_exchange_n(&s->vcpu_info[0].evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
    if (__atomic_fetch_and(&s->evtchn_pending[port / 64], ~(UINT64_C(1) << port % 64), __ATOMIC_SEQ_CST) >> (port % 64) & 1) {
        last = system_time_ns(0);
        events++;
    }
}

static bool comes(unsigned n)
{
    bool yes;
    interrupts_on();
    yes = wait_for(events >= n, 10);
    interrupts_off();
    return yes;
}

/* Nothing comes for a while after it has been told to stop. */
static void quiet(const char *what)
{
    unsigned before;
    interrupts_on();
    delay_us(1000);         /* what was on its way already */
    before = events;
    delay_us(20000);
    interrupts_off();
    CHECK_EQ(events, before, what);
}

static void oneshot(void)
{
    struct vcpu_set_singleshot_timer t = { .timeout_abs_ns = system_time_ns(0) + 5 * MS };
    events = 0;
    CHECK_EQ(vcpu_op(VCPUOP_set_singleshot_timer, 0, &t), 0, "set_singleshot_timer");
    CHECK(comes(1), "the one-shot comes");
    CHECK(last >= t.timeout_abs_ns, "not before its time: %lld ns early", (long long)(t.timeout_abs_ns - last));
    quiet("events after a one-shot's one");
    t = (struct vcpu_set_singleshot_timer){ .timeout_abs_ns = 1, .flags = VCPU_SSHOTTMR_future };
    CHECK_EQ(vcpu_op(VCPUOP_set_singleshot_timer, 0, &t), (uint64_t)-XEN_ETIME, "a one-shot of the past with VCPU_SSHOTTMR_future");
    t.flags = 0;
    events = 0;
    CHECK_EQ(vcpu_op(VCPUOP_set_singleshot_timer, 0, &t), 0, "a one-shot of the past");
    CHECK(comes(1), "it comes at once");
    t.timeout_abs_ns = system_time_ns(0) + 300 * MS;
    CHECK_EQ(vcpu_op(VCPUOP_set_singleshot_timer, 0, &t), 0, "set_singleshot_timer");
    CHECK_EQ(vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL), 0, "stop_singleshot_timer");
    quiet("events of a stopped one-shot");
}

static void periodic(void)
{
    uint64_t start = system_time_ns(0);
    events = 0;
    CHECK_EQ(vcpu_op(VCPUOP_set_periodic_timer, 0, &(struct vcpu_set_periodic_timer){ 2 * MS }), 0, "set_periodic_timer");
    CHECK(comes(5), "five periods come");
    CHECK(last - start >= 5 * 2 * MS - MS, "five periods of 2 ms took %llu ns", (unsigned long long)(last - start));
    CHECK_EQ(vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL), 0, "stop_periodic_timer");
    quiet("events of a stopped periodic timer");
}

static void wakes(void)
{
    events = 0;
    CHECK_EQ(hypercall(__HYPERVISOR_set_timer_op, system_time_ns(0) + 5 * MS, 0, 0, 0, 0), 0, "set_timer_op");
    for (unsigned i = 0; i < 1000 && !events; i++)
        sleep_until_interrupt();
    CHECK_EQ(events, 1, "events that woke HLT");
    events = 0;
    CHECK_EQ(hypercall(__HYPERVISOR_set_timer_op, system_time_ns(0) + 5 * MS, 0, 0, 0, 0), 0, "set_timer_op");
    for (unsigned i = 0; i < 1000 && !events; i++) {
        CHECK_EQ(hypercall(__HYPERVISOR_sched_op, SCHEDOP_block, 0, 0, 0, 0), 0, "SCHEDOP_block");
        interrupt_window();
    }
    CHECK_EQ(events, 1, "events that woke SCHEDOP_block");
}

static void poll(void)
{
    evtchn_port_t quiet_port;
    struct evtchn_bind_ipi b = { .vcpu = 0 };
    CHECK_EQ(evtchn_op(EVTCHNOP_bind_ipi, &b), 0, "EVTCHNOP_bind_ipi");
    quiet_port = b.port;
    uint64_t until = system_time_ns(0) + 5 * MS;
    struct sched_poll p = { .nr_ports = 1, .timeout = until };
    set_xen_guest_handle(p.ports, &quiet_port);
    CHECK_EQ(hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uintptr_t)&p, 0, 0, 0), 0, "SCHEDOP_poll");
    CHECK(system_time_ns(0) >= until, "a poll with a time-out does not come back before it");
    CHECK_EQ(evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ quiet_port }), 0, "send");
    p.timeout = 0;
    CHECK_EQ(hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uintptr_t)&p, 0, 0, 0), 0, "SCHEDOP_poll of a pending port comes back");
}

void test_main(void)
{
    if (!has_xen() || !shared_info()) {
        skip("no Xen ABI");
        return;
    }
    struct evtchn_bind_virq b = { .virq = VIRQ_TIMER, .vcpu = 0 };
    CHECK(upcall_on(upcall), "an upcall");
    CHECK_EQ(evtchn_op(EVTCHNOP_bind_virq, &b), 0, "EVTCHNOP_bind_virq");
    port = b.port;
    CHECK_EQ(evtchn_op(EVTCHNOP_unmask, &(struct evtchn_unmask){ port }), 0, "EVTCHNOP_unmask");
    oneshot();
    periodic();
    wakes();
    poll();
}
