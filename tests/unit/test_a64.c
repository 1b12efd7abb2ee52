/* Loads and stores of A64, each by its encoding: what is asked of the bus, what registers hold afterwards, and what is refused. */
#include "hypervisor/insn/a64.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { BASE = 0x1000, PC = 0x4000 };
#define DATA UINT64_C(0x8877665544332281)      /* what stands at every 8 bytes; its lowest byte is negative */

static struct { uint64_t at, value; unsigned size; bool write; } seen[2];
static unsigned count, refuse_at;

static bool note(uint64_t at, unsigned size, bool write, uint64_t value)
{
    assert_in_range(count, 0, 1);
    seen[count].at = at;
    seen[count].size = size;
    seen[count].write = write;
    seen[count].value = value;
    return ++count != refuse_at;
}

static bool bus_read(void *owner, uint64_t at, unsigned size, uint64_t *value)
{
    (void)owner;
    *value = DATA;
    return note(at, size, false, 0);
}

static bool bus_write(void *owner, uint64_t at, unsigned size, uint64_t value)
{
    (void)owner;
    return note(at, size, true, value);
}

static struct arm_regs regs;

static enum a64_result run(uint32_t instruction, const char **why)
{
    const struct a64_bus bus = { bus_read, bus_write, NULL };
    regs = (struct arm_regs){ .pc = PC };
    for (unsigned i = 0; i < ARM_GPRS; i++)
        regs.x[i] = UINT64_C(0x1111111111111111) * (i & 15);
    regs.x[2] = BASE;
    regs.x[3] = UINT64_C(0xfffffffffffffff8);           /* -8; as a W register 0xfffffff8 */
    count = 0;
    return a64_execute(&regs, instruction, &bus, why);
}

#define X1 UINT64_C(0x1111111111111111)
#define X3 UINT64_C(0xfffffffffffffff8)

/* one access: at, size, what x1 is afterwards (loads) or what was written (stores), the base afterwards */
static const struct one { uint32_t code; const char *text; uint64_t at; unsigned size; bool write; uint64_t value, base; } ones[] = {
    { 0xf9400041, "ldr x1, [x2]", BASE, 8, false, DATA, BASE },
    { 0xb9400441, "ldr w1, [x2, #4]", BASE + 4, 4, false, 0x44332281, BASE },
    { 0x39400441, "ldrb w1, [x2, #1]", BASE + 1, 1, false, 0x81, BASE },
    { 0x39800441, "ldrsb x1, [x2, #1]", BASE + 1, 1, false, UINT64_C(0xffffffffffffff81), BASE },
    { 0x39c00441, "ldrsb w1, [x2, #1]", BASE + 1, 1, false, 0xffffff81, BASE },
    { 0x79c00441, "ldrsh w1, [x2, #2]", BASE + 2, 2, false, 0x2281, BASE },
    { 0xb9800441, "ldrsw x1, [x2, #4]", BASE + 4, 4, false, 0x44332281, BASE },
    { 0xf9000441, "str x1, [x2, #8]", BASE + 8, 8, true, X1, BASE },
    { 0x3900005f, "strb wzr, [x2]", BASE, 1, true, 0, BASE },
    { 0xf85f8041, "ldur x1, [x2, #-8]", BASE - 8, 8, false, DATA, BASE },
    { 0xb81fc041, "stur w1, [x2, #-4]", BASE - 4, 4, true, 0x11111111, BASE },
    { 0xb8404441, "ldr w1, [x2], #4", BASE, 4, false, 0x44332281, BASE + 4 },
    { 0xb81fcc41, "str w1, [x2, #-4]!", BASE - 4, 4, true, 0x11111111, BASE - 4 },
    { 0x78406c41, "ldrh w1, [x2, #6]!", BASE + 6, 2, false, 0x2281, BASE + 6 },
    { 0xb8400841, "ldtr w1, [x2]", BASE, 4, false, 0x44332281, BASE },
    { 0xf8637841, "ldr x1, [x2, x3, lsl #3]", BASE - 64, 8, false, DATA, BASE },
    { 0xb863c841, "ldr w1, [x2, w3, sxtw]", BASE - 8, 4, false, 0x44332281, BASE },
    { 0xb8635841, "ldr w1, [x2, w3, uxtw #2]", BASE + 4 * UINT64_C(0xfffffff8), 4, false, 0x44332281, BASE },
    { 0xf863e841, "ldr x1, [x2, x3, sxtx]", BASE - 8, 8, false, DATA, BASE },
    { 0x78a3d841, "ldrsh x1, [x2, w3, sxtw #1]", BASE - 16, 2, false, 0x2281, BASE },
    { 0x88dffc41, "ldar w1, [x2]", BASE, 4, false, 0x44332281, BASE },
    { 0xc89ffc41, "stlr x1, [x2]", BASE, 8, true, X1, BASE },
    { 0x08dffc41, "ldarb w1, [x2]", BASE, 1, false, 0x81, BASE },
    { 0xb8bfc041, "ldapr w1, [x2]", BASE, 4, false, 0x44332281, BASE },
    { 0x99404041, "ldapur w1, [x2, #4]", BASE + 4, 4, false, 0x44332281, BASE },
    { 0x59002041, "stlurh w1, [x2, #2]", BASE + 2, 2, true, 0x1111, BASE },
    { 0x99804041, "ldapursw x1, [x2, #4]", BASE + 4, 4, false, 0x44332281, BASE },
    { 0x58000201, "ldr x1, .+64", PC + 64, 8, false, DATA, BASE },
    { 0x98ffffe1, "ldrsw x1, .-4", PC - 4, 4, false, 0x44332281, BASE },
    { 0xf940005f, "ldr xzr, [x2]", BASE, 8, false, X1, BASE },
};

static void test_single(void **state)
{
    const char *why = "";
    (void)state;
    for (size_t i = 0; i < sizeof(ones) / sizeof(*ones); i++) {
        const struct one *o = &ones[i];
        if (run(o->code, &why) != A64_DONE || count != 1)
            fail_msg("%s: not done: it %s", o->text, why);
        uint64_t value = o->write ? seen[0].value : regs.x[1];
        if (seen[0].at != o->at || seen[0].size != o->size || seen[0].write != o->write || value != o->value || regs.x[2] != o->base)
            fail_msg("%s: at %#llx, %u bytes, value %#llx, base %#llx", o->text, (unsigned long long)seen[0].at, seen[0].size,
                     (unsigned long long)value, (unsigned long long)regs.x[2]);
        assert_int_equal(regs.pc, PC);
    }
}

/* Two accesses, one after the other: x1 and x3, or what was written of them. */
static const struct two { uint32_t code; const char *text; uint64_t at; unsigned size; bool write; uint64_t first, second, base; } twos[] = {
    { 0xa9400c41, "ldp x1, x3, [x2]", BASE, 8, false, DATA, DATA, BASE },
    { 0x28c10c41, "ldp w1, w3, [x2], #8", BASE, 4, false, 0x44332281, 0x44332281, BASE + 8 },
    { 0xa9bf0c41, "stp x1, x3, [x2, #-16]!", BASE - 16, 8, true, X1, X3, BASE - 16 },
    { 0x69410c41, "ldpsw x1, x3, [x2, #8]", BASE + 8, 4, false, 0x44332281, 0x44332281, BASE },
    { 0x28400c41, "ldnp w1, w3, [x2]", BASE, 4, false, 0x44332281, 0x44332281, BASE },
    { 0x2901045f, "stp wzr, w1, [x2, #8]", BASE + 8, 4, true, 0, 0x11111111, BASE },
};

static void test_pairs(void **state)
{
    const char *why = "";
    (void)state;
    for (size_t i = 0; i < sizeof(twos) / sizeof(*twos); i++) {
        const struct two *o = &twos[i];
        if (run(o->code, &why) != A64_DONE || count != 2)
            fail_msg("%s: not done: it %s", o->text, why);
        uint64_t first = o->write ? seen[0].value : regs.x[1], second = o->write ? seen[1].value : regs.x[3];
        if (seen[0].at != o->at || seen[1].at != o->at + o->size || seen[0].size != o->size || seen[1].size != o->size ||
            first != o->first || second != o->second || regs.x[2] != o->base)
            fail_msg("%s: at %#llx and %#llx: %#llx, %#llx", o->text, (unsigned long long)seen[0].at, (unsigned long long)seen[1].at,
                     (unsigned long long)first, (unsigned long long)second);
    }
}

/* What the bus refuses leaves no trace in registers, so that the guest can try again. */
static void test_fault_changes_nothing(void **state)
{
    static const uint32_t codes[] = { 0xb8404441, 0xb81fcc41, 0x28c10c41, 0xa9bf0c41, 0xf9400041 };
    const char *why;
    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        for (refuse_at = 1; refuse_at <= 2; refuse_at++) {
            if (run(codes[i], &why) == A64_DONE)
                continue;       /* one access only */
            assert_int_equal(regs.x[1], X1);
            assert_int_equal(regs.x[2], BASE);
            assert_int_equal(regs.x[3], X3);
        }
    refuse_at = 1;
    assert_int_equal(run(0xf9400041, &why), A64_FAULT);
    refuse_at = 2;
    assert_int_equal(run(0x28c10c41, &why), A64_FAULT);
    refuse_at = 0;
}

static void test_no_effect(void **state)
{
    static const uint32_t codes[] = { 0xf9800040 /* prfm */, 0xd50b7e22 /* dc civac */, 0xd50b7522 /* ic ivau */ };
    const char *why;
    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
        assert_int_equal(run(codes[i], &why), A64_DONE);
        assert_int_equal(count, 0);
    }
}

/* Each with a reason that says what it is. */
static void test_refused(void **state)
{
    static const struct { uint32_t code; const char *text, *reason; } refused[] = {
        { 0x885f7c41, "ldxr w1, [x2]", "exclusive" },
        { 0x88037c41, "stxr w3, w1, [x2]", "exclusive" },
        { 0x88a17c43, "cas w1, w3, [x2]", "compare and swap" },
        { 0xb8210043, "ldadd w1, w3, [x2]", "atomic" },
        { 0xf8218043, "swp x1, x3, [x2]", "atomic" },
        { 0x3dc00041, "ldr q1, [x2]", "SIMD" },
        { 0x6d400c41, "ldp d1, d3, [x2]", "SIMD" },
        { 0x4c407840, "ld1 {v0.4s}, [x2]", "SIMD" },
        { 0xbc004441, "str s1, [x2], #4", "SIMD" },
        { 0xf94003e1, "ldr x1, [sp]", "SP" },
        { 0xf8200441, "ldraa x1, [x2]", "authenticated" },
        { 0xd50b7422, "dc zva, x2", "zeroes" },
        { 0x8b030041, "add x1, x2, x3", "not a load or store" },
        { 0xd4000001, "svc #0", "not a load or store" },
        { 0xa9400441, "ldp x1, x1, [x2]", "unpredictable" },
        { 0xf8408442, "ldr x2, [x2], #8", "unpredictable" },
        { 0xa9810c42, "stp x2, x3, [x2, #16]!", "unpredictable" },
        { 0x69000c41, "stgp x1, x3, [x2]", "tags" },
        { 0xf8630841, "ldr x1, [x2, w3, uxtb]", "not allocated" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        const char *why = "";
        if (run(refused[i].code, &why) != A64_REFUSED || count || !strstr(why, refused[i].reason))
            fail_msg("%s: it %s", refused[i].text, why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single), cmocka_unit_test(test_pairs), cmocka_unit_test(test_fault_changes_nothing),
        cmocka_unit_test(test_no_effect), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
