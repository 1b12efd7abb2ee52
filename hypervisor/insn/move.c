/* Owns: instructions that move data and leave the flags alone. */
#include "hypervisor/insn/insn_internal.h"

static enum insn_result done(bool ok) { return ok ? INSN_DONE : INSN_FAULT; }

enum insn_result do_mov_store(struct run *r)
{
    return done(rm_write(r, r->insn.size, reg_get(r, r->insn.reg, r->insn.size)));
}

enum insn_result do_mov_load(struct run *r)
{
    uint64_t v;
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    reg_put(r, r->insn.reg, r->insn.size, v);
    return INSN_DONE;
}

enum insn_result do_mov_immediate(struct run *r)
{
    if (r->insn.reg & 7)
        return INSN_UNKNOWN;
    return done(rm_write(r, r->insn.size, r->insn.immediate));
}

static unsigned data_segment(const struct run *r) { return r->insn.seg < 0 ? SEG_DS : (unsigned)r->insn.seg; }

enum insn_result do_mov_moffs_load(struct run *r)
{
    uint64_t v;
    if (!mem_read(r, data_segment(r), (uint64_t)r->insn.displacement, r->insn.size, &v))
        return INSN_FAULT;
    reg_put(r, RAX, r->insn.size, v);
    return INSN_DONE;
}

enum insn_result do_mov_moffs_store(struct run *r)
{
    return done(mem_write(r, data_segment(r), (uint64_t)r->insn.displacement, r->insn.size, reg_get(r, RAX, r->insn.size)));
}

/* A selector goes to memory as 2 bytes, whatever the operand size. */
enum insn_result do_mov_segment(struct run *r)
{
    unsigned seg = r->insn.reg & 7;
    if (seg >= X86_SEGMENTS)
        return raise_fault(r, TRAP_UD, false);
    return done(rm_write(r, r->insn.memory ? 2 : r->insn.size, r->state->seg[seg].selector));
}

static enum insn_result extend(struct run *r, unsigned from, bool is_signed)
{
    uint64_t v;
    if (!rm_read(r, from, &v))
        return INSN_FAULT;
    reg_put(r, r->insn.reg, r->insn.size, is_signed ? sign_extend(v, from) : v);
    return INSN_DONE;
}

enum insn_result do_movzx(struct run *r) { return extend(r, r->insn.opcode & 1 ? 2 : 1, false); }
enum insn_result do_movsx(struct run *r) { return extend(r, r->insn.opcode & 1 ? 2 : 1, true); }
enum insn_result do_movsxd(struct run *r) { return extend(r, r->insn.size < 4 ? r->insn.size : 4, true); }

static uint64_t swap(uint64_t v, unsigned size) { return __builtin_bswap64(v) >> (64 - 8 * size); }

enum insn_result do_movbe_load(struct run *r)
{
    uint64_t v;
    if (!r->insn.memory)
        return raise_fault(r, TRAP_UD, false);
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    reg_put(r, r->insn.reg, r->insn.size, swap(v, r->insn.size));
    return INSN_DONE;
}

enum insn_result do_movbe_store(struct run *r)
{
    if (!r->insn.memory)
        return raise_fault(r, TRAP_UD, false);
    return done(rm_write(r, r->insn.size, swap(reg_get(r, r->insn.reg, r->insn.size), r->insn.size)));
}

enum insn_result do_movnti(struct run *r)
{
    if (!r->insn.memory || r->insn.small || r->insn.rep)
        return raise_fault(r, TRAP_UD, false);
    return do_mov_store(r);
}

enum insn_result do_push_reg(struct run *r)
{
    unsigned reg = (r->insn.opcode & 7u) | (r->insn.rex & 1u) << 3;
    return done(stack_push(r, reg_get(r, reg, r->insn.size)));
}

enum insn_result do_pop_reg(struct run *r)
{
    uint64_t v;
    if (!stack_pop(r, &v))
        return INSN_FAULT;
    reg_put(r, (r->insn.opcode & 7u) | (r->insn.rex & 1u) << 3, r->insn.size, v);
    return INSN_DONE;
}

enum insn_result do_push_immediate(struct run *r) { return done(stack_push(r, r->insn.immediate)); }

/* An address that uses ESP is computed with ESP as it is after the pop (SDM vol. 2, POP). */
enum insn_result do_pop_rm(struct run *r)
{
    uint64_t v;
    if (r->insn.reg & 7)
        return INSN_UNKNOWN;
    return done(stack_pop(r, &v) && rm_write(r, r->insn.size, v));
}

enum insn_result do_setcc(struct run *r)
{
    return done(rm_write(r, 1, condition(r->insn.opcode, r->regs.rflags)));
}

/* Memory is read and a 32-bit destination's upper half cleared even if the condition is false. */
enum insn_result do_cmovcc(struct run *r)
{
    uint64_t v;
    if (!rm_read(r, r->insn.size, &v))
        return INSN_FAULT;
    if (!condition(r->insn.opcode, r->regs.rflags))
        v = reg_get(r, r->insn.reg, r->insn.size);
    reg_put(r, r->insn.reg, r->insn.size, v);
    return INSN_DONE;
}
