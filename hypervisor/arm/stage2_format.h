/*
 * Stage 2's formats, 4 KiB granule (DDI 0487, D8): the shape of the tables for an input size, and entries. Pure: no instruction of
 * EL2, so that tests on any machine can look at it.
 */
#ifndef HYPERVISOR_ARM_STAGE2_FORMAT_H
#define HYPERVISOR_ARM_STAGE2_FORMAT_H
#include "hypervisor/arch.h"
#include "hypervisor/arm/registers.h"

#define S2_VALID     BIT(0)
#define S2_TABLE     BIT(1)             /* levels 0 to 2: a table; level 3: a page, always */
#define S2_MEMATTR_DEVICE (UINT64_C(1) << 2)    /* Device-nGnRE */
#define S2_MEMATTR_NORMAL (UINT64_C(15) << 2)   /* Write-Back: the guest's stage 1 decides, D8.5.5 */
#define S2_MEMATTR   (UINT64_C(15) << 2)
#define S2_AP_READ   BIT(6)
#define S2_AP_WRITE  BIT(7)
#define S2_SH_INNER  (UINT64_C(3) << 8)
#define S2_AF        BIT(10)            /* set beforehand: we do not ask what was accessed */
#define S2_CONTIGUOUS BIT(52)           /* one of 16 that one TLB entry may hold, D8.6.1 */
#define S2_XN        (UINT64_C(2) << 53)    /* XN[1:0] = 10: nobody executes, with FEAT_XNX or without */
#define S2_ADDRESS   UINT64_C(0x0000fffffffff000)
#define S2_PERMISSIONS (S2_AP_READ | S2_AP_WRITE | S2_XN)

enum { S2_LAST = 3, S2_ENTRIES = 512, S2_GROUP = 16 };

/* bits: of the guest's physical addresses. root_order: of the pages of the tables at the start level, which are concatenated. */
struct stage2_shape { unsigned bits, start, root_order; uint64_t vtcr; };

/*
 * host_bits: 32..52 physical address bits of all CPUs together; what we map ends at 48 (52 need another granule or FEAT_LPA2), so more
 * is cut to that and never copied. Up to 16 tables of the start level may lie side by side, which saves a level for 40 to 43 bits.
 * ps: VTCR_EL2.PS for .bits. False: not a number of bits that an Arm CPU has.
 */
static inline unsigned stage2_bits(unsigned host_bits) { return host_bits > 48 ? 48 : host_bits; }

static inline bool stage2_shape_make(struct stage2_shape *s, unsigned host_bits, uint64_t ps, bool wide_vmid)
{
    unsigned bits = stage2_bits(host_bits);
    if (host_bits < 32 || host_bits > 52 || ps > 5)
        return false;
    s->bits = bits;
    s->start = bits > 43 ? 0 : 1;
    s->root_order = s->start == 1 && bits > 39 ? bits - 39 : 0;
    s->vtcr = VTCR_RES1 | (64 - bits) | (UINT64_C(2) - s->start) << VTCR_SL0_SHIFT | VTCR_IRGN0_WB | VTCR_ORGN0_WB | VTCR_SH0_INNER |
              ps << VTCR_PS_SHIFT | (wide_vmid ? VTCR_VS : 0);
    return true;
}

static inline unsigned s2_shift(unsigned level) { return 39 - 9 * level; }
static inline uint64_t s2_size(unsigned level) { return UINT64_C(1) << s2_shift(level); }
static inline bool s2_is_leaf(uint64_t e, unsigned level) { return (e & S2_VALID) && (level == S2_LAST || !(e & S2_TABLE)); }
static inline bool s2_is_table(uint64_t e, unsigned level) { return (e & S2_VALID) && level < S2_LAST && (e & S2_TABLE); }

/* 0: not mapped; what cannot be read is not there for the guest. */
static inline uint64_t s2_leaf(uint64_t h, unsigned level, unsigned perm)
{
    if (!(perm & S2_READ))
        return 0;
    return h | S2_VALID | (level == S2_LAST ? S2_TABLE : 0) | S2_AF | S2_AP_READ | (perm & S2_WRITE ? S2_AP_WRITE : 0) |
           (perm & S2_DEVICE ? S2_MEMATTR_DEVICE : S2_MEMATTR_NORMAL | S2_SH_INNER) | (perm & S2_EXEC ? 0 : S2_XN);
}

static inline unsigned s2_perm(uint64_t e)
{
    return S2_READ | (e & S2_AP_WRITE ? S2_WRITE : 0) | (e & S2_XN ? 0 : S2_EXEC) |
           ((e & S2_MEMATTR) == S2_MEMATTR_DEVICE ? S2_DEVICE : 0);
}
#endif
