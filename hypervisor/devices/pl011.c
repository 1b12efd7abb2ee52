/*
 * Owns: a PL011 r1p5 as DDI 0183G tells it. No time passes here: a byte is gone the moment it is written unless the far end has
 * no room, and received bytes below the trigger level count as timed out at once. Invariants: the line is set in update() alone,
 * from raw and mask alone, after every change; no FIFO holds more than depth() bytes. There is never a break, a parity or a framing error.
 *
 * After reset it is as firmware leaves it, enabled and with FIFOs on: drivers of SBSA's generic UART, which is the part of a PL011
 * without line and control registers, set nothing of that.
 */
#include "hypervisor/devices/pl011.h"

enum {
    DR = 0x00, RSR = 0x04, FR = 0x18, ILPR = 0x20, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34,
    IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44, DMACR = 0x48, IDS = 0xfe0,
};
#define DR_OVERRUN    0x800u
#define RSR_OVERRUN   0x8u
#define FR_CTS        0x001u
#define FR_DSR        0x002u
#define FR_DCD        0x004u
#define FR_BUSY       0x008u
#define FR_RXFE       0x010u
#define FR_TXFF       0x020u
#define FR_RXFF       0x040u
#define FR_TXFE       0x080u
#define FR_RI         0x100u
#define LCR_FEN       0x10u
#define LCR_WLEN8     0x60u
#define CR_UARTEN     0x0001u
#define CR_LBE        0x0080u
#define CR_TXE        0x0100u
#define CR_RXE        0x0200u
#define CR_DTR        0x0400u
#define CR_RTS        0x0800u
#define CR_OUT1       0x1000u
#define CR_OUT2       0x2000u
#define CR_CTSEN      0x8000u
#define CR_WRITABLE   0xff87u
#define IFLS_RESET    0x12u             /* half full, both */
#define INT_RI        0x001u
#define INT_CTS       0x002u
#define INT_DCD       0x004u
#define INT_DSR       0x008u
#define INT_RX        0x010u
#define INT_TX        0x020u
#define INT_RT        0x040u
#define INT_OVERRUN   0x400u
#define INT_ALL       0x7ffu

static unsigned depth(const struct pl011 *u) { return u->lcr & LCR_FEN ? PL011_FIFO : 1; }

/* UARTIFLS, table 3-13: how full the receive FIFO must be, or how full the transmit FIFO at most. Reserved values count as the last. */
static unsigned level(const struct pl011 *u, unsigned shift)
{
    static const uint8_t full[8] = { 4, 8, 16, 24, 28, 28, 28, 28 };
    return full[u->levels >> shift & 7];
}
static unsigned receive_level(const struct pl011 *u) { return u->lcr & LCR_FEN ? level(u, 3) : 1; }
static unsigned transmit_level(const struct pl011 *u) { return u->lcr & LCR_FEN ? level(u, 0) : 0; }

static void update(struct pl011 *u)
{
    bool high = u->raw & u->mask;
    if (high == u->line)
        return;
    u->line = high;
    if (u->interrupt)
        u->interrupt(u->owner, high);
}

/* Modem lines as UARTFR tells them: "ready", or in loopback what the other side's outputs are (3.3.8). */
static uint32_t lines(uint32_t control)
{
    if (!(control & CR_LBE))
        return FR_CTS | FR_DSR | FR_DCD;
    return (control & CR_RTS ? FR_CTS : 0) | (control & CR_DTR ? FR_DSR : 0) | (control & CR_OUT1 ? FR_DCD : 0) |
           (control & CR_OUT2 ? FR_RI : 0);
}

static bool receives(const struct pl011 *u) { return (u->control & (CR_UARTEN | CR_RXE)) == (CR_UARTEN | CR_RXE); }
static bool sends(const struct pl011 *u)
{
    bool clear = !(u->control & CR_CTSEN) || lines(u->control) & FR_CTS;
    return clear && (u->control & (CR_UARTEN | CR_TXE)) == (CR_UARTEN | CR_TXE);
}

/* Full: the newer byte is lost, the FIFO keeps what it has (3.3.1). */
static void enqueue(struct pl011 *u, uint8_t byte)
{
    if (!receives(u))
        return;
    if (u->count >= depth(u)) {
        u->overrun = true;
        u->errors |= RSR_OVERRUN;
        u->raw |= INT_OVERRUN;
        return;
    }
    u->receive[(u->first + u->count++) % PL011_FIFO] = byte;
    u->raw |= u->count >= receive_level(u) ? INT_RX : INT_RT;
}

/* UARTDR's overrun bit goes once there is room again. */
static uint32_t dequeue(struct pl011 *u)
{
    uint32_t value = u->receive[u->first] | (u->overrun ? DR_OVERRUN : 0);
    if (!u->count)
        return 0;
    u->overrun = false;
    u->first = (u->first + 1) % PL011_FIFO;
    u->count--;
    if (u->count < receive_level(u)) {
        u->raw &= ~INT_RX;
        u->raw = u->count ? u->raw | INT_RT : u->raw & ~INT_RT;
    }
    return value;
}

/* The transmit interrupt tells of passing the level, not of being below it (2.8.2): each byte that leaves may pass it. */
static void transmit(struct pl011 *u)
{
    while (u->out_count && sends(u)) {
        uint8_t byte = u->transmit[u->out_first];
        if (u->control & CR_LBE)
            enqueue(u, byte);
        else if (u->put && !u->put(u->owner, byte))
            return;
        u->out_first = (u->out_first + 1) % PL011_FIFO;
        u->out_count--;
        if (u->out_count <= transmit_level(u))
            u->raw |= INT_TX;
    }
}

static void write_data(struct pl011 *u, uint8_t byte)
{
    if (u->out_count >= depth(u))
        return;
    u->transmit[(u->out_first + u->out_count++) % PL011_FIFO] = byte;
    if (u->out_count > transmit_level(u))
        u->raw &= ~INT_TX;
    transmit(u);
}

/* Turning the FIFOs on or off empties them. */
static void write_lcr(struct pl011 *u, uint32_t value)
{
    if ((u->lcr ^ value) & LCR_FEN) {
        u->count = u->out_count = 0;
        u->overrun = false;
        u->raw &= ~(INT_RX | INT_RT);
    }
    u->lcr = value & 0xff;
}

static void write_control(struct pl011 *u, uint32_t value)
{
    uint32_t changed = lines(u->control) ^ lines(value);
    u->control = value & CR_WRITABLE;
    u->raw |= (changed & FR_RI ? INT_RI : 0) | (changed & FR_CTS ? INT_CTS : 0) | (changed & FR_DCD ? INT_DCD : 0) |
              (changed & FR_DSR ? INT_DSR : 0);
    transmit(u);
}

static uint32_t flags(const struct pl011 *u)
{
    return lines(u->control) | (u->count ? 0 : FR_RXFE) | (u->count >= depth(u) ? FR_RXFF : 0) |
           (u->out_count ? FR_BUSY : FR_TXFE) | (u->out_count >= depth(u) ? FR_TXFF : 0);
}

static uint32_t read(struct pl011 *u, uint32_t offset)
{
    static const uint8_t id[8] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
    switch (offset) {
    case DR:    return dequeue(u);
    case RSR:   return u->errors;
    case FR:    return flags(u);
    case ILPR:  return u->low_power;
    case IBRD:  return u->ibrd;
    case FBRD:  return u->fbrd;
    case LCR_H: return u->lcr;
    case CR:    return u->control;
    case IFLS:  return u->levels;
    case IMSC:  return u->mask;
    case RIS:   return u->raw;
    case MIS:   return u->raw & u->mask;
    case DMACR: return u->dma;
    default:    return offset >= IDS && offset < IDS + 32 ? id[(offset - IDS) / 4] : 0;
    }
}

static void write(struct pl011 *u, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case DR:    write_data(u, (uint8_t)value); break;
    case RSR:   u->errors = 0; break;
    case ILPR:  u->low_power = value & 0xff; break;
    case IBRD:  u->ibrd = value & 0xffff; break;
    case FBRD:  u->fbrd = value & 0x3f; break;
    case LCR_H: write_lcr(u, value); break;
    case CR:    write_control(u, value); break;
    case IFLS:  u->levels = value & 0x3f; break;
    case IMSC:  u->mask = value & INT_ALL; break;
    case ICR:   u->raw &= ~value; break;
    case DMACR: u->dma = value & 7; break;
    default:    break;
    }
}

/* A narrow access takes its part of what is read; what is written counts from a register's first byte on. */
void pl011_access(struct pl011 *u, uint32_t offset, unsigned size, bool is_write, uint64_t *value)
{
    uint32_t mask = size >= 4 ? UINT32_MAX : (1u << size * 8) - 1;
    if (!is_write)
        *value = read(u, offset & ~3u) >> (offset & 3) * 8 & mask;
    else if (!(offset & 3))
        write(u, offset, (uint32_t)*value & mask);
    update(u);
}

void pl011_reset(struct pl011 *u)
{
    u->first = u->count = u->out_first = u->out_count = 0;
    u->fbrd = u->ibrd = u->mask = u->raw = u->errors = u->dma = u->low_power = 0;
    u->lcr = LCR_FEN | LCR_WLEN8;
    u->control = CR_UARTEN | CR_TXE | CR_RXE;
    u->levels = IFLS_RESET;
    u->overrun = false;
    update(u);
}

void pl011_init(struct pl011 *u, bool (*put)(void *owner, uint8_t byte), void (*interrupt)(void *owner, bool high), void *owner)
{
    *u = (struct pl011){ .put = put, .interrupt = interrupt, .owner = owner };
    pl011_reset(u);
}

bool pl011_room(const struct pl011 *u) { return receives(u) && !(u->control & CR_LBE) && u->count < depth(u); }

/* While it talks to itself nobody else reaches it. */
void pl011_receive(struct pl011 *u, uint8_t byte)
{
    if (!(u->control & CR_LBE))
        enqueue(u, byte);
    update(u);
}

void pl011_drain(struct pl011 *u)
{
    transmit(u);
    update(u);
}
