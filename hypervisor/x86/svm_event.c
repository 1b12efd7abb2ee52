/*
 * Owns: what is delivered to the guest at the next entry. Invariant: at most one event is in the VMCB's injection
 * field; what else waits is in .held and .nmi and follows when it can. APM vol. 2, 15.20-15.22, and 8.2.9 for how
 * exceptions combine.
 */
#include "hypervisor/x86/svm.h"

static bool injecting(const struct arch_vcpu *v) { return v->vmcb->eventinj & EVENT_VALID; }

bool arch_interrupts_enabled(struct arch_vcpu *v) { return v->regs.rflags & RFLAGS_IF; }

bool arch_can_interrupt(struct arch_vcpu *v)
{
    return (v->regs.rflags & RFLAGS_IF) && !(v->vmcb->shadow & 1) && !injecting(v) && !v->held;
}

/*
 * QEMU's TCG remembers an interrupt that VMRUN injected until the next exit or exception of that CPU, and delivers it
 * once more, IF or not, if its own main loop wants the CPU before that (seen with 7.2). So there the next exit comes
 * at once: an interrupt of our own is pending when VMRUN has delivered the guest's.
 */
static void inject(struct arch_vcpu *v, uint64_t event)
{
    v->vmcb->eventinj = event;
    if (svm.tcg && (event & EVENT_TYPE) == EVENT_INTR)
        arch_kick(arch_cpu());
}

void arch_interrupt(struct arch_vcpu *v, uint8_t vector)
{
    uint64_t event = vector | EVENT_INTR | EVENT_VALID;
    if (injecting(v))
        v->held = event;    /* the caller did not ask arch_can_interrupt: late, not lost */
    else
        inject(v, event);
}

void arch_nmi(struct arch_vcpu *v) { v->nmi = true; }

/* Benign, contributory or page fault: 8.2.9, table 8-4. */
static bool contributory(uint64_t vector) { return vector == TRAP_DE || (vector >= TRAP_TS && vector <= TRAP_GP); }

static bool makes_double_fault(uint64_t first, uint64_t second)
{
    if (first == TRAP_PF)
        return second == TRAP_PF || contributory(second);
    return contributory(first) && contributory(second);
}

void arch_exception(struct arch_vcpu *v, uint8_t vector, bool has_error, uint32_t error)
{
    uint64_t first = v->vmcb->eventinj;
    if ((first & EVENT_VALID) && (first & EVENT_TYPE) == EVENT_EXCEPTION) {
        first &= EVENT_VECTOR;
        if (first == TRAP_DF && (vector == TRAP_PF || contributory(vector))) {
            v->shutdown = true;
            return;
        }
        if (makes_double_fault(first, vector)) {
            vector = TRAP_DF;
            has_error = true;
            error = 0;
        }
    } else if (first & EVENT_VALID) {
        v->held = first;    /* taken from its APIC already: it may not get lost */
    }
    v->vmcb->eventinj = vector | EVENT_EXCEPTION | EVENT_VALID;
    if (has_error && (v->vmcb->cr0 & CR0_PE))       /* real mode pushes no error codes */
        v->vmcb->eventinj |= EVENT_HAS_ERROR | (uint64_t)error << 32;
}

void arch_page_fault(struct arch_vcpu *v, uint64_t address, uint32_t error)
{
    v->vmcb->cr2 = address;
    v->clean &= ~CLEAN_CR2;
    arch_exception(v, TRAP_PF, true, error);
}

/* A virtual interrupt that is never delivered: the CPU exits when it would take it, 15.21.4. */
void arch_window(struct arch_vcpu *v, bool wanted)
{
    struct vmcb *b = v->vmcb;
    if (wanted == ((b->intercept1 & ICPT_VINTR) != 0) || (!wanted && v->held))
        return;
    b->intercept1 ^= ICPT_VINTR;
    b->vintr = wanted ? b->vintr | VINTR_IRQ | VINTR_PRIORITY | VINTR_IGNORE_TPR
                      : b->vintr & ~(VINTR_IRQ | VINTR_PRIORITY | VINTR_IGNORE_TPR);
    v->clean &= ~(CLEAN_INTERCEPTS | CLEAN_VINTR);
}

void svm_window_close(struct arch_vcpu *v)
{
    uint64_t held = v->held;
    v->held = 0;
    arch_window(v, false);
    v->held = held;
}

static void offer_held(struct arch_vcpu *v)
{
    bool open = (v->regs.rflags & RFLAGS_IF) && !(v->vmcb->shadow & 1);
    if (injecting(v) || ((v->held & EVENT_TYPE) == EVENT_INTR && !open)) {
        arch_window(v, true);
        return;
    }
    inject(v, v->held);
    v->held = 0;
}

/*
 * NMIs stay blocked until the handler's IRET has been executed. Without virtual NMIs we learn of the IRET before it is
 * executed: the next NMI then waits until rip has moved on, seen at some later exit.
 */
static void offer_nmi(struct arch_vcpu *v)
{
    if (v->nmi_iret_rip && v->regs.rip != v->nmi_iret_rip) {
        v->nmi_iret_rip = 0;
        v->nmi_blocked = false;
    }
    if (v->nmi_blocked || injecting(v))
        return;
    v->vmcb->eventinj = TRAP_NMI | EVENT_NMI | EVENT_VALID;
    v->nmi = false;
    v->nmi_blocked = true;
    v->vmcb->intercept1 |= ICPT_IRET;
    v->clean &= ~CLEAN_INTERCEPTS;
}

void svm_events_offer(struct arch_vcpu *v)
{
    if (v->held)
        offer_held(v);
    if (v->nmi)
        offer_nmi(v);
}

void svm_nmi_returns(struct arch_vcpu *v)
{
    v->nmi_iret_rip = v->regs.rip;
    v->vmcb->intercept1 &= ~ICPT_IRET;
    v->clean &= ~CLEAN_INTERCEPTS;
}

/*
 * An exit came while an event was being delivered, 15.20: it is delivered again. INT n, INT3 and INTO are not: rip is
 * still at the instruction, which is executed again, with the right return address on the stack.
 */
void svm_event_again(struct arch_vcpu *v, uint64_t info)
{
    uint64_t type = info & EVENT_TYPE, vector = info & EVENT_VECTOR;
    if (type == EVENT_SOFT || (type == EVENT_EXCEPTION && (vector == 3 || vector == 4)))
        return;
    v->vmcb->eventinj = info;
}
