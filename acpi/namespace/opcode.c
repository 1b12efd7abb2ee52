/* Owns: the table of opcodes (ACPI 6.4, 20.2.3 and 20.2.5; summary in 20.3). What is not in it is no AML. */
#include "acpi/namespace/opcode.h"
#include "acpi/namespace/namespace.h"
#include <string.h>

/* LNot before LEqual, LGreater or LLess makes LNotEqual and so on: as operand and operator that reads the same. */
static const struct aml_shape plain[256] = {
    [0x00] = { "Zero", "", 0 },
    [0x01] = { "One", "", 0 },
    [0x06] = { "Alias", "rn", AML_ALIAS },
    [0x08] = { "Name", "nt", AML_NAMED },
    [0x0a] = { "Byte", "b", 0 },
    [0x0b] = { "Word", "w", 0 },
    [0x0c] = { "DWord", "d", 0 },
    [0x0d] = { "String", "s", 0 },
    [0x0e] = { "QWord", "q", 0 },
    [0x10] = { "Scope", "pnL", AML_SCOPE },
    [0x11] = { "Buffer", "po", 0 },
    [0x12] = { "Package", "po", 0 },
    [0x13] = { "VarPackage", "po", 0 },
    [0x14] = { "Method", "pnbo", AML_METHOD },
    [0x15] = { "External", "nbb", AML_EXTERNAL },
    [0x60] = { "Local0", "", 0 }, [0x61] = { "Local1", "", 0 }, [0x62] = { "Local2", "", 0 }, [0x63] = { "Local3", "", 0 },
    [0x64] = { "Local4", "", 0 }, [0x65] = { "Local5", "", 0 }, [0x66] = { "Local6", "", 0 }, [0x67] = { "Local7", "", 0 },
    [0x68] = { "Arg0", "", 0 }, [0x69] = { "Arg1", "", 0 }, [0x6a] = { "Arg2", "", 0 }, [0x6b] = { "Arg3", "", 0 },
    [0x6c] = { "Arg4", "", 0 }, [0x6d] = { "Arg5", "", 0 }, [0x6e] = { "Arg6", "", 0 },
    [0x70] = { "Store", "tt", 0 },
    [0x71] = { "RefOf", "r", 0 },
    [0x72] = { "Add", "ttt", 0 },
    [0x73] = { "Concat", "ttt", 0 },
    [0x74] = { "Subtract", "ttt", 0 },
    [0x75] = { "Increment", "t", 0 },
    [0x76] = { "Decrement", "t", 0 },
    [0x77] = { "Multiply", "ttt", 0 },
    [0x78] = { "Divide", "tttt", 0 },
    [0x79] = { "ShiftLeft", "ttt", 0 },
    [0x7a] = { "ShiftRight", "ttt", 0 },
    [0x7b] = { "And", "ttt", 0 },
    [0x7c] = { "Nand", "ttt", 0 },
    [0x7d] = { "Or", "ttt", 0 },
    [0x7e] = { "Nor", "ttt", 0 },
    [0x7f] = { "Xor", "ttt", 0 },
    [0x80] = { "Not", "tt", 0 },
    [0x81] = { "FindSetLeftBit", "tt", 0 },
    [0x82] = { "FindSetRightBit", "tt", 0 },
    [0x83] = { "DerefOf", "t", 0 },
    [0x84] = { "ConcatRes", "ttt", 0 },
    [0x85] = { "Mod", "ttt", 0 },
    [0x86] = { "Notify", "tt", 0 },
    [0x87] = { "SizeOf", "t", 0 },
    [0x88] = { "Index", "ttt", 0 },
    [0x89] = { "Match", "tbtbtt", 0 },
    [0x8a] = { "CreateDWordField", "ttn", AML_BUFFER_FIELD },
    [0x8b] = { "CreateWordField", "ttn", AML_BUFFER_FIELD },
    [0x8c] = { "CreateByteField", "ttn", AML_BUFFER_FIELD },
    [0x8d] = { "CreateBitField", "ttn", AML_BUFFER_FIELD },
    [0x8e] = { "ObjectType", "r", 0 },
    [0x8f] = { "CreateQWordField", "ttn", AML_BUFFER_FIELD },
    [0x90] = { "LAnd", "tt", 0 },
    [0x91] = { "LOr", "tt", 0 },
    [0x92] = { "LNot", "t", 0 },
    [0x93] = { "LEqual", "tt", 0 },
    [0x94] = { "LGreater", "tt", 0 },
    [0x95] = { "LLess", "tt", 0 },
    [0x96] = { "ToBuffer", "tt", 0 },
    [0x97] = { "ToDecimalString", "tt", 0 },
    [0x98] = { "ToHexString", "tt", 0 },
    [0x99] = { "ToInteger", "tt", 0 },
    [0x9c] = { "ToString", "ttt", 0 },
    [0x9d] = { "CopyObject", "tr", 0 },
    [0x9e] = { "Mid", "tttt", 0 },
    [0x9f] = { "Continue", "", 0 },
    [0xa0] = { "If", "ptL", 0 },
    [0xa1] = { "Else", "pL", 0 },
    [0xa2] = { "While", "ptL", 0 },
    [0xa3] = { "Noop", "", 0 },
    [0xa4] = { "Return", "t", 0 },
    [0xa5] = { "Break", "", 0 },
    [0xcc] = { "BreakPoint", "", 0 },
    [0xff] = { "Ones", "", 0 },
};

/* Those behind ExtOpPrefix, 0x5b. */
static const struct aml_shape extended[256] = {
    [0x01] = { "Mutex", "nb", AML_MUTEX },
    [0x02] = { "Event", "n", AML_EVENT },
    [0x12] = { "CondRefOf", "rt", 0 },
    [0x13] = { "CreateField", "tttn", AML_BUFFER_FIELD },
    [0x1f] = { "LoadTable", "tttttt", 0 },
    [0x20] = { "Load", "rt", 0 },
    [0x21] = { "Stall", "t", 0 },
    [0x22] = { "Sleep", "t", 0 },
    [0x23] = { "Acquire", "tw", 0 },
    [0x24] = { "Signal", "t", 0 },
    [0x25] = { "Wait", "tt", 0 },
    [0x26] = { "Reset", "t", 0 },
    [0x27] = { "Release", "t", 0 },
    [0x28] = { "FromBCD", "tt", 0 },
    [0x29] = { "ToBCD", "tt", 0 },
    [0x2a] = { "Unload", "t", 0 },          /* until ACPI 4 */
    [0x30] = { "Revision", "", 0 },
    [0x31] = { "Debug", "", 0 },
    [0x32] = { "Fatal", "bdt", 0 },
    [0x33] = { "Timer", "", 0 },
    [0x80] = { "OpRegion", "nbtt", AML_REGION },
    [0x81] = { "Field", "prbF", AML_FIELD },
    [0x82] = { "Device", "pnL", AML_DEVICE_NODE },
    [0x83] = { "Processor", "pnbdbL", AML_PROCESSOR },      /* until ACPI 6.3 */
    [0x84] = { "PowerRes", "pnbwL", AML_POWER },
    [0x85] = { "ThermalZone", "pnL", AML_THERMAL },
    [0x86] = { "IndexField", "prrbF", AML_BANK_OR_INDEX },
    [0x87] = { "BankField", "prrtbF", AML_BANK_OR_INDEX },
    [0x88] = { "DataRegion", "nttt", AML_DATA_REGION },
};

const struct aml_shape *aml_take_opcode(struct span *s)
{
    struct span at = *s;
    uint8_t op = span_u8(&at);
    const struct aml_shape *shape = op == 0x5b ? &extended[span_u8(&at)] : &plain[op];
    if (at.broken || !shape->name)
        return NULL;
    *s = at;
    return shape;
}

uint64_t aml_take_length(struct span *s)
{
    uint8_t lead = span_u8(s);
    unsigned more = lead >> 6;
    return more ? (lead & 0xf) | span_le(s, more) << 4 : lead & 0x3f;
}

bool aml_take_integer(struct span *s, uint64_t *v)
{
    struct span at = *s;
    uint8_t op = span_u8(&at);
    unsigned size = op == 0x0a ? 1 : op == 0x0b ? 2 : op == 0x0c ? 4 : op == 0x0e ? 8 : 0;
    uint64_t number = size ? span_le(&at, size) : op == 0xff ? UINT64_MAX : op;
    if (at.broken || !(size || op <= 1 || op == 0xff))
        return false;
    *v = number;
    *s = at;
    return true;
}

bool aml_is_declaration(const struct aml_shape *shape)
{
    return strchr(shape->follows, 'n') || strchr(shape->follows, 'L') || strchr(shape->follows, 'F');
}
