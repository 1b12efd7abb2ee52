/*
 * Owns: the encodings of A64's loads and stores of general registers (DDI 0487, C4.1.94). A row of the table is one group of them.
 * Invariant: registers change only when every access of the instruction was done, so that a fault can be taken and retried.
 */
#include "hypervisor/insn/a64.h"
#include <stddef.h>

static uint32_t bits(uint32_t i, unsigned from, unsigned width) { return i >> from & ((1u << width) - 1); }
static int64_t sign_extend(uint64_t value, unsigned width) { return (int64_t)(value << (64 - width)) >> (64 - width); }

static bool refuse(const char **why, const char *text)
{
    *why = text;
    return false;
}

/* size and opc of a single register: opc 0 stores, 1 loads, 2 and 3 load with the sign into 64 and 32 bits. */
static bool single(struct a64_access *a, uint32_t i, const char **why)
{
    unsigned size = bits(i, 30, 2), opc = bits(i, 22, 2);
    a->size = (uint8_t)(1u << size);
    a->count = 1;
    a->reg[0] = (uint8_t)bits(i, 0, 5);
    a->base = (uint8_t)bits(i, 5, 5);
    if (size == 3 && opc == 2) {
        a->nothing = true;              /* PRFM */
        return true;
    }
    if (opc == 3 && size >= 2)
        return refuse(why, "is not allocated");
    a->load = opc != 0;
    a->sign = opc >= 2;
    a->wide = opc == 2 || size == 3;
    return true;
}

static bool unsigned_offset(struct a64_access *a, uint32_t i, const char **why)
{
    a->offset = (int64_t)bits(i, 10, 12) << bits(i, 30, 2);
    return single(a, i, why);
}

/* Bits 11:10: unscaled, post-indexed, unprivileged (stage 1 has let it pass already), pre-indexed. */
static bool short_offset(struct a64_access *a, uint32_t i, const char **why)
{
    unsigned mode = bits(i, 10, 2);
    a->offset = sign_extend(bits(i, 12, 9), 9);
    a->writeback = mode & 1;
    a->post = mode == 1;
    return single(a, i, why);
}

static bool register_offset(struct a64_access *a, uint32_t i, const char **why)
{
    a->indexed = true;
    a->index = (uint8_t)bits(i, 16, 5);
    a->extend = (uint8_t)bits(i, 13, 3);
    a->shift = bits(i, 12, 1) ? (uint8_t)bits(i, 30, 2) : 0;
    if (!(a->extend & 2))
        return refuse(why, "is not allocated");
    return single(a, i, why);
}

/* LDAPR is among the atomics: Rs 31, A set, R clear, o3 1, opc 4. */
static bool atomic(struct a64_access *a, uint32_t i, const char **why)
{
    if ((i & 0x3ffffc00u) != 0x38bfc000u)
        return refuse(why, "is an atomic operation, which no device here can do");
    *a = (struct a64_access){ .load = true, .size = (uint8_t)(1u << bits(i, 30, 2)), .count = 1, .wide = true,
                              .reg = { (uint8_t)bits(i, 0, 5) }, .base = (uint8_t)bits(i, 5, 5) };
    return true;
}

static bool authenticated(struct a64_access *a, uint32_t i, const char **why)
{
    (void)a;
    (void)i;
    return refuse(why, "loads through an authenticated pointer");
}

static bool literal(struct a64_access *a, uint32_t i, const char **why)
{
    unsigned opc = bits(i, 30, 2);
    (void)why;
    a->literal = true;
    a->load = true;
    a->nothing = opc == 3;
    a->sign = a->wide = opc == 2;
    a->size = opc == 1 ? 8 : 4;
    a->count = 1;
    a->reg[0] = (uint8_t)bits(i, 0, 5);
    a->offset = sign_extend(bits(i, 5, 19), 19) * 4;
    return true;
}

/* Bits 24:23: non-temporal, post-indexed, offset, pre-indexed. opc: 32 bits, LDPSW (or STGP), 64 bits. */
static bool pair(struct a64_access *a, uint32_t i, const char **why)
{
    unsigned opc = bits(i, 30, 2), mode = bits(i, 23, 2);
    a->load = bits(i, 22, 1);
    if (opc == 3 || (opc == 1 && (!a->load || mode == 0)))
        return refuse(why, "stores tags, or is not allocated");
    a->sign = a->wide = opc == 1;
    a->size = opc == 2 ? 8 : 4;
    a->count = 2;
    a->reg[0] = (uint8_t)bits(i, 0, 5);
    a->reg[1] = (uint8_t)bits(i, 10, 5);
    a->base = (uint8_t)bits(i, 5, 5);
    a->writeback = mode & 1;
    a->post = mode == 1;
    a->offset = sign_extend(bits(i, 15, 7), 7) * a->size;
    if (a->load && a->reg[0] == a->reg[1])
        return refuse(why, "loads one register twice, which is unpredictable");
    return true;
}

/* o2 (23) set and o1 (21) clear: LDAR, STLR and their LORegion kin; else exclusives and compare and swap. */
static bool ordered(struct a64_access *a, uint32_t i, const char **why)
{
    if (!bits(i, 23, 1) || bits(i, 21, 1))
        return refuse(why, "is an exclusive or a compare and swap, which no device here can do");
    a->load = bits(i, 22, 1);
    a->size = (uint8_t)(1u << bits(i, 30, 2));
    a->wide = true;
    a->count = 1;
    a->reg[0] = (uint8_t)bits(i, 0, 5);
    a->base = (uint8_t)bits(i, 5, 5);
    return true;
}

static bool ordered_offset(struct a64_access *a, uint32_t i, const char **why)
{
    a->offset = sign_extend(bits(i, 12, 9), 9);
    if (bits(i, 30, 2) == 3 && bits(i, 22, 2) == 2)
        return refuse(why, "is not allocated");
    return single(a, i, why);
}

/* DC by address: what is not cached is clean. ZVA stores, and GVA and GZVA, tags. */
static bool maintenance(struct a64_access *a, uint32_t i, const char **why)
{
    if (bits(i, 8, 4) == 4)
        return refuse(why, "zeroes a block, which no device here can do");
    a->nothing = true;
    return true;
}

static bool simd(struct a64_access *a, uint32_t i, const char **why)
{
    (void)a;
    (void)i;
    return refuse(why, "moves a SIMD or floating point register, which no device here can take");
}

/* First match. */
static const struct row { uint32_t mask, value; bool (*decode)(struct a64_access *a, uint32_t i, const char **why); } rows[] = {
    { 0x0e000000, 0x0c000000, simd },               /* every group of loads and stores with V, and the structures */
    { 0x3f000000, 0x08000000, ordered },
    { 0x3f200c00, 0x19000000, ordered_offset },
    { 0x3b000000, 0x18000000, literal },
    { 0x3e000000, 0x28000000, pair },
    { 0x3f000000, 0x39000000, unsigned_offset },
    { 0x3f200000, 0x38000000, short_offset },
    { 0x3f200c00, 0x38200800, register_offset },
    { 0x3f200c00, 0x38200000, atomic },
    { 0x3f200400, 0x38200400, authenticated },
    { 0xfffff000, 0xd5087000, maintenance },        /* SYS, CRn 7, op1 0 (DC IVAC) */
    { 0xfffff000, 0xd50b7000, maintenance },        /* op1 3 */
};

bool a64_decode(struct a64_access *a, uint32_t i, const char **why)
{
    *a = (struct a64_access){ 0 };
    for (size_t n = 0; n < sizeof(rows) / sizeof(*rows); n++) {
        if ((i & rows[n].mask) != rows[n].value)
            continue;
        if (!rows[n].decode(a, i, why))
            return false;
        if (!a->writeback)
            return true;
        if (a->nothing)
            return refuse(why, "is not allocated");
        for (unsigned r = 0; r < a->count; r++)
            if (a->reg[r] == a->base && a->base != ARM_ZERO)
                return refuse(why, "writes its base back over its data, which is unpredictable");
        return true;
    }
    return refuse(why, "is not a load or store of this decoder");
}

static uint64_t get(const struct arm_regs *r, unsigned n) { return n == ARM_ZERO ? 0 : r->x[n]; }

/* The index register as its extension and shift make it. */
static uint64_t index_of(const struct arm_regs *r, const struct a64_access *a)
{
    uint64_t x = get(r, a->index);
    if (a->extend == 2)
        x = (uint32_t)x;
    else if (a->extend == 6)
        x = (uint64_t)(int64_t)(int32_t)(uint32_t)x;
    return x << a->shift;
}

static uint64_t extended(const struct a64_access *a, uint64_t value)
{
    unsigned width = 8u * a->size;
    if (width < 64)
        value &= (UINT64_C(1) << width) - 1;
    if (!a->sign)
        return value;
    value = (uint64_t)sign_extend(value, width);
    return a->wide ? value : (uint32_t)value;
}

static bool store(const struct arm_regs *r, const struct a64_access *a, uint64_t at, const struct a64_bus *bus)
{
    for (unsigned n = 0; n < a->count; n++) {
        uint64_t value = get(r, a->reg[n]);
        if (a->size < 8)
            value &= (UINT64_C(1) << 8 * a->size) - 1;
        if (!bus->write(bus->owner, at + n * a->size, a->size, value))
            return false;
    }
    return true;
}

static bool load(struct arm_regs *r, const struct a64_access *a, uint64_t at, const struct a64_bus *bus)
{
    uint64_t value[2] = { 0, 0 };
    for (unsigned n = 0; n < a->count; n++)
        if (!bus->read(bus->owner, at + n * a->size, a->size, &value[n]))
            return false;
    for (unsigned n = 0; n < a->count; n++)
        if (a->reg[n] != ARM_ZERO)
            r->x[a->reg[n]] = extended(a, value[n]);
    return true;
}

enum a64_result a64_execute(struct arm_regs *r, uint32_t instruction, const struct a64_bus *bus, const char **why)
{
    struct a64_access a;
    if (!a64_decode(&a, instruction, why))
        return A64_REFUSED;
    if (a.nothing)
        return A64_DONE;
    if (!a.literal && a.base == ARM_ZERO) {
        *why = "has SP as its base, and a stack is no place for a device";
        return A64_REFUSED;
    }
    uint64_t base = a.literal ? r->pc : r->x[a.base], moved = base + (uint64_t)a.offset;
    uint64_t at = a.post ? base : moved;
    if (a.indexed)
        at += index_of(r, &a);
    if (!(a.load ? load(r, &a, at, bus) : store(r, &a, at, bus)))
        return A64_FAULT;
    if (a.writeback)
        r->x[a.base] = moved;
    return A64_DONE;
}
