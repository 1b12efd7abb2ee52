/* Owns: which opcodes are known, how each is decoded and who executes it. What has no row is INSN_UNKNOWN. */
#include "hypervisor/insn/insn_internal.h"

#define M  F_MODRM
#define B  F_BYTE
#define L  F_LOCK
#define ALU_ROWS(base, lock) \
    [(base) + 0] = { do_alu_rm_reg, M | B | (lock) }, [(base) + 1] = { do_alu_rm_reg, M | (lock) }, \
    [(base) + 2] = { do_alu_reg_rm, M | B },          [(base) + 3] = { do_alu_reg_rm, M }, \
    [(base) + 4] = { do_alu_accumulator, B | F_IMM8 }, [(base) + 5] = { do_alu_accumulator, F_IMMZ }

const struct row insn_rows[0x200] = {
    ALU_ROWS(0x00, L), ALU_ROWS(0x08, L), ALU_ROWS(0x10, L), ALU_ROWS(0x18, L),
    ALU_ROWS(0x20, L), ALU_ROWS(0x28, L), ALU_ROWS(0x30, L), ALU_ROWS(0x38, 0),
    [0x50 ... 0x57] = { do_push_reg, F_STACK },
    [0x58 ... 0x5f] = { do_pop_reg, F_STACK },
    [0x63] = { do_movsxd, M | F_ONLY64 },
    [0x68] = { do_push_immediate, F_STACK | F_IMMZ },
    [0x69] = { do_imul_immediate, M | F_IMMZ },
    [0x6a] = { do_push_immediate, F_STACK | F_IMM8 },
    [0x6b] = { do_imul_immediate, M | F_IMM8 },
    [0x6c] = { do_ins, B },  [0x6d] = { do_ins, 0 },
    [0x6e] = { do_outs, B }, [0x6f] = { do_outs, 0 },
    [0x80] = { do_alu_immediate, M | B | F_IMM8 | L },
    [0x81] = { do_alu_immediate, M | F_IMMZ | L },
    [0x82] = { do_alu_immediate, M | B | F_IMM8 | L | F_NOT64 },
    [0x83] = { do_alu_immediate, M | F_IMM8 | L },
    [0x84] = { do_test_rm_reg, M | B }, [0x85] = { do_test_rm_reg, M },
    [0x86] = { do_xchg, M | B | L },    [0x87] = { do_xchg, M | L },
    [0x88] = { do_mov_store, M | B },   [0x89] = { do_mov_store, M },
    [0x8a] = { do_mov_load, M | B },    [0x8b] = { do_mov_load, M },
    [0x8c] = { do_mov_segment, M },
    [0x8f] = { do_pop_rm, M | F_STACK },
    [0xa0] = { do_mov_moffs_load, B | F_MOFFS },  [0xa1] = { do_mov_moffs_load, F_MOFFS },
    [0xa2] = { do_mov_moffs_store, B | F_MOFFS }, [0xa3] = { do_mov_moffs_store, F_MOFFS },
    [0xa4] = { do_movs, B }, [0xa5] = { do_movs, 0 },
    [0xa6] = { do_cmps, B }, [0xa7] = { do_cmps, 0 },
    [0xa8] = { do_test_accumulator, B | F_IMM8 }, [0xa9] = { do_test_accumulator, F_IMMZ },
    [0xaa] = { do_stos, B }, [0xab] = { do_stos, 0 },
    [0xac] = { do_lods, B }, [0xad] = { do_lods, 0 },
    [0xae] = { do_scas, B }, [0xaf] = { do_scas, 0 },
    [0xc0] = { do_shift, M | B | F_IMM8 }, [0xc1] = { do_shift, M | F_IMM8 },
    [0xc6] = { do_mov_immediate, M | B | F_IMM8 }, [0xc7] = { do_mov_immediate, M | F_IMMZ },
    [0xd0] = { do_shift, M | B }, [0xd1] = { do_shift, M },
    [0xd2] = { do_shift, M | B }, [0xd3] = { do_shift, M },
    [0xe4] = { do_in, B | F_IMM8 },  [0xe5] = { do_in, F_IMM8 },
    [0xe6] = { do_out, B | F_IMM8 }, [0xe7] = { do_out, F_IMM8 },
    [0xec] = { do_in, B },  [0xed] = { do_in, 0 },
    [0xee] = { do_out, B }, [0xef] = { do_out, 0 },
    [0xf6] = { do_group3, M | B | F_TEST | L }, [0xf7] = { do_group3, M | F_TEST | L },
    [0xfe] = { do_group5, M | B | L }, [0xff] = { do_group5, M | L },

    [OPCODE_0F + 0x40 ... OPCODE_0F + 0x4f] = { do_cmovcc, M },
    [OPCODE_0F + 0x90 ... OPCODE_0F + 0x9f] = { do_setcc, M | B },
    [OPCODE_0F + 0xa3] = { do_bit_reg, M },
    [OPCODE_0F + 0xab] = { do_bit_reg, M | L },
    [OPCODE_0F + 0xaf] = { do_imul, M },
    [OPCODE_0F + 0xb0] = { do_cmpxchg, M | B | L }, [OPCODE_0F + 0xb1] = { do_cmpxchg, M | L },
    [OPCODE_0F + 0xb3] = { do_bit_reg, M | L },
    [OPCODE_0F + 0xb6] = { do_movzx, M }, [OPCODE_0F + 0xb7] = { do_movzx, M },
    [OPCODE_0F + 0xba] = { do_bit_immediate, M | F_IMM8 | L },
    [OPCODE_0F + 0xbb] = { do_bit_reg, M | L },
    [OPCODE_0F + 0xbe] = { do_movsx, M }, [OPCODE_0F + 0xbf] = { do_movsx, M },
    [OPCODE_0F + 0xc0] = { do_xadd, M | B | L }, [OPCODE_0F + 0xc1] = { do_xadd, M | L },
    [OPCODE_0F + 0xc3] = { do_movnti, M },
    [OPCODE_0F + 0xc7] = { do_cmpxchg8b, M | L },
};
const struct row insn_rows_0f38[2] = { { do_movbe_load, M }, { do_movbe_store, M } };
