/* Identification registers are fields of four bits, most of them numbers that grow with what there is (DDI 0487, D19.1.3): pure. */
#ifndef HYPERVISOR_ARM_ID_FIELDS_H
#define HYPERVISOR_ARM_ID_FIELDS_H
#include <stdint.h>

/* The least of both, field by field. is_signed: 0xf in the fields that count from -1, "not there", as FP and AdvSIMD do. */
static inline uint64_t id_least(uint64_t a, uint64_t b, uint64_t is_signed)
{
    uint64_t least = 0;
    for (unsigned shift = 0; shift < 64; shift += 4) {
        uint64_t flip = is_signed >> shift & 8, x = (a >> shift & 15) ^ flip, y = (b >> shift & 15) ^ flip;
        least |= ((x < y ? x : y) ^ flip) << shift;
    }
    return least;
}

/* ID_AA64DFR0's BRPs and WRPs are numbers less one: how many there are of both breakpoints and watchpoints, `most` at most. */
static inline unsigned id_debug_pairs(uint64_t dfr0, unsigned most)
{
    unsigned b = (dfr0 >> 12 & 15) + 1, w = (dfr0 >> 20 & 15) + 1, n = b < w ? b : w;
    return n < most ? n : most;
}
#endif
