/* Static event channels in all three bindings, and what platform_join finds when it sees all guests: ends, consoles, static memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "platform/platform.h"
#include "tests/unit/dts_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

enum { GUESTS = 12 };
static struct platform guest[GUESTS];
static struct platform *const all[GUESTS] = {
    &guest[0], &guest[1], &guest[2], &guest[3], &guest[4], &guest[5], &guest[6], &guest[7], &guest[8], &guest[9], &guest[10], &guest[11],
};
static void *tree;

static int done(void **state)
{
    (void)state;
    free(tree);
    tree = NULL;
    return 0;
}

/* Reads the guests of /chosen in their order. False: *e. */
static bool reads(void *fdt, unsigned *count, struct error *e)
{
    int node;
    free(tree);
    tree = fdt;
    *count = 0;
    fdt_for_each_subnode(node, fdt, dts_node(fdt, "/chosen"))
        if (fdt_node_check_compatible(fdt, node, "xen,domain") == 0 && !platform_from_node(&guest[(*count)++], fdt, node, BOARD_VIRT, e))
            return false;
    return true;
}

static bool joins(void *fdt, struct error *e)
{
    unsigned count;
    if (!reads(fdt, &count, e))
        return false;
    for (unsigned i = 0; i < count; i++)
        if (!platform_join(all[i], all, count, e))
            return false;
    return true;
}

static void accepts(void *fdt)
{
    struct error e = { "" };
    if (!joins(fdt, &e))
        fail_msg("refused: %s", e.text);
}

static void refuses(void *fdt, const char *who, const char *what, const char *way_out)
{
    struct error e = { "" };
    if (joins(fdt, &e))
        fail_msg("accepted what should say \"%s\"", what);
    if (strncmp(e.text, who, strlen(who)) != 0 || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"%s\", \"%s\" or \"%s\"", e.text, who, what, way_out);
}

static void has(const struct platform *p, unsigned i, uint32_t port, const char *peer, uint32_t peer_port, const char *label)
{
    assert_true(i < p->channels);
    assert_int_equal(p->channel[i].port, port);
    assert_string_equal(p->channel[i].peer, peer);
    assert_int_equal(p->channel[i].peer_port, peer_port);
    assert_string_equal(p->channel[i].label, label);
}

#define XEN "xen,enhanced = \"no-xenstore\";"
#define END(label, name, port, other) label ": " name " { compatible = \"xen,evtchn-v1\"; xen,evtchn = <" port " " other ">; };"
#define TWO(a, b) dts_compile("%s", DTS_CHOSEN(DTS_GUEST("domU1", XEN, a) DTS_GUEST("domU2@1", XEN, b)))

/* The example of Xen's booting.txt, without its dom0. */
static void reads_xens_binding(void **state)
{
    (void)state;
    accepts(TWO(END("ec3", "evtchn@3", "0xb", "&ec5") END("ec4", "evtchn@4", "0xc", "&ec6"),
                END("ec5", "evtchn@5", "0xb", "&ec3") "ec6: evtchn@6 { compatible = \"xen,evtchn-v1\"; xen,evtchn = <0xd &ec4>; label = \"ping\"; };"));
    assert_int_equal(guest[0].channels, 2);
    assert_int_equal(guest[1].channels, 2);
    has(&guest[0], 0, 0xb, "domU2", 0xb, "");
    has(&guest[0], 1, 0xc, "domU2", 0xd, "");
    has(&guest[1], 0, 0xb, "domU1", 0xb, "");
    has(&guest[1], 1, 0xd, "domU1", 0xc, "ping");
    assert_ptr_equal(guest[1].channel[1].peer, guest[0].name);
}

/* The example whole: one of the channels leads to a dom0, which there is none here. Its port stays, without an other end. */
static void leaves_a_channel_to_dom0_unbound(void **state)
{
    (void)state;
    accepts(dts_compile("%s", DTS_CHOSEN(END("ec1", "evtchn@1", "0xa", "&ec2")
                                         DTS_GUEST("domU1", XEN, END("ec2", "evtchn@2", "0xa", "&ec1") END("ec3", "evtchn@3", "0xb", "&ec5")
                                                   END("ec4", "evtchn@4", "0xc", "&ec6"))
                                         DTS_GUEST("domU2", XEN, END("ec5", "evtchn@5", "0xb", "&ec3") END("ec6", "evtchn@6", "0xd", "&ec4")))));
    assert_int_equal(guest[0].channels, 3);
    has(&guest[0], 0, 0xa, "dom0", 0xa, "");
    has(&guest[0], 1, 0xb, "domU2", 0xb, "");
    refuses(dts_compile("%s", DTS_CHOSEN(DTS_GUEST("domU1", XEN, "c { compatible = \"bedplate,evtchn\"; bedplate,port = <1>; bedplate,peer = \"dom0\"; "
                                                   "bedplate,peer-port = <1>; };"))), "guest domU1: ", "is dom0, of which name there is no guest", "add it");
}

/* "[PATCH] xen/evtchn: Add design for static event channel signaling for domUs": tuples of four. */
static void reads_the_drafts_binding(void **state)
{
    (void)state;
    accepts(dts_compile(DTS_CHOSEN(DTS_GUEST("domU1: domU1", XEN, "") DTS_GUEST("domU2: domU2", XEN, "") DTS_GUEST("domU3: domU3", XEN, "")
                                   "evtchn@1 { compatible = \"xen,evtchn\"; xen,evtchn = <0xa &domU1 0xb &domU2>; };"
                                   "evtchn@2 { compatible = \"xen,evtchn\"; xen,evtchn = <0xc &domU1 0xd &domU2 0xe &domU3 0xf &domU1>; };")));
    assert_int_equal(guest[0].channels, 3);
    assert_int_equal(guest[1].channels, 2);
    assert_int_equal(guest[2].channels, 1);
    has(&guest[0], 0, 0xa, "domU2", 0xb, "");
    has(&guest[0], 2, 0xf, "domU3", 0xe, "");
    has(&guest[1], 1, 0xd, "domU1", 0xc, "");
    has(&guest[2], 0, 0xe, "domU1", 0xf, "");
}

#define OURS(port, peer, peer_port) \
    "{ compatible = \"bedplate,evtchn\"; bedplate,port = <" port ">; bedplate,peer = \"" peer "\"; bedplate,peer-port = <" peer_port ">; };"

static void reads_our_binding(void **state)
{
    (void)state;
    accepts(TWO("c " OURS("1", "domU2", "1023"), "c " OURS("1023", "domU1", "1")));
    has(&guest[0], 0, 1, "domU2", 1023, "");
}

static void refuses_bad_ends(void **state)
{
    (void)state;
    refuses(TWO("e { compatible = \"xen,evtchn-v1\"; xen,evtchn = <0xa 0x99>; };", ""), "guest domU1: ", "node e: xen,evtchn links to phandle 0x99",
            "other end");
    refuses(TWO("e { compatible = \"xen,evtchn-v1\"; };", ""), "guest domU1: ", "node e has no xen,evtchn", "give <port");
    refuses(TWO("e { compatible = \"xen,evtchn-v1\"; xen,evtchn = <0xa 0x99 1>; };", ""), "guest domU1: ", "xen,evtchn has 12 bytes", "one pair");
    refuses(TWO(END("e1", "e", "0xa", "&e1"), ""), "guest domU1: ", "the peer of port 10 is the guest itself", "another guest");
    refuses(TWO(END("e1", "e", "0xa", "&e2") END("e2", "f", "0xb", "&e1"), ""), "guest domU1: ", "the guest itself", "another guest");
    refuses(TWO(END("e1", "e", "0xa", "&e2"), END("e2", "f", "0xb", "&e3") END("e3", "g", "0xc", "&e2")), "guest domU1: ",
            "the other end, node f of domU2@1, does not link back", "link to the other");
    refuses(TWO(END("e1", "e", "0xa", "&e2"), "e2: f { compatible = \"xen,vcpu\"; };"), "guest domU1: ", "node f has no xen,evtchn", "give <port");
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("domU1", XEN, END("e1", "e", "0xa", "&e0")) "x { " END("e0", "e", "0xa", "&e1") "};")), "guest domU1: ",
            "is in no guest's node", "another guest");
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("domU1", XEN, END("e1", "e", "0xa", "&e0")) END("e0", "e", "0xa", "&e0"))), "guest domU1: ",
            "does not link back", "link to the other");
    refuses(TWO(END("e1", "e", "0", "&e2"), END("e2", "f", "0xb", "&e1")), "guest domU1: ", "port is 0", "1 to 1023");
    refuses(TWO(END("e1", "e", "1", "&e2"), END("e2", "f", "1024", "&e1")), "guest domU1: ", "peer port is 1024", "1 to 1023");
    refuses(TWO(END("e1", "e", "1", "&e2") END("e3", "g", "1", "&e4"), END("e2", "f", "2", "&e1") END("e4", "h", "3", "&e3")), "guest domU1: ",
            "two event channels have port 0x1", "each its own");
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("domU1", "", END("e1", "e", "1", "&e2")) DTS_GUEST("domU2", XEN, END("e2", "f", "2", "&e1")))),
            "guest domU1: ", "static event channels with xen=0", "xen=1");
}

static void refuses_bad_labels(void **state)
{
    (void)state;
    refuses(TWO("c { label = \"a b\"; compatible = \"bedplate,evtchn\"; bedplate,port = <1>; bedplate,peer = \"domU2\"; bedplate,peer-port = <1>; };",
                "c " OURS("1", "domU1", "1")), "guest domU1: ", "label has a character that may not be in one (number 2)", "letters");
}

static void refuses_bad_tuples(void **state)
{
    (void)state;
#define TUPLES(text) dts_compile("%s", DTS_CHOSEN(DTS_GUEST("a: domU1", XEN, "") DTS_GUEST("b: domU2", XEN, "") \
                                                  "evtchn@1 { compatible = \"xen,evtchn\"; " text " };"))
    refuses(TUPLES("xen,evtchn = <1 &a 2>;"), "guest domU1: ", "node evtchn@1 of /chosen: xen,evtchn is not made of whole tuples", "16 bytes");
    refuses(TUPLES(""), "guest domU1: ", "not made of whole tuples", "16 bytes");
    refuses(TUPLES("xen,evtchn = <1 &a 2 0x99>;"), "guest domU1: ", "names phandle 0x99, which no node has", "guests' nodes");
    refuses(TUPLES("xen,evtchn = <1 &a 2 &c>; c: c { };"), "guest domU1: ", "names node c, which is no guest", "guests' nodes");
    refuses(TUPLES("xen,evtchn = <1 &a 2 &a>;"), "guest domU1: ", "the guest itself", "two guests");
    refuses(TUPLES("xen,evtchn = <1 &a 2 &b 1 &a 3 &b>;"), "guest domU1: ", "two event channels have port 0x1", "each its own");
}

static void refuses_what_only_all_show(void **state)
{
    (void)state;
    refuses(TWO("c " OURS("1", "nobody", "1"), ""), "guest domU1: ", "is nobody, of which name there is no guest", "add it");
    refuses(TWO("c " OURS("1", "domU2", "7"), ""), "guest domU1: ", "leads to port 0x7 of domU2, which has no channel there", "port=0x7,peer=domU1,peer_port=0x1");
    refuses(TWO("c " OURS("1", "domU2", "7"), "c " OURS("7", "domU1", "2")), "guest domU1: ", "which leads to port 0x2 of domU1", "each be the other's end");
    refuses(TWO("c " OURS("1", "domU1", "7"), ""), "guest domU1: ", "the guest itself", "another guest");
    refuses(TWO("c { compatible = \"bedplate,evtchn\"; bedplate,port = <1>; };", ""), "guest domU1: ", "node c has no bedplate,peer", "other guest's name");
}

/* Xen's guests have no names: their nodes may differ by the unit address only. What tells them apart then is in the name. */
static void names_by_unit_address(void **state)
{
    (void)state;
    accepts(dts_compile(DTS_CHOSEN(DTS_GUEST("domU@1", XEN, END("e", "e", "10", "&f")) DTS_GUEST("domU@2", XEN, END("f", "f", "11", "&e")))));
    assert_string_equal(guest[0].name, "domU-1");
    assert_string_equal(guest[1].name, "domU-2");
    has(&guest[0], 0, 10, "domU-2", 11, "");
    accepts(dts_compile(DTS_CHOSEN(DTS_GUEST("a", XEN, END("e", "e", "10", "&f")) DTS_GUEST("a@1", XEN, END("f", "f", "11", "&e"))
                                   DTS_GUEST("ab@1", XEN, "") "a@3 { };")));
    assert_string_equal(guest[0].name, "a");
    assert_string_equal(guest[1].name, "a-1");
    assert_string_equal(guest[2].name, "ab");
    accepts(dts_compile(DTS_CHOSEN(DTS_GUEST("a@1", XEN, "") DTS_GUEST("a@2", "bedplate,name = \"b\";", ""))));
    assert_string_equal(guest[0].name, "a");
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("a@1", XEN, "") DTS_GUEST("a@2", XEN, "") DTS_GUEST("a-1", XEN, ""))), "guest a-1: ",
            "two guests have this name", "bedplate,name");
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("a", XEN, "") DTS_GUEST("b", "bedplate,name = \"a\";", ""))), "guest a: ", "two guests have this name",
            "bedplate,name");
}

#define UART(backend) XEN "vpl011; bedplate,vuart-backend = \"" backend "\";"

/* Rings are numbered as guests stand in the list; ports from the highest down, past those of channels. */
static void finds_consoles_that_end_here(void **state)
{
    (void)state;
    accepts(dts_compile(DTS_CHOSEN(DTS_GUEST("a", UART("b"), "") DTS_GUEST("b", XEN "vpl011;", "c " OURS("1022", "c", "1")) DTS_GUEST("c", UART("b"),
                                   "c " OURS("1", "b", "1022")))));
    assert_int_equal(guest[0].rings, 0);
    assert_int_equal(guest[2].rings, 0);
    assert_int_equal(guest[1].rings, 2);
    assert_string_equal(guest[1].ring[0].of, "a");
    assert_int_equal(guest[1].ring[0].port, 1023);
    assert_string_equal(guest[1].ring[1].of, "c");
    assert_int_equal(guest[1].ring[1].port, 1021);
    accepts(dts_compile(DTS_CHOSEN(DTS_GUEST("a", UART("b"), "") DTS_GUEST("b", UART("a"), ""))));     /* each the other's */
    assert_int_equal(guest[0].rings + guest[1].rings, 2);
}

static void refuses_bad_backends(void **state)
{
    (void)state;
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("a", UART("b"), ""))), "guest a: ", "vuart_backend is b, of which name there is no guest", "hypervisor's console");
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("a", UART("a"), ""))), "guest a: ", "the guest itself", "another guest");
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("a", UART("b"), "") DTS_GUEST("b", "", ""))), "guest a: ", "vuart_backend b has xen=0", "set xen=1");
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("z", XEN, "") DTS_GUEST("a", UART("z"), "") DTS_GUEST("b", UART("z"), "") DTS_GUEST("c", UART("z"), "")
                                   DTS_GUEST("d", UART("z"), "") DTS_GUEST("e", UART("z"), "") DTS_GUEST("f", UART("z"), "")
                                   DTS_GUEST("g", UART("z"), "") DTS_GUEST("h", UART("z"), "") DTS_GUEST("i", UART("z"), ""))),
            "guest i: ", "has the consoles of 8 others already", "name another");
    assert_int_equal(guest[0].rings, 8);
}

static void static_memory_is_one_guests(void **state)
{
    (void)state;
    accepts(dts_compile(DTS_CHOSEN(DTS_GUEST("a", "xen,static-mem = <0 0x50000000 0 0x8000000>;", "")
                                   DTS_GUEST("b", "xen,static-mem = <0 0x58000000 0 0x8000000>;", ""))));
    refuses(dts_compile(DTS_CHOSEN(DTS_GUEST("a", "xen,static-mem = <0 0x50000000 0 0x8000000>;", "")
                                   DTS_GUEST("b", "xen,static-mem = <0 0x57fff000 0 0x8000000>;", ""))),
            "guest b: ", "static memory at 0x57fff000, 0x8000000 bytes, meets that of a at 0x50000000", "each its own");
}

#define TEST(name) cmocka_unit_test_teardown(name, done)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_xens_binding), TEST(leaves_a_channel_to_dom0_unbound), TEST(reads_the_drafts_binding), TEST(reads_our_binding), TEST(refuses_bad_ends), TEST(refuses_bad_labels),
        TEST(refuses_bad_tuples), TEST(refuses_what_only_all_show), TEST(finds_consoles_that_end_here), TEST(refuses_bad_backends),
        TEST(static_memory_is_one_guests), TEST(names_by_unit_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
