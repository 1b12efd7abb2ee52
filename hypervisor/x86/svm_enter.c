/*
 * Owns: one entry into the guest and the meaning of the exit that ends it. Invariant: nothing here touches FPU state,
 * takes a lock or waits; what needs nobody's decision is settled here and the guest goes on.
 */
#include "hypervisor/x86/svm.h"

enum { OUTCOME_EXIT, OUTCOME_GO_ON };

/*
 * Translations are kept apart by ASID, and an ASID means one vCPU on one CPU in one generation. A vCPU that comes to
 * another CPU gets a new one: what it left behind there it can no longer invalidate.
 */
static void asid_take(struct arch_vcpu *v, struct svm_cpu *c)
{
    if (c->asid_next >= svm.asids) {
        c->generation++;
        c->asid_next = 1;
    }
    /* The first of a generation may still be another's in the TLB, and so may all that follow. */
    v->vmcb->tlb_control = c->asid_next == 1 ? TLB_FLUSH_ALL : TLB_KEEP;
    v->vmcb->asid = c->asid_next++;
    v->generation = c->generation;
    v->clean &= ~CLEAN_ASID;
}

static void tlb_prepare(struct arch_vcpu *v, struct vmcb *b, struct svm_cpu *c)
{
    uint64_t flushes = __atomic_load_n(&v->stage2->flushes, __ATOMIC_ACQUIRE);
    b->tlb_control = TLB_KEEP;
    if (v->generation != c->generation)
        asid_take(v, c);
    else if (v->flushes != flushes && svm.flush_by_asid)
        b->tlb_control = TLB_FLUSH_ASID;
    else if (v->flushes != flushes)
        asid_take(v, c);
    v->flushes = flushes;
}

/* VMRUN itself. The general registers are in v->regs before and after. */
static void run(struct arch_vcpu *v, struct vmcb *b)
{
    struct svm_cpu *c = v->cpu;
    tlb_prepare(v, b, c);
    b->rax = v->regs.gpr[RAX];
    b->rsp = v->regs.gpr[RSP];
    b->rip = v->regs.rip;
    b->rflags = v->regs.rflags | RFLAGS_1;
    b->clean = v->clean;                /* a CPU without clean bits does not look */
    svm_vmrun(&v->regs, v->vmcb_at.v, c->host_vmcb.v);
    v->clean = UINT32_MAX;
    v->regs.gpr[RAX] = b->rax;
    v->regs.gpr[RSP] = b->rsp;
    v->regs.rip = b->rip;
    v->regs.rflags = b->rflags;
    v->next_rip = b->next_rip;          /* stays 0 where the CPU does not tell it */
    b->eventinj = 0;
    if (b->exitintinfo & EVENT_VALID)
        svm_event_again(v, b->exitintinfo);
}

static int broken(struct exit *e, const char *why)
{
    e->kind = EXIT_BROKEN;
    e->why = why;
    return OUTCOME_EXIT;
}

static int exit_as(struct exit *e, enum exit_kind kind)
{
    e->kind = kind;
    return OUTCOME_EXIT;
}

static int fault(struct arch_vcpu *v, uint8_t vector, bool has_error)
{
    arch_exception(v, vector, has_error, 0);
    return OUTCOME_GO_ON;
}

static int skip(struct arch_vcpu *v, unsigned length)
{
    arch_skip(v, length);
    return OUTCOME_GO_ON;
}

static int port(struct arch_vcpu *v, const struct vmcb *b, struct exit *e)
{
    uint32_t info = (uint32_t)b->exitinfo1;
    uint64_t next_rip = b->exitinfo2;
    v->next_rip = next_rip;
    e->kind = EXIT_PORT;
    e->port = (struct exit_port){ .port = (uint16_t)(info >> 16), .size = info >> 4 & 7, .write = ~info & IOIO_IN, .next_rip = next_rip };
    if (info & IOIO_STRING) {
        e->port.string = true;
        e->port.rep = info & IOIO_REP;
        e->port.address_size = (uint8_t)((info >> 7 & 7) * 2);
        e->port.seg = info >> 10 & 7;       /* true where there are decode assists, 15.33.4 */
    }
    return OUTCOME_EXIT;
}

/*
 * RAM is mapped when a guest starts and never on demand, so what faults is a device or nothing. A gate or stack there
 * cannot be carried out for the guest.
 */
static int memory(const struct vmcb *b, struct exit *e)
{
    uint64_t info = b->exitinfo1;
    if (b->exitintinfo & EVENT_VALID)
        return broken(e, "an interrupt or exception was to be delivered through memory that is not RAM");
    e->kind = EXIT_MEMORY;
    e->memory = (struct exit_memory){
        .at = gpa(b->exitinfo2), .write = info & PF_WRITE, .fetch = info & PF_FETCH, .present = info & PF_PRESENT,
        .table_walk = info & NPF_TABLES,
    };
    return OUTCOME_EXIT;
}

static int msr(const struct arch_vcpu *v, const struct vmcb *b, struct exit *e)
{
    e->kind = EXIT_MSR;
    e->msr = (struct exit_msr){
        .index = (uint32_t)v->regs.gpr[RCX], .write = b->exitinfo1 & 1,
        .value = v->regs.gpr[RDX] << 32 | (uint32_t)v->regs.gpr[RAX],
    };
    return OUTCOME_EXIT;
}

static int xsetbv_exit(struct arch_vcpu *v, struct exit *e)
{
    if (!(v->vmcb->cr4 & CR4_OSXSAVE))
        return fault(v, TRAP_UD, false);
    if (v->vmcb->cpl)
        return fault(v, TRAP_GP, true);
    return exit_as(e, EXIT_XSETBV);
}

/*
 * #DB and #AC are intercepted because their delivery can cause the same again, without end and without a moment at
 * which an interrupt is looked at (CVE-2015-5307, CVE-2015-8104); given again by injection, each round is an entry.
 */
static int exception(struct arch_vcpu *v, uint64_t vector)
{
    if (vector == TRAP_MC)
        __asm__ volatile("int $18");    /* the machine's trouble, not the guest's: to the host's own handler */
    else
        arch_exception(v, (uint8_t)vector, vector == 17, (uint32_t)v->vmcb->exitinfo1);
    return OUTCOME_GO_ON;
}

/* The less frequent exits. */
static int decode_rest(struct arch_vcpu *v, struct exit *e)
{
    switch (v->vmcb->exitcode) {
    case VMEXIT_EXCEPTION + TRAP_DB: case VMEXIT_EXCEPTION + 17: case VMEXIT_EXCEPTION + TRAP_MC:
        return exception(v, v->vmcb->exitcode - VMEXIT_EXCEPTION);
    case VMEXIT_NMI: case VMEXIT_SMI: case VMEXIT_INIT:     /* taken by the host when STGI let them */
        return exit_as(e, EXIT_INTERRUPT);
    case VMEXIT_IRET:
        svm_nmi_returns(v);
        return OUTCOME_GO_ON;
    case VMEXIT_RDPMC:
        return fault(v, TRAP_GP, true);                     /* no counters */
    case VMEXIT_INVD: case VMEXIT_WBINVD:
        return skip(v, 2);      /* no device sees memory behind the caches; INVD would throw away the host's data */
    case VMEXIT_FERR:
        return fault(v, 16, false);     /* CR0.NE clear: there is no IRQ 13 to tell an x87 error by, so #MF does */
    case VMEXIT_XSETBV:
        return xsetbv_exit(v, e);
    case VMEXIT_SHUTDOWN:
        return exit_as(e, EXIT_SHUTDOWN);
    case VMEXIT_VMRUN: case VMEXIT_VMLOAD: case VMEXIT_VMSAVE: case VMEXIT_STGI: case VMEXIT_CLGI: case VMEXIT_SKINIT:
    case VMEXIT_INVLPGA: case VMEXIT_MONITOR: case VMEXIT_MWAIT: case VMEXIT_MWAIT_ARMED: case VMEXIT_RDPRU:
        return exit_as(e, EXIT_UNDEFINED);
    case VMEXIT_INVALID: case UINT32_MAX:       /* QEMU 7.2 stores 32 bits of it */
        return broken(e, "the processor refuses to enter its state");
    default:
        return broken(e, "it left for a reason that was not asked for");
    }
}

static int decode(struct arch_vcpu *v, const struct vmcb *b, struct exit *e)
{
    switch (b->exitcode) {
    case VMEXIT_INTR:
        arch_interrupts();
        return exit_as(e, EXIT_INTERRUPT);
    case VMEXIT_VINTR:
        svm_window_close(v);
        return exit_as(e, EXIT_WINDOW);
    case VMEXIT_CPUID:   return exit_as(e, EXIT_CPUID);
    case VMEXIT_HLT:     return exit_as(e, EXIT_IDLE);
    case VMEXIT_VMMCALL: return exit_as(e, EXIT_HYPERCALL);
    case VMEXIT_PAUSE:   return exit_as(e, EXIT_PAUSE);
    case VMEXIT_IOIO:    return port(v, b, e);
    case VMEXIT_MSR:     return msr(v, b, e);
    case VMEXIT_NPF:     return memory(b, e);
    default:             return decode_rest(v, e);
    }
}

/* False: there is no entering; *e says why. */
static bool prepare(struct arch_vcpu *v, struct exit *e)
{
    if (v->why) {
        (void)broken(e, v->why);
        return false;
    }
    if (v->shutdown) {
        e->kind = EXIT_SHUTDOWN;
        return false;
    }
    svm_events_offer(v);
    return true;
}

void arch_enter(struct arch_vcpu *v, struct exit *e)
{
    struct vmcb *b = v->vmcb;
    do {
        if (svm_attention(v) && !prepare(v, e))
            return;
        run(v, b);
    } while (decode(v, b, e) == OUTCOME_GO_ON);
}

/* Lengths for CPUs that do not tell the next rip: without redundant prefixes, as every compiler and assembler writes them. */
static unsigned length_of(uint64_t exitcode)
{
    switch (exitcode) {
    case VMEXIT_HLT: return 1;
    case VMEXIT_VMMCALL: case VMEXIT_XSETBV: return 3;
    default: return 2;      /* CPUID RDMSR WRMSR PAUSE INVD WBINVD */
    }
}

void arch_skip(struct arch_vcpu *v, unsigned length)
{
    if (v->next_rip)
        v->regs.rip = v->next_rip;
    else
        v->regs.rip += length ? length : length_of(v->vmcb->exitcode);
    v->next_rip = 0;
    if (!svm_code_is_64(v->vmcb))
        v->regs.rip &= UINT32_MAX;
    v->vmcb->shadow = 0;
    v->regs.rflags &= ~(uint64_t)RFLAGS_RF;
    if (v->regs.rflags & RFLAGS_TF) {   /* it was executed, so a debugger that steps is due its trap */
        v->vmcb->dr6 |= DR6_BS;
        v->clean &= ~CLEAN_DR;
        arch_exception(v, TRAP_DB, false, 0);
    }
}
