/*
 * Owns: a vCPU's pages and its state as others see it. One block of pages: the VMCB, then struct arch_vcpu and the FPU
 * save area, which share a page. Invariant: a state that VMRUN would refuse never gets there; .why says so instead.
 */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/guest_walk.h"
#include "hypervisor/x86/svm.h"

#define NP_ENABLE 1u
#define MSR_PRED_CMD 0x49u
#define PRED_CMD_IBPB 1u
#define PAT_RESET UINT64_C(0x0007040600070406)

enum { AREA_OFFSET = 512, PAUSES = 3000, PAUSE_GAP = 128 };     /* PAUSEs in a loop, at most so many cycles apart, before others get the CPU */
_Static_assert(sizeof(struct arch_vcpu) <= AREA_OFFSET, "the FPU save area would overlap");

/*
 * CR0, CR3, CR4 and DRs are the guest's own to write, without an exit: with nested paging they govern only the guest
 * (VMRUN and #VMEXIT switch them). That lets it set CR4 bits of features CPUID hides: PKE (PKRU is then shared between
 * vCPUs, which only they can see), PCE (RDPMC is intercepted), MCE (a machine check with it clear is a SHUTDOWN, which
 * is intercepted). VMXE and SMXE do not exist where there is SVM.
 */
static void controls_reset(struct vmcb *b)
{
    b->intercept1 = ICPT_INTR | ICPT_NMI | ICPT_SMI | ICPT_INIT | ICPT_RDPMC | ICPT_CPUID | ICPT_INVD | ICPT_HLT | ICPT_INVLPGA |
                    ICPT_IOIO | ICPT_MSR | ICPT_FERR | ICPT_SHUTDOWN | (svm.pause_filter ? ICPT_PAUSE : 0);
    b->intercept2 = ICPT_VMRUN | ICPT_VMMCALL | ICPT_VMLOAD | ICPT_VMSAVE | ICPT_STGI | ICPT_CLGI | ICPT_SKINIT | ICPT_WBINVD |
                    ICPT_MONITOR | ICPT_MWAIT | ICPT_MWAIT_ARMED | ICPT_XSETBV | ICPT_RDPRU;
    b->exceptions = UINT32_C(1) << TRAP_DB | UINT32_C(1) << 17 | UINT32_C(1) << TRAP_MC;
    b->pause_count = PAUSES;
    b->pause_threshold = PAUSE_GAP;
    b->vintr &= VINTR_TPR;
    b->vintr |= VINTR_MASKING;
    b->eventinj = 0;
    b->shadow = 0;
}

static const struct x86_state reset_state = {
    .regs = { .rip = 0xfff0, .rflags = RFLAGS_1 },
    .seg = {
        [SEG_ES] = { 0, 0x93, 0xffff, 0 }, [SEG_CS] = { 0xf000, 0x9b, 0xffff, 0xffff0000 }, [SEG_SS] = { 0, 0x93, 0xffff, 0 },
        [SEG_DS] = { 0, 0x93, 0xffff, 0 }, [SEG_FS] = { 0, 0x93, 0xffff, 0 }, [SEG_GS] = { 0, 0x93, 0xffff, 0 },
    },
    .tr = { 0, 0x8b, 0xffff, 0 }, .ldtr = { 0, 0x82, 0xffff, 0 }, .gdtr = { .limit = 0xffff }, .idtr = { .limit = 0xffff },
    .cr0 = CR0_ET | CR0_CD | CR0_NW, .pat = PAT_RESET, .dr6 = 0xffff0ff0, .dr7 = 0x400,
};

struct arch_vcpu *arch_vcpu_create(struct stage2 *s, unsigned owner)
{
    unsigned order = AREA_OFFSET + guest_features.fpu_bytes <= PAGE_SIZE ? 1 : 2;
    hpa_t at;
    if (!arch_up_table->pages_take(owner, order, &at))
        return NULL;
    struct vmcb *b = hpa_ptr(at);
    struct arch_vcpu *v = hpa_ptr(hpa_add(at, PAGE_SIZE));
    v->vmcb = b;
    v->vmcb_at = at;
    v->stage2 = s;
    v->order = order;
    v->fpu.area = (uint8_t *)v + AREA_OFFSET;
    b->iopm = svm.iopm.v;
    b->msrpm = svm.msrpm.v;
    b->np_control = NP_ENABLE;
    b->ncr3 = s->root.v;
    arch_state_set(v, &reset_state);
    return v;
}

void arch_vcpu_destroy(struct arch_vcpu *v) { arch_up_table->pages_give(v->vmcb_at, v->order); }

void arch_vcpu_load(struct arch_vcpu *v)
{
    struct svm_cpu *c = &svm_cpus[arch_cpu()];
    if (v->cpu != c) {
        v->cpu = c;
        v->generation = 0;      /* no CPU's: a new ASID */
        v->clean = 0;
    }
    if (svm.ibpb && c->last != v->stage2)
        msr_set(MSR_PRED_CMD, PRED_CMD_IBPB);       /* what one guest taught the branch predictors shall not steer another */
    c->last = v->stage2;
    guest_fpu_load(&v->fpu);
}

void arch_vcpu_unload(struct arch_vcpu *v) { guest_fpu_unload(&v->fpu); }

struct x86_regs *arch_regs(struct arch_vcpu *v) { return &v->regs; }
uint64_t arch_cr3(struct arch_vcpu *v) { return v->vmcb->cr3; }
uint8_t arch_cpl(struct arch_vcpu *v) { return v->vmcb->cpl; }
bool arch_in_user(struct arch_vcpu *v) { return v->vmcb->cpl == 3; }
uint64_t arch_pc(struct arch_vcpu *v) { return arch_regs(v)->rip; }

unsigned arch_mode(struct arch_vcpu *v)
{
    if (svm_code_is_64(v->vmcb))
        return 64;
    return v->vmcb->seg[SEG_CS].attr & SEG_DB ? 32 : 16;
}

void arch_state_get(struct arch_vcpu *v, struct x86_state *s)
{
    const struct vmcb *b = v->vmcb;
    *s = (struct x86_state){
        .regs = v->regs, .tr = b->tr, .ldtr = b->ldtr, .gdtr = b->gdtr, .idtr = b->idtr, .cr0 = b->cr0, .cr2 = b->cr2, .cr3 = b->cr3,
        .cr4 = b->cr4, .efer = b->efer & ~(uint64_t)EFER_SVME, .pat = b->pat, .dr6 = b->dr6, .dr7 = b->dr7, .cpl = b->cpl,
    };
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        s->seg[i] = b->seg[i];
}

void arch_state_set(struct arch_vcpu *v, const struct x86_state *s)
{
    struct vmcb *b = v->vmcb;
    v->why = guest_state_fault(s);
    v->regs = s->regs;
    b->tr = s->tr;
    b->ldtr = s->ldtr;
    b->gdtr = s->gdtr;
    b->idtr = s->idtr;
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        b->seg[i] = s->seg[i];
    b->cr0 = s->cr0;
    b->cr2 = s->cr2;
    b->cr3 = s->cr3;
    b->cr4 = s->cr4;
    b->efer = s->efer | EFER_SVME;      /* VMRUN refuses a guest without it, 15.5.1 */
    b->pat = s->pat;
    b->dr6 = s->dr6;
    b->dr7 = s->dr7;
    b->cpl = s->cpl;
    /* Some processors take the CPL from here, as they do on IRET. */
    b->seg[SEG_SS].attr = (uint16_t)((b->seg[SEG_SS].attr & ~SEG_DPL) | (unsigned)s->cpl << 5);
    controls_reset(b);
    v->held = v->nmi_iret_rip = v->next_rip = 0;
    v->nmi = v->nmi_blocked = v->shutdown = false;
    v->clean = 0;
    v->generation = 0;                  /* other tables: nothing of the old may be in the TLB */
    guest_fpu_reset(&v->fpu);
}

uint64_t arch_tsc_offset(struct arch_vcpu *v) { return v->vmcb->tsc_offset; }

void arch_set_tsc_offset(struct arch_vcpu *v, uint64_t offset)
{
    v->vmcb->tsc_offset = offset;
    v->clean &= ~CLEAN_INTERCEPTS;
}

void arch_cpuid(struct arch_vcpu *v, uint32_t leaf, uint32_t subleaf, struct x86_cpuid *out)
{
    guest_cpuid(leaf, subleaf, v->vmcb->cr4, &v->fpu, out);
}

bool arch_xsetbv(struct arch_vcpu *v, uint32_t index, uint64_t value)
{
    return index == 0 && guest_fpu_set_xcr0(&v->fpu, value);
}

/* An entry of the guest's tables in the host's memory. */
static void *table_entry(void *owner, uint64_t g, bool *writable)
{
    struct stage2 *s = owner;
    unsigned perm;
    uint64_t length;
    hpa_t h;
    if (!arch_stage2_lookup(s, gpa(g), &h, &perm, &length))
        return NULL;
    *writable = perm & S2_WRITE;
    return hpa_ptr(h);
}

bool arch_translate(struct arch_vcpu *v, uint64_t gva, uint32_t access, gpa_t *at, uint32_t *error)
{
    const struct vmcb *b = v->vmcb;
    const struct walk_state s = {
        b->cr0, b->cr3, b->cr4, b->efer, v->regs.rflags, guest_features.physical_bits, guest_features.pages_1g,
    };
    const struct walk_memory m = { table_entry, v->stage2 };
    return guest_walk(&s, &m, gva, access, &at->v, error);
}
