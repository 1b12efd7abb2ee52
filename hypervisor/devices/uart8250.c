/*
 * Owns: a 16550A as National's PC16550D data sheet tells it. No time passes here: a byte is gone the moment it is
 * written, and received bytes below the FIFO's trigger level count as timed out at once. Invariants: the wire is set in
 * update() alone, from identify() alone, after every change; rx_count never exceeds the FIFO (1 while it is off).
 * OUT2 gates no interrupt, though on a PC it does: guests that forget it run elsewhere, and none relies on it.
 */
#include "hypervisor/devices/uart8250.h"

enum { RBR_THR = 0, IER = 1, IIR_FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };
#define IER_RX    0x01
#define IER_THRE  0x02
#define IER_LINE  0x04
#define IER_MODEM 0x08
#define IIR_MODEM   0x00
#define IIR_NONE    0x01
#define IIR_THRE    0x02
#define IIR_RX      0x04
#define IIR_LINE    0x06
#define IIR_TIMEOUT 0x0c
#define IIR_FIFO    0xc0
#define FCR_ENABLE   0x01
#define FCR_CLEAR_RX 0x02
#define LCR_DLAB 0x80
#define LSR_DR   0x01
#define LSR_OE   0x02
#define LSR_IDLE 0x60       /* THRE, TEMT */
#define MCR_LOOP 0x10
#define MSR_READY 0xb0      /* DCD, DSR, CTS */
#define MSR_RI    0x40

static unsigned trigger(const struct uart8250 *u)
{
    static const uint8_t level[4] = { 1, 4, 8, 14 };
    return u->fcr & FCR_ENABLE ? level[u->fcr >> 6] : 1;
}

/* The highest of what waits and is enabled (data sheet table 5). */
static uint8_t identify(const struct uart8250 *u)
{
    if (u->ier & IER_LINE && u->overrun)
        return IIR_LINE;
    if (u->ier & IER_RX && u->rx_count)
        return u->rx_count >= trigger(u) ? IIR_RX : IIR_TIMEOUT;
    if (u->ier & IER_THRE && u->tx_empty_pending)
        return IIR_THRE;
    if (u->ier & IER_MODEM && u->msr & 0x0f)
        return IIR_MODEM;
    return IIR_NONE;
}

static void update(struct uart8250 *u)
{
    bool high = identify(u) != IIR_NONE;
    if (high == u->high)
        return;
    u->high = high;
    wire_set(&u->irq, high);
}

void uart8250_reset(struct uart8250 *u)
{
    u->ier = u->lcr = u->mcr = u->scr = u->fcr = 0;
    u->msr = MSR_READY;
    u->divisor = 1;
    u->rx_head = u->rx_count = 0;
    u->overrun = u->tx_empty_pending = false;
    update(u);
}

/* The byte is lost when there is no room; without FIFO the newer one stays (data sheet 8.6, LSR bit 1). */
static bool enqueue(struct uart8250 *u, uint8_t byte)
{
    if (uart8250_room(u)) {
        u->rx[(u->rx_head + u->rx_count) % UART_FIFO] = byte;
        u->rx_count++;
        return true;
    }
    u->overrun = true;
    if (!(u->fcr & FCR_ENABLE))
        u->rx[u->rx_head] = byte;
    return false;
}

static uint8_t dequeue(struct uart8250 *u)
{
    uint8_t byte = u->rx[u->rx_head];
    if (!u->rx_count)
        return 0;
    u->rx_head = (uint8_t)((u->rx_head + 1) % UART_FIFO);
    u->rx_count--;
    return byte;
}

/* While the UART talks to itself nobody else reaches it. */
bool uart8250_receive(struct uart8250 *u, uint8_t byte)
{
    bool taken = u->mcr & MCR_LOOP ? false : enqueue(u, byte);
    update(u);
    return taken;
}

/* The modem lines are "ready", or in loopback RTS, DTR, OUT1, OUT2; a change is remembered in the low half. */
static void set_lines(struct uart8250 *u)
{
    unsigned m = u->mcr, lines = MSR_READY;
    if (m & MCR_LOOP)
        lines = (m & 2) << 3 | (m & 1) << 5 | (m & 4) << 4 | (m & 8) << 4;
    unsigned changed = (lines ^ u->msr) & 0xf0;
    if (lines & MSR_RI)
        changed &= ~(unsigned)MSR_RI;           /* RI counts when it falls only */
    u->msr = (uint8_t)(lines | (u->msr & 0x0f) | changed >> 4);
}

static uint8_t read_iir(struct uart8250 *u)
{
    uint8_t iir = identify(u);
    if (iir == IIR_THRE)
        u->tx_empty_pending = false;
    return iir | (u->fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

static uint8_t read_lsr(struct uart8250 *u)
{
    uint8_t lsr = LSR_IDLE | (u->rx_count ? LSR_DR : 0) | (u->overrun ? LSR_OE : 0);
    u->overrun = false;
    return lsr;
}

static uint8_t read(struct uart8250 *u, unsigned offset)
{
    uint8_t msr = u->msr;
    switch (offset) {
    case RBR_THR: return u->lcr & LCR_DLAB ? (uint8_t)u->divisor : dequeue(u);
    case IER:     return u->lcr & LCR_DLAB ? (uint8_t)(u->divisor >> 8) : u->ier;
    case IIR_FCR: return read_iir(u);
    case LCR:     return u->lcr;
    case MCR:     return u->mcr;
    case LSR:     return read_lsr(u);
    case MSR:
        u->msr &= 0xf0;
        return msr;
    case SCR:     return u->scr;
    default:      return 0xff;
    }
}

uint8_t uart8250_read(struct uart8250 *u, unsigned offset)
{
    uint8_t value = read(u, offset);
    update(u);
    return value;
}

static void transmit(struct uart8250 *u, uint8_t byte)
{
    if (u->mcr & MCR_LOOP)
        (void)enqueue(u, byte);
    else if (u->transmit)
        u->transmit(u->owner, byte);
    /* The interrupt goes away with the write and comes back with the empty register: an edge-triggered input needs both. */
    u->tx_empty_pending = false;
    update(u);
    u->tx_empty_pending = true;
}

/* Bits besides the enable count only together with it; turning the FIFO on or off empties it (data sheet 8.4). */
static void write_fcr(struct uart8250 *u, uint8_t value)
{
    if ((value ^ u->fcr) & FCR_ENABLE || (value & FCR_ENABLE && value & FCR_CLEAR_RX))
        u->rx_head = u->rx_count = 0;
    u->fcr = value & FCR_ENABLE ? value & 0xc9 : 0;
}

/* Enabling the THRE interrupt while the register is empty raises it at once, which Linux tests for. */
static void write_ier(struct uart8250 *u, uint8_t value)
{
    if (value & ~u->ier & IER_THRE)
        u->tx_empty_pending = true;
    u->ier = value & 0x0f;
}

static void write(struct uart8250 *u, unsigned offset, uint8_t value)
{
    bool dlab = u->lcr & LCR_DLAB;
    switch (offset) {
    case RBR_THR:
        if (dlab)
            u->divisor = (uint16_t)((u->divisor & 0xff00) | value);
        else
            transmit(u, value);
        break;
    case IER:
        if (dlab)
            u->divisor = (uint16_t)((u->divisor & 0x00ff) | value << 8);
        else
            write_ier(u, value);
        break;
    case IIR_FCR: write_fcr(u, value); break;
    case LCR:     u->lcr = value; break;
    case MCR:
        u->mcr = value & 0x1f;
        set_lines(u);
        break;
    case SCR:     u->scr = value; break;
    default:      break;                        /* LSR and MSR are read-only */
    }
}

void uart8250_write(struct uart8250 *u, unsigned offset, uint8_t value)
{
    write(u, offset, value);
    update(u);
}
