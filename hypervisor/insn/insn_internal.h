/* What the files of the instruction emulator share: a decoded instruction, a run of it, and the helpers between. */
#ifndef HYPERVISOR_INSN_INSN_INTERNAL_H
#define HYPERVISOR_INSN_INSN_INTERNAL_H
#include "hypervisor/insn/insn.h"

#define FLAG_CF 0x001u
#define FLAG_PF 0x004u
#define FLAG_AF 0x010u
#define FLAG_ZF 0x040u
#define FLAG_SF 0x080u
#define FLAG_OF 0x800u
#define FLAGS_STATUS (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)
#define FLAG_RF 0x10000u

#define OPCODE_0F   0x100u      /* opcode maps */
#define OPCODE_0F38 0x200u

struct run;
typedef enum insn_result insn_handler(struct run *r);

/* How an opcode is decoded. */
#define F_MODRM   0x001u
#define F_BYTE    0x002u        /* operands of 1 byte */
#define F_IMM8    0x004u        /* sign-extended */
#define F_IMMZ    0x008u        /* 2 bytes with a 16-bit operand, else 4, sign-extended */
#define F_MOFFS   0x010u        /* an address instead of ModRM */
#define F_LOCK    0x020u        /* LOCK is legal, if the destination is memory */
#define F_STACK   0x040u        /* 8 bytes by default in 64-bit mode */
#define F_TEST    0x080u        /* group 3: an immediate, but only for its /0 and /1 */
#define F_ONLY64  0x100u
#define F_NOT64   0x200u
struct row { insn_handler *run; uint16_t form; };
extern const struct row insn_rows[0x200];       /* one byte, then 0F xx */
extern const struct row insn_rows_0f38[2];      /* 0F 38 F0, F1 */

struct insn {
    uint8_t mode;               /* size of code: 2, 4 or 8 */
    uint8_t size, address;      /* operand and address size, bytes */
    uint8_t rex, rep;           /* rep: 0, 0xf2 or 0xf3 */
    bool has_rex, small, lock;  /* small: prefix 66 */
    uint16_t opcode;
    bool memory;                /* the r/m operand is memory */
    uint8_t reg, rm;            /* with REX's bit */
    int8_t seg, base, index;    /* -1: none */
    uint8_t scale;
    bool relative;              /* to the next instruction */
    int64_t displacement;
    uint64_t immediate;
    uint8_t length;
    const struct row *row;
};

/* One execution. regs is a copy that becomes the guest's only when everything has succeeded. */
struct run {
    struct x86_state *state;
    struct x86_regs regs;
    struct insn insn;
    const struct insn_bus *bus;
    struct insn_fault *fault;
    bool again;                 /* a rep is not finished: rip stays */
};

/* ---- decode.c: INSN_DONE: *i is filled in. INSN_FAULT: *vector is due. INSN_UNKNOWN: i->length = n if bytes were missing, else 0. */
enum insn_result insn_decode(const struct x86_state *state, const uint8_t *bytes, size_t n, struct insn *i, uint8_t *vector);

/* ---- operand.c ---- */
static inline uint64_t size_mask(unsigned size) { return size >= 8 ? UINT64_MAX : (UINT64_C(1) << size * 8) - 1; }
uint64_t reg_get(const struct run *r, unsigned reg, unsigned size);         /* size 1: AH..BH without REX */
void reg_put(struct run *r, unsigned reg, unsigned size, uint64_t value);
uint64_t effective_address(const struct run *r);
bool mem_read(struct run *r, unsigned seg, uint64_t offset, unsigned size, uint64_t *value);
bool mem_write(struct run *r, unsigned seg, uint64_t offset, unsigned size, uint64_t value);
bool rm_read(struct run *r, unsigned size, uint64_t *value);
bool rm_write(struct run *r, unsigned size, uint64_t value);
bool stack_push(struct run *r, uint64_t value);
bool stack_pop(struct run *r, uint64_t *value);
enum insn_result raise_fault(struct run *r, uint8_t vector, bool has_error);

/* ---- arithmetic.c: results are cut to size; *flags are changed as the manual defines, undefined ones stay ---- */
enum { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
enum { SHIFT_ROL, SHIFT_ROR, SHIFT_RCL, SHIFT_RCR, SHIFT_SHL, SHIFT_SHR, SHIFT_SAL, SHIFT_SAR };
uint64_t alu(unsigned op, unsigned size, uint64_t a, uint64_t b, uint64_t *flags);
uint64_t alu_increment(unsigned size, uint64_t a, bool down, uint64_t *flags);
uint64_t alu_shift(unsigned op, unsigned size, uint64_t a, unsigned count, uint64_t *flags);
uint64_t alu_multiply(unsigned size, uint64_t a, uint64_t b, uint64_t *flags);
bool condition(unsigned code, uint64_t flags);  /* the low 4 bits of Jcc, SETcc, CMOVcc */
uint64_t sign_extend(uint64_t value, unsigned size);

/* ---- handlers: move.c, modify.c, string.c ---- */
insn_handler do_mov_store, do_mov_load, do_mov_immediate, do_mov_moffs_load, do_mov_moffs_store, do_mov_segment, do_movzx,
    do_movsx, do_movsxd, do_movbe_load, do_movbe_store, do_movnti, do_push_reg, do_pop_reg, do_push_immediate, do_pop_rm, do_setcc, do_cmovcc;
insn_handler do_alu_rm_reg, do_alu_reg_rm, do_alu_accumulator, do_alu_immediate, do_test_rm_reg, do_test_accumulator, do_xchg,
    do_shift, do_group3, do_group5, do_bit_reg, do_bit_immediate, do_cmpxchg, do_cmpxchg8b, do_xadd, do_imul, do_imul_immediate;
insn_handler do_movs, do_cmps, do_stos, do_lods, do_scas, do_ins, do_outs, do_in, do_out;
#endif
