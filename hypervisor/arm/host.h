/*
 * What the files of arm/ share: the host half (MMU, tree, GIC, clock, UART, SMP, power) offers it to itself and to the guest half
 * (stage 2, world switch, list registers).
 */
#ifndef HYPERVISOR_ARM_HOST_H
#define HYPERVISOR_ARM_HOST_H
#include "hypervisor/arm/percpu.h"
#include "lib/arm.h"
#include "lib/error.h"

/*
 * ---- exceptions (vectors.S) ----
 * Interrupts (DAIF) are masked whenever code of EL2 runs, so from EL2 itself only faults come: trap.c panics. From a lower EL each
 * vector does nothing but branch to one of these, which the guest half has (enter.S): all of x0..x30 are the guest's, SP is SP_EL2 as
 * it was at the ERET, TPIDR_EL2 the percpu, ELR/SPSR/ESR/FAR/HPFAR_EL2 as the exception left them:
 *     guest_exit_sync   synchronous, from AArch64 or AArch32
 *     guest_exit_irq    IRQ or FIQ (HCR_EL2.IMO and FMO are set): call irq_take()
 *     guest_exit_serror SError
 */
struct trap_frame { uint64_t x[31], elr, spsr, esr, far, sp; };     /* of an exception from EL2 itself; traps.S has the offsets */
_Noreturn void arm_trap(const struct trap_frame *f, unsigned vector);

/* ---- the guest half: called on each CPU once its MMU, GIC and percpu are up ---- */
void guest_cpu_start(void);         /* HCR_EL2, CPTR_EL2, VTCR_EL2, MDCR_EL2, ICH_*, ... as this CPU keeps them; after the page allocator works */
const char *guest_refusal(void);    /* NULL, or why no guest can run here: a sentence. Asked once, on CPU 0, with the GIC up */

/* ---- cpu.c: what this CPU can do ---- */
/* Physical address bits, 32..48: what ID_AA64MMFR0_EL1.PARange says, cut to what we map; 0: an encoding we do not know. */
unsigned cpu_pa_bits(void);
unsigned cpu_pa_bits_of(uint64_t mmfr0);
/* TCR_EL2.PS or VTCR_EL2.PS for that many bits. */
uint64_t cpu_ps(unsigned bits);

/* ---- gic_host.c: the physical GIC, version 2 or 3. EOImode is 1: taking drops the priority, ending is apart ---- */
struct gic_host {
    unsigned version;                       /* 2 or 3 */
    unsigned maintenance, vtimer, alarm;    /* INTIDs of PPIs: 25, 27 (CNTV), 26 (CNTHP), unless the tree says others */
    volatile uint8_t *gicd;
    volatile uint8_t *gicc, *gich;          /* version 2; banked per CPU */
    hpa_t gicv;                             /* version 2: 8 KiB for guests */
    unsigned spis;                          /* INTIDs 32..32+spis-1 */
};
extern struct gic_host gic_host;
struct tree_gic;
const char *gic_host_start(const struct tree_gic *g);   /* maps it, sets up the distributor. NULL, or why no guest can run: a sentence */
const char *gic_host_cpu_start(void);       /* this CPU's interface; kick, alarm, maintenance and vtimer are enabled in it. As above */
bool gic_host_works(void);                  /* both of these said nothing */
/*
 * Acknowledges all that is pending on this CPU, at least once. Kicks and alarms only had to wake us; the UART's input is left to
 * console_poll; routed SPIs stay active and arch_up.routed is told; the virtual timer stays active: IRQ_VTIMER, and the guest half ends
 * it (list register with hw, or gic_host_end); maintenance is ended here, as its line is to be low by then: IRQ_MAINTENANCE.
 */
enum { IRQ_VTIMER = 1, IRQ_MAINTENANCE = 2 };
unsigned irq_take(void);
void gic_host_end(unsigned intid);                      /* deactivates; a PPI: of this CPU */
void gic_host_set_active(unsigned intid, bool active);  /* a PPI of this CPU: state that moves along with a vCPU */
bool gic_host_is_active(unsigned intid);
void gic_host_enable_spi(unsigned intid, bool edge, const struct percpu *to);
void gic_host_uart(unsigned intid);                     /* this one is the UART's, for this CPU */

/* ---- memory.c ---- */
struct host_tree;
const void *memory_map_tree(uint64_t at, uint64_t image_at);     /* the first, temporary mapping: of 4 MiB around the device tree */
void memory_start(struct host *h, const struct host_tree *t, uint64_t tree_at);     /* h->ram; all RAM at DIRECT_MAP */
volatile uint8_t *memory_map_device(uint64_t at, uint64_t size);    /* NULL: beyond what we map */
bool memory_is_mapped(uint64_t at, uint64_t size);      /* RAM that the direct map has */
uint64_t memory_image_phys(const void *p);              /* of something in the image */

/* ---- clock.c, uart.c, smp.c, psci.c, power.c ---- */
bool clock_start(uint32_t told_hz);                     /* false: nobody tells the counter's rate */
uint64_t clock_hz(void);
void clock_day(volatile uint8_t *pl031);                /* NULL: the machine has none */
void clock_cpu_start(void);
void clock_alarm_taken(void);
void uart_start(volatile uint8_t *at, bool sbsa);
void uart_irq(void);                                    /* masks it, until all input is read */
void psci_start(const struct host_tree *t);
bool psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context);
void psci_off(void);                                    /* these return only if it is not to be had */
void psci_reset(void);
void power_start(bool semihosting);
void smp_start(struct host *h, const struct host_tree *t);     /* which CPU is which */
struct percpu *percpu_of(unsigned cpu);                 /* NULL: of no CPU that has been started */
_Noreturn void arm_start(uint64_t tree_at, uint64_t image_at);
_Noreturn void arm_start_other(void);
_Noreturn void arm_start_too_low(uint64_t tree_at, uint64_t image_at);
#endif
