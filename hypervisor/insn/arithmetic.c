/* Owns: arithmetic and the status flags it leaves (SDM vol. 1 app. A; vol. 2 each instruction). Pure functions. */
#include "hypervisor/insn/insn_internal.h"

static uint64_t sign_bit(unsigned size) { return UINT64_C(1) << (size * 8 - 1); }

uint64_t sign_extend(uint64_t value, unsigned size)
{
    unsigned unused = 64 - 8 * size;
    return (uint64_t)((int64_t)(value << unused) >> unused);
}

static void set(uint64_t *flags, uint64_t which, bool on) { *flags = on ? *flags | which : *flags & ~which; }

static void set_result(uint64_t *flags, unsigned size, uint64_t result)
{
    set(flags, FLAG_ZF, (result & size_mask(size)) == 0);
    set(flags, FLAG_SF, result & sign_bit(size));
    set(flags, FLAG_PF, !__builtin_parity((unsigned)result & 0xff));
}

static uint64_t add(unsigned size, uint64_t a, uint64_t b, unsigned carry, uint64_t *flags)
{
    uint64_t r = (a + b + carry) & size_mask(size);
    set(flags, FLAG_CF, ((a & b) | ((a | b) & ~r)) & sign_bit(size));
    set(flags, FLAG_OF, (a ^ r) & (b ^ r) & sign_bit(size));
    set(flags, FLAG_AF, (a ^ b ^ r) & 0x10);
    return r;
}

static uint64_t subtract(unsigned size, uint64_t a, uint64_t b, unsigned borrow, uint64_t *flags)
{
    uint64_t r = (a - b - borrow) & size_mask(size);
    set(flags, FLAG_CF, ((~a & b) | (~(a ^ b) & r)) & sign_bit(size));
    set(flags, FLAG_OF, (a ^ b) & (a ^ r) & sign_bit(size));
    set(flags, FLAG_AF, (a ^ b ^ r) & 0x10);
    return r;
}

uint64_t alu(unsigned op, unsigned size, uint64_t a, uint64_t b, uint64_t *flags)
{
    unsigned carry = *flags & FLAG_CF ? 1 : 0;
    uint64_t r;
    a &= size_mask(size);
    b &= size_mask(size);
    switch (op) {
    case ALU_ADD: r = add(size, a, b, 0, flags); break;
    case ALU_ADC: r = add(size, a, b, carry, flags); break;
    case ALU_SBB: r = subtract(size, a, b, carry, flags); break;
    case ALU_SUB:
    case ALU_CMP: r = subtract(size, a, b, 0, flags); break;
    default:
        r = op == ALU_OR ? a | b : op == ALU_AND ? a & b : a ^ b;
        *flags &= ~(uint64_t)(FLAG_CF | FLAG_OF | FLAG_AF);     /* AF is undefined; CPUs clear it */
    }
    set_result(flags, size, r);
    return r;
}

/* INC and DEC leave CF alone. */
uint64_t alu_increment(unsigned size, uint64_t a, bool down, uint64_t *flags)
{
    uint64_t carry = *flags & FLAG_CF;
    uint64_t r = alu(down ? ALU_SUB : ALU_ADD, size, a, 1, flags);
    *flags = (*flags & ~(uint64_t)FLAG_CF) | carry;
    return r;
}

/* One step at a time where the carry takes part: at most 63 steps. */
static uint64_t rotate(unsigned op, unsigned size, uint64_t a, unsigned count, uint64_t *flags)
{
    uint64_t sign = sign_bit(size), carry = *flags & FLAG_CF ? 1 : 0;
    for (; count; count--) {
        uint64_t out = op == SHIFT_ROL || op == SHIFT_RCL ? (a & sign ? 1 : 0) : a & 1;
        uint64_t in = op == SHIFT_RCL || op == SHIFT_RCR ? carry : out;
        if (op == SHIFT_ROL || op == SHIFT_RCL)
            a = (a << 1 | in) & size_mask(size);
        else
            a = a >> 1 | (in ? sign : 0);
        carry = out;
    }
    set(flags, FLAG_CF, carry);
    if (op == SHIFT_ROL || op == SHIFT_RCL)
        set(flags, FLAG_OF, !(a & sign) != !carry);
    else
        set(flags, FLAG_OF, !(a & sign) != !(a & sign >> 1));
    return a;
}

/* count is not 0 and less than 64. */
static uint64_t shift(unsigned op, unsigned size, uint64_t a, unsigned count, uint64_t *flags)
{
    uint64_t sign = sign_bit(size), wide = op == SHIFT_SAR ? sign_extend(a, size) : a, r;
    if (op == SHIFT_SHL || op == SHIFT_SAL) {
        uint64_t before = wide << (count - 1);      /* CF is the last bit that went out */
        r = before << 1 & size_mask(size);
        set(flags, FLAG_CF, before & sign);
        set(flags, FLAG_OF, !(r & sign) == !!(before & sign));
    } else if (op == SHIFT_SHR) {
        r = wide >> (count - 1);
        set(flags, FLAG_CF, r & 1);
        r >>= 1;
        set(flags, FLAG_OF, a & sign);
    } else {
        r = (uint64_t)((int64_t)wide >> (count - 1));
        set(flags, FLAG_CF, r & 1);
        r = (uint64_t)((int64_t)r >> 1) & size_mask(size);
        set(flags, FLAG_OF, false);
    }
    set(flags, FLAG_AF, false);
    set_result(flags, size, r);
    return r;
}

uint64_t alu_shift(unsigned op, unsigned size, uint64_t a, unsigned count, uint64_t *flags)
{
    count &= size == 8 ? 63 : 31;
    a &= size_mask(size);
    if (!count)
        return a;
    return op < SHIFT_SHL ? rotate(op, size, a, count, flags) : shift(op, size, a, count, flags);
}

/* IMUL with two operands: CF and OF tell that the product did not fit; the others are undefined and stay. */
uint64_t alu_multiply(unsigned size, uint64_t a, uint64_t b, uint64_t *flags)
{
    int64_t product;
    bool lost = __builtin_mul_overflow((int64_t)sign_extend(a, size), (int64_t)sign_extend(b, size), &product);
    lost = lost || sign_extend((uint64_t)product, size) != (uint64_t)product;
    set(flags, FLAG_CF | FLAG_OF, lost);
    return (uint64_t)product & size_mask(size);
}

bool condition(unsigned code, uint64_t flags)
{
    bool less = !(flags & FLAG_SF) != !(flags & FLAG_OF), yes;
    switch (code >> 1 & 7) {
    case 0:  yes = flags & FLAG_OF; break;
    case 1:  yes = flags & FLAG_CF; break;
    case 2:  yes = flags & FLAG_ZF; break;
    case 3:  yes = flags & (FLAG_CF | FLAG_ZF); break;
    case 4:  yes = flags & FLAG_SF; break;
    case 5:  yes = flags & FLAG_PF; break;
    case 6:  yes = less; break;
    default: yes = less || flags & FLAG_ZF; break;
    }
    return yes != (code & 1);
}
