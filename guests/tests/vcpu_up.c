/*
 * All vCPUs started as the Xen ABI has it, VCPUOP_initialise and VCPUOP_up, with or without a local APIC: the way that
 * is left to a guest with lapic=0.
 *
 * Claimed: "vcpus=" of them come up, by turns in 32-bit and in 64-bit mode; each reads its own number in the vCPU id leaf;
 * an event sent to a vCPU's IPI port runs the callback on that one; VCPUOP_is_up is true while it runs and false once it has
 * taken itself down (VCPUOP_down) or was never started; a second VCPUOP_initialise is refused (-EEXIST); one that is
 * down can come up again where it went down.
 */
#include "guests/lib/guest.h"
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/vcpu.h>

const char test_name[] = "vcpu_up", test_title[] = "vCPUs started by VCPUOP_initialise and VCPUOP_up";

enum { VECTOR = 0x40 };
static volatile uint32_t got[CPUS_MAX], leaf_id[CPUS_MAX], back[CPUS_MAX];
static volatile bool go_down;

static void upcall(struct trap_frame *f)
{
    struct cpu *c = this_cpu();
    (void)f;
    __atomic_store_n(&vcpu_info(c->number)->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
    got[c->number]++;
}

static void other(struct cpu *c)
{
    leaf_id[c->number] = cpuid(xen_base() + 4, 0).ebx;
    interrupts_on();
    while (!go_down)
        pause();
    interrupts_off();
    (void)vcpu_op(VCPUOP_down, c->number, NULL);
    back[c->number] = 1;
}

static void send_to(unsigned n)
{
    struct evtchn_bind_ipi b = { .vcpu = n };
    CHECK_EQ(evtchn_op(EVTCHNOP_bind_ipi, &b), 0, "EVTCHNOP_bind_ipi");
    CHECK_EQ(evtchn_op(EVTCHNOP_unmask, &(struct evtchn_unmask){ b.port }), 0, "EVTCHNOP_unmask");
    CHECK_EQ(evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ b.port }), 0, "EVTCHNOP_send");
    CHECK(wait_for(got[n], 10), "vCPU %u gets its event", n);
    for (unsigned i = 0; i < CPUS_MAX; i++)
        CHECK(i == n || !got[i], "vCPU %u gets vCPU %u's event", i, n);
    got[n] = 0;
}

static void down_and_up(unsigned n)
{
    CHECK(wait_for(vcpu_op(VCPUOP_is_up, n, NULL) == 0, 10), "vCPU %u went down", n);
    CHECK_EQ(back[n], 0, "it did not run on");
    CHECK_EQ(vcpu_op(VCPUOP_up, n, NULL), 0, "VCPUOP_up again");
    CHECK(wait_for(back[n], 10), "vCPU %u goes on where it went down", n);
}

void test_main(void)
{
    unsigned n = (unsigned)cmdline_number("vcpus", 1);
    if (!has_xen() || !shared_info()) {
        skip("no Xen ABI");
        return;
    }
    if (n < 2 || n > XEN_LEGACY_MAX_VCPUS) {
        skip("needs vcpus=2 to 32");
        return;
    }
    on_interrupt(VECTOR, upcall);
    CHECK(xen_callback(VECTOR), "a callback vector");
    CHECK(vcpu_op(VCPUOP_up, 1, NULL) == -XEN_EINVAL, "VCPUOP_up before VCPUOP_initialise is refused");
    for (unsigned i = 1; i < n; i++) {
        CHECK_EQ(vcpu_op(VCPUOP_is_up, i, NULL), 0, "VCPUOP_is_up of one that was not started");
        CHECK(ap_start(i, i & 1 ? AP_BY_HYPERCALL_64 : AP_BY_HYPERCALL_32, other), "vCPU %u comes up", i);
        CHECK(wait_for(leaf_id[i], 10), "vCPU %u tells its id", i);
        CHECK_EQ(leaf_id[i], i, "the vCPU id leaf");
        CHECK_EQ(vcpu_op(VCPUOP_is_up, i, NULL), 1, "VCPUOP_is_up");
    }
    static uint8_t context[1024];
    CHECK(vcpu_op(VCPUOP_initialise, 1, context) == -XEN_EEXIST || vcpu_op(VCPUOP_initialise, 1, context) == -XEN_EINVAL,
          "a second VCPUOP_initialise is refused");
    for (unsigned i = 1; i < n; i++)
        send_to(i);
    go_down = true;
    for (unsigned i = 1; i < n; i++)
        down_and_up(i);
}
