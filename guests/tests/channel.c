/*
 * A static event channel, told by its label: "label=" in the command line, and "role=".
 *
 * Claimed: the channel is bound before anything ran: its status names the other end, its first send succeeds, and it cannot be
 * closed away under the peer's feet by anything but our own end. role=ping: each of "rounds=" sends gets one answer. role=pong:
 * answers until nobody is there, which a failing send and the status say, never a hang; with "lives=" it then waits until the
 * peer is back, bound again without our doing. role=leave: tells the peer once and ends; "again" it reboots, so often.
 */
#include "guests/lib/channel.h"
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/sched.h>

const char test_name[] = "channel", test_title[] = "static event channels";

static struct channel c;

static uint32_t status(uint32_t *peer_port)
{
    struct evtchn_status s = { .dom = DOMID_SELF, .port = c.port };
    CHECK_EQ(evtchn_op(EVTCHNOP_status, &s), 0, "EVTCHNOP_status");
    *peer_port = s.status == EVTCHNSTAT_interdomain ? s.u.interdomain.port : 0;
    return s.status;
}

static void bound(void)
{
    uint32_t peer_port;
    CHECK_EQ(status(&peer_port), EVTCHNSTAT_interdomain, "the status of a channel with both ends");
    CHECK_EQ(peer_port, c.peer_port, "the other end's port");
}

/* The peer may be slow to come: its first answer is waited for with further calls; what comes too late for those passes. */
static void ping(unsigned rounds)
{
    int came = 0;
    for (unsigned i = 0; i < 200 && !came; i++) {
        int r = channel_send(&c);
        CHECK(r == 0 || r == -XEN_ENOTCONN, "a send gives %d", r);
        came = channel_wait(&c, 100);
    }
    CHECK_EQ(came, 1, "a first answer");
    while (channel_wait(&c, 50) == 1)
        ;
    for (unsigned i = 0; i < rounds && came == 1; i++) {
        CHECK_EQ(channel_send(&c), 0, "a send");
        came = channel_wait(&c, 5000);
        CHECK_EQ(came, 1, "its answer");
    }
}

static void answer_until_gone(void)
{
    unsigned long answers = 0;
    int r = 0;
    for (uint64_t end = ticks() + 60 * ticks_hz(); r == 0 && ticks() < end;) {
        int came = channel_wait(&c, 300);
        answers += came == 1;
        if (came == 1 || answers)
            r = channel_send(&c);
    }
    CHECK(answers > 0, "the peer told us something");
    CHECK_EQ(r, -XEN_ENOTCONN, "a send when nobody is there any more");
    print("channel: nobody is there after %s\n", answers > 1 ? "several calls" : "one call");
}

static void gone_by_status(void)
{
    uint32_t peer_port;
    CHECK_EQ(status(&peer_port), EVTCHNSTAT_unbound, "the status of a channel whose peer has ended");
}

static void back(void)
{
    uint32_t peer_port;
    CHECK(wait_for(channel_send(&c) == 0, 60), "the peer is back: a send succeeds");
    CHECK_EQ(status(&peer_port), EVTCHNSTAT_interdomain, "and the status says so");
    CHECK_EQ(channel_wait(&c, 20000), 1, "and it tells us something again");
}

static void pong(unsigned lives)
{
    if (lives > 1) {                    /* the peer restarts: seen as it comes */
        for (unsigned i = 1; i <= lives; i++)
            CHECK_EQ(channel_wait(&c, 30000), 1, "the peer's next life tells us something");
        CHECK(wait_for(channel_send(&c) == -XEN_ENOTCONN, 60), "a send when nobody is there any more");
        gone_by_status();
        return;
    }
    answer_until_gone();
    gone_by_status();
}

void test_main(void)
{
    char label[CHANNEL_TEXT] = "", role[16] = "ping";
    unsigned times = (unsigned)cmdline_number("again", 0);
    if (!has_xen()) {
        skip("no Xen ABI");
        return;
    }
    (void)cmdline_word("label", label, sizeof(label));
    (void)cmdline_word("role", role, sizeof(role));
    int r = channel_open(&c, label);
    CHECK_EQ(r, 0, "the channel is found by its label");
    if (r)
        return;
    CHECK_EQ(channel_named(&c, 1, label) != NULL, 1, "the label that was asked for");
    if (strcmp(role, "ping") == 0) {
        bound();
        ping((unsigned)cmdline_number("rounds", 1000));
    } else if (strcmp(role, "pong") == 0) {
        pong((unsigned)cmdline_number("lives", 1));
    } else if (strcmp(role, "back") == 0) {
        answer_until_gone();
        back();
    } else {
        bound();
        CHECK_EQ(channel_send(&c), 0, "a send");
        delay_us(200000);
        if (domain_number() && cmdline_number("life", domain_number()) < times)
            xen_shutdown(SHUTDOWN_reboot);
    }
}
