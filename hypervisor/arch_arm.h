/* What only Arm has, for those who deal with BOARD_VIRT: beside hypervisor/arch.h, implemented by arm/ and by fake/ (fake_vcpu_arm.c). */
#ifndef HYPERVISOR_ARCH_ARM_H
#define HYPERVISOR_ARCH_ARM_H
#include "hypervisor/arch.h"
#include "lib/arm.h"

/* ---- the host ----------------------------------------------------------------------- */
unsigned arch_gic_version(void);        /* 2 or 3: what the host has is what guests can have */
unsigned arch_lrs(void);                /* list registers, 1..LRS_MAX */
uint64_t arch_counter(void);            /* CNTPCT_EL0 */
uint64_t arch_counter_to_ns(uint64_t ticks);    /* a CNTPCT value -> arch_clock() value */
uint64_t arch_ns_to_counter(uint64_t ns);
/* Writes RAM back from the caches, so that a guest that starts with its own off finds it. arch_zero does it as well. bytes: more than 0. */
void arch_clean(void *p, uint64_t bytes);
/* GICv2: the host page(s) of the virtual CPU interface (GICV, 8 KiB), which guests get mapped as their GICC. v3: 0. */
hpa_t arch_gicv(void);
/*
 * A host SPI that a guest has from now on (or no more): it goes to `cpu`, and arch_up.routed is told of each that comes; it stays
 * active in the host until the guest ends it through a list register with hw, or arch_irq_end. False: no SPI of this host, or taken.
 */
bool arch_irq_route(unsigned intid, bool edge, unsigned cpu, bool routed);
void arch_irq_end(unsigned intid);
/* What of the host in [at, at+size) no guest may have as a device's registers ("RAM", "the GIC"); NULL: nothing. */
const char *arch_kept(hpa_t at, uint64_t size);
/* Where the addresses end, the host's as the guests', between which stage 2 translates here. */
uint64_t arch_stage2_end(void);

/* ---- a vCPU --------------------------------------------------------------------------- */
/* x0..x30, pc, pstate, live between exits; changes count at the next entry. Only while it is not entered. */
struct arm_regs *arch_regs(struct arch_vcpu *);
/*
 * The state in which a CPU starts by PSCI CPU_ON (DEN 0022, 6.4) and Linux's boot protocol: AArch64 EL1h, DAIF masked, MMU and
 * caches off, x0 as given, the rest 0. mpidr: what the guest reads in MPIDR_EL1 (bit 31 is set by the architecture). Also
 * drops what its list registers, timer and FPU held.
 */
void arch_start_state(struct arch_vcpu *, uint64_t pc, uint64_t x0, uint64_t mpidr);
void arch_skip(struct arch_vcpu *);                         /* past the instruction that exited: 4 bytes, 2 in T32 */
/* Exceptions to EL1 at the next entry, pc being the preferred return address. */
void arch_undefined(struct arch_vcpu *);                                    /* "unknown reason", EC 0 */
void arch_abort(struct arch_vcpu *, uint64_t far, bool fetch, bool write, uint8_t status);   /* status: ISS.DFSC; 0x10 is a synchronous external abort */
/*
 * The list registers as they stood at the last exit, [arch_lrs()]; what is written there counts at the next entry. Entries with
 * state 0 are free.
 */
struct gic_lr *arch_lr(struct arch_vcpu *);
/* Cheap. False: none held anything at the last entry, and arch_lr was not asked for since: there is nothing to take back. */
bool arch_lrs_in_use(struct arch_vcpu *);
uint8_t arch_priority_mask(struct arch_vcpu *);             /* ICC_PMR_EL1 / GICC_PMR: only smaller priorities get through */
bool arch_group_enabled(struct arch_vcpu *, bool group1);   /* ICC_IGRPENn_EL1 / GICC_CTLR */
/*
 * The virtual timer (CNTV): arch_clock() when its line rises (in the past: it is high), UINT64_MAX: never as it is set. The host's
 * interrupt came (EXIT_TIMER) and the guest has not ended it yet: `fired`; the architecture takes the host's active state along
 * from CPU to CPU and forgets it when a list register with hw of it has become free.
 */
uint64_t arch_vtimer_deadline(struct arch_vcpu *);
unsigned arch_vtimer_host(void);                            /* the host's PPI: for gic_lr.host */
void arch_set_counter_offset(struct arch_vcpu *, uint64_t ticks);  /* CNTVOFF: guest CNTVCT = arch_counter() - ticks */
/* What this host's CPUs say in an identification register (op0 3, op1 0, crn 0), cut to what all of them have and arm/ can give a guest (no EL2, no SVE, ...). */
uint64_t arch_id_register(uint32_t name);
/* EL1 registers that trap though the guest may have them (none by default); false: not one of mine. */
bool arch_sysreg_read(struct arch_vcpu *, uint32_t name, uint64_t *value);
bool arch_sysreg_write(struct arch_vcpu *, uint32_t name, uint64_t value);
#endif
