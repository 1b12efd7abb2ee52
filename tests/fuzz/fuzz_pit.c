/* Any sequence of accesses at any times: no overflow, alarms lie ahead, and after a tick the next one is not at once. */
#include <stdlib.h>
#include <string.h>
#include "hypervisor/devices/pit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void line(void *owner, unsigned number, bool level)
{
    (void)number;
    *(bool *)owner = level;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t ports[8] = { 0x40, 0x41, 0x42, 0x43, 0x61, 0x43, 0x40, 0x44 };
    struct pit p;
    bool high = false;
    uint64_t ns = 5;
    memset(&p, 0, sizeof(p));
    p.irq0 = (struct wire){ line, &high, 0 };
    pit_reset(&p);
    for (; size >= 3; data += 3, size -= 3) {
        ns += (uint64_t)data[1] << (data[2] & 31);
        if (data[0] & 0x80) {
            pit_tick(&p, ns);
            if (pit_due(&p, ns) <= ns)
                abort();
        } else if (data[0] & 0x40) {
            (void)pit_read(&p, ports[data[0] & 7], ns);
        } else {
            pit_write(&p, ports[data[0] & 7], data[2], ns);
        }
        for (unsigned i = 0; i < 3; i++) {
            if (p.channel[i].mode > 5 || p.channel[i].access > 3 || p.channel[i].access < 1 || (i < 2 && !p.channel[i].gate))
                abort();
        }
    }
    return 0;
}
