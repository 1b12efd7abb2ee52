/* Owns: how a vCPU is told to people: the names of what makes a guest leave, and its registers when it ends badly. */
#include "hypervisor/core/vcpu.h"
#include "hypervisor/core/console.h"

const char *const exit_name[EXIT_KINDS] = {
    [EXIT_INTERRUPT] = "interrupt", [EXIT_WINDOW] = "window", [EXIT_IDLE] = "idle", [EXIT_PORT] = "port",
    [EXIT_MEMORY] = "memory", [EXIT_CPUID] = "cpuid", [EXIT_MSR] = "msr", [EXIT_HYPERCALL] = "hypercall",
    [EXIT_XSETBV] = "xsetbv", [EXIT_PAUSE] = "pause", [EXIT_SHUTDOWN] = "shutdown", [EXIT_UNDEFINED] = "undefined",
    [EXIT_BROKEN] = "broken",
};

typedef unsigned long long ull;

static void log_table(const char *name, const struct x86_segment *s)
{
    console_log("  %s %04x base %016llx limit %x attributes %03x", name, s->selector, (ull)s->base, s->limit, s->attr);
}

/* What the guest's own tables say of an address: a fault that nothing explains is often there. */
static void log_mapping(struct vcpu *v, const char *what, uint64_t gva)
{
    gpa_t at;
    uint32_t error = 0;
    if (arch_translate(v->arch, gva, 0, &at, &error))
        console_log("  %s is mapped to guest address %#llx", what, (ull)at.v);
    else
        console_log("  %s is not mapped: page fault error code %#x", what, error);
}

void vcpu_log_state(struct vcpu *v)
{
    static const char *const name[X86_GPRS] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                                "r8 ", "r9 ", "r10", "r11", "r12", "r13", "r14", "r15" };
    struct x86_state s;
    arch_state_get(v->arch, &s);
    console_log("%s: vCPU %u on CPU %u, privilege level %u:", v->domain->platform->name, v->id, atomic_load(&v->cpu), s.cpl);
    for (unsigned i = 0; i < X86_GPRS; i += 4)
        console_log("  %s %016llx  %s %016llx  %s %016llx  %s %016llx", name[i], (ull)s.regs.gpr[i], name[i + 1], (ull)s.regs.gpr[i + 1],
                    name[i + 2], (ull)s.regs.gpr[i + 2], name[i + 3], (ull)s.regs.gpr[i + 3]);
    console_log("  rip %016llx  rflags %08llx  cr0 %08llx  cr4 %08llx  efer %04llx", (ull)s.regs.rip, (ull)s.regs.rflags, (ull)s.cr0,
                (ull)s.cr4, (ull)s.efer);
    console_log("  cr2 %016llx  cr3 %016llx", (ull)s.cr2, (ull)s.cr3);
    log_table("cs  ", &s.seg[SEG_CS]);
    log_table("ss  ", &s.seg[SEG_SS]);
    log_table("tr  ", &s.tr);
    log_table("gdtr", &s.gdtr);
    log_table("idtr", &s.idtr);
    log_mapping(v, "the code at cs:rip", s.seg[SEG_CS].base + s.regs.rip);
    log_mapping(v, "the interrupt table", s.idtr.base);
}
