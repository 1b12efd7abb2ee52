/* Owns: how a vCPU is told to people when it ends badly: its registers, and what its own tables say of where it is. */
#include "hypervisor/x86/guest.h"
#include "lib/format.h"
#include <stdarg.h>

typedef unsigned long long ull;
typedef void tell_line(const char *text);

static void tell(tell_line *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void tell(tell_line *line, const char *fmt, ...)
{
    char text[160];
    va_list args;
    va_start(args, fmt);
    (void)format_v(text, sizeof(text), fmt, args);
    va_end(args);
    line(text);
}

static void tell_table(tell_line *line, const char *name, const struct x86_segment *s)
{
    tell(line, "%s %04x base %016llx limit %x attributes %03x", name, s->selector, (ull)s->base, s->limit, s->attr);
}

/* What the guest's own tables say of an address: a fault that nothing explains is often there. */
static void tell_mapping(tell_line *line, struct arch_vcpu *v, const char *what, uint64_t gva)
{
    gpa_t at;
    uint32_t error = 0;
    if (arch_translate(v, gva, ACCESS_READ, &at, &error))
        tell(line, "%s is mapped to guest address %#llx", what, (ull)at.v);
    else
        tell(line, "%s is not mapped: page fault error code %#x", what, error);
}

void arch_vcpu_tell(struct arch_vcpu *v, tell_line *line)
{
    static const char *const name[X86_GPRS] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                                "r8 ", "r9 ", "r10", "r11", "r12", "r13", "r14", "r15" };
    struct x86_state s;
    arch_state_get(v, &s);
    for (unsigned i = 0; i < X86_GPRS; i += 4)
        tell(line, "%s %016llx  %s %016llx  %s %016llx  %s %016llx", name[i], (ull)s.regs.gpr[i], name[i + 1], (ull)s.regs.gpr[i + 1],
             name[i + 2], (ull)s.regs.gpr[i + 2], name[i + 3], (ull)s.regs.gpr[i + 3]);
    tell(line, "rip %016llx  rflags %08llx  cr0 %08llx  cr4 %08llx  efer %04llx  privilege level %u", (ull)s.regs.rip,
         (ull)s.regs.rflags, (ull)s.cr0, (ull)s.cr4, (ull)s.efer, s.cpl);
    tell(line, "cr2 %016llx  cr3 %016llx", (ull)s.cr2, (ull)s.cr3);
    tell_table(line, "cs  ", &s.seg[SEG_CS]);
    tell_table(line, "ss  ", &s.seg[SEG_SS]);
    tell_table(line, "tr  ", &s.tr);
    tell_table(line, "gdtr", &s.gdtr);
    tell_table(line, "idtr", &s.idtr);
    tell_mapping(line, v, "the code at cs:rip", s.seg[SEG_CS].base + s.regs.rip);
    tell_mapping(line, v, "the interrupt table", s.idtr.base);
}
