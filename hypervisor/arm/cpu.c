/* Owns: what identification registers say that the host half must know. Pure. */
#include "hypervisor/arm/host.h"

enum { PARANGE = 0xf, BITS_MAX = 48 };

/* ID_AA64MMFR0_EL1.PARange; what is 0 here is none that we know. */
static const uint8_t bits_of[PARANGE + 1] = { 32, 36, 40, 42, 44, 48, 52 };

unsigned cpu_pa_bits_of(uint64_t mmfr0)
{
    unsigned bits = bits_of[mmfr0 & PARANGE];
    return bits > BITS_MAX ? BITS_MAX : bits;
}

uint64_t cpu_ps(unsigned bits)
{
    uint64_t ps = 0;
    while (ps < PARANGE && bits_of[ps + 1] && bits_of[ps + 1] <= bits)
        ps++;
    return ps;
}
