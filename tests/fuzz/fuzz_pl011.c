/* Any sequence of accesses, input and a far end that takes or not: the line says what MIS says, FIFOs keep bounds and order. */
#include <stdlib.h>
#include <string.h>
#include "hypervisor/devices/pl011.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool high;
static unsigned room;

static void must(bool ok) { if (!ok) abort(); }
static void line(void *owner, bool level)
{
    (void)owner;
    must(high != level);                /* told only when it changes */
    high = level;
}
static bool put(void *owner, uint8_t byte)
{
    (void)owner;
    (void)byte;
    return room && room--;
}
static uint32_t peek(const struct pl011 *u, uint32_t offset)
{
    struct pl011 copy = *u;
    uint64_t value = 0;
    copy.interrupt = NULL;
    pl011_access(&copy, offset, 4, false, &value);
    must(value <= UINT32_MAX);
    return (uint32_t)value;
}

static void check(const struct pl011 *u)
{
    unsigned depth = u->lcr & 0x10 ? PL011_FIFO : 1;
    uint32_t flags = peek(u, 0x18), raw = peek(u, 0x3c);
    must(high == (peek(u, 0x40) != 0) && peek(u, 0x40) == (raw & peek(u, 0x38)) && high == u->line);
    must(u->count <= depth && u->out_count <= depth && u->first < PL011_FIFO && u->out_first < PL011_FIFO);
    must(!(flags & 0x10) == (u->count != 0) && !(flags & 0x40) == (u->count < depth));
    must(!(flags & 0x80) == (u->out_count != 0) && !(flags & 0x20) == (u->out_count < depth));
    must(!(raw & 0x380) && !(raw & ~0x7ffu) && !(peek(u, 4) & ~8u));       /* no break, parity, framing */
    must(u->count || !(raw & 0x50));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pl011 u;
    high = false;
    room = 3;
    pl011_init(&u, put, line, NULL);
    for (; size >= 4; data += 4, size -= 4) {
        uint64_t value = data[2] | (uint64_t)data[3] << 8;
        unsigned before = u.count, bytes = 1u << (data[0] >> 4) % 3;
        bool had_room = pl011_room(&u);
        switch (data[0] & 7) {
        case 0: case 1: case 2: pl011_access(&u, data[1], bytes, true, &value); break;
        case 3: case 4: pl011_access(&u, data[1] | (data[2] & 15u) << 8, bytes, false, &value); break;
        case 5:
            pl011_receive(&u, data[1]);
            must(u.count == before + had_room);
            must(!had_room || u.receive[(u.first + before) % PL011_FIFO] == data[1]);
            break;
        case 6:
            room = data[1];
            pl011_drain(&u);
            break;
        default: pl011_access(&u, 0, bytes, data[1] & 1, &value); break;
        }
        check(&u);
    }
    return 0;
}
