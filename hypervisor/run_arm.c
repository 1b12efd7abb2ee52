/*
 * Owns: what an exit of an Arm vCPU means. arch_enter returned it as a value; here the machine and the Xen ABI, which do not
 * know each other, are asked in turn.
 */
#include "hypervisor/core/console.h"
#include "hypervisor/machine/virt_exits.h"
#include "hypervisor/run_turn.h"

enum { HVC_SMCCC = 0, HVC_XEN = 0xea1 };    /* xen/arch-arm.h: XEN_HYPERCALL_TAG */

static bool event(struct vcpu *v) { return v->xen && xen_event_waiting(v); }

static void prepare(struct vcpu *v) { virt_interrupts(v, event(v)); }

/* Waits as WFI does: for an interrupt that its GIC would deliver, whatever PSTATE masks. */
static enum run_next wait(struct vcpu *v) { return virt_must_stay_awake(v, event(v)) ? RUN_ON : RUN_BLOCK; }

static enum run_next smccc(struct vcpu *v)
{
    switch (virt_smccc(v)) {
    case VIRT_WAIT:  return wait(v);
    case VIRT_LEAVE: return RUN_LEAVE;
    default:         return RUN_ON;
    }
}

static enum run_next xen_call(struct vcpu *v)
{
    switch (xen_hypercall(v)) {
    case XEN_BLOCK: return event(v) ? RUN_ON : wait(v);
    case XEN_YIELD: sched_give_way(); return RUN_ON;
    default:        return RUN_ON;
    }
}

/* An HVC is skipped already: an exception that says it is unknown names the HVC itself. */
static enum run_next hypercall(struct vcpu *v, uint16_t immediate)
{
    if (immediate == HVC_SMCCC)
        return smccc(v);
    if (immediate == HVC_XEN && v->xen)
        return xen_call(v);
    arch_regs(v->arch)->pc -= 4;
    arch_undefined(v->arch);
    return RUN_ON;
}

/* An SMC is not. Firmware's conduit for PSCI, for guests that were told of no other. */
static enum run_next monitor_call(struct vcpu *v, uint16_t immediate)
{
    if (immediate) {
        arch_undefined(v->arch);
        return RUN_ON;
    }
    arch_skip(v->arch);
    return smccc(v);
}

static enum run_next broken(struct vcpu *v, const char *why)
{
    domain_crash(v->domain, "vCPU %u: %s", v->id, why);
    vcpu_log_state(v);
    return RUN_LEAVE;
}

static enum run_next handle(struct vcpu *v, const struct exit *e)
{
    switch (e->kind) {
    case EXIT_INTERRUPT: run_interrupt(); return RUN_ON;
    case EXIT_TIMER:     virt_timer_fired(v); run_interrupt(); return RUN_ON;
    case EXIT_WINDOW:    return RUN_ON;
    case EXIT_IDLE:      arch_skip(v->arch); return wait(v);
    case EXIT_PAUSE:     arch_skip(v->arch); sched_give_way(); return RUN_ON;
    case EXIT_MEMORY:    virt_memory(v, &e->memory); return RUN_ON;
    case EXIT_SYSREG:    virt_sysreg(v, &e->sysreg); return RUN_ON;
    case EXIT_HYPERCALL: return hypercall(v, e->immediate);
    case EXIT_SMC:       return monitor_call(v, e->immediate);
    case EXIT_UNDEFINED: arch_undefined(v->arch); return RUN_ON;
    case EXIT_BROKEN:    return broken(v, e->why);
    case EXIT_PORT:      /* a PC's */
    case EXIT_CPUID:
    case EXIT_MSR:
    case EXIT_XSETBV:
    case EXIT_SHUTDOWN:
    case EXIT_KINDS:     break;
    }
    return broken(v, "left the guest for a reason that Arm does not have");
}

/* Any of them: list registers hold what the guest did since, and an exit is the time to look. */
static bool look_after(enum exit_kind kind) { (void)kind; return true; }

bool run_vcpu(struct vcpu *v) { return run_turns(v, (struct run_arch){ prepare, handle, look_after }); }
