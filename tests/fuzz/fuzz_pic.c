/* Random writes, lines and acknowledge cycles: what is accepted was asked for, and vectors stay in their eight. */
#include "hypervisor/devices/pic.h"
#include <stddef.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t ports[] = { 0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1 };
    struct pic p;
    pic_reset(&p);
    for (size_t i = 0; i + 1 < size; i += 2) {
        uint8_t what = data[i], value = data[i + 1];
        if (what < 128)
            pic_write(&p, ports[what % 6], value);
        else if (what < 220)
            pic_line(&p, value & 31, what & 1);
        else if (pic_asks(&p)) {
            uint8_t vector = pic_vector(&p);
            if (pic_accept(&p) != vector || ((vector & 0xf8) != p.chip[0].base && (vector & 0xf8) != p.chip[1].base))
                abort();
        }
        (void)pic_read(&p, ports[value % 6]);
    }
    return 0;
}
