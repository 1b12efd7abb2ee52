/*
 * Owns: one entry into the guest and what its exit means. Invariant: nothing here takes a lock or waits; what needs nobody's decision is
 * settled here and the guest goes on. The hot path is guest_run, exit_decode and, only where something was asked for, vgic_prepare.
 */
#include "hypervisor/arm/exit.h"
#include "hypervisor/arm/guest.h"
#include <stddef.h>

/* enter.S has these numbers. */
_Static_assert(offsetof(struct arch_vcpu, regs) == 0, "the general registers stand first");
_Static_assert(offsetof(struct arm_regs, pc) == 248 && offsetof(struct arm_regs, pstate) == 256, "pc follows x30");

enum { OUTCOME_EXIT, OUTCOME_GO_ON };

static int exit_as(struct exit *e, enum exit_kind kind)
{
    e->kind = kind;
    return OUTCOME_EXIT;
}

static int broken(struct exit *e, const char *why)
{
    e->kind = EXIT_BROKEN;
    e->why = why;
    return OUTCOME_EXIT;
}

/* What the guest did to its list registers is seen first: it may have ended the interrupt before, and that end is not this one's. */
static void timer_came(struct arch_vcpu *v)
{
    if (!v->vgic.touched)
        vgic_sync(v);
    v->vtimer_fired = true;
}

/*
 * The window is looked at before interrupts are, and so are ends that were to be told of: their line must be low when irq_take ends the
 * maintenance interrupt. The virtual timer's interrupt stays active in the host until the guest ends its own.
 */
static int interrupt(struct arch_vcpu *v, struct exit *e)
{
    bool window = v->vgic.window && vgic_underflow(v);
    if (v->vgic.ends)
        vgic_sync(v);
    if (irq_take() & IRQ_VTIMER) {
        timer_came(v);
        return exit_as(e, EXIT_TIMER);
    }
    if (v->vtimer_fired)
        vtimer_settle(v);
    return exit_as(e, window ? EXIT_WINDOW : EXIT_INTERRUPT);
}

/* The access faulted by a permission: where it went, only the guest's own tables say. False: they say something else by now. */
static bool find_address(struct arch_vcpu *v, struct exit_memory *m)
{
    uint32_t error, access = (m->write ? ACCESS_WRITE : ACCESS_READ) | (m->fetch ? ACCESS_FETCH : 0) | (arch_in_user(v) ? ACCESS_USER : 0);
    if (arch_translate(v, m->gva, access, &m->at, &error))
        return true;
    /* Unprivileged loads and stores, and fetches of pages that EL0 cannot read, are translated by the other privilege. */
    return arch_translate(v, m->gva, access ^ ACCESS_USER, &m->at, &error);
}

/*
 * Cortex-A57 834220: where a program may not go and there is no RAM, stage 2 is blamed before stage 1. Were that believed, programs would
 * use their kernel's devices. Of fetches nothing is emulated.
 */
static bool blames_stage2_wrongly(struct arch_vcpu *v, const struct exit_memory *m)
{
    uint32_t error;
    gpa_t at;
    return arch_in_user(v) && !m->fetch && !m->table_walk &&
           !arch_translate(v, m->gva, ACCESS_USER | (m->write ? ACCESS_WRITE : ACCESS_READ), &at, &error);
}

static int memory_abort(struct arch_vcpu *v, uint64_t esr, struct exit *e)
{
    enum abort_kind kind = exit_decode_abort(esr, sysreg_get(FAR_EL2), sysreg_get(HPFAR_EL2), e);
    switch (kind) {
    case ABORT_FIND:
        if (!find_address(v, &e->memory))
            return OUTCOME_GO_ON;
        /* fallthrough */
    case ABORT_STAGE2: case ABORT_SKIP:
        if (blames_stage2_wrongly(v, &e->memory) ||
            stage2_is_transient(v, e->memory.at.v, e->memory.fetch ? S2_EXEC : e->memory.write ? S2_WRITE : S2_READ))
            return OUTCOME_GO_ON;
        if (kind != ABORT_SKIP)
            return OUTCOME_EXIT;
        exit_skip(&v->regs, esr);
        return OUTCOME_GO_ON;
    case ABORT_RETRY:
        stage2_flush_here();
        return OUTCOME_GO_ON;
    case ABORT_GUEST:
        arch_abort(v, e->memory.gva, e->memory.fetch, e->memory.write, (uint8_t)ESR_FSC(esr));
        return OUTCOME_GO_ON;
    case ABORT_HOST:
        return broken(e, "the host's memory answered a walk of its translation tables with an error");
    }
    return OUTCOME_GO_ON;
}

/* The debug registers are kept here; whoever else asks is somebody above. */
static int settled_sysreg(struct arch_vcpu *v, const struct exit_sysreg *s)
{
    uint64_t value = s->write && s->reg != ARM_ZERO ? v->regs.x[s->reg] : 0;
    if (arch_in_user(v) || !debug_access(v, s->name, s->write, &value))
        return OUTCOME_EXIT;
    if (!s->write && s->reg != ARM_ZERO)
        v->regs.x[s->reg] = value;
    arch_skip(v);
    return OUTCOME_GO_ON;
}

static int decode(struct arch_vcpu *v, uint64_t esr, struct exit *e)
{
    if (esr & GUEST_IRQ)
        return interrupt(v, e);
    if (esr & GUEST_SERROR)
        return broken(e, "an access of its own or of the host's ended in an asynchronous error (SError)");
    v->esr = esr;
    if (exit_is_abort(esr))
        return memory_abort(v, esr, e);
    switch (exit_decode(esr, v->regs.pstate, e)) {
    case TODO_EXIT:
        return e->kind == EXIT_SYSREG && e->sysreg.name < ARM_SYSREG(3, 0, 0, 0, 0) ? settled_sysreg(v, &e->sysreg) : OUTCOME_EXIT;
    case TODO_FPU:
        guest_fpu_open(v);
        return OUTCOME_GO_ON;
    case TODO_SKIP:
        exit_skip(&v->regs, esr);
        return OUTCOME_GO_ON;
    default:
        arch_undefined(v);
        return OUTCOME_GO_ON;
    }
}

void arch_enter(struct arch_vcpu *v, struct exit *e)
{
    struct percpu *here = this_cpu();
    uint64_t esr;
    if (here->taken) {                  /* interrupts were taken since the last entry, the timer's among them */
        here->taken = 0;
        timer_came(v);
        e->kind = EXIT_TIMER;
        return;
    }
    do {
        if (v->vgic.touched)
            vgic_prepare(v);
        esr = guest_run(v);
    } while (decode(v, esr, e) == OUTCOME_GO_ON);
}

void arch_skip(struct arch_vcpu *v) { exit_skip(&v->regs, v->esr); }
