/*
 * Owns: what an exit of a PC's vCPU means. arch_enter returned it as a value; here the machine and the Xen ABI, which do not
 * know each other, are asked in turn. Hot exits return in a few dozen instructions: no lock but the local APIC's own.
 */
#include "hypervisor/core/console.h"
#include "hypervisor/machine/pc_exits.h"
#include "hypervisor/run_turn.h"

/* The vector to deliver: the Xen upcall first, as it needs no acknowledgement in an APIC; -1: none. */
static int pending(struct vcpu *v, bool *from_apic)
{
    int vector = v->xen ? xen_pending(v) : -1;
    *from_apic = vector < 0;
    return vector >= 0 ? vector : machine_pending(v);
}

/* Hands the guest what is due. Where it cannot take it, or more than one thing waits, asks to be told when it can. */
static void prepare(struct vcpu *v)
{
    bool from_apic;
    if (machine_nmi_pending(v))
        arch_nmi(v->arch);
    int vector = pending(v, &from_apic);
    if (vector < 0) {
        arch_window(v->arch, false);
        return;
    }
    if (!arch_can_interrupt(v->arch)) {
        arch_window(v->arch, true);
        return;
    }
    arch_interrupt(v->arch, (uint8_t)vector);
    if (from_apic)
        machine_accept(v, (uint8_t)vector);
    arch_window(v->arch, machine_pending(v) >= 0);
}

static bool something_waits(struct vcpu *v)
{
    bool from_apic;
    return pending(v, &from_apic) >= 0 || (v->xen && xen_event_waiting(v));
}

/*
 * HLT. With interrupts disabled only INIT or NMI could wake it: the vCPU is off, as when its guest took it down, and
 * the last one to do so means that the guest is finished (as Xen has it).
 */
static enum run_next halt(struct vcpu *v)
{
    arch_skip(v->arch, 1);
    if (arch_interrupts_enabled(v->arch))
        return something_waits(v) ? RUN_ON : RUN_BLOCK;
    for (unsigned i = 0; i < v->domain->vcpus; i++) {
        struct vcpu *other = v->domain->vcpu[i];
        if (other != v && vcpu_is_on(other)) {
            vcpu_stop(v);
            return RUN_LEAVE;
        }
    }
    domain_shutdown(v->domain, END_POWEROFF);
    return RUN_LEAVE;
}

static void cpuid(struct vcpu *v)
{
    struct x86_regs *r = arch_regs(v->arch);
    uint32_t leaf = (uint32_t)r->gpr[RAX], subleaf = (uint32_t)r->gpr[RCX];
    struct x86_cpuid c;
    if (!v->xen || leaf >> 16 != 0x4000 || !xen_cpuid(v, leaf, subleaf, &c))
        machine_cpuid(v, leaf, subleaf, &c);
    r->gpr[RAX] = c.eax;
    r->gpr[RBX] = c.ebx;
    r->gpr[RCX] = c.ecx;
    r->gpr[RDX] = c.edx;
    arch_skip(v->arch, 2);
}

static void general_protection(struct vcpu *v) { arch_exception(v->arch, TRAP_GP, true, 0); }

static void write_msr(struct vcpu *v, const struct exit_msr *e)
{
    bool fault = false;
    bool ok = v->xen && xen_msr_write(v, e->index, e->value, &fault) ? !fault : machine_msr_write(v, e->index, e->value);
    if (ok)
        arch_skip(v->arch, 2);
    else
        general_protection(v);
}

static void read_msr(struct vcpu *v, const struct exit_msr *e)
{
    struct x86_regs *r = arch_regs(v->arch);
    uint64_t value;
    if (!(v->xen && xen_msr_read(v, e->index, &value)) && !machine_msr_read(v, e->index, &value)) {
        general_protection(v);
        return;
    }
    r->gpr[RAX] = (uint32_t)value;
    r->gpr[RDX] = value >> 32;
    arch_skip(v->arch, 2);
}

static void xsetbv(struct vcpu *v)
{
    struct x86_regs *r = arch_regs(v->arch);
    if (arch_xsetbv(v->arch, (uint32_t)r->gpr[RCX], r->gpr[RDX] << 32 | (uint32_t)r->gpr[RAX]))
        arch_skip(v->arch, 3);
    else
        general_protection(v);
}

static enum run_next hypercall(struct vcpu *v)
{
    if (!v->xen) {
        arch_exception(v->arch, TRAP_UD, false, 0);
        return RUN_ON;
    }
    switch (xen_hypercall(v)) {
    case XEN_BLOCK: return something_waits(v) ? RUN_ON : RUN_BLOCK;
    case XEN_YIELD: sched_give_way(); return RUN_ON;
    default:        return RUN_ON;
    }
}

static enum run_next handle(struct vcpu *v, const struct exit *e)
{
    switch (e->kind) {
    case EXIT_INTERRUPT: run_interrupt(); return RUN_ON;
    case EXIT_WINDOW:    return RUN_ON;
    case EXIT_IDLE:      return halt(v);
    case EXIT_PORT:      machine_port(v, &e->port); return RUN_ON;
    case EXIT_MEMORY:    machine_memory(v, &e->memory); return RUN_ON;
    case EXIT_CPUID:     cpuid(v); return RUN_ON;
    case EXIT_MSR:       if (e->msr.write) write_msr(v, &e->msr); else read_msr(v, &e->msr); return RUN_ON;
    case EXIT_HYPERCALL: return hypercall(v);
    case EXIT_XSETBV:    xsetbv(v); return RUN_ON;
    case EXIT_PAUSE:     arch_skip(v->arch, 2); sched_give_way(); return RUN_ON;
    case EXIT_UNDEFINED: arch_exception(v->arch, TRAP_UD, false, 0); return RUN_ON;
    case EXIT_SHUTDOWN:
        domain_crash(v->domain, "vCPU %u: triple fault at rip %#llx", v->id, (unsigned long long)arch_regs(v->arch)->rip);
        vcpu_log_state(v);
        return RUN_LEAVE;
    case EXIT_BROKEN:
        domain_crash(v->domain, "vCPU %u: %s", v->id, e->why);
        vcpu_log_state(v);
        return RUN_LEAVE;
    case EXIT_SYSREG:    /* Arm's */
    case EXIT_SMC:
    case EXIT_TIMER:
    case EXIT_KINDS:     break;
    }
    return RUN_LEAVE;
}

static bool look_after(enum exit_kind kind) { return kind != EXIT_CPUID && kind != EXIT_PORT; }

bool run_vcpu(struct vcpu *v)
{
    return run_turns(v, (struct run_arch){ prepare, handle, look_after });
}
