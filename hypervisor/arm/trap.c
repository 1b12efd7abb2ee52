/* Owns: what an exception of the hypervisor itself does: it is our fault and stops the machine. */
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/host.h"
#include "lib/format.h"
#include "lib/panic.h"

enum { CALLS_SHOWN = 16 };
extern char bp_text_start[], bp_text_end[];

/* libfdt, as Debian compiles it, checks its stack frames. */
extern uint64_t __stack_chk_guard;
uint64_t __stack_chk_guard = UINT64_C(0xbed91a7e0badf00d);
_Noreturn void __stack_chk_fail(void);
void __stack_chk_fail(void) { panic("a stack frame of libfdt was overwritten"); }

/* Straight to the UART: whoever holds the console's lock may be the one that trapped. */
static void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *fmt, ...)
{
    char line[160];
    va_list args;
    va_start(args, fmt);
    size_t n = format_v(line, sizeof(line), fmt, args);
    va_end(args);
    for (size_t i = 0; i < n; i++)
        arch_console_put(line[i]);
}

/* No frame pointers are kept: what on the stack points into the code was likely saved by a call. addr2line tells the names. */
static void print_calls(const struct trap_frame *f)
{
    uint64_t end = (uintptr_t)this_cpu(), shown = 0;
    print("\r\n(bp) calls:");
    if (f->sp % 8 == 0 && f->sp >= end - STACK_SIZE)
        for (uint64_t at = f->sp; at < end && shown < CALLS_SHOWN; at += 8) {
            uint64_t v = *(uint64_t *)at;
            if (v < (uintptr_t)bp_text_start || v >= (uintptr_t)bp_text_end)
                continue;
            print(" %lx", v);
            shown++;
        }
    print("\r\n");
}

_Noreturn void arm_trap(const struct trap_frame *f, unsigned vector)
{
    static const char *const kinds[] = { "synchronous exception", "IRQ", "FIQ", "SError" };
    print("\r\n(bp) CPU %u: pc %016lx sp %016lx lr %016lx spsr %08lx", arch_cpu(), f->elr, f->sp, f->x[30], f->spsr);
    for (unsigned i = 0; i < 30; i += 3)
        print("\r\n(bp) x%-2u %016lx x%-2u %016lx x%-2u %016lx", i, f->x[i], i + 1, f->x[i + 1], i + 2, f->x[i + 2]);
    print_calls(f);
    panic("%s (class %#lx, syndrome %#lx) in the hypervisor at %#lx, address %#lx", kinds[vector & 3], f->esr >> 26, f->esr & 0x1ffffff,
          f->elr, f->far);
}
