/* Owns: instructions that compute, leave flags, or read and write one operand. Registers and flags change after memory has. */
#include "hypervisor/insn/insn_internal.h"

/* operand = operand op with; CMP only compares. */
static enum insn_result alu_to_rm(struct run *r, unsigned op, uint64_t with)
{
    uint64_t v;
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    v = alu(op, r->insn.size, v, with, &r->regs.rflags);
    if (op != ALU_CMP && !rm_write(r, r->insn.size, v))
        return INSN_FAULT;
    return INSN_DONE;
}

enum insn_result do_alu_rm_reg(struct run *r)
{
    return alu_to_rm(r, r->insn.opcode >> 3 & 7, reg_get(r, r->insn.reg, r->insn.size));
}

enum insn_result do_alu_immediate(struct run *r) { return alu_to_rm(r, r->insn.reg & 7, r->insn.immediate); }

static void alu_to_reg(struct run *r, unsigned reg, uint64_t with)
{
    unsigned op = r->insn.opcode >> 3 & 7;
    uint64_t v = alu(op, r->insn.size, reg_get(r, reg, r->insn.size), with, &r->regs.rflags);
    if (op != ALU_CMP)
        reg_put(r, reg, r->insn.size, v);
}

enum insn_result do_alu_reg_rm(struct run *r)
{
    uint64_t v;
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    alu_to_reg(r, r->insn.reg, v);
    return INSN_DONE;
}

enum insn_result do_alu_accumulator(struct run *r)
{
    alu_to_reg(r, RAX, r->insn.immediate);
    return INSN_DONE;
}

static enum insn_result test_rm(struct run *r, uint64_t with)
{
    uint64_t v;
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    (void)alu(ALU_AND, r->insn.size, v, with, &r->regs.rflags);
    return INSN_DONE;
}

enum insn_result do_test_rm_reg(struct run *r) { return test_rm(r, reg_get(r, r->insn.reg, r->insn.size)); }

enum insn_result do_test_accumulator(struct run *r)
{
    (void)alu(ALU_AND, r->insn.size, reg_get(r, RAX, r->insn.size), r->insn.immediate, &r->regs.rflags);
    return INSN_DONE;
}

enum insn_result do_xchg(struct run *r)
{
    uint64_t v, own = reg_get(r, r->insn.reg, r->insn.size);
    if (!rm_read(r, r->insn.size, &v) || !rm_write(r, r->insn.size, own))
        return INSN_FAULT;
    reg_put(r, r->insn.reg, r->insn.size, v);
    return INSN_DONE;
}

/* C0/C1: an immediate, D0/D1: by 1, D2/D3: by CL. */
enum insn_result do_shift(struct run *r)
{
    uint64_t v;
    unsigned count = r->insn.opcode < 0xd0 ? (unsigned)r->insn.immediate : r->insn.opcode < 0xd2 ? 1 : (unsigned)r->regs.gpr[RCX];
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    v = alu_shift(r->insn.reg & 7, r->insn.size, v, count & 0xff, &r->regs.rflags);
    return rm_write(r, r->insn.size, v) ? INSN_DONE : INSN_FAULT;
}

/* TEST, NOT and NEG; multiplications and divisions are left out. */
enum insn_result do_group3(struct run *r)
{
    uint64_t v;
    unsigned op = r->insn.reg & 7;
    if (op < 2)
        return test_rm(r, r->insn.immediate);
    if (op > 3)
        return INSN_UNKNOWN;
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    v = op == 2 ? ~v : alu(ALU_SUB, r->insn.size, 0, v, &r->regs.rflags);
    return rm_write(r, r->insn.size, v) ? INSN_DONE : INSN_FAULT;
}

/* INC, DEC and PUSH; calls and jumps through memory are left out. */
enum insn_result do_group5(struct run *r)
{
    uint64_t v;
    unsigned op = r->insn.reg & 7;
    if (op > 1 && (op != 6 || r->insn.opcode != 0xff))
        return INSN_UNKNOWN;
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    if (op == 6)
        return stack_push(r, v) ? INSN_DONE : INSN_FAULT;
    v = alu_increment(r->insn.size, v, op, &r->regs.rflags);
    return rm_write(r, r->insn.size, v) ? INSN_DONE : INSN_FAULT;
}

/* op: 0 BT, 1 BTS, 2 BTR, 3 BTC. The operand is memory at `at` (segment insn.seg) or the r/m register. */
static enum insn_result bit(struct run *r, unsigned op, uint64_t at, unsigned number)
{
    uint64_t v, mask = UINT64_C(1) << number;
    unsigned size = r->insn.size, seg = (unsigned)r->insn.seg;
    if (!r->insn.memory)
        v = reg_get(r, r->insn.rm, size);
    else if (!mem_read(r, seg, at, size, &v))
        return INSN_FAULT;
    r->regs.rflags = (r->regs.rflags & ~(uint64_t)FLAG_CF) | (v & mask ? FLAG_CF : 0);
    v = op == 1 ? v | mask : op == 2 ? v & ~mask : v ^ mask;
    if (!op)
        return INSN_DONE;
    if (!r->insn.memory)
        reg_put(r, r->insn.rm, size, v);
    else if (!mem_write(r, seg, at, size, v))
        return INSN_FAULT;
    return INSN_DONE;
}

/* A register's bit number is signed and reaches beyond the operand addressed (SDM vol. 1 3.1.1.8, vol. 2 BT). */
enum insn_result do_bit_reg(struct run *r)
{
    unsigned size = r->insn.size, bits = size * 8;
    int64_t number = (int64_t)sign_extend(reg_get(r, r->insn.reg, size), size);
    uint64_t at = 0;
    if (r->insn.memory)
        at = (effective_address(r) + (uint64_t)((number >> (size == 8 ? 6 : size == 4 ? 5 : 4)) * (int64_t)size)) & size_mask(r->insn.address);
    return bit(r, r->insn.opcode >> 3 & 3, at, (unsigned)number & (bits - 1));
}

enum insn_result do_bit_immediate(struct run *r)
{
    if ((r->insn.reg & 7) < 4)
        return INSN_UNKNOWN;
    return bit(r, r->insn.reg & 3, r->insn.memory ? effective_address(r) : 0, (unsigned)r->insn.immediate & (r->insn.size * 8u - 1));
}

/* Memory is written in either case (SDM vol. 2, CMPXCHG), with what it held if it differs from the accumulator; a register is not. */
enum insn_result do_cmpxchg(struct run *r)
{
    unsigned size = r->insn.size;
    uint64_t v, accumulator = reg_get(r, RAX, size), own = reg_get(r, r->insn.reg, size);
    if (!rm_read(r, size, &v))
        return INSN_FAULT;
    (void)alu(ALU_CMP, size, accumulator, v, &r->regs.rflags);
    if ((r->insn.memory || v == accumulator) && !rm_write(r, size, v == accumulator ? own : v))
        return INSN_FAULT;
    if (v != accumulator)
        reg_put(r, RAX, size, v);
    return INSN_DONE;
}

/* CMPXCHG8B alone; 16 bytes do not fit the bus. */
enum insn_result do_cmpxchg8b(struct run *r)
{
    uint64_t v, expected = reg_get(r, RDX, 4) << 32 | reg_get(r, RAX, 4), wanted = reg_get(r, RCX, 4) << 32 | reg_get(r, RBX, 4);
    if ((r->insn.reg & 7) != 1 || r->insn.rex & 8 || !r->insn.memory || r->insn.rep)
        return INSN_UNKNOWN;
    if (!rm_read(r, 8, &v) || !rm_write(r, 8, v == expected ? wanted : v))
        return INSN_FAULT;
    r->regs.rflags = (r->regs.rflags & ~(uint64_t)FLAG_ZF) | (v == expected ? FLAG_ZF : 0);
    if (v != expected) {
        reg_put(r, RAX, 4, v);
        reg_put(r, RDX, 4, v >> 32);
    }
    return INSN_DONE;
}

enum insn_result do_xadd(struct run *r)
{
    unsigned size = r->insn.size;
    uint64_t v, own = reg_get(r, r->insn.reg, size);
    if (!rm_read(r, size, &v))
        return INSN_FAULT;
    uint64_t sum = alu(ALU_ADD, size, v, own, &r->regs.rflags);
    if (r->insn.memory && !rm_write(r, size, sum))
        return INSN_FAULT;                  /* before the register: the address may use it */
    reg_put(r, r->insn.reg, size, v);
    if (!r->insn.memory)
        reg_put(r, r->insn.rm, size, sum);  /* if both are one register, the sum stays */
    return INSN_DONE;
}

static enum insn_result multiply(struct run *r, bool immediate)
{
    uint64_t v;
    unsigned size = r->insn.size;
    if (!rm_read(r, size, &v))
        return INSN_FAULT;
    uint64_t with = immediate ? r->insn.immediate : reg_get(r, r->insn.reg, size);
    reg_put(r, r->insn.reg, size, alu_multiply(size, v, with, &r->regs.rflags));
    return INSN_DONE;
}

enum insn_result do_imul(struct run *r) { return multiply(r, false); }
enum insn_result do_imul_immediate(struct run *r) { return multiply(r, true); }
