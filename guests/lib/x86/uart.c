/* Owns: the 16550 as a voice: output, polled. */
#include "guests/lib/guest.h"

enum { COM1 = 0x3f8, LSR = 5, LSR_THR_EMPTY = 0x20 };

void uart_write(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (unsigned tries = 0; tries < 100000 && !(inb(COM1 + LSR) & LSR_THR_EMPTY); tries++)
            pause();
        outb(COM1, (uint8_t)s[i]);
    }
}
