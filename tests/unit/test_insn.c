/*
 * insn_execute against the processor itself: every opcode form, with random prefixes, ModRM bytes, registers, flags and
 * memory, in 64-bit and in 32-bit code. What the processor cannot be asked from here (ports, segments, faults, 16-bit
 * addresses) is in test_insn_fault.c.
 */
#include <cpuid.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include "hypervisor/insn/insn.h"
#include "tests/unit/insn_native.h"

enum { INSTANCES = 1500, TRIES = 200000 };
#define CF 0x001u
#define PF 0x004u
#define AF 0x010u
#define ZF 0x040u
#define SF 0x080u
#define OF 0x800u
#define STATUS (CF | PF | AF | ZF | SF | OF)
#define IMUL_UNDEFINED (PF | AF | ZF | SF)
#define BIT_UNDEFINED  (PF | AF | SF | OF)

#define MODRM  0x001u
#define MEMORY 0x002u   /* no register form */
#define LOCK   0x004u
#define REP    0x008u
#define ONLY64 0x010u
#define MOFFS  0x020u
#define SHIFTS 0x040u   /* the count is small, so that CF is defined */
#define ATOMIC 0x080u   /* locked by itself: addresses are kept aligned */
#define NO66   0x100u
#define MOVBE  0x200u
#define IMM1   0x400u
#define IMMZ   0x800u
#define NOREX  0x1000u
#define ANY 0xff
/* opcode..last: a range, each of which is a form of its own. ext: ModRM.reg, or ANY. */
struct form { const char *name; uint16_t opcode, last; uint8_t ext; uint16_t kind; uint16_t undefined; };

static const struct form forms[] = {
    { "add", 0x00, 0x01, ANY, MODRM | LOCK, 0 }, { "add", 0x02, 0x03, ANY, MODRM, 0 },
    { "or", 0x08, 0x09, ANY, MODRM | LOCK, AF }, { "or", 0x0a, 0x0b, ANY, MODRM, AF },
    { "adc", 0x10, 0x11, ANY, MODRM | LOCK, 0 }, { "adc", 0x12, 0x13, ANY, MODRM, 0 },
    { "sbb", 0x18, 0x19, ANY, MODRM | LOCK, 0 }, { "sbb", 0x1a, 0x1b, ANY, MODRM, 0 },
    { "and", 0x20, 0x21, ANY, MODRM | LOCK, AF }, { "and", 0x22, 0x23, ANY, MODRM, AF },
    { "sub", 0x28, 0x29, ANY, MODRM | LOCK, 0 }, { "sub", 0x2a, 0x2b, ANY, MODRM, 0 },
    { "xor", 0x30, 0x31, ANY, MODRM | LOCK, AF }, { "xor", 0x32, 0x33, ANY, MODRM, AF },
    { "cmp", 0x38, 0x3b, ANY, MODRM, 0 },
    { "add al", 0x04, 0x04, ANY, IMM1, 0 }, { "add ax", 0x05, 0x05, ANY, IMMZ, 0 },
    { "sbb al", 0x1c, 0x1c, ANY, IMM1, 0 }, { "sbb ax", 0x1d, 0x1d, ANY, IMMZ, 0 },
    { "xor al", 0x34, 0x34, ANY, IMM1, AF }, { "cmp ax", 0x3d, 0x3d, ANY, IMMZ, 0 },
    { "group1 add", 0x80, 0x81, 0, MODRM | LOCK | IMMZ, 0 }, { "group1 or", 0x80, 0x81, 1, MODRM | LOCK | IMMZ, AF },
    { "group1 adc", 0x80, 0x81, 2, MODRM | LOCK | IMMZ, 0 }, { "group1 sbb", 0x80, 0x81, 3, MODRM | LOCK | IMMZ, 0 },
    { "group1 and", 0x80, 0x81, 4, MODRM | LOCK | IMMZ, AF }, { "group1 sub", 0x80, 0x81, 5, MODRM | LOCK | IMMZ, 0 },
    { "group1 xor", 0x80, 0x81, 6, MODRM | LOCK | IMMZ, AF }, { "group1 cmp", 0x80, 0x81, 7, MODRM | IMMZ, 0 },
    { "group1 and imm8", 0x83, 0x83, 4, MODRM | LOCK | IMM1, AF }, { "group1 cmp imm8", 0x83, 0x83, 7, MODRM | IMM1, 0 },
    { "group1 adc imm8", 0x83, 0x83, 2, MODRM | LOCK | IMM1, 0 },
    { "test", 0x84, 0x85, ANY, MODRM, AF }, { "test al", 0xa8, 0xa8, ANY, IMM1, AF }, { "test ax", 0xa9, 0xa9, ANY, IMMZ, AF },
    { "xchg", 0x86, 0x87, ANY, MODRM | LOCK | ATOMIC, 0 },
    { "mov", 0x88, 0x8b, ANY, MODRM, 0 }, { "mov sreg es", 0x8c, 0x8c, 0, MODRM | NOREX, 0 }, { "mov sreg ss", 0x8c, 0x8c, 2, MODRM | NOREX, 0 },
    { "mov cs", 0x8c, 0x8c, 1, MODRM | NOREX, 0 },
    { "mov moffs", 0xa0, 0xa3, ANY, MOFFS, 0 },
    { "mov imm8", 0xc6, 0xc6, 0, MODRM | IMM1, 0 }, { "mov imm", 0xc7, 0xc7, 0, MODRM | IMMZ, 0 },
    { "movsxd", 0x63, 0x63, ANY, MODRM | ONLY64, 0 },
    { "push", 0x50, 0x57, ANY, 0, 0 }, { "pop", 0x58, 0x5f, ANY, 0, 0 },
    { "push imm", 0x68, 0x68, ANY, IMMZ, 0 }, { "push imm8", 0x6a, 0x6a, ANY, IMM1, 0 },
    { "push rm", 0xff, 0xff, 6, MODRM, 0 }, { "pop rm", 0x8f, 0x8f, 0, MODRM, 0 },
    { "imul imm", 0x69, 0x69, ANY, MODRM | IMMZ, IMUL_UNDEFINED }, { "imul imm8", 0x6b, 0x6b, ANY, MODRM | IMM1, IMUL_UNDEFINED },
    { "movs", 0xa4, 0xa5, ANY, REP, 0 }, { "cmps", 0xa6, 0xa7, ANY, REP, 0 }, { "stos", 0xaa, 0xab, ANY, REP, 0 },
    { "lods", 0xac, 0xad, ANY, REP, 0 }, { "scas", 0xae, 0xaf, ANY, REP, 0 },
    { "rol imm", 0xc0, 0xc1, 0, MODRM | IMM1 | SHIFTS, OF }, { "ror imm", 0xc0, 0xc1, 1, MODRM | IMM1 | SHIFTS, OF },
    { "rcl imm", 0xc0, 0xc1, 2, MODRM | IMM1 | SHIFTS, OF }, { "rcr imm", 0xc0, 0xc1, 3, MODRM | IMM1 | SHIFTS, OF },
    { "shl imm", 0xc0, 0xc1, 4, MODRM | IMM1 | SHIFTS, OF | AF }, { "shr imm", 0xc0, 0xc1, 5, MODRM | IMM1 | SHIFTS, OF | AF },
    { "sal imm", 0xc0, 0xc1, 6, MODRM | IMM1 | SHIFTS, OF | AF }, { "sar imm", 0xc0, 0xc1, 7, MODRM | IMM1 | SHIFTS, OF | AF },
    { "rol 1", 0xd0, 0xd1, 0, MODRM, 0 }, { "ror 1", 0xd0, 0xd1, 1, MODRM, 0 }, { "rcl 1", 0xd0, 0xd1, 2, MODRM, 0 },
    { "rcr 1", 0xd0, 0xd1, 3, MODRM, 0 }, { "shl 1", 0xd0, 0xd1, 4, MODRM, AF }, { "shr 1", 0xd0, 0xd1, 5, MODRM, AF },
    { "sar 1", 0xd0, 0xd1, 7, MODRM, AF },
    { "shl cl", 0xd2, 0xd3, 4, MODRM | SHIFTS, OF | AF }, { "sar cl", 0xd2, 0xd3, 7, MODRM | SHIFTS, OF | AF },
    { "rcl cl", 0xd2, 0xd3, 2, MODRM | SHIFTS, OF },
    { "group3 test", 0xf6, 0xf7, 0, MODRM | IMMZ, AF }, { "group3 test alias", 0xf6, 0xf7, 1, MODRM | IMMZ, AF },
    { "not", 0xf6, 0xf7, 2, MODRM | LOCK, 0 }, { "neg", 0xf6, 0xf7, 3, MODRM | LOCK, 0 },
    { "inc", 0xfe, 0xff, 0, MODRM | LOCK, 0 }, { "dec", 0xfe, 0xff, 1, MODRM | LOCK, 0 },
    { "cmovcc", 0x140, 0x14f, ANY, MODRM, 0 }, { "setcc", 0x190, 0x19f, ANY, MODRM , 0 },
    { "bt", 0x1a3, 0x1a3, ANY, MODRM, BIT_UNDEFINED }, { "bts", 0x1ab, 0x1ab, ANY, MODRM | LOCK, BIT_UNDEFINED },
    { "btr", 0x1b3, 0x1b3, ANY, MODRM | LOCK, BIT_UNDEFINED }, { "btc", 0x1bb, 0x1bb, ANY, MODRM | LOCK, BIT_UNDEFINED },
    { "bt imm", 0x1ba, 0x1ba, 4, MODRM | IMM1, BIT_UNDEFINED }, { "bts imm", 0x1ba, 0x1ba, 5, MODRM | IMM1 | LOCK, BIT_UNDEFINED },
    { "btr imm", 0x1ba, 0x1ba, 6, MODRM | IMM1 | LOCK, BIT_UNDEFINED }, { "btc imm", 0x1ba, 0x1ba, 7, MODRM | IMM1 | LOCK, BIT_UNDEFINED },
    { "imul", 0x1af, 0x1af, ANY, MODRM, IMUL_UNDEFINED },
    { "cmpxchg", 0x1b0, 0x1b1, ANY, MODRM | MEMORY | LOCK, 0 },   /* to a register that differs, vendors disagree */
    { "cmpxchg8b", 0x1c7, 0x1c7, 1, MODRM | MEMORY | LOCK | NOREX, 0 },
    { "xadd", 0x1c0, 0x1c1, ANY, MODRM | LOCK, 0 },
    { "movzx", 0x1b6, 0x1b7, ANY, MODRM, 0 }, { "movsx", 0x1be, 0x1bf, ANY, MODRM, 0 },
    { "movnti", 0x1c3, 0x1c3, ANY, MODRM | MEMORY | NO66, 0 },
    { "movbe", 0x2f0, 0x2f1, ANY, MODRM | MEMORY | MOVBE, 0 },
};

static uint64_t seed = 0x9e3779b97f4a7c15;
static uint64_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * UINT64_C(0x2545f4914f6cdd1d) >> 11;
}
static unsigned below(unsigned n) { return (unsigned)(any() % n); }

/* ---- the memory that insn_execute sees: a copy of the native buffer, nothing else ---- */
static uint8_t shadow[NATIVE_BYTES], before[NATIVE_BYTES];
static bool need_aligned;

static bool inside(uint64_t gva, unsigned size)
{
    return gva >= NATIVE_BUFFER && gva - NATIVE_BUFFER <= NATIVE_BYTES - size && !(need_aligned && gva & 7);
}
static bool bus_read(void *owner, uint64_t gva, unsigned size, uint64_t *value, struct insn_fault *fault)
{
    (void)owner;
    (void)fault;
    *value = 0xdeadbeefdeadbeef;
    if (inside(gva, size))
        memcpy(value, shadow + (gva - NATIVE_BUFFER), size);
    return inside(gva, size);
}
static bool bus_write(void *owner, uint64_t gva, unsigned size, uint64_t value, struct insn_fault *fault)
{
    (void)owner;
    (void)fault;
    if (inside(gva, size))
        memcpy(shadow + (gva - NATIVE_BUFFER), &value, size);
    return inside(gva, size);
}
static const struct insn_bus bus = { .read = bus_read, .write = bus_write };

/* ---- making an instance ---- */
struct instance { uint8_t bytes[24]; size_t n; uint64_t gpr[16], flags; };

static void add(struct instance *i, uint64_t value, size_t n)
{
    memcpy(i->bytes + i->n, &value, n);
    i->n += n;
}

static uint64_t pointer(void) { return NATIVE_BUFFER + NATIVE_BYTES / 2 + below(256) - 128; }

/* rest: bytes of immediate that follow, which a RIP-relative displacement has to count. */
static void add_modrm(struct instance *i, const struct form *f, bool wide, uint64_t rip, size_t rest)
{
    unsigned mod = f->kind & MEMORY ? below(3) : below(5) & 3, rm = below(8), reg = f->ext == ANY ? below(8) : f->ext, base = rm;
    add(i, mod << 6 | reg << 3 | rm, 1);
    if (mod == 3)
        return;
    if (rm == 4) {
        unsigned sib = below(256);
        base = sib & 7;
        add(i, sib, 1);
    }
    if (mod == 1)
        add(i, any(), 1);
    else if (mod == 2)
        add(i, (uint64_t)below(200) - 100, 4);
    else if (base == 5)
        add(i, pointer() - (wide && rm == 5 ? rip + i->n + 4 + rest : 0), 4);
}

static void make_registers(struct instance *i, const struct form *f, bool address)
{
    for (unsigned r = 0; r < 16; r++)
        i->gpr[r] = below(20) < 9 ? pointer() : below(2) ? below(17) : any() << 17 ^ any();
    if (f->kind & REP) {
        i->gpr[6] = pointer();
        i->gpr[7] = pointer();
        i->gpr[1] = below(7) | (address ? any() << 32 : 0);
    } else if (f->kind & SHIFTS) {
        i->gpr[1] = (i->gpr[1] & ~UINT64_C(0xff)) | below(8) | below(4) << 5;
    }
    i->gpr[4] = pointer();
}

static void make(struct instance *i, const struct form *f, unsigned opcode, bool wide, uint64_t rip)
{
    bool small = !(f->kind & NO66) && below(4) == 0, address = wide && below(6) == 0;
    unsigned rex = wide && !(f->kind & NOREX) && below(2) ? 0x40 + below(16) : 0;
    size_t immediate = f->kind & IMM1 ? 1 : !(f->kind & IMMZ) ? 0 : !(opcode & 1) && opcode != 0x68 ? 1 : small && !(rex & 8) ? 2 : 4;
    i->n = 0;
    i->flags = 0x202 | (any() & (STATUS | (f->kind & REP ? 0x400 : 0)));
    make_registers(i, f, address);
    if (small)
        add(i, 0x66, 1);
    if (address)
        add(i, 0x67, 1);
    if (wide && below(8) == 0)
        add(i, 0x65, 1);
    else if (below(8) == 0)
        add(i, below(2) ? 0x2e : 0x3e, 1);
    if (f->kind & REP && below(3))
        add(i, 0xf2 + below(2), 1);
    need_aligned = f->kind & ATOMIC;
    if (f->kind & LOCK && below(3) == 0) {
        add(i, 0xf0, 1);
        need_aligned = true;
    }
    if (rex)
        add(i, rex, 1);
    if (opcode >= 0x100)
        add(i, 0x0f, 1);
    if (opcode >= 0x200)
        add(i, 0x38, 1);
    add(i, opcode & 0xff, 1);
    if (f->kind & MODRM)
        add_modrm(i, f, wide, rip, immediate);
    if (f->kind & MOFFS)
        add(i, pointer(), wide && !address ? 8 : 4);
    add(i, f->kind & SHIFTS ? below(8) | below(8) << 5 : any(), immediate);
}

static struct x86_state machine(const struct instance *i, bool wide, uint64_t rip)
{
    struct x86_state s = { .cr0 = CR0_PE | CR0_PG, .efer = EFER_LMA | EFER_LME, .cpl = 3 };
    uint16_t own;
    for (unsigned seg = 0; seg < X86_SEGMENTS; seg++)
        s.seg[seg] = (struct x86_segment){ NATIVE_DS, 0xcf3, 0xffffffff, 0 };
    s.seg[SEG_CS] = (struct x86_segment){ wide ? NATIVE_CS64 : NATIVE_CS32, wide ? 0xafb : 0xcfb, 0xffffffff, 0 };
    __asm__("mov %%es, %0" : "=r"(own));
    if (wide)
        s.seg[SEG_ES].selector = own;
    s.seg[SEG_GS].base = NATIVE_GS;
    memcpy(s.regs.gpr, i->gpr, sizeof(i->gpr));
    s.regs.rip = rip;
    s.regs.rflags = i->flags;
    return s;
}

/* Runs the instruction to its end in insn_execute. False: it leaves the buffer, or is one that faults. */
static bool emulate(struct x86_state *s, const struct instance *i, uint64_t rip)
{
    struct insn_fault fault;
    unsigned length = 0;
    for (unsigned turn = 0; s->regs.rip == rip; turn++) {
        struct x86_regs old = s->regs;
        enum insn_result result = insn_execute(s, i->bytes, i->n, &bus, &fault, &length);
        assert_int_not_equal(result, INSN_UNKNOWN);
        if (result == INSN_FAULT) {
            assert_memory_equal(&old, &s->regs, sizeof(old));
            return false;
        }
        assert_true(turn < 16);
    }
    assert_int_equal(length, i->n);
    assert_true(s->regs.rip == rip + i->n);
    return true;
}

static void explain(const struct form *f, const struct instance *i, bool wide, const struct x86_state *s, const uint64_t *gpr, uint64_t flags)
{
    fprintf(stderr, "%s, %d-bit:", f->name, wide ? 64 : 32);
    for (size_t k = 0; k < i->n; k++)
        fprintf(stderr, " %02x", i->bytes[k]);
    fprintf(stderr, "\n flags %lx -> processor %lx, here %lx\n", i->flags, flags, s->regs.rflags);
    for (unsigned r = 0; r < (wide ? 16u : 8u); r++)
        fprintf(stderr, " %2u: %016lx -> processor %016lx, here %016lx\n", r, i->gpr[r], gpr[r], s->regs.gpr[r]);
    fprintf(stderr, " memory %s\n", memcmp(shadow, (void *)NATIVE_BUFFER, NATIVE_BYTES) ? "differs" : "is the same");
}

static bool compare(const struct form *f, unsigned opcode, bool wide)
{
    struct native_stub stub;
    struct instance i;
    uint64_t rip = native_begin(&stub, wide), gpr[16], flags;
    make(&i, f, opcode, wide, rip);
    struct x86_state s = machine(&i, wide, rip);
    memcpy(before + NATIVE_BYTES / 2 - 1024, &seed, sizeof(seed));
    memcpy(shadow, before, sizeof(shadow));
    if (!emulate(&s, &i, rip))
        return false;
    memcpy((void *)NATIVE_BUFFER, before, sizeof(before));
    memcpy(gpr, i.gpr, sizeof(gpr));
    flags = i.flags;
    native_run(wide, i.bytes, i.n, gpr, &flags);
    bool same = !((flags ^ s.regs.rflags) & (STATUS | 0x400) & ~(uint64_t)f->undefined) && !memcmp(shadow, (void *)NATIVE_BUFFER, NATIVE_BYTES);
    for (unsigned r = 0; r < (wide ? 16u : 8u); r++)
        same = same && !((gpr[r] ^ s.regs.gpr[r]) & (wide ? UINT64_MAX : 0xffffffff));
    if (!same)
        explain(f, &i, wide, &s, gpr, flags);
    assert_true(same);
    return true;
}

static bool have_movbe(void)
{
    unsigned a, b, c = 0, d;
    return __get_cpuid(1, &a, &b, &c, &d) && c & bit_MOVBE;
}

static void each_form(bool wide)
{
    for (size_t n = 0; n < sizeof(forms) / sizeof(forms[0]); n++) {
        const struct form *f = &forms[n];
        if ((f->kind & ONLY64 && !wide) || (f->kind & MOVBE && !have_movbe()))
            continue;
        for (unsigned opcode = f->opcode; opcode <= f->last; opcode++) {
            unsigned good = 0;
            for (unsigned k = 0; k < TRIES && good < INSTANCES; k++)
                good += compare(f, opcode, wide);
            if (good < INSTANCES)
                fail_msg("%s: only %u instances stayed within the buffer", f->name, good);
        }
    }
}

static void test_code64(void **state) { (void)state; each_form(true); }
static void test_code32(void **state) { (void)state; each_form(false); }

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_code64), cmocka_unit_test(test_code32) };
    if (!native_open()) {
        puts("1..0 # SKIP no memory that may be written and executed");
        return 0;
    }
    for (size_t k = 0; k < sizeof(before); k++)
        before[k] = (uint8_t)any();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
