/*
 * Owns: what an exit means. arch_enter returns it as a value; here the machine and the Xen ABI, which do not know each
 * other, are asked in turn. Hot exits return in a few dozen instructions: no lock but the local APIC's own.
 */
#include "hypervisor/run.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/machine/machine.h"
#include "hypervisor/xen/xen.h"

enum next { GO_ON, BLOCK, LEAVE };

/* The vector to deliver: the Xen upcall first, as it needs no acknowledgement in an APIC; -1: none. */
static int pending(struct vcpu *v, bool *from_apic)
{
    int vector = v->xen ? xen_pending(v) : -1;
    *from_apic = vector < 0;
    return vector >= 0 ? vector : machine_pending(v);
}

/* Hands the guest what is due. Where it cannot take it, or more than one thing waits, asks to be told when it can. */
static void inject(struct vcpu *v)
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
static enum next halt(struct vcpu *v)
{
    arch_skip(v->arch, 1);
    if (arch_interrupts_enabled(v->arch))
        return something_waits(v) ? GO_ON : BLOCK;
    for (unsigned i = 0; i < v->domain->vcpus; i++) {
        struct vcpu *other = v->domain->vcpu[i];
        if (other != v && vcpu_is_on(other)) {
            vcpu_stop(v);
            return LEAVE;
        }
    }
    domain_shutdown(v->domain, END_POWEROFF);
    return LEAVE;
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

static enum next hypercall(struct vcpu *v)
{
    if (!v->xen) {
        arch_exception(v->arch, TRAP_UD, false, 0);
        return GO_ON;
    }
    switch (xen_hypercall(v)) {
    case XEN_BLOCK: return something_waits(v) ? GO_ON : BLOCK;
    case XEN_YIELD: sched_give_way(); return GO_ON;
    default:        return GO_ON;
    }
}

static enum next handle(struct vcpu *v, const struct exit *e)
{
    switch (e->kind) {
    case EXIT_INTERRUPT:
        timer_run();
        if (arch_cpu() == 0)
            console_poll();
        return GO_ON;
    case EXIT_WINDOW:    return GO_ON;
    case EXIT_IDLE:      return halt(v);
    case EXIT_PORT:      machine_port(v, &e->port); return GO_ON;
    case EXIT_MEMORY:    machine_memory(v, &e->memory); return GO_ON;
    case EXIT_CPUID:     cpuid(v); return GO_ON;
    case EXIT_MSR:       if (e->msr.write) write_msr(v, &e->msr); else read_msr(v, &e->msr); return GO_ON;
    case EXIT_HYPERCALL: return hypercall(v);
    case EXIT_XSETBV:    xsetbv(v); return GO_ON;
    case EXIT_PAUSE:     arch_skip(v->arch, 2); sched_give_way(); return GO_ON;
    case EXIT_UNDEFINED: arch_exception(v->arch, TRAP_UD, false, 0); return GO_ON;
    case EXIT_SHUTDOWN:
        domain_crash(v->domain, "vCPU %u: triple fault at rip %#llx", v->id, (unsigned long long)arch_regs(v->arch)->rip);
        vcpu_log_state(v);
        return LEAVE;
    case EXIT_BROKEN:
        domain_crash(v->domain, "vCPU %u: %s", v->id, e->why);
        vcpu_log_state(v);
        return LEAVE;
    case EXIT_KINDS:     break;
    }
    return LEAVE;
}

static bool may_run(struct vcpu *v)
{
    return domain_is_running(v->domain) && !atomic_load_explicit(&v->stop, memory_order_relaxed) && !sched_should_leave() &&
           !(domain_has_ended() && arch_cpu() == 0);
}

/* What the guest asked of its CPU or of a port changes no interrupt source that would not wake it (vcpu_wake sets .work). */
static bool may_change_interrupts(enum exit_kind kind) { return kind != EXIT_CPUID && kind != EXIT_PORT; }

bool run_vcpu(struct vcpu *v)
{
    struct exit e;
    enum next next = GO_ON;
    bool look = true;
    arch_vcpu_load(v->arch);
    if (v->xen)
        xen_vcpu_resumed(v);
    while (next == GO_ON && may_run(v)) {
        if (look || atomic_load_explicit(&v->work, memory_order_relaxed)) {
            /* Before the sources are looked at: what comes later sets it again, kicks, and keeps us from blocking. */
            atomic_store(&v->work, false);
            inject(v);
        }
        sched_quiet(true);
        arch_enter(v->arch, &e);
        sched_quiet(false);
        v->exits[e.kind]++;
        look = may_change_interrupts(e.kind);
        next = handle(v, &e);
    }
    if (v->xen)
        xen_vcpu_left(v);
    arch_vcpu_unload(v->arch);
    return next == BLOCK;
}

void run_cpu(void (*tend)(void))
{
    for (;;) {
        sched_quiet(false);
        timer_run();
        if (arch_cpu() == 0) {
            console_poll();
            if (domain_take_ended())
                tend();
        }
        struct vcpu *v = sched_next();
        if (v) {
            sched_put(v, run_vcpu(v));
            if (!domain_is_running(v->domain))
                domain_tell_ended();
            continue;
        }
        sched_quiet(true);
        arch_idle();
    }
}
