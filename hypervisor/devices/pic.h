/* A pair of 8259A interrupt controllers as in a PC: lines 0-7 on the master, 8-15 on the slave, which is on line 2. Not locked. */
#ifndef HYPERVISOR_DEVICES_PIC_H
#define HYPERVISOR_DEVICES_PIC_H
#include "hypervisor/devices/wire.h"

enum { PIC_LINES = 16, PIC_CASCADE = 2 };
struct pic_chip {
    uint8_t irr, isr, imr, high;        /* high: lines driven now */
    uint8_t elcr;                       /* 1: level-triggered */
    uint8_t base;                       /* ICW2 */
    uint8_t step;                       /* of initialization: the next ICW, 0: done */
    bool icw4, single, auto_end, read_isr;
};
struct pic { struct pic_chip chip[2]; };
void pic_reset(struct pic *p);
uint8_t pic_read(const struct pic *p, unsigned port);           /* 0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1 */
void pic_write(struct pic *p, unsigned port, uint8_t value);
void pic_line(struct pic *p, unsigned line, bool high);
bool pic_asks(const struct pic *p);                             /* its INTR output */
/* The acknowledge cycle: the vector of the most urgent line, which is in service from then on; the spurious one when nothing asks. */
uint8_t pic_accept(struct pic *p);
uint8_t pic_vector(const struct pic *p);                        /* what pic_accept would return */
#endif
