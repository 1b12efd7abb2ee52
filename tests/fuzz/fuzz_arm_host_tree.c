/* The host's device tree, any bytes: it is read, with numbers that the rest may rely on, or refused by a sentence. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "hypervisor/arm/tree.c"
#include "hypervisor/arm/tree_devices.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static void range_is_sound(const struct tree_range *r) { must(r->at <= UINT64_MAX - r->size); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct host_tree t;
    struct error e = { "" };
    uint64_t *copy = malloc(size + 8);          /* aligned as a loader has to */
    memcpy(copy, data, size);
    memset(&t, 0, sizeof(t));
    bool good = host_tree_read(&t, span_of(copy, size), &e);
    must(good == !failed(&e));
    for (unsigned i = 0; i < t.rams; i++)
        must(t.ram[i].size && !(t.ram[i].base.v & PAGE_MASK) && !(t.ram[i].size & PAGE_MASK) && t.ram[i].base.v <= UINT64_MAX - t.ram[i].size);
    for (unsigned i = 0; i < t.reserveds; i++)
        must(t.reserved[i].size && t.reserved[i].at <= UINT64_MAX - PAGE_SIZE - t.reserved[i].size);
    range_is_sound(&t.uart);
    range_is_sound(&t.rtc);
    range_is_sound(&t.gic.gicd);
    for (unsigned i = 0; i < t.gic.gicrs; i++)
        range_is_sound(&t.gic.gicr[i]);
    must(t.cpus <= HOST_CPUS_MAX && t.uart_intid < 1020 && t.vtimer < 32 && t.alarm < 32);
    must(!good || host_tree_bytes(copy) <= size);
    (void)host_tree_has_word(t.bootargs, "semihosting");
    free(copy);
    return 0;
}
