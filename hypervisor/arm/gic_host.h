/* The physical GIC: what its two versions give gic_host.c. */
#ifndef HYPERVISOR_ARM_GIC_HOST_H
#define HYPERVISOR_ARM_GIC_HOST_H
#include "hypervisor/arm/host.h"
#include "hypervisor/arm/tree.h"

/* Interrupts are acknowledged as a word that ends them again: GICv2's names an SGI's sender too. */
struct gic_ops {
    const char *(*start)(const struct tree_gic *g);     /* NULL, or a sentence */
    const char *(*cpu_start)(void);
    uint32_t (*take)(void);
    void (*drop)(uint32_t word);        /* the running priority */
    void (*end)(uint32_t word);         /* its active state */
    void (*kick)(unsigned cpu);
    void (*route)(unsigned intid, const struct percpu *to);
    volatile uint8_t *(*registers)(unsigned intid);     /* where GICD_I*ENABLER and so on are for it */
};
extern const struct gic_ops gic2_ops, gic3_ops;

/* Offsets that distributor and redistributor (its second frame) share; IHI 0069, 12.9 and 12.11. */
enum { GICD_CTLR = 0, GICD_TYPER = 4, GICD_IGROUPR = 0x80, GICD_ISENABLER = 0x100, GICD_ICENABLER = 0x180, GICD_ISPENDR = 0x200,
       GICD_ICPENDR = 0x280, GICD_ISACTIVER = 0x300, GICD_ICACTIVER = 0x380, GICD_IPRIORITYR = 0x400, GICD_ITARGETSR = 0x800,
       GICD_ICFGR = 0xc00, GICD_SGIR = 0xf00, GICD_IROUTER = 0x6000 };
enum { KICK = 0 };                      /* the one SGI that we send */
#endif
