/*
 * Owns: static event channels without an operating system: one hypercall sends, and a bit in the shared info says that somebody sent
 * (2-level ABI, <xen/xen.h>). Waiting asks the hypervisor to wake us (SCHEDOP_poll), interrupts as they are.
 */
#include "guests/lib/channel.h"
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/sched.h>

enum { POLL_MS = 10 };

int channel_open(struct channel *c, const char *label)
{
    static struct channel list[CHANNELS_MAX];
    const struct channel *found = channel_named(list, channel_list(list, CHANNELS_MAX), label);
    if (!found || !shared_info())
        return -XEN_ENOENT;
    *c = *found;
    return 0;
}

int channel_send(struct channel *c) { return (int)evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ c->port }); }

/* Takes the event: true when there was one. */
static bool take(const struct channel *c)
{
    uint64_t bit = UINT64_C(1) << c->port % 64;
    return __atomic_fetch_and(&shared_info()->evtchn_pending[c->port / 64], ~bit, __ATOMIC_SEQ_CST) & bit;
}

int channel_wait(struct channel *c, unsigned milliseconds)
{
    uint64_t end = ticks() + ticks_hz() / 1000 * milliseconds;
    while (!take(c)) {
        evtchn_port_t port = c->port;
        uint64_t now = system_time_ns(0);
        struct sched_poll p = { .nr_ports = 1, .timeout = now + POLL_MS * UINT64_C(1000000) };
        if (ticks() >= end)
            return 0;
        if (!now) {                     /* no clock to give a time-out by */
            pause();
            continue;
        }
        set_xen_guest_handle(p.ports, &port);
        int64_t r = hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uintptr_t)&p, 0, 0, 0);
        if (r < 0)
            return (int)r;
    }
    return 1;
}

void channel_close(struct channel *c) { memset(c, 0, sizeof(*c)); }
