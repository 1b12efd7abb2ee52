/*
 * Owns: a vCPU's memory, and which CPU has its registers. Invariants: EL1's registers, the timer, the list registers and stage 2 are the
 * vCPU's from load to unload; the FPU from its first use after load. What unload saved still stands in the CPU: the same vCPU coming
 * back before another has been there loads nothing.
 */
#include "hypervisor/arm/guest.h"
#include "hypervisor/arm/tlb.h"

struct guest_cpu guest_cpus[HOST_CPUS_MAX];

static unsigned pages_order(void) { return sizeof(struct arch_vcpu) <= PAGE_SIZE ? 0 : 1; }

/* All but what lets stage 1 be walked. */
static void el1_load(const struct el1_registers *r)
{
#define X(field, name) sysreg_set(name, r->field);
    EL1_OTHERS(X)
#undef X
}

static void el1_save(struct el1_registers *r)
{
#define X(field, name) r->field = sysreg_get(name);
    EL1_REGISTERS(X)
#undef X
}

/* ---- the FPU ---- */

static void cptr_set(struct guest_cpu *c, bool open)
{
    uint64_t cptr = CPTR_RES1 | CPTR_TTA | CPTR_TAM | (open ? 0 : CPTR_TFP);
    if (c->cptr == cptr)
        return;
    c->cptr = cptr;
    sysreg_set(CPTR_EL2, cptr);
    isb();
}

/* It goes to whoever uses it, and stays: without others in between a vCPU finds it as it left it. */
static void fpu_load(struct arch_vcpu *v, struct guest_cpu *c)
{
    v->fpu_open = c->fpu_owner == v && v->fpu_cpu == c;
    cptr_set(c, v->fpu_open);
}

void guest_fpu_open(struct arch_vcpu *v)
{
    struct guest_cpu *c = v->cpu;
    cptr_set(c, true);
    fpu_restore(&v->fpu);
    c->fpu_owner = v;
    v->fpu_cpu = c;
    v->fpu_open = true;
}

/* ---- load and unload ---- */

/* Stage 1 and 2 change hands together. */
static void translation_load(struct arch_vcpu *v, struct guest_cpu *c)
{
    walks_stop();
    if (c->vtcr != stage2_shape()->vtcr) {
        c->vtcr = stage2_shape()->vtcr;
        sysreg_set(VTCR_EL2, c->vtcr);
    }
    sysreg_set(VTTBR_EL2, v->stage2->vttbr);
    el1_load(&v->el1);
    sysreg_set(VMPIDR_EL2, v->mpidr);
    walks_go(v->el1.sctlr, v->el1.tcr);
    isb();
    v->cpu = c;
    c->last = v;
}

/*
 * vCPUs of one guest have one VMID, but each thinks that its TLB is its own: what it put under an ASID, others may mean otherwise. The
 * same one coming back finds what it left, because its own invalidations reach all CPUs (HCR_EL2.FB).
 */
static void stage2_enter(struct arch_vcpu *v, unsigned cpu)
{
    struct stage2 *s = v->stage2;
    if (!s->live) {
        __atomic_store_n(&s->live, true, __ATOMIC_SEQ_CST);
        arch_stage2_flush(s);           /* nobody had this VMID since its last owner, but a CPU may have walked ahead */
        icache_invalidate();            /* its pages held others' instructions */
    }
    if (s->last[cpu] == v)
        return;
    s->last[cpu] = v;
    stage2_flush_here();
}

void arch_vcpu_load(struct arch_vcpu *v)
{
    struct percpu *here = this_cpu();
    struct guest_cpu *c = &guest_cpus[here->index];
    if (v->cpu != c || c->last != v)
        translation_load(v, c);
    stage2_enter(v, here->index);
    fpu_load(v, c);
    vgic_load(v);
    vtimer_load(v);
    debug_load(v);
    v->loaded = true;
    here->loaded = v;
}

void arch_vcpu_unload(struct arch_vcpu *v)
{
    struct percpu *here = this_cpu();
    if (here->taken & IRQ_VTIMER) {     /* it came, and no entry took it */
        here->taken = 0;
        gic_host_end(gic_host.vtimer);  /* it comes again wherever the vCPU goes, as its line is high */
    }
    vgic_unload(v);
    vtimer_unload(v);
    debug_unload(v);
    el1_save(&v->el1);
    if (v->fpu_open)
        fpu_save(&v->fpu);
    v->loaded = v->fpu_open = false;
    here->loaded = NULL;
}

/* ---- creation ---- */

struct arch_vcpu *arch_vcpu_create(struct stage2 *s, unsigned owner)
{
    hpa_t at;
    if (!arch_up_table->pages_take(owner, pages_order(), &at))
        return NULL;
    struct arch_vcpu *v = hpa_ptr(at);
    v->stage2 = s;
    arch_start_state(v, 0, 0, 0);
    return v;
}

void arch_vcpu_destroy(struct arch_vcpu *v) { arch_up_table->pages_give(ptr_hpa(v), pages_order()); }

/* A CPU that starts finds no translation in its TLB: wherever it comes first, it is new there. */
static void forget_translations(struct arch_vcpu *v)
{
    for (unsigned i = 0; i < HOST_CPUS_MAX; i++) {
        const struct arch_vcpu *expected = v;   /* another vCPU may be coming there just now */
        __atomic_compare_exchange_n(&v->stage2->last[i], &expected, NULL, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
}

/* Caches off, MMU off, the rest as RES1 wants it; what a reset leaves unknown is 0. */
void arch_start_state(struct arch_vcpu *v, uint64_t pc, uint64_t x0, uint64_t mpidr)
{
    bool loaded = v->loaded;
    if (loaded)
        arch_vcpu_unload(v);
    v->regs = (struct arm_regs){ .pc = pc, .pstate = PSTATE_EL1H | PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F };
    v->regs.x[0] = x0;
    v->el1 = (struct el1_registers){ .sctlr = SCTLR_EL1_RES1 };
    v->fpu = (struct guest_fpu){ 0 };
    v->debug = (struct guest_debug){ 0 };
    v->cpu = v->fpu_cpu = NULL;
    v->mpidr = mpidr | BIT(31);
    v->cntv_ctl = v->cntv_cval = 0;
    v->vtimer_fired = false;
    forget_translations(v);
    vgic_reset(v);
    if (loaded)
        arch_vcpu_load(v);
}

struct arm_regs *arch_regs(struct arch_vcpu *v) { return &v->regs; }
uint64_t arch_pc(struct arch_vcpu *v) { return v->regs.pc; }
unsigned arch_mode(struct arch_vcpu *v) { return v->regs.pstate & PSTATE_32 ? 32 : 64; }

bool arch_in_user(struct arch_vcpu *v)
{
    uint64_t mode = v->regs.pstate & PSTATE_MODE;
    return mode == PSTATE_EL0T || mode == PSTATE_32;
}
