/*
 * Any instruction and registers: no undefined behaviour, registers change only when it was done, accesses are of a size there is, at
 * most two and neighbours, what is written has no bits above its size, and a refusal has a reason.
 */
#include "hypervisor/insn/a64.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned accesses, last_size;
static uint64_t last_at, refused;

static bool access(uint64_t at, unsigned size)
{
    if (!(size == 1 || size == 2 || size == 4 || size == 8) || ++accesses > 2)
        abort();
    if (accesses == 2 && (at != last_at + last_size || size != last_size))
        abort();
    last_at = at;
    last_size = size;
    return !(refused & accesses);
}

static bool bus_read(void *owner, uint64_t at, unsigned size, uint64_t *value)
{
    (void)owner;
    *value = ~at;
    return access(at, size);
}

static bool bus_write(void *owner, uint64_t at, unsigned size, uint64_t value)
{
    (void)owner;
    if (size < 8 && value >> 8 * size)
        abort();
    return access(at, size);
}

/* Loads and stores are an eighth of all encodings: most inputs are made one. */
static uint32_t instruction(const uint8_t *data)
{
    uint32_t i;
    memcpy(&i, data, sizeof(i));
    return data[4] < 240 ? (i & ~UINT32_C(0x0a000000)) | UINT32_C(0x08000000) : i;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct a64_bus bus = { bus_read, bus_write, NULL };
    const char *why = NULL;
    struct arm_regs r, before;
    if (size < 8)
        return 0;
    for (size_t i = 0; i < sizeof(r); i++)
        ((uint8_t *)&r)[i] = data[4 + (i + i / 8) % (size - 4)];
    before = r;
    accesses = 0;
    refused = data[5] & 3;
    enum a64_result result = a64_execute(&r, instruction(data), &bus, &why);
    if (r.pc != before.pc || r.pstate != before.pstate || (result != A64_DONE && memcmp(&r, &before, sizeof(r)) != 0))
        abort();
    if ((result == A64_REFUSED) != (why != NULL) || (result == A64_REFUSED && accesses))
        abort();
    return 0;
}
