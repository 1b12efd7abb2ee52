/*
 * Owns: the two 8259As of a PC (Intel 8259A data sheet). Fixed priorities, line 0 first; rotation and special mask mode
 * are taken and have no effect, as no PC system uses them. Invariant: the slave's output is the master's line 2.
 */
#include "hypervisor/devices/pic.h"
#include <string.h>

enum { OCW2_END = 0x20, OCW2_SPECIFIC = 0x40, OCW3 = 0x08, OCW3_READ = 0x02, ICW1 = 0x10, ICW1_SINGLE = 0x02, ICW1_ICW4 = 0x01, ICW4_AUTO_END = 0x02 };
enum { NONE = 8, SPURIOUS = 7 };

static struct pic_chip *master(struct pic *p) { return &p->chip[0]; }
static struct pic_chip *slave(struct pic *p) { return &p->chip[1]; }

void pic_reset(struct pic *p)
{
    memset(p, 0, sizeof(*p));
    p->chip[0].imr = p->chip[1].imr = 0xff;
}

/* The most urgent line that may interrupt what is in service; NONE if there is none. */
static unsigned best(const struct pic_chip *c)
{
    unsigned asks = c->irr & (uint8_t)~c->imr, line = asks ? (unsigned)__builtin_ctz(asks) : NONE;
    unsigned busy = c->isr ? (unsigned)__builtin_ctz(c->isr) : NONE;
    return c->step == 0 && line < busy ? line : NONE;
}

static void set_line(struct pic_chip *c, unsigned line, bool high)
{
    uint8_t bit = (uint8_t)(1u << line);
    bool rose = high && !(c->high & bit);
    c->high = (uint8_t)(high ? c->high | bit : c->high & ~bit);
    if (rose || (high && (c->elcr & bit)))
        c->irr |= bit;
    else if (!high)
        c->irr &= (uint8_t)~bit;        /* a request that goes away before it is acknowledged was none */
}

/* The slave asks by the master's line 2, which stays high while it does. */
static void cascade(struct pic *p)
{
    bool asks = best(slave(p)) != NONE;
    set_line(master(p), PIC_CASCADE, asks);
    if (asks)
        master(p)->irr |= 1 << PIC_CASCADE;
}

void pic_line(struct pic *p, unsigned line, bool high)
{
    if (line >= PIC_LINES)
        return;
    set_line(&p->chip[line / 8], line % 8, high);
    cascade(p);
}

bool pic_asks(const struct pic *p) { return best(&p->chip[0]) != NONE; }

uint8_t pic_vector(const struct pic *p)
{
    unsigned line = best(&p->chip[0]), second;
    if (line == NONE)
        return (uint8_t)(p->chip[0].base + SPURIOUS);
    if (line != PIC_CASCADE)
        return (uint8_t)(p->chip[0].base + line);
    second = best(&p->chip[1]);
    return (uint8_t)(p->chip[1].base + (second == NONE ? SPURIOUS : second));
}

static void acknowledge(struct pic_chip *c, unsigned line)
{
    uint8_t bit = (uint8_t)(1u << line);
    if (!c->auto_end)
        c->isr |= bit;
    if (!(c->elcr & c->high & bit))     /* a level that still stands asks again */
        c->irr &= (uint8_t)~bit;
}

uint8_t pic_accept(struct pic *p)
{
    uint8_t vector = pic_vector(p);
    unsigned line = best(&p->chip[0]), second = best(&p->chip[1]);
    if (line == NONE)
        return vector;
    acknowledge(master(p), line);
    if (line == PIC_CASCADE && second != NONE)
        acknowledge(slave(p), second);
    cascade(p);
    return vector;
}

static void begin(struct pic_chip *c, uint8_t icw1)
{
    c->irr = c->isr = c->imr = 0;
    c->auto_end = c->read_isr = false;
    c->icw4 = icw1 & ICW1_ICW4;
    c->single = icw1 & ICW1_SINGLE;
    c->step = 2;
}

static void end(struct pic_chip *c, uint8_t ocw2)
{
    uint8_t bit = (uint8_t)(ocw2 & OCW2_SPECIFIC ? 1u << (ocw2 & 7) : c->isr & -(unsigned)c->isr);
    if (!(ocw2 & OCW2_END))
        return;
    c->isr &= (uint8_t)~bit;
    c->irr = (uint8_t)(c->irr | (c->elcr & c->high));
}

static void command(struct pic_chip *c, uint8_t value)
{
    if (value & ICW1)
        begin(c, value);
    else if (!(value & OCW3))
        end(c, value);
    else if (value & OCW3_READ)
        c->read_isr = value & 1;
}

static void data(struct pic_chip *c, uint8_t value)
{
    switch (c->step) {
    case 2:
        c->base = value & 0xf8;
        c->step = c->single ? (c->icw4 ? 4 : 0) : 3;
        return;
    case 3:     /* who is on which line: as a PC is wired, whatever is said */
        c->step = c->icw4 ? 4 : 0;
        return;
    case 4:
        c->auto_end = value & ICW4_AUTO_END;
        c->step = 0;
        return;
    default:
        c->imr = value;
    }
}

uint8_t pic_read(const struct pic *p, unsigned port)
{
    const struct pic_chip *c = &p->chip[(port & 0x80) != 0];
    if (port >= 0x4d0)
        return p->chip[port & 1].elcr;
    if (port & 1)
        return c->imr;
    return c->read_isr ? c->isr : c->irr;
}

/* Lines 0, 1, 2, 8 and 13 are always edges (ELCR of the PC chipsets). */
static void set_trigger(struct pic *p, unsigned chip, uint8_t value)
{
    struct pic_chip *c = &p->chip[chip];
    c->elcr = (uint8_t)(value & (chip ? 0xdeu : 0xf8u));
    c->irr = (uint8_t)(c->irr | (c->elcr & c->high));
}

void pic_write(struct pic *p, unsigned port, uint8_t value)
{
    struct pic_chip *c = &p->chip[(port & 0x80) != 0];
    if (port >= 0x4d0)
        set_trigger(p, port & 1, value);
    else if (port & 1)
        data(c, value);
    else
        command(c, value);
    cascade(p);
}
