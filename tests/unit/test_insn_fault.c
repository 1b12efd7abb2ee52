/*
 * What insn_execute does where the processor cannot be asked: ports, segment limits and types, canonical addresses,
 * 16-bit addressing, bytes that end early, accesses that fault. Expected values are the manuals'.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/insn/insn.h"

static uint64_t last_gva, last_value, given;
static unsigned last_size, reads, writes, ports;
static uint16_t last_port;
static unsigned fail_write;         /* 1: the next write faults */

static bool bus_read(void *owner, uint64_t gva, unsigned size, uint64_t *value, struct insn_fault *fault)
{
    (void)owner;
    (void)fault;
    last_gva = gva;
    last_size = size;
    *value = given;
    reads++;
    return true;
}
static bool bus_write(void *owner, uint64_t gva, unsigned size, uint64_t value, struct insn_fault *fault)
{
    (void)owner;
    last_gva = gva;
    last_size = size;
    last_value = value;
    writes++;
    if (fail_write)
        *fault = (struct insn_fault){ TRAP_PF, true, PF_WRITE, gva };
    return !fail_write;
}
static bool bus_in(void *owner, uint16_t port, unsigned size, uint64_t *value, struct insn_fault *fault)
{
    (void)owner;
    (void)fault;
    last_port = port;
    last_size = size;
    *value = given;
    ports++;
    return true;
}
static bool bus_out(void *owner, uint16_t port, unsigned size, uint64_t value, struct insn_fault *fault)
{
    last_value = value;
    return bus_in(owner, port, size, &value, fault);
}
static const struct insn_bus bus = { bus_read, bus_write, bus_in, bus_out, NULL };

/* Flat segments, of 16-, 32- or 64-bit code. */
static struct x86_state state_of(unsigned bits)
{
    struct x86_state s = { .cr0 = CR0_PE };
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        s.seg[i] = (struct x86_segment){ 0x10, SEG_P | SEG_S | 3 | SEG_DB | SEG_G, 0xffffffff, 0 };
    s.seg[SEG_CS].attr = (uint16_t)(SEG_P | SEG_S | 0xb | (bits == 64 ? SEG_L : bits == 32 ? SEG_DB : 0));
    s.efer = bits == 64 ? EFER_LMA | EFER_LME : 0;
    s.regs.rip = 0x1000;
    s.regs.rflags = 2;
    reads = writes = ports = fail_write = 0;
    return s;
}

static struct insn_fault fault;
static unsigned length;
#define RUN(s, text) insn_execute(s, (const uint8_t *)(text), sizeof(text) - 1, &bus, &fault, &length)

static void test_ports(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(64);
    s.regs.gpr[RAX] = UINT64_C(0x1122334455667788);
    s.regs.gpr[RDX] = 0xabcd03f8;
    given = 0x99aabbcc;
    assert_int_equal(RUN(&s, "\xec"), INSN_DONE);                   /* in al, dx */
    assert_int_equal(last_port, 0x3f8);
    assert_true(s.regs.gpr[RAX] == UINT64_C(0x11223344556677cc));
    assert_int_equal(RUN(&s, "\x48\xed"), INSN_DONE);               /* rex.w in eax, dx */
    assert_int_equal(last_size, 4);
    assert_true(s.regs.gpr[RAX] == 0x99aabbcc);
    assert_int_equal(RUN(&s, "\x66\xe7\x80"), INSN_DONE);           /* out 0x80, ax */
    assert_int_equal(last_port, 0x80);
    assert_int_equal(last_size, 2);
    assert_int_equal(last_value, 0xbbcc);
    assert_true(s.regs.rip == 0x1000 + 1 + 2 + 3);
}

/* One iteration per call; rip moves with the last one only. */
static void test_rep_outs(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(64);
    s.regs.gpr[RCX] = 2;
    s.regs.gpr[RSI] = 0x8000;
    given = 'A';
    assert_int_equal(RUN(&s, "\xf3\x6e"), INSN_DONE);
    assert_true(s.regs.rip == 0x1000 && s.regs.gpr[RCX] == 1 && s.regs.gpr[RSI] == 0x8001);
    assert_int_equal(RUN(&s, "\xf3\x6e"), INSN_DONE);
    assert_true(s.regs.rip == 0x1002 && s.regs.gpr[RCX] == 0);
    assert_int_equal(RUN(&s, "\xf3\x6e"), INSN_DONE);               /* none left: nothing happens */
    assert_true(s.regs.rip == 0x1004);
    assert_int_equal(ports, 2);
}

/* INS finds out that its page is missing before it takes the port's byte. */
static void test_ins(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(32);
    s.regs.rflags |= RFLAGS_DF;
    s.regs.gpr[RDI] = 0x2000;
    given = 0x77;
    assert_int_equal(RUN(&s, "\x6d"), INSN_DONE);
    assert_true(writes == 1 && last_size == 4 && last_value == 0x77 && s.regs.gpr[RDI] == 0x1ffc);
    s.seg[SEG_ES].limit = 0x1000;
    ports = 0;
    assert_int_equal(RUN(&s, "\x6d"), INSN_FAULT);
    assert_int_equal(fault.vector, TRAP_GP);
    assert_int_equal(ports, 0);
}

static void expect_fault(struct x86_state *s, enum insn_result got, unsigned vector)
{
    assert_int_equal(got, INSN_FAULT);
    assert_int_equal(fault.vector, vector);
    assert_true(s->regs.rip == 0x1000);
    assert_int_equal(reads + writes, 0);
}

static void test_limits(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(32);
    s.seg[SEG_DS].limit = 0x1fff;
    s.regs.gpr[RBX] = 0x1ffc;
    assert_int_equal(RUN(&s, "\x8b\x03"), INSN_DONE);               /* mov eax, [ebx]: the last 4 bytes */
    s = state_of(32);
    s.seg[SEG_DS].limit = 0x1fff;
    s.regs.gpr[RBX] = 0x1ffd;
    expect_fault(&s, RUN(&s, "\x8b\x03"), TRAP_GP);
    s.seg[SEG_DS] = (struct x86_segment){ 0x10, SEG_P | SEG_S | 7 | SEG_DB, 0x1fff, 0 };      /* expanding down */
    s.regs.gpr[RBX] = 0x1fff;
    expect_fault(&s, RUN(&s, "\x8b\x03"), TRAP_GP);
    s.regs.gpr[RBX] = 0xfffffffd;                                   /* its end is 4 GiB */
    expect_fault(&s, RUN(&s, "\x8b\x03"), TRAP_GP);
    s.regs.gpr[RBX] = 0x2000;
    assert_int_equal(RUN(&s, "\x8b\x03"), INSN_DONE);
    s = state_of(32);
    s.seg[SEG_SS].limit = 0xff;
    s.regs.gpr[RBP] = 0x100;
    expect_fault(&s, RUN(&s, "\x8b\x45\x00"), TRAP_SS);
    assert_true(fault.has_error && fault.error == 0);
}

static void test_types(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(32);
    s.seg[SEG_DS].attr &= (uint16_t)~2u;                            /* read-only data */
    expect_fault(&s, RUN(&s, "\x89\x03"), TRAP_GP);
    assert_int_equal(RUN(&s, "\x8b\x03"), INSN_DONE);
    s = state_of(32);
    expect_fault(&s, RUN(&s, "\x2e\x89\x03"), TRAP_GP);             /* code is never written */
    s.seg[SEG_CS].attr &= (uint16_t)~2u;                            /* execute-only */
    expect_fault(&s, RUN(&s, "\x2e\x8b\x03"), TRAP_GP);
    s.seg[SEG_GS].attr = 0;                                         /* a null selector */
    expect_fault(&s, RUN(&s, "\x65\x8b\x03"), TRAP_GP);
    s.cr0 = 0;                                                      /* real mode looks at the limit alone */
    s.seg[SEG_GS].limit = 0xffff;
    assert_int_equal(RUN(&s, "\x65\x8b\x07"), INSN_DONE);
}

static void test_canonical(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(64);
    s.regs.gpr[RBX] = UINT64_C(0x0000800000000000);
    expect_fault(&s, RUN(&s, "\x8b\x03"), TRAP_GP);
    s.regs.gpr[RBX] = UINT64_C(0x00007ffffffffffd);                 /* only its last byte is beyond */
    expect_fault(&s, RUN(&s, "\x8b\x03"), TRAP_GP);
    s.regs.gpr[RBP] = UINT64_C(0xffff7fffffffffff);
    expect_fault(&s, RUN(&s, "\x8b\x45\x00"), TRAP_SS);
    s.cr4 = CR4_LA57;
    assert_int_equal(RUN(&s, "\x8b\x03"), INSN_DONE);
    s.regs.rip = 0x1000;
    s.regs.gpr[RBX] = UINT64_C(0xffffffff81000000);
    s.seg[SEG_DS].base = 0x5000;                                    /* means nothing in 64-bit mode */
    s.seg[SEG_GS].base = UINT64_C(0xffff888000000000);
    assert_int_equal(RUN(&s, "\x8b\x03"), INSN_DONE);
    assert_true(last_gva == s.regs.gpr[RBX]);
    s.regs.gpr[RBX] = 0x10;
    assert_int_equal(RUN(&s, "\x65\x3e\x8b\x03"), INSN_DONE);       /* a DS override after GS does not cancel it */
    assert_true(last_gva == UINT64_C(0xffff888000000010));
}

static void test_addresses16(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(16);
    s.regs.gpr[RBX] = 0xfff0;
    s.regs.gpr[RSI] = 0x20;
    s.seg[SEG_DS].base = 0x50000;
    assert_int_equal(RUN(&s, "\x8a\x40\xff"), INSN_DONE);           /* mov al, [bx+si-1]: wraps at 64 KiB */
    assert_true(last_gva == 0x5000f);
    assert_int_equal(RUN(&s, "\x8b\x0e\x34\x12"), INSN_DONE);       /* mov cx, [0x1234] */
    assert_true(last_gva == 0x51234 && last_size == 2);
    s.seg[SEG_SS].base = 0x70000;
    s.regs.gpr[RBP] = 8;
    assert_int_equal(RUN(&s, "\x8b\x46\x02"), INSN_DONE);           /* [bp+2] is the stack's */
    assert_true(last_gva == 0x7000a);
    assert_int_equal(RUN(&s, "\x66\x67\x8b\x04\xb3"), INSN_DONE);   /* mov eax, [ebx+esi*4] */
    assert_true(last_gva == 0x50000 + 0xfff0 + 0x80 && last_size == 4);
    s.seg[SEG_SS].attr &= (uint16_t)~SEG_DB;
    s.regs.gpr[RSP] = 0xabcd0000;
    assert_int_equal(RUN(&s, "\x6a\xfe"), INSN_DONE);               /* push -2 with a 16-bit stack: SP wraps alone */
    assert_true(s.regs.gpr[RSP] == 0xabcdfffe && last_gva == 0x7fffe && last_value == 0xfffe);
}

/* Bytes that end early are asked for; no instruction has 16 bytes; LOCK is legal for few. */
static void test_bytes(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(64);
    const uint8_t mov[] = { 0x65, 0x48, 0xc7, 0x84, 0x24, 1, 2, 3, 4, 5, 6, 7, 8 };     /* mov qword gs:[rsp+..], .. */
    for (unsigned n = 0; n < sizeof(mov); n++) {
        assert_int_equal(insn_execute(&s, mov, n, &bus, &fault, &length), INSN_UNKNOWN);
        assert_int_equal(length, n);
    }
    assert_int_equal(insn_execute(&s, mov, sizeof(mov), &bus, &fault, &length), INSN_DONE);
    assert_int_equal(length, sizeof(mov));
    s = state_of(64);
    expect_fault(&s, RUN(&s, "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x89"), TRAP_GP);
    expect_fault(&s, RUN(&s, "\xf0\x89\x03"), TRAP_UD);             /* lock mov */
    expect_fault(&s, RUN(&s, "\xf0\x01\xd8"), TRAP_UD);             /* lock add eax, ebx */
    expect_fault(&s, RUN(&s, "\xf0\x83\x3b\x01"), TRAP_UD);         /* lock cmp */
    assert_int_equal(RUN(&s, "\x0f\x0b"), INSN_UNKNOWN);
    assert_int_equal(length, 0);
    assert_int_equal(RUN(&s, "\xff\x13"), INSN_UNKNOWN);            /* call [rbx] */
    assert_int_equal(length, 0);
}

/* A write that faults leaves registers and flags as they were. */
static void test_whole(void **unused)
{
    (void)unused;
    struct x86_state s = state_of(64), before;
    s.regs.gpr[RCX] = 3;
    s.regs.gpr[RAX] = 5;
    given = UINT64_MAX;
    before = s;
    fail_write = 1;
    static const char *const code[] = { "\xf3\xa5\x90", "\x01\x03\x90", "\x87\x03\x90", "\x8f\x03\x90", "\x0f\xc1\x03", "\x0f\xab\x03", "\xd1\x23\x90" };
    for (unsigned i = 0; i < sizeof(code) / sizeof(code[0]); i++) {
        assert_int_equal(insn_execute(&s, (const uint8_t *)code[i], 3, &bus, &fault, &length), INSN_FAULT);
        assert_int_equal(fault.vector, TRAP_PF);
        assert_memory_equal(&s, &before, sizeof(s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports), cmocka_unit_test(test_rep_outs), cmocka_unit_test(test_ins), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_types), cmocka_unit_test(test_canonical), cmocka_unit_test(test_addresses16),
        cmocka_unit_test(test_bytes), cmocka_unit_test(test_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
