/*
 * Owns: an 8254 (Intel 231164) and the PC's port 0x61 around it. No count is stored: it follows from the time since
 * `start`. All six modes are told; channels 0 and 1 have their gate tied high, so that modes 1 and 5, which the gate
 * triggers, do nothing there, as on a PC. BCD counting is not: the bit is kept for the status byte alone.
 */
#include "hypervisor/devices/pit.h"

#define HZ 1193182
#define SECOND UINT64_C(1000000000)
#define PULSE_MIN 24            /* ticks between two interrupts at least (20 us), so that a vCPU runs between them */
#define REFRESH_NS 15085        /* port 0x61 bit 4 toggles with the DRAM refresh */

enum { PORT_CONTROL = 0x43, PORT_SYSTEM = 0x61 };
#define STATUS_OUT  0x80
#define STATUS_NULL 0x40

/* Seconds apart, so that nothing overflows for centuries. ns_of rounds up: at that time the tick has happened. */
static uint64_t ticks_of(uint64_t ns) { return ns / SECOND * HZ + ns % SECOND * HZ / SECOND; }
static uint64_t ns_of(uint64_t ticks) { return ticks / HZ * SECOND + (ticks % HZ * SECOND + HZ - 1) / HZ; }

static uint64_t reload(const struct pit_channel *c) { return c->reload ? c->reload : 0x10000; }
static bool is_triggered(const struct pit_channel *c) { return c->mode == 1 || c->mode == 5; }
static bool is_periodic(const struct pit_channel *c) { return c->mode == 2 || c->mode == 3; }

static uint64_t elapsed(const struct pit_channel *c, uint64_t ns)
{
    return c->gate || is_triggered(c) ? ticks_of(ns - c->start) : c->held;
}

static bool output(const struct pit_channel *c, uint64_t ns)
{
    uint64_t n = reload(c), t = elapsed(c, ns);
    if (!c->armed)
        return c->mode != 0;
    switch (c->mode) {
    case 0:
    case 1:  return t >= n;
    case 2:  return !c->gate || n == 1 || t % n != n - 1;
    case 3:  return !c->gate || t % n < (n + 1) / 2;
    default: return t != n;             /* 4, 5: low for one tick */
    }
}

static uint16_t count(const struct pit_channel *c, uint64_t ns)
{
    uint64_t n = reload(c), t = elapsed(c, ns);
    if (!c->armed)
        return c->reload;
    switch (c->mode) {
    case 2:  return (uint16_t)(n - t % n);
    case 3:  return (uint16_t)((n & ~UINT64_C(1)) - 2 * (t % n % ((n + 1) / 2)));    /* by two, twice a period */
    default: return (uint16_t)(n - t);  /* goes on below 0 */
    }
}

static void start(struct pit_channel *c, uint64_t ns)
{
    c->armed = true;
    c->start = ns;
    c->held = c->seen = 0;
}

static void load(struct pit_channel *c, uint16_t value, uint64_t ns)
{
    c->reload = value;
    if (!is_triggered(c))
        start(c, ns);
}

static void write_count(struct pit_channel *c, uint8_t value, uint64_t ns)
{
    if (c->access == 1) {
        load(c, value, ns);
    } else if (c->access == 2) {
        load(c, (uint16_t)(value << 8), ns);
    } else if (!c->write_second) {
        c->write_low = value;
        c->write_second = true;
        if (c->mode == 0)
            c->armed = false;           /* the first byte stops it (data sheet, mode 0) */
    } else {
        c->write_second = false;
        load(c, (uint16_t)(value << 8 | c->write_low), ns);
    }
}

static uint8_t read_count(struct pit_channel *c, uint64_t ns)
{
    if (c->status_latched) {
        c->status_latched = false;
        return c->status;
    }
    uint16_t value = c->latched ? c->latch : count(c, ns);
    bool high = c->access == 2 || (c->access == 3 && c->read_second);
    if (c->access == 3)
        c->read_second = !c->read_second;
    if (c->access != 3 || high)
        c->latched = false;
    return (uint8_t)(high ? value >> 8 : value);
}

static void latch_count(struct pit_channel *c, uint64_t ns)
{
    if (c->latched)
        return;                         /* the first one stays until it is read */
    c->latch = count(c, ns);
    c->latched = true;
}

/* The low 6 bits of status are those of the control word, and stand in it since then. */
static void latch_status(struct pit_channel *c, uint64_t ns)
{
    if (c->status_latched)
        return;
    c->status = (uint8_t)((c->status & 0x3f) | (output(c, ns) ? STATUS_OUT : 0) | (c->armed ? 0 : STATUS_NULL));
    c->status_latched = true;
}

static void read_back(struct pit *p, uint8_t value, uint64_t ns)
{
    for (unsigned i = 0; i < 3; i++) {
        if (!(value >> i & 2))
            continue;
        if (!(value & 0x20))
            latch_count(&p->channel[i], ns);
        if (!(value & 0x10))
            latch_status(&p->channel[i], ns);
    }
}

static void write_control(struct pit *p, uint8_t value, uint64_t ns)
{
    unsigned which = value >> 6, access = value >> 4 & 3, mode = value >> 1 & 7;
    if (which == 3) {
        read_back(p, value, ns);
        return;
    }
    struct pit_channel *c = &p->channel[which];
    if (!access) {
        latch_count(c, ns);
        return;
    }
    c->access = (uint8_t)access;
    c->mode = (uint8_t)(mode > 5 ? mode - 4 : mode);
    c->status = value & 0x3f;
    c->armed = c->write_second = c->read_second = c->latched = c->status_latched = false;
}

/* Data sheet, "Gate": stops modes 0 and 4, restarts 2 and 3, triggers 1 and 5. */
static void set_gate(struct pit_channel *c, bool gate, uint64_t ns)
{
    if (gate == c->gate)
        return;
    c->held = elapsed(c, ns);
    c->gate = gate;
    if (!gate)
        return;
    if (is_triggered(c))
        start(c, ns);
    else if (is_periodic(c))
        c->start = ns;
    else
        c->start = ns - (ns_of(c->held) > ns ? ns : ns_of(c->held));
}

static uint8_t read_system(const struct pit *p, uint64_t ns)
{
    const struct pit_channel *c = &p->channel[2];
    return (uint8_t)((c->gate ? 0x01 : 0) | (p->speaker ? 0x02 : 0) | (ns / REFRESH_NS & 1 ? 0x10 : 0) | (output(c, ns) ? 0x20 : 0));
}

void pit_reset(struct pit *p)
{
    for (unsigned i = 0; i < 3; i++)
        p->channel[i] = (struct pit_channel){ .access = 3, .mode = 3, .status = 0x36, .gate = i < 2 };
    p->speaker = false;
}

uint8_t pit_read(struct pit *p, unsigned port, uint64_t ns)
{
    if (port == PORT_SYSTEM)
        return read_system(p, ns);
    if (port < 0x40 || port >= PORT_CONTROL)
        return 0xff;                    /* the control word cannot be read */
    return read_count(&p->channel[port - 0x40], ns);
}

void pit_write(struct pit *p, unsigned port, uint8_t value, uint64_t ns)
{
    if (port == PORT_SYSTEM) {
        set_gate(&p->channel[2], value & 1, ns);
        p->speaker = value & 2;
        return;
    }
    if (port < 0x40 || port > PORT_CONTROL)
        return;
    if (port == PORT_CONTROL)
        write_control(p, value, ns);
    else
        write_count(&p->channel[port - 0x40], value, ns);
    if (port == 0x40 || port == PORT_CONTROL)
        wire_set(&p->irq0, output(&p->channel[0], ns));
}

/* The tick of channel 0's first rise after `seen`; UINT64_MAX: none comes. */
static uint64_t next_rise(const struct pit_channel *c)
{
    uint64_t n = reload(c), step = n >= PULSE_MIN ? n : n * ((PULSE_MIN + n - 1) / n);
    switch (c->armed ? c->mode : 1) {
    case 0:  return c->seen < n ? n : UINT64_MAX;
    case 2:
    case 3:  return (c->seen / step + 1) * step;
    case 4:  return c->seen < n + 1 ? n + 1 : UINT64_MAX;
    default: return UINT64_MAX;
    }
}

uint64_t pit_due(const struct pit *p, uint64_t ns)
{
    uint64_t rise = next_rise(&p->channel[0]);
    if (rise == UINT64_MAX)
        return UINT64_MAX;
    uint64_t at = p->channel[0].start + ns_of(rise);
    return at > ns ? at : ns;
}

void pit_tick(struct pit *p, uint64_t ns)
{
    struct pit_channel *c = &p->channel[0];
    if (next_rise(c) > elapsed(c, ns))
        return;
    c->seen = elapsed(c, ns);
    wire_set(&p->irq0, false);
    wire_set(&p->irq0, true);
}
