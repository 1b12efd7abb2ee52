/*
 * Owns: from bytes to a decoded instruction (SDM vol. 2 ch. 2). Nothing of the machine is touched here but the code
 * segment's kind of code. Bytes are read through a span: an instruction cut short is a broken span.
 */
#include "hypervisor/insn/insn_internal.h"
#include "lib/span.h"

static uint8_t code_size(const struct x86_state *s)
{
    if (!(s->cr0 & CR0_PE) || s->regs.rflags & RFLAGS_VM)
        return 2;
    if (s->efer & EFER_LMA && s->seg[SEG_CS].attr & SEG_L)
        return 8;
    return s->seg[SEG_CS].attr & SEG_DB ? 4 : 2;
}

static bool take_prefix(struct insn *i, uint8_t byte)
{
    /* The usual case first: columns 0, 2, 3, 4..7, e of the opcode map hold all prefixes, in rows 2, 3, 6 and f. */
    if (!(0x804cu >> (byte >> 4) & 1) || !(0x40fdu >> (byte & 15) & 1))
        return false;
    switch (byte) {
    case 0x26: i->seg = SEG_ES; break;
    case 0x2e: i->seg = SEG_CS; break;
    case 0x36: i->seg = SEG_SS; break;
    case 0x3e: i->seg = SEG_DS; break;
    case 0x64: i->seg = SEG_FS; break;
    case 0x65: i->seg = SEG_GS; break;
    case 0x66: i->small = true; break;
    case 0x67: i->address = i->mode == 4 ? 2 : 4; break;
    case 0xf0: i->lock = true; break;
    case 0xf2: case 0xf3: i->rep = byte; break;
    default: return false;
    }
    i->has_rex = false;             /* a REX that is not the last prefix does not count */
    i->rex = 0;
    return true;
}

/* Prefixes and opcode. ES, CS, SS, DS overrides mean nothing in 64-bit mode, nor do they cancel an FS or GS before them. */
static void take_opcode(struct span *s, struct insn *i)
{
    uint8_t byte;
    for (;;) {
        int8_t seg = i->seg;
        byte = span_u8(s);
        if (i->mode == 8 && (byte & 0xf0) == 0x40) {
            i->rex = byte & 15;
            i->has_rex = true;
        } else if (!take_prefix(i, byte)) {
            break;
        } else if (i->mode == 8 && i->seg >= 0 && i->seg < SEG_FS) {
            i->seg = seg;
        }
    }
    i->opcode = byte;
    if (byte != 0x0f)
        return;
    byte = span_u8(s);
    i->opcode = OPCODE_0F + byte;
    if (byte == 0x38)
        i->opcode = (uint16_t)(OPCODE_0F38 + span_u8(s));
}

static const struct row *row_of(const struct insn *i)
{
    const struct row *row;
    if (i->opcode < OPCODE_0F38)
        row = &insn_rows[i->opcode];
    else if ((i->opcode & 0xfe) == 0xf0 && !i->rep)     /* with F2 it is CRC32 */
        row = &insn_rows_0f38[i->opcode & 1];
    else
        return NULL;
    if (!row->run || row->form & (i->mode == 8 ? F_NOT64 : F_ONLY64))
        return NULL;
    return row;
}

static void choose_size(struct insn *i)
{
    unsigned form = i->row->form;
    if (form & F_BYTE)
        i->size = 1;
    else if (i->rex & 8)
        i->size = 8;
    else if (i->mode == 8)
        i->size = i->small ? 2 : form & F_STACK ? 8 : 4;
    else
        i->size = (i->mode == 2) != i->small ? 2 : 4;
    if (i->opcode == 0xff && (i->reg & 7) == 6 && i->mode == 8)    /* PUSH among group 5 */
        i->size = i->small && !(i->rex & 8) ? 2 : 8;
}

static int64_t take_signed(struct span *s, unsigned size) { return (int64_t)sign_extend(span_le(s, size), size); }

static void take_memory16(struct span *s, struct insn *i, unsigned mod, unsigned rm)
{
    static const int8_t base[8] = { RBX, RBX, RBP, RBP, RSI, RDI, RBP, RBX }, index[8] = { RSI, RDI, RSI, RDI, -1, -1, -1, -1 };
    i->base = base[rm];
    i->index = index[rm];
    if (mod == 0 && rm == 6) {
        i->base = -1;
        i->displacement = (int64_t)span_le(s, 2);
    } else if (mod) {
        i->displacement = take_signed(s, mod);
    }
}

static void take_memory(struct span *s, struct insn *i, unsigned mod, unsigned rm)
{
    i->base = (int8_t)(rm | (i->rex & 1u) << 3);
    if (rm == 4) {
        unsigned sib = span_u8(s), index = (sib >> 3 & 7) | (i->rex & 2u) << 2;
        rm = sib & 7;
        i->base = (int8_t)(rm | (i->rex & 1u) << 3);
        i->index = (int8_t)(index == 4 ? -1 : (int)index);
        i->scale = (uint8_t)(sib >> 6);
        if (rm == 5 && mod == 0)
            i->base = -1;
    } else if (rm == 5 && mod == 0) {
        i->base = -1;
        i->relative = i->mode == 8;
    }
    if (mod == 1)
        i->displacement = take_signed(s, 1);
    else if (mod == 2 || i->base < 0)
        i->displacement = take_signed(s, 4);
}

static void take_modrm(struct span *s, struct insn *i)
{
    unsigned byte = span_u8(s), mod = byte >> 6, rm = byte & 7;
    i->reg = (uint8_t)((byte >> 3 & 7) | (i->rex & 4u) << 1);
    i->rm = (uint8_t)(rm | (i->rex & 1u) << 3);
    i->memory = mod != 3;
    if (!i->memory)
        return;
    if (i->address == 2)
        take_memory16(s, i, mod, rm);
    else
        take_memory(s, i, mod, rm);
    if (i->seg < 0)
        i->seg = i->base == RSP || i->base == RBP ? SEG_SS : SEG_DS;
}

static void take_operands(struct span *s, struct insn *i)
{
    unsigned form = i->row->form;
    if (form & F_MODRM)
        take_modrm(s, i);
    choose_size(i);
    if (form & F_MOFFS)
        i->displacement = (int64_t)span_le(s, i->address);
    if (form & F_IMM8)
        i->immediate = (uint64_t)take_signed(s, 1);
    else if (form & F_IMMZ || (form & F_TEST && (i->reg & 7) < 2))
        i->immediate = (uint64_t)take_signed(s, i->size > 4 ? 4 : i->size);
}

/* LOCK is legal with a memory destination that is read and written; in the groups not all members are. */
static bool lock_legal(const struct insn *i)
{
    unsigned op = i->reg & 7;
    if (!(i->row->form & F_LOCK) || !i->memory)
        return false;
    switch (i->opcode) {
    case 0x80: case 0x81: case 0x82: case 0x83: return op != 7;
    case 0xf6: case 0xf7: return op == 2 || op == 3;
    case 0xfe: case 0xff: return op < 2;
    case OPCODE_0F + 0xba: return op > 4;
    default: return true;
    }
}

enum insn_result insn_decode(const struct x86_state *state, const uint8_t *bytes, size_t n, struct insn *i, uint8_t *vector)
{
    struct span s = span_of(bytes, n > INSN_BYTES_MAX ? INSN_BYTES_MAX : n);
    *i = (struct insn){ .mode = code_size(state), .seg = -1, .base = -1, .index = -1 };
    i->address = i->mode;
    take_opcode(&s, i);
    i->row = s.broken ? NULL : row_of(i);
    if (i->row)
        take_operands(&s, i);
    if (s.broken && n >= INSN_BYTES_MAX) {
        *vector = TRAP_GP;                  /* an instruction is never longer (SDM vol. 2, 2.3.11) */
        return INSN_FAULT;
    }
    if (s.broken || !i->row) {
        i->length = (uint8_t)(s.broken ? n : 0);
        return INSN_UNKNOWN;
    }
    i->length = (uint8_t)(s.at - bytes);
    if (i->lock && !lock_legal(i)) {
        *vector = TRAP_UD;
        return INSN_FAULT;
    }
    return INSN_DONE;
}
