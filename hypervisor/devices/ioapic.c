/*
 * Owns: an I/O APIC's redirection table and what its wires do to it (82093AA datasheet 3.0; the EOI register and
 * version 0x20 as in Intel's ICH). Invariants: Remote IRR is set only in level entries, and only by sending; the
 * read-only bits of an entry change only here. An edge that comes while its entry is masked is lost, as on hardware.
 */
#include "hypervisor/devices/ioapic.h"

#define VERSION       0x20
#define ENTRY_LOGICAL  UINT64_C(0x0800)
#define ENTRY_STATUS   UINT64_C(0x1000)     /* delivery status: always idle, a message is never under way */
#define ENTRY_REMOTE   UINT64_C(0x4000)
#define ENTRY_LEVEL    UINT64_C(0x8000)
#define ENTRY_MASKED   UINT64_C(0x10000)
#define ENTRY_WRITABLE UINT64_C(0xff0000000001afff)  /* polarity (bit 13) is kept but drives nothing: wires say "asserted" */

enum { REG_ID = 0, REG_VERSION = 1, REG_ARBITRATION = 2, REG_ENTRY = 0x10 };
enum { AT_SELECT = 0x00, AT_WINDOW = 0x10, AT_EOI = 0x40 };

void ioapic_reset(struct ioapic *io, uint8_t id)
{
    io->select = 0;
    io->id = id & 15;
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
        io->entry[pin] = ENTRY_MASKED;
}

/* A level entry waits for its EOI between two messages; an edge entry does not. */
static void fire(struct ioapic *io, unsigned pin)
{
    uint64_t e = io->entry[pin];
    struct apic_message m = {
        .vector = (uint8_t)e, .mode = e >> 8 & 7, .shorthand = APIC_TO_DESTINATION, .logical = e & ENTRY_LOGICAL,
        .level = e & ENTRY_LEVEL, .assert_ = true, .destination = (uint32_t)(e >> 56),
    };
    if (e & ENTRY_MASKED || (m.level && e & ENTRY_REMOTE))
        return;
    /* SMI, NMI, INIT and ExtINT are edge-triggered whatever the entry says, and no EOI follows them. */
    if (m.mode != APIC_FIXED && m.mode != APIC_LOWEST)
        m.level = false;
    if (m.level)
        io->entry[pin] |= ENTRY_REMOTE;
    if (io->send)
        io->send(io->owner, &m);
}

/* A level entry whose wire is asserted and which may send, sends. */
static void look(struct ioapic *io, unsigned pin)
{
    if (io->high >> pin & 1 && io->entry[pin] & ENTRY_LEVEL)
        fire(io, pin);
}

void ioapic_line(struct ioapic *io, unsigned pin, bool high)
{
    if (pin >= IOAPIC_PINS)
        return;
    bool rose = high && !(io->high >> pin & 1);
    io->high = high ? io->high | 1u << pin : io->high & ~(1u << pin);
    if (rose)
        fire(io, pin);
}

void ioapic_eoi(struct ioapic *io, uint8_t vector)
{
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
        if ((uint8_t)io->entry[pin] != vector || !(io->entry[pin] & ENTRY_REMOTE))
            continue;
        io->entry[pin] &= ~ENTRY_REMOTE;
        look(io, pin);
    }
}

/* Remote IRR outlives mask and vector, not the level mode: Linux clears a stuck one by switching to edge and back. */
static void put_entry(struct ioapic *io, unsigned pin, bool upper, uint32_t value)
{
    uint64_t e = io->entry[pin], part = upper ? UINT64_C(0xffffffff00000000) : 0xffffffff;
    uint64_t next = (upper ? (uint64_t)value << 32 : value) & part;
    e = (e & ~(part & ENTRY_WRITABLE)) | (next & ENTRY_WRITABLE);
    if (!(e & ENTRY_LEVEL))
        e &= ~ENTRY_REMOTE;
    io->entry[pin] = e & ~ENTRY_STATUS;
    look(io, pin);
}

static uint32_t get(const struct ioapic *io)
{
    unsigned pin = (io->select - REG_ENTRY) / 2;
    switch (io->select) {
    case REG_ID: case REG_ARBITRATION:
        return (uint32_t)io->id << 24;
    case REG_VERSION:
        return VERSION | (IOAPIC_PINS - 1) << 16;
    default:
        if (io->select < REG_ENTRY || pin >= IOAPIC_PINS)
            return 0xffffffff;
        return (uint32_t)(io->entry[pin] >> (io->select & 1 ? 32 : 0));
    }
}

uint32_t ioapic_read(struct ioapic *io, unsigned offset)
{
    switch (offset) {
    case AT_SELECT: return io->select;
    case AT_WINDOW: return get(io);
    default:        return 0;
    }
}

void ioapic_write(struct ioapic *io, unsigned offset, uint32_t value)
{
    unsigned pin = (io->select - REG_ENTRY) / 2;
    switch (offset) {
    case AT_SELECT:
        io->select = value & 0xff;
        break;
    case AT_WINDOW:
        if (io->select == REG_ID)
            io->id = value >> 24 & 15;
        else if (io->select >= REG_ENTRY && pin < IOAPIC_PINS)
            put_entry(io, pin, io->select & 1, value);
        break;
    case AT_EOI:
        ioapic_eoi(io, (uint8_t)value);
        break;
    default:
        break;
    }
}
