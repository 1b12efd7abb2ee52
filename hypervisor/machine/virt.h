/* What the files of machine/virt*.c share: the chips of one Arm machine and of one of its vCPUs. Not for others. */
#ifndef HYPERVISOR_MACHINE_VIRT_H
#define HYPERVISOR_MACHINE_VIRT_H
#include "hypervisor/devices/gic.h"
#include "hypervisor/devices/pl011.h"
#include "hypervisor/machine/virt_exits.h"
#include "platform/virt_map.h"

enum { VIRT_TYPED_MAX = 256, VIRT_TOLD_MAX = 8, VIRT_SPIS_MIN = 32 };

struct machine {
    struct domain *domain;
    /* uart_lock is outer to gic_lock, which guards the GIC and the vCPUs' physical timers. */
    struct lock gic_lock, uart_lock;
    struct gic gic;
    struct pl011 uart;
    struct virt_uart_far far;           /* put NULL: the hypervisor's console */
    uint8_t typed[VIRT_TYPED_MAX];      /* bytes that the UART had no room for yet, a ring */
    unsigned typed_first, typed_count;
    uint64_t counter_offset;            /* its counters' 0: when it was made */
    atomic_uint told;                   /* lines of virt_tell */
    uint16_t routed[PASSTHROUGH_IRQS_MAX];  /* host interrupts it has */
    unsigned routes;
};

struct machine_vcpu {
    struct vcpu *vcpu;
    struct gic_cpu gic;
    struct timer wake;                  /* while it waits: its virtual timer, which only a loaded vCPU has in hardware */
    struct timer physical;              /* CNTP: when its line is to rise */
    uint64_t cntp_compare;              /* CNTP_CVAL_EL0 */
    uint32_t cntp_control;              /* CNTP_CTL_EL0: ENABLE, IMASK */
    atomic_bool look;                   /* the GIC may have something new for it: looked at before the next entry */
    bool event;                         /* the level of the event channels' line as the GIC was last told */
};

/* A register by its number in an instruction: 31 reads as zero and is written nowhere. */
uint64_t virt_get(struct vcpu *v, unsigned reg);
void virt_set(struct vcpu *v, unsigned reg, uint64_t value);
/* The vCPU whose affinity MPIDR_EL1 tells as `affinity` (bits 39:32, 23:0), NULL: none. */
struct vcpu *virt_by_affinity(struct domain *d, uint64_t affinity);

/* virt_gic.c */
bool virt_gic_create(struct domain *d);
void virt_gic_vcpu_reset(struct vcpu *v);               /* v starts anew */
bool virt_send_sgi(struct vcpu *v, uint64_t value, bool group1);    /* false: its GIC has no such register */
void virt_line(struct domain *d, unsigned cpu, unsigned intid, bool high);
/* virt_timer.c: CNTP, which is emulated; CNTV is the hardware's */
void virt_timer_create(struct vcpu *v);
void virt_timer_cancel(struct vcpu *v);
void virt_timer_reset(struct vcpu *v);
uint64_t virt_timer_read(struct vcpu *v, uint32_t name);
void virt_timer_write(struct vcpu *v, uint32_t name, uint64_t value);
/* virt_uart.c */
bool virt_uart_create(struct domain *d);
/* virt_passthrough.c */
void virt_passthrough_end(struct domain *d);
/* virt_id.c: what an identification register says to the guest */
uint64_t virt_id_register(struct domain *d, uint32_t name);
/* virt_emulate.c: runs the instruction at pc, whose access to a device no syndrome tells */
void virt_emulate(struct vcpu *v, const struct exit_memory *e);
/* One access to whatever claims the address. False: nobody does. */
bool virt_device(struct vcpu *v, gpa_t at, unsigned size, bool write, uint64_t *value);
#endif
