/* Owns: a vCPU's registers in words, for people. */
#include "hypervisor/arm/guest.h"
#include "lib/format.h"

enum { LINE = 120, PER_LINE = 4 };

static void general(const struct arm_regs *r, void (*line)(const char *text))
{
    char text[LINE];
    for (unsigned i = 0; i < ARM_GPRS; i += PER_LINE) {
        size_t used = 0;
        for (unsigned n = i; n < i + PER_LINE && n < ARM_GPRS; n++)
            used += format(text + used, sizeof(text) - used, "%sx%-2u %016llx", n == i ? "" : "  ", n, (unsigned long long)r->x[n]);
        line(text);
    }
}

void arch_vcpu_tell(struct arch_vcpu *v, void (*line)(const char *text))
{
    struct el1_registers r = v->el1;
    char text[LINE];
    if (v->loaded) {
#define X(field, name) r.field = sysreg_get(name);
        EL1_REGISTERS(X)
#undef X
    }
    format(text, sizeof(text), "pc %016llx  pstate %08llx  sp_el0 %016llx  sp_el1 %016llx", (unsigned long long)v->regs.pc,
           (unsigned long long)v->regs.pstate, (unsigned long long)r.sp_el0, (unsigned long long)r.sp_el1);
    line(text);
    general(&v->regs, line);
    format(text, sizeof(text), "sctlr %016llx  tcr %016llx  ttbr0 %016llx  ttbr1 %016llx", (unsigned long long)r.sctlr,
           (unsigned long long)r.tcr, (unsigned long long)r.ttbr0, (unsigned long long)r.ttbr1);
    line(text);
    format(text, sizeof(text), "esr %08llx  far %016llx  elr %016llx  spsr %08llx  vbar %016llx", (unsigned long long)r.esr,
           (unsigned long long)r.far, (unsigned long long)r.elr, (unsigned long long)r.spsr, (unsigned long long)r.vbar);
    line(text);
}
