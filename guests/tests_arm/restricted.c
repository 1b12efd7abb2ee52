/*
 * A PL011 whose other end is another guest's: what the UART's owner may not (role=owner), and what the other sees (role=backend).
 *
 * Claimed: the ring's page is not in the owner's memory and cannot be brought there, no hvm_param names it or its port, and no port
 * that the owner may send on rings the backend; what the owner writes to its UART comes to the backend whole and in order, and
 * back; the owner's PV console goes on beside it without mixing.
 */
#include "guests/lib/guest.h"
#include "platform/virt_map.h"
#include <libfdt.h>
#include <string.h>
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/memory.h>

const char test_name[] = "restricted", test_title[] = "a PL011 that ends in another guest";

enum { LINES = 60, DR = 0, FR = 0x18, FR_RXFE = 1 << 4 };

/* ---- the owner -------------------------------------------------------------------------------- */

static void load(void *at) { (void)*(volatile uint32_t *)at; }
static void store(void *at) { *(volatile uint32_t *)at = 1; }

static void may_not_map(void)
{
    for (unsigned i = 0; i < 4; i++) {
        void *at = (void *)(uintptr_t)(VIRT_RING_BASE + 4096 * i);
        CHECK_EQ(try(load, at).ec, EC_DATA_ABORT, "a load where backends have rings");
        CHECK_EQ(try(store, at).ec, EC_DATA_ABORT, "a store there");
    }
    for (unsigned space = 0; space < 8; space++)
        for (uint64_t index = 0; index < 4; index++) {
            uint64_t frame = (uintptr_t)page_take() >> 12;
            struct xen_add_to_physmap x = { .domid = DOMID_SELF, .space = space, .idx = space == XENMAPSPACE_gmfn ? (VIRT_RING_BASE >> 12) + index : index, .gpfn = frame };
            int64_t r = memory_op(XENMEM_add_to_physmap, &x);
            const volatile uint32_t *page = (const volatile uint32_t *)(uintptr_t)(frame << 12);
            bool looks = r == 0 && space != XENMAPSPACE_shared_info && space != XENMAPSPACE_grant_table && page[0] != 0;
            CHECK(!looks, "space %u, index %llu gives a page with something in it", space, (unsigned long long)index);
        }
}

static void may_not_name(void)
{
    for (unsigned i = 0; i < HVM_NR_PARAMS + 40; i++) {
        uint64_t v = 0;
        if (hvm_param_get(i, &v) != 0)
            continue;
        CHECK(v < VIRT_RING_BASE >> 12 || v >= (VIRT_RING_BASE >> 12) + 64, "parameter %u names a ring: %#llx", i, (unsigned long long)v);
        int64_t r = hvm_param_set(i, VIRT_RING_BASE >> 12);
        uint64_t after = 0;
        (void)hvm_param_get(i, &after);
        CHECK(r != 0 || after != VIRT_RING_BASE >> 12 || i == HVM_PARAM_CALLBACK_IRQ, "parameter %u takes a ring's frame", i);
    }
}

static void may_not_signal(void)
{
    uint64_t console = 0, store_port = 0;
    (void)hvm_param_get(HVM_PARAM_CONSOLE_EVTCHN, &console);
    (void)hvm_param_get(HVM_PARAM_STORE_EVTCHN, &store_port);
    unsigned taken = 0;
    for (unsigned port = 0; port < 4096; port++) {
        struct evtchn_status s = { .dom = DOMID_SELF, .port = port };
        if (evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ port }) == 0 && port != console && port != store_port)
            taken++;
        if (evtchn_op(EVTCHNOP_status, &s) == 0 && s.status == EVTCHNSTAT_interdomain && port != console && port != store_port)
            CHECK(false, "port %u is bound to domain %u", port, s.u.interdomain.dom);
    }
    CHECK_EQ(taken, 0, "ports, beside the console's, that a send succeeds on");
    struct evtchn_bind_interdomain b = { .remote_dom = 1, .remote_port = 1 };
    for (unsigned d = 0; d < 5; d++)
        for (unsigned port = 1; port < 1024; port++) {
            b = (struct evtchn_bind_interdomain){ .remote_dom = (domid_t)d, .remote_port = port };
            if (evtchn_op(EVTCHNOP_bind_interdomain, &b) == 0) {
                CHECK(false, "port %u of domain %u lets itself be bound", port, d);
                return;
            }
        }
}

static void owner(void)
{
    uint64_t uart, size;
    char echo[8] = "";
    int node = tree_node("arm,pl011");
    if (node < 0)
        node = tree_node("arm,sbsa-uart");
    CHECK(node >= 0 && tree_reg(node, 0, &uart, &size), "the PL011 is in the tree");
    CHECK(tree_node("bedplate,console-rings") < 0, "no ring is in ours");
    if (node < 0)
        return;
    may_not_map();
    may_not_name();
    may_not_signal();
    for (unsigned i = 0; i < LINES; i++) {
        uart_write("bedplate by PL011\n", 18);
        print("owner's PV console, line %u\n", i);
    }
    uart_write("!", 1);
    for (unsigned n = 0; n < 4 && wait_for(!(read32(uart + FR) & FR_RXFE), 10);)
        echo[n++] = (char)read32(uart + DR);
    CHECK(strcmp(echo, "pong") == 0, "what the backend sends: \"%s\"", echo);
}

/* ---- the backend -------------------------------------------------------------------------------- */

static volatile struct xencons_interface *ring;
static uint64_t port;

static bool next_byte(char *c)
{
    if (!wait_for(ring->out_prod != ring->out_cons, 30))
        return false;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    *c = ring->out[MASK_XENCONS_IDX(ring->out_cons, ring->out)];
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    ring->out_cons = ring->out_cons + 1;
    (void)evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ (evtchn_port_t)port });
    return true;
}

static void backend(void)
{
    uint64_t at, size;
    int all = tree_node("bedplate,console-rings"), node = all < 0 ? all : fdt_first_subnode(tree(), all);
    char c = 0, line[32] = "";
    unsigned lines = 0, n = 0;
    CHECK(node >= 0 && tree_reg(node, 0, &at, &size) && tree_number(node, "bedplate,port", &port), "a ring is in the tree");
    if (node < 0)
        return;
    CHECK_EQ(at, VIRT_RING_BASE, "its page");
    ring = (volatile struct xencons_interface *)(uintptr_t)at;
    while (next_byte(&c) && c != '!') {
        if (c != '\n' && n + 1 < sizeof(line)) {
            line[n++] = c;
            continue;
        }
        line[n] = '\0';
        CHECK(strcmp(line, "bedplate by PL011") == 0, "a line is \"%s\"", line);
        lines++;
        n = 0;
    }
    CHECK_EQ(c, '!', "the last byte");
    CHECK_EQ(lines, LINES, "whole lines before it");
    for (const char *s = "pong"; *s; s++) {
        ring->in[MASK_XENCONS_IDX(ring->in_prod, ring->in)] = *s;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        ring->in_prod = ring->in_prod + 1;
    }
    (void)evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ (evtchn_port_t)port });
    CHECK(wait_for(ring->in_cons == ring->in_prod, 10), "what we send is taken");
}

void test_main(void)
{
    char role[16] = "owner";
    if (!has_xen()) {
        skip("no Xen ABI");
        return;
    }
    (void)cmdline_word("role", role, sizeof(role));
    if (strcmp(role, "backend") == 0)
        backend();
    else
        owner();
}
