/*
 * Owns: string instructions and port I/O. One call is one iteration; a rep that is not finished leaves rip where it is,
 * so that interrupts get in between and the guest comes back here.
 */
#include "hypervisor/insn/insn_internal.h"

/* REX.W means nothing to port instructions: 4 bytes at most. */
static unsigned port_size(const struct run *r) { return r->insn.size > 4 ? 4 : r->insn.size; }

static void advance(struct run *r, unsigned reg, unsigned size)
{
    uint64_t step = r->regs.rflags & RFLAGS_DF ? -(uint64_t)size : size;
    reg_put(r, reg, r->insn.address, r->regs.gpr[reg] + step);
}

static bool read_source(struct run *r, unsigned size, uint64_t *v)
{
    unsigned seg = r->insn.seg < 0 ? SEG_DS : (unsigned)r->insn.seg;
    return mem_read(r, seg, reg_get(r, RSI, r->insn.address), size, v);
}

static uint64_t destination(const struct run *r) { return reg_get(r, RDI, r->insn.address); }

/* False: a rep with nothing left to do. */
static bool begin(const struct run *r) { return !r->insn.rep || reg_get(r, RCX, r->insn.address); }

/* Counts one iteration. compares: F3 goes on while equal, F2 while not equal. */
static enum insn_result count(struct run *r, bool compares)
{
    if (!r->insn.rep)
        return INSN_DONE;
    reg_put(r, RCX, r->insn.address, r->regs.gpr[RCX] - 1);
    r->again = reg_get(r, RCX, r->insn.address) != 0;
    if (compares && !(r->regs.rflags & FLAG_ZF) == (r->insn.rep == 0xf3))
        r->again = false;
    return INSN_DONE;
}

enum insn_result do_movs(struct run *r)
{
    uint64_t v;
    if (!begin(r))
        return INSN_DONE;
    if (!read_source(r, r->insn.size, &v) || !mem_write(r, SEG_ES, destination(r), r->insn.size, v))
        return INSN_FAULT;
    advance(r, RSI, r->insn.size);
    advance(r, RDI, r->insn.size);
    return count(r, false);
}

enum insn_result do_cmps(struct run *r)
{
    uint64_t a, b;
    if (!begin(r))
        return INSN_DONE;
    if (!read_source(r, r->insn.size, &a) || !mem_read(r, SEG_ES, destination(r), r->insn.size, &b))
        return INSN_FAULT;
    (void)alu(ALU_CMP, r->insn.size, a, b, &r->regs.rflags);
    advance(r, RSI, r->insn.size);
    advance(r, RDI, r->insn.size);
    return count(r, true);
}

enum insn_result do_stos(struct run *r)
{
    if (!begin(r))
        return INSN_DONE;
    if (!mem_write(r, SEG_ES, destination(r), r->insn.size, reg_get(r, RAX, r->insn.size)))
        return INSN_FAULT;
    advance(r, RDI, r->insn.size);
    return count(r, false);
}

enum insn_result do_lods(struct run *r)
{
    uint64_t v;
    if (!begin(r))
        return INSN_DONE;
    if (!read_source(r, r->insn.size, &v))
        return INSN_FAULT;
    reg_put(r, RAX, r->insn.size, v);
    advance(r, RSI, r->insn.size);
    return count(r, false);
}

enum insn_result do_scas(struct run *r)
{
    uint64_t v;
    if (!begin(r))
        return INSN_DONE;
    if (!mem_read(r, SEG_ES, destination(r), r->insn.size, &v))
        return INSN_FAULT;
    (void)alu(ALU_CMP, r->insn.size, reg_get(r, RAX, r->insn.size), v, &r->regs.rflags);
    advance(r, RDI, r->insn.size);
    return count(r, true);
}

/* The destination is looked at first: what a port has given cannot be put back when the page turns out not to be there. */
enum insn_result do_ins(struct run *r)
{
    uint64_t v;
    unsigned size = port_size(r);
    if (!begin(r))
        return INSN_DONE;
    if (!mem_read(r, SEG_ES, destination(r), size, &v) ||
        !r->bus->in(r->bus->owner, (uint16_t)r->regs.gpr[RDX], size, &v, r->fault) ||
        !mem_write(r, SEG_ES, destination(r), size, v))
        return INSN_FAULT;
    advance(r, RDI, size);
    return count(r, false);
}

enum insn_result do_outs(struct run *r)
{
    uint64_t v;
    unsigned size = port_size(r);
    if (!begin(r))
        return INSN_DONE;
    if (!read_source(r, size, &v) || !r->bus->out(r->bus->owner, (uint16_t)r->regs.gpr[RDX], size, v, r->fault))
        return INSN_FAULT;
    advance(r, RSI, size);
    return count(r, false);
}

/* E4..E7 name the port in a byte, EC..EF in DX. */
static uint16_t port(const struct run *r)
{
    return (uint16_t)(r->insn.opcode < 0xe8 ? r->insn.immediate & 0xff : r->regs.gpr[RDX]);
}

enum insn_result do_in(struct run *r)
{
    uint64_t v;
    if (!r->bus->in(r->bus->owner, port(r), port_size(r), &v, r->fault))
        return INSN_FAULT;
    reg_put(r, RAX, port_size(r), v);
    return INSN_DONE;
}

enum insn_result do_out(struct run *r)
{
    uint64_t v = reg_get(r, RAX, port_size(r));
    return r->bus->out(r->bus->owner, port(r), port_size(r), v, r->fault) ? INSN_DONE : INSN_FAULT;
}
