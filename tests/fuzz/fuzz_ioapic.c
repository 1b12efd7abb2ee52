/* Any sequence of register writes, edges and EOIs: entries keep their read-only bits honest, levels are not sent twice. */
#include <stdlib.h>
#include <string.h>
#include "hypervisor/devices/ioapic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ioapic io;
static void note(void *owner, const struct apic_message *m)
{
    (void)owner;
    if (m->destination > 0xff || m->x2 || m->mode > 7 || (m->level && m->mode > APIC_LOWEST))
        abort();
}

static void check(void)
{
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
        uint64_t e = io.entry[pin];
        bool level = e & 0x8000, remote = e & 0x4000, masked = e & 0x10000, fixed = (e >> 8 & 7) < 2;
        if (e & UINT64_C(0x00fffffffffe1000) || (remote && !level))
            abort();
        if (level && fixed && !masked && io.high >> pin & 1 && !remote)
            abort();            /* a level that waits for nothing has been sent */
    }
    if (io.high >> IOAPIC_PINS || io.id > 15)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t value;
    memset(&io, 0, sizeof(io));
    io.send = note;
    ioapic_reset(&io, 0);
    for (; size >= 6; data += 6, size -= 6) {
        memcpy(&value, data + 2, sizeof(value));
        switch (data[0] & 7) {
        case 0: case 1: case 2:
            ioapic_write(&io, 0, data[1]);
            ioapic_write(&io, 0x10, value);
            break;
        case 3: ioapic_write(&io, data[1], value); break;
        case 4: (void)ioapic_read(&io, data[1]); break;
        case 5: ioapic_eoi(&io, data[1]); break;
        default: ioapic_line(&io, data[1] & 31, data[1] & 0x80);
        }
        check();
    }
    return 0;
}
