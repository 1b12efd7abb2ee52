/*
 * Owns: an instruction's way to its operands: registers, effective addresses, segments (SDM vol. 3 5.3, 3.4.4; vol. 1
 * 3.3.7.1). Every memory access of an instruction goes through mem_read and mem_write, and is checked there.
 */
#include "hypervisor/insn/insn_internal.h"

static bool is_high_byte(const struct run *r, unsigned reg, unsigned size)
{
    return size == 1 && !r->insn.has_rex && reg >= 4 && reg < 8;
}

uint64_t reg_get(const struct run *r, unsigned reg, unsigned size)
{
    if (is_high_byte(r, reg, size))
        return r->regs.gpr[reg - 4] >> 8 & 0xff;
    return r->regs.gpr[reg] & size_mask(size);
}

/* 4 bytes clear the upper half, 1 and 2 leave the rest (SDM vol. 1 3.4.1.1). */
void reg_put(struct run *r, unsigned reg, unsigned size, uint64_t value)
{
    if (is_high_byte(r, reg, size)) {
        r->regs.gpr[reg - 4] = (r->regs.gpr[reg - 4] & ~UINT64_C(0xff00)) | (value & 0xff) << 8;
        return;
    }
    uint64_t mask = size_mask(size), kept = size >= 4 ? 0 : r->regs.gpr[reg] & ~mask;
    r->regs.gpr[reg] = kept | (value & mask);
}

uint64_t effective_address(const struct run *r)
{
    const struct insn *i = &r->insn;
    uint64_t at = (uint64_t)i->displacement;
    if (i->relative)
        at += r->regs.rip + i->length;
    if (i->base >= 0)
        at += r->regs.gpr[i->base];
    if (i->index >= 0)
        at += r->regs.gpr[i->index] << i->scale;
    return at & size_mask(i->address);
}

enum insn_result raise_fault(struct run *r, uint8_t vector, bool has_error)
{
    *r->fault = (struct insn_fault){ .vector = vector, .has_error = has_error };
    return INSN_FAULT;
}

static bool segment_fault(struct run *r, unsigned seg)
{
    (void)raise_fault(r, seg == SEG_SS ? TRAP_SS : TRAP_GP, r->state->cr0 & CR0_PE);
    return false;
}

static bool canonical(const struct run *r, uint64_t at)
{
    unsigned unused = r->state->cr4 & CR4_LA57 ? 7 : 16;
    return (uint64_t)((int64_t)(at << unused) >> unused) == at;
}

/* Type checks (SDM vol. 3 5.5): not in real and virtual-8086 mode. An unusable segment has P clear in this form. */
static bool may_access(const struct run *r, const struct x86_segment *s, bool write)
{
    unsigned type = s->attr & SEG_TYPE;
    if (!(r->state->cr0 & CR0_PE) || r->regs.rflags & RFLAGS_VM)
        return true;
    if (!(s->attr & SEG_P) || !(s->attr & SEG_S))
        return false;
    if (type & 8)                           /* code: readable at most */
        return !write && type & 2;
    return !write || type & 2;
}

static bool within_limit(const struct x86_segment *s, uint64_t offset, unsigned size)
{
    uint64_t last = offset + size - 1;
    if ((s->attr & (SEG_S | 0xc)) == (SEG_S | 4))       /* data, expanding down: the limit is the part that is left out */
        return offset > s->limit && last <= (s->attr & SEG_DB ? 0xffffffff : 0xffff);
    return last <= s->limit;
}

static bool linear(struct run *r, unsigned seg, uint64_t offset, unsigned size, bool write, uint64_t *at)
{
    const struct x86_segment *s = &r->state->seg[seg];
    if (r->insn.mode == 8) {
        *at = offset + (seg >= SEG_FS ? s->base : 0);
        return (canonical(r, *at) && canonical(r, *at + size - 1)) || segment_fault(r, seg);
    }
    *at = (s->base + offset) & 0xffffffff;
    return (may_access(r, s, write) && within_limit(s, offset, size)) || segment_fault(r, seg);
}

bool mem_read(struct run *r, unsigned seg, uint64_t offset, unsigned size, uint64_t *value)
{
    uint64_t at;
    if (!linear(r, seg, offset, size, false, &at) || !r->bus->read(r->bus->owner, at, size, value, r->fault))
        return false;
    *value &= size_mask(size);
    return true;
}

bool mem_write(struct run *r, unsigned seg, uint64_t offset, unsigned size, uint64_t value)
{
    uint64_t at;
    return linear(r, seg, offset, size, true, &at) && r->bus->write(r->bus->owner, at, size, value & size_mask(size), r->fault);
}

bool rm_read(struct run *r, unsigned size, uint64_t *value)
{
    if (r->insn.memory)
        return mem_read(r, (unsigned)r->insn.seg, effective_address(r), size, value);
    *value = reg_get(r, r->insn.rm, size);
    return true;
}

bool rm_write(struct run *r, unsigned size, uint64_t value)
{
    if (r->insn.memory)
        return mem_write(r, (unsigned)r->insn.seg, effective_address(r), size, value);
    reg_put(r, r->insn.rm, size, value);
    return true;
}

static unsigned stack_size(const struct run *r)
{
    if (r->insn.mode == 8)
        return 8;
    bool real = !(r->state->cr0 & CR0_PE) || r->regs.rflags & RFLAGS_VM;
    return !real && r->state->seg[SEG_SS].attr & SEG_DB ? 4 : 2;
}

bool stack_push(struct run *r, uint64_t value)
{
    unsigned width = stack_size(r);
    uint64_t sp = (r->regs.gpr[RSP] - r->insn.size) & size_mask(width);
    if (!mem_write(r, SEG_SS, sp, r->insn.size, value))
        return false;
    reg_put(r, RSP, width, sp);
    return true;
}

bool stack_pop(struct run *r, uint64_t *value)
{
    unsigned width = stack_size(r);
    uint64_t sp = r->regs.gpr[RSP] & size_mask(width);
    if (!mem_read(r, SEG_SS, sp, r->insn.size, value))
        return false;
    reg_put(r, RSP, width, sp + r->insn.size);
    return true;
}
