/*
 * Runs one instruction on the processor this test runs on, with registers, flags and memory as asked: what it does is
 * what insn_execute is compared with. The instruction sits in a stub at a known low address, so that RIP-relative and
 * 32-bit addresses reach the buffer; 32-bit code runs in a compatibility-mode segment of the same process.
 */
#ifndef TESTS_UNIT_INSN_NATIVE_H
#define TESTS_UNIT_INSN_NATIVE_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NATIVE_CODE   UINT64_C(0x10000000)
#define NATIVE_DATA   UINT64_C(0x10001000)
#define NATIVE_BUFFER UINT64_C(0x10010000)
#define NATIVE_BYTES  8192u
#define NATIVE_GS     UINT64_C(0x140)       /* GS base while instructions run */
enum { NATIVE_CS64 = 0x33, NATIVE_CS32 = 0x23, NATIVE_DS = 0x2b };

/* At NATIVE_DATA; the offsets are in the stubs. */
struct native_data { uint64_t in[16], in_flags, pad[15], out[16], out_flags, host_rsp, far32; uint32_t far32_selector, pad2; };
#define NATIVE_AT(field) ((uint32_t)(NATIVE_DATA + __builtin_offsetof(struct native_data, field)))

struct native_stub { uint8_t *at; };

static inline void native_emit(struct native_stub *s, const void *bytes, size_t n)
{
    memcpy(s->at, bytes, n);
    s->at += n;
}
static inline void native_emit_op(struct native_stub *s, const char *op, size_t n, uint32_t address)
{
    native_emit(s, op, n);
    native_emit(s, &address, 4);
}
#define EMIT(s, text) native_emit((s), (text), sizeof(text) - 1)
#define EMIT_AT(s, text, address) native_emit_op((s), (text), sizeof(text) - 1, (address))

/* False: this system gives no page that is both written and executed. */
static inline bool native_open(void)
{
    void *p = mmap((void *)NATIVE_CODE, 0x20000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    return p == (void *)NATIVE_CODE && syscall(SYS_arch_prctl, 0x1001 /* ARCH_SET_GS */, NATIVE_GS) == 0;
}

static inline void native_moves(struct native_stub *s, bool wide, bool load)
{
    for (unsigned r = 0; r < (wide ? 16u : 8u); r++) {
        uint32_t address = (load ? NATIVE_AT(in) : NATIVE_AT(out)) + 8 * r;
        uint8_t op[4] = { (uint8_t)(0x48 | (r > 7 ? 4 : 0)), load ? 0x8b : 0x89, (uint8_t)(0x04 | (r & 7) << 3), 0x25 };
        if (!wide)
            op[2] = (uint8_t)(0x05 | r << 3);
        native_emit(s, wide ? op : op + 1, wide ? 4 : 2);
        native_emit(s, &address, 4);
    }
}

/* The stub up to where the instruction goes: returns its address. */
static inline uint64_t native_begin(struct native_stub *s, bool wide)
{
    s->at = (uint8_t *)NATIVE_CODE;
    EMIT(s, "\x53\x55\x41\x54\x41\x55\x41\x56\x41\x57");               /* push rbx, rbp, r12..r15 */
    EMIT_AT(s, "\x48\x89\x24\x25", NATIVE_AT(host_rsp));                /* mov [host_rsp], rsp */
    if (!wide) {
        EMIT(s, "\xb8\x2b\0\0\0\x8e\xd8\x8e\xc0");                      /* mov eax, 0x2b; mov ds, eax; mov es, eax */
        EMIT_AT(s, "\xff\x2c\x25", NATIVE_AT(far32));                   /* jmp far [far32] */
        ((struct native_data *)NATIVE_DATA)->far32 = (uint64_t)(uintptr_t)s->at | (uint64_t)NATIVE_CS32 << 32;
        EMIT_AT(s, "\xbc", (uint32_t)NATIVE_DATA + 0xf00);              /* mov esp, scratch */
        EMIT_AT(s, "\xff\x35", NATIVE_AT(in_flags));                    /* push [in_flags] */
    } else {
        EMIT_AT(s, "\xff\x34\x25", NATIVE_AT(in_flags));
    }
    EMIT(s, "\x9d");                                                    /* popf */
    native_moves(s, wide, true);
    return (uint64_t)(uintptr_t)s->at;
}

static inline void native_end(struct native_stub *s, bool wide)
{
    native_moves(s, wide, false);
    if (wide) {
        EMIT_AT(s, "\x48\x8b\x24\x25", NATIVE_AT(host_rsp));            /* mov rsp, [host_rsp] */
        EMIT_AT(s, "\x9c\x8f\x04\x25", NATIVE_AT(out_flags));           /* pushf; pop [out_flags] */
    } else {
        EMIT_AT(s, "\xbc", (uint32_t)NATIVE_DATA + 0xf00);
        EMIT_AT(s, "\x9c\x8f\x05", NATIVE_AT(out_flags));
        EMIT_AT(s, "\xea", (uint32_t)(uintptr_t)s->at + 7);             /* jmp far 0x33:next */
        EMIT(s, "\x33\0");
        EMIT_AT(s, "\x48\x8b\x24\x25", NATIVE_AT(host_rsp));
    }
    EMIT(s, "\xfc\x41\x5f\x41\x5e\x41\x5d\x41\x5c\x5d\x5b\xc3");        /* cld; pop r15..r12, rbp, rbx; ret */
}

/* gpr[16] and *flags: before, and then after. Memory is the buffer at NATIVE_BUFFER. */
static inline void native_run(bool wide, const uint8_t *bytes, size_t n, uint64_t *gpr, uint64_t *flags)
{
    struct native_data *d = (struct native_data *)NATIVE_DATA;
    struct native_stub s;
    memcpy(d->in, gpr, sizeof(d->in));
    memset(d->out, 0, sizeof(d->out));
    d->in_flags = *flags;
    (void)native_begin(&s, wide);
    native_emit(&s, bytes, n);
    native_end(&s, wide);
    __asm__ volatile("call *%0" : : "r"(NATIVE_CODE) : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
    memcpy(gpr, d->out, sizeof(d->out));
    *flags = d->out_flags;
}
#endif
