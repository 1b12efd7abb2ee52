/*
 * What the files of the guest half share: a vCPU, stage 2 as the entry code needs it, and what each CPU keeps of the vCPU it had.
 * enter.S knows offsets into struct arch_vcpu, which enter.c checks.
 */
#ifndef HYPERVISOR_ARM_GUEST_H
#define HYPERVISOR_ARM_GUEST_H
#include "hypervisor/arch_arm.h"
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/host.h"
#include "hypervisor/arm/stage2_format.h"

/*
 * EL1's registers that are the guest's own to use without a trap: they stay in the CPU from load to unload. Not here: what traps
 * (debug, PMU, ACTLR), what an EL1 in AArch64 cannot reach (SPSR_abt, DACR32, ...), and what no guest is offered (ZCR, keys).
 */
#define EL1_REGISTERS(X) X(sctlr, SCTLR_EL1) X(tcr, TCR_EL1) EL1_OTHERS(X)
#define EL1_OTHERS(X) \
    X(cpacr, CPACR_EL1) X(ttbr0, TTBR0_EL1) X(ttbr1, TTBR1_EL1) X(mair, MAIR_EL1) X(amair, AMAIR_EL1) X(vbar, VBAR_EL1) \
    X(contextidr, CONTEXTIDR_EL1) X(esr, ESR_EL1) X(far, FAR_EL1) X(afsr0, AFSR0_EL1) X(afsr1, AFSR1_EL1) X(elr, ELR_EL1) \
    X(spsr, SPSR_EL1) X(par, PAR_EL1) X(csselr, CSSELR_EL1) X(cntkctl, CNTKCTL_EL1) X(tpidr_el0, TPIDR_EL0) \
    X(tpidrro_el0, TPIDRRO_EL0) X(tpidr_el1, TPIDR_EL1) X(sp_el0, SP_EL0) X(sp_el1, SP_EL1)

struct el1_registers {
#define X(field, name) uint64_t field;
    EL1_REGISTERS(X)
#undef X
};

struct guest_fpu { uint8_t v[32][16]; uint64_t fpcr, fpsr; } __attribute__((aligned(16)));

enum { DEBUG_PAIRS = 4 };
struct debug_pair { uint64_t value[4]; };           /* DBGBVR, DBGBCR, DBGWVR, DBGWCR */
struct guest_debug { uint64_t mdscr; struct debug_pair pair[DEBUG_PAIRS]; };

enum { APRS = 4 };
struct vgic {
    struct gic_lr lr[LRS_MAX];          /* what arch_lr shows */
    uint64_t raw[LRS_MAX];              /* what the hardware has, or is to get at load: as of the last reading */
    uint32_t used;                      /* bit n: raw[n] was not free when written or last read */
    bool freed;                         /* one of them has become free since lr[] was last handed out and then entered with */
    bool touched;                       /* lr[] was handed out since the last entry: it may differ from raw[] */
    bool ends;                          /* one of them is to exit when the guest ends it */
    bool window;                        /* to exit when at most one list register is in use */
    uint32_t hcr;                       /* what ICH_HCR has while loaded */
    uint32_t vmcr;
    uint32_t ap0r[APRS], ap1r[APRS];    /* GICv2: ap0r[0] alone */
};

struct guest_cpu;

struct arch_vcpu {
    struct arm_regs regs;               /* first: enter.S */
    struct guest_fpu fpu;
    struct el1_registers el1;           /* while not loaded */
    struct stage2 *stage2;
    struct guest_cpu *cpu;              /* whose registers, if it is still the last one there, hold el1; NULL: nobody's */
    struct guest_cpu *fpu_cpu;          /* the same of the FPU */
    bool loaded;                        /* on .cpu */
    bool fpu_open;                      /* since it was loaded: its FPU state is in the registers and may have changed */
    bool vtimer_fired;                  /* its host interrupt came and is active (on .cpu while loaded) */
    uint64_t mpidr;
    uint64_t cntvoff, cntv_ctl, cntv_cval;  /* ctl, cval: while not loaded */
    uint64_t breaks;                    /* stage2->breaks as of the last fault */
    uint64_t esr;                       /* of the last synchronous exit */
    struct vgic vgic;
    struct guest_debug debug;
};

/* One per host CPU, used by that CPU alone. */
struct guest_cpu {
    struct arch_vcpu *last;             /* whose EL1 registers are in this CPU; compared, never looked into */
    struct arch_vcpu *fpu_owner;        /* the same of the FPU */
    uint64_t cptr;                      /* what CPTR_EL2 has; 0: not known */
    uint64_t vtcr;                      /* what VTCR_EL2 has: of stage2_shape(), which the CPUs that start later may still shrink */
};
extern struct guest_cpu guest_cpus[HOST_CPUS_MAX];

struct stage2 {
    hpa_t root;
    uint64_t vttbr;
    uint64_t tables;                    /* 4 KiB pages held, this struct's included */
    uint64_t breaks;                    /* atomic: odd while an entry is taken away only to be made anew */
    unsigned owner;
    bool live;                          /* a vCPU was loaded with it: TLBs may hold some of it */
    const struct arch_vcpu *last[HOST_CPUS_MAX];   /* which of its vCPUs each CPU had last; compared, never looked into */
};

/*
 * Several cores translate speculatively with EL1's registers even at EL2 (Cortex-A57 1319537, A72 1319367, A55 1530923, A76 1165522), and
 * their TLBs keep what came of it: while stage 1 and stage 2 are not of one guest, no walk of stage 1 may succeed.
 */
static inline void walks_stop(void)
{
    sysreg_set(TCR_EL1, sysreg_get(TCR_EL1) | TCR_EPD0 | TCR_EPD1);
    isb();
    sysreg_set(SCTLR_EL1, sysreg_get(SCTLR_EL1) | SCTLR_M);
    isb();
}

static inline void walks_go(uint64_t sctlr, uint64_t tcr)
{
    isb();
    sysreg_set(SCTLR_EL1, sctlr);
    isb();
    sysreg_set(TCR_EL1, tcr);
}

/* ---- stage2.c ---- */
bool stage2_start(unsigned host_bits, bool wide_vmid);      /* before the first stage 2 is created. False: no such number of bits */
const struct stage2_shape *stage2_shape(void);
void stage2_flush_here(void);           /* this CPU's translations of the VMID that VTTBR_EL2 names */
/* The guest faulted at g for an access that needs `perm`, and stage 2 has it there (by now): the access is to be repeated. */
bool stage2_is_transient(struct arch_vcpu *v, uint64_t g, unsigned perm);

/* ---- enter.S ---- */
/* Into the guest and out again. Returns ESR_EL2, or one of GUEST_IRQ, GUEST_SERROR. */
#define GUEST_IRQ    (UINT64_C(1) << 63)
#define GUEST_SERROR (UINT64_C(1) << 62)
uint64_t guest_run(struct arch_vcpu *v);

/* ---- fpu.S, vcpu.c ---- */
void fpu_save(struct guest_fpu *f);
void fpu_restore(const struct guest_fpu *f);
void guest_fpu_open(struct arch_vcpu *v);       /* the guest used the FPU while it was closed to it */

/* ---- vgic_hw.c ---- */
const char *vgic_refusal(void);
void vgic_cpu_start(void);
void vgic_reset(struct arch_vcpu *v);
void vgic_load(struct arch_vcpu *v);
void vgic_unload(struct arch_vcpu *v);
void vgic_sync(struct arch_vcpu *v);            /* lr[] as the hardware has them now; only while loaded */
void vgic_prepare(struct arch_vcpu *v);         /* before an entry: what was touched goes into the hardware */
bool vgic_underflow(struct arch_vcpu *v);       /* the window that was asked for is open; asks no longer */

/* ---- vtimer.c ---- */
void vtimer_load(struct arch_vcpu *v);
void vtimer_unload(struct arch_vcpu *v);
void vtimer_settle(struct arch_vcpu *v);        /* while loaded: forgets a host interrupt that the guest will not end */

/* ---- debug.c ---- */
void debug_cpu_start(void);
void debug_load(struct arch_vcpu *v);
void debug_unload(struct arch_vcpu *v);
bool debug_access(struct arch_vcpu *v, uint32_t name, bool write, uint64_t *value);     /* while loaded. False: not one of its registers */

/* ---- id.c ---- */
void id_collect(void);                  /* this CPU's identification registers into the minimum over all */
#endif
