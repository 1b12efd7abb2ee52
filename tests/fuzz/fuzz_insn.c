/*
 * Any bytes, registers, segments and mode: no undefined behaviour, nothing is changed unless INSN_DONE, no access larger
 * than 8 bytes, and never more than one iteration's worth of them.
 */
#include <stdlib.h>
#include <string.h>
#include "hypervisor/insn/insn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned accesses;
static uint64_t answers;
static bool access(unsigned size, struct insn_fault *fault)
{
    if (!(size == 1 || size == 2 || size == 4 || size == 8) || ++accesses > 4)
        abort();
    answers = answers * 6364136223846793005u + 1;
    if (answers >> 60 == 7) {
        *fault = (struct insn_fault){ .vector = TRAP_PF, .has_error = true };
        return false;
    }
    return true;
}
static bool bus_read(void *owner, uint64_t gva, unsigned size, uint64_t *value, struct insn_fault *fault)
{
    (void)owner;
    *value = answers ^ gva;
    return access(size, fault);
}
static bool bus_write(void *owner, uint64_t gva, unsigned size, uint64_t value, struct insn_fault *fault)
{
    (void)owner;
    (void)gva;
    if (size < 8 && value >> 8 * size)
        abort();
    return access(size, fault);
}
static bool bus_in(void *owner, uint16_t port, unsigned size, uint64_t *value, struct insn_fault *fault)
{
    return size <= 4 ? bus_read(owner, port, size, value, fault) : (abort(), false);
}
static bool bus_out(void *owner, uint16_t port, unsigned size, uint64_t value, struct insn_fault *fault)
{
    return size <= 4 ? bus_write(owner, port, size, value, fault) : (abort(), false);
}

static struct x86_state state_from(const uint8_t *data, size_t size)
{
    struct x86_state s;
    memset(&s, 0, sizeof(s));
    uint8_t *to = (uint8_t *)&s.regs;
    for (size_t i = 0; size && i < sizeof(s.regs); i++)
        to[i] = data[(i * 7 + i / size) % size];
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        s.seg[i] = (struct x86_segment){ (uint16_t)i, (uint16_t)(data[i] | data[i + 6] << 8), data[i] & 1 ? 0xffffffff : 0xffff, s.regs.gpr[i] };
    s.cr0 = data[12] & 1 ? CR0_PE | CR0_PG : data[12] & 2 ? CR0_PE : 0;
    s.cr4 = data[12] & 4 ? CR4_LA57 : 0;
    s.efer = data[12] & 8 ? EFER_LMA | EFER_LME : 0;
    if (data[12] & 16)
        for (unsigned i = 0; i < X86_GPRS; i++)
            s.regs.gpr[i] &= 0xffff;
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct insn_bus bus = { bus_read, bus_write, bus_in, bus_out, NULL };
    struct insn_fault fault;
    unsigned length = 99;
    uint8_t bytes[INSN_BYTES_MAX];
    if (size < 14)
        return 0;
    struct x86_state s = state_from(data, size), before = s;
    size_t n = size - 13 > INSN_BYTES_MAX ? INSN_BYTES_MAX : size - 13;
    memcpy(bytes, data + 13, n);
    accesses = 0;
    answers = data[12];
    enum insn_result result = insn_execute(&s, bytes, n, &bus, &fault, &length);
    if (length > n || length > INSN_BYTES_MAX)
        abort();
    if (result == INSN_UNKNOWN && accesses)
        abort();
    if (result != INSN_DONE && memcmp(&s, &before, sizeof(s)))
        abort();
    if (result == INSN_DONE && (!length || memcmp((char *)&s + sizeof(s.regs), (char *)&before + sizeof(s.regs), sizeof(s) - sizeof(s.regs))))
        abort();
    if (result == INSN_FAULT && fault.vector != TRAP_UD && fault.vector != TRAP_GP && fault.vector != TRAP_SS && fault.vector != TRAP_PF)
        abort();
    return 0;
}
