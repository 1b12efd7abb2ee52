/*
 * The virtual PL011 (DDI 0183, r1p5; the SBSA's generic UART is part of it). "typed" in the command line: somebody types 40 bytes
 * when asked to.
 *
 * Claimed: it identifies itself; registers keep what they can; the transmitter's interrupt comes and goes with its mask and is
 * cleared by UARTICR; raw and masked states differ by the mask; its line is level-sensitive at the GIC; the receiver's FIFO fills to
 * its levels, keeps the order, times out below the level, and overruns where nobody reads. No access harms anybody.
 */
#include "guests/lib/guest.h"

const char test_name[] = "pl011", test_title[] = "the virtual PL011";

enum { DR = 0, RSR = 4, FR = 0x18, ILPR = 0x20, IBRD = 0x24, FBRD = 0x28, LCR = 0x2c, CR = 0x30, IFLS = 0x34, IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44 };
enum { FR_RXFE = 1 << 4, FR_TXFF = 1 << 5, FR_RXFF = 1 << 6, FR_TXFE = 1 << 7, FEN = 0x10, RX = 1 << 4, TX = 1 << 5, RT = 1 << 6, OE = 1 << 10 };
static uint64_t u;
static unsigned intid = 32;
static volatile unsigned taken;

static uint32_t get(unsigned reg) { return read32(u + reg); }
static void set(unsigned reg, uint32_t v) { write32(u + reg, v); }

static void identity(void)
{
    static const uint8_t want[8] = { 0x11, 0x10, 0, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
    for (unsigned i = 0; i < 8; i++)
        if (i != 2)
            CHECK_EQ(get(0xfe0 + 4 * i) & 0xff, want[i], "an identification register");
    CHECK_EQ(get(0xfe8) & 0x0f, 4, "the designer");
}

static void registers(void)
{
    set(IBRD, 0x1234);
    set(FBRD, 0x2a);
    CHECK_EQ(get(IBRD), 0x1234, "UARTIBRD");
    CHECK_EQ(get(FBRD), 0x2a, "UARTFBRD");
    set(LCR, 0x70);
    CHECK_EQ(get(LCR), 0x70, "UARTLCR_H");
    set(CR, 0x301);
    CHECK_EQ(get(CR) & 0x301, 0x301, "UARTCR");
    set(IFLS, 0x12);
    CHECK_EQ(get(IFLS), 0x12, "UARTIFLS");
    set(IMSC, 0x7ff);
    CHECK_EQ(get(IMSC), 0x7ff, "UARTIMSC");
    set(IMSC, 0);
    CHECK_EQ(get(IMSC), 0, "UARTIMSC");
    CHECK_EQ(get(FR) & (FR_TXFE | FR_RXFE), FR_TXFE | FR_RXFE, "both FIFOs are empty");
    CHECK_EQ(read16(u + FR), get(FR) & 0xffff, "16 bits of a register");
    CHECK_EQ(read8(u + FR), get(FR) & 0xff, "8 bits of a register");
    for (unsigned at = 0; at < 0x1000; at += 4)
        if (at != DR && at != CR && at != LCR && at != IMSC && at != IBRD && at != FBRD && at != IFLS && at != 0x48)
            (void)get(at), set(at, UINT32_MAX);
    CHECK_EQ(get(0xfe0) & 0xff, 0x11, "identification after writes");
}

static void on_uart(unsigned n)
{
    (void)n;
    taken++;                            /* without a look at the device: its line alone brings it again */
    if (taken >= 3)
        set(IMSC, 0);
}

static void transmitter(void)
{
    set(ICR, 0x7ff);
    set(IMSC, 0);
    CHECK_EQ(get(MIS), 0, "masked interrupts with an empty mask");
    set(DR, '>');
    set(DR, '\n');
    CHECK(wait_for(get(FR) & FR_TXFE, 5), "what was written goes out");
    CHECK_EQ(get(RIS) & TX, TX, "the raw transmit interrupt once the FIFO has run empty");
    CHECK_EQ(get(MIS) & TX, 0, "... but masked");
    taken = 0;
    interrupts_on();
    delay_us(500);
    CHECK_EQ(taken, 0, "interrupts while masked");
    set(IMSC, TX);
    CHECK(wait_for(taken >= 3, 5), "a level: it comes as long as it is there: %u", taken);
    interrupts_off();
    CHECK_EQ(get(IMSC), 0, "until the handler masks it");
    set(ICR, TX);
    CHECK_EQ(get(RIS) & TX, 0, "cleared by UARTICR");
    taken = 0;
    set(IMSC, TX);
    interrupts_on();
    delay_us(500);
    interrupts_off();
    CHECK_EQ(taken, 0, "interrupts after it was cleared");
    set(IMSC, 0);
}

static unsigned receive(char *to, unsigned max)
{
    unsigned n = 0;
    while (n < max && !(get(FR) & FR_RXFE))
        to[n++] = (char)get(DR);
    return n;
}

static void receiver(void)
{
    char text[64];
    set(LCR, 0x70);
    set(IFLS, 0x12);                    /* half: 16 of 32 */
    set(IMSC, 0);
    (void)receive(text, sizeof(text));
    set(ICR, 0x7ff);
    print("pl011: type 5\n");
    CHECK(wait_for(get(RIS) & RT, 30), "a time-out below the level");
    delay_us(500000);
    CHECK_EQ(get(RIS) & RX, 0, "the level's interrupt with 5 bytes of 16");
    unsigned n = receive(text, sizeof(text));
    CHECK(n == 5 && text[0] == 'a' && text[4] == 'e', "5 bytes in order: %u, %c%c", n, text[0], text[4]);
    CHECK_EQ(get(RIS) & RT, 0, "the time-out once all is read");
    print("pl011: type 16\n");
    CHECK(wait_for(get(RIS) & RX, 30), "the level's interrupt");
    delay_us(500000);
    n = receive(text, sizeof(text));
    CHECK(n == 16 && text[0] == 'A' && text[15] == 'P', "16 bytes in order: %u", n);
    CHECK_EQ(get(RIS) & RX, 0, "the level's interrupt once all is read");
}

void test_main(void)
{
    uint64_t size;
    bool edge = true;
    int node = tree_node("arm,pl011");
    if (node < 0)
        node = tree_node("arm,sbsa-uart");
    if (node < 0 || !tree_reg(node, 0, &u, &size)) {
        skip("no PL011 in the tree");
        return;
    }
    CHECK(tree_interrupt(node, 0, &intid, &edge) && !edge, "its interrupt in the tree, a level");
    identity();
    registers();
    on_interrupt(intid, on_uart);
    gic_edge(intid, false);
    gic_route(intid, 0);
    gic_priority(intid, 0xa0);
    gic_enable(intid, true);
    transmitter();
    if (cmdline_number("typed", 0))
        receiver();
}
